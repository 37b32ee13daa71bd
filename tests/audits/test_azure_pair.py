"""Azure's actual and amortised cost, loaded together, count everything once."""

from decimal import Decimal

import pytest

from audits.bill_parts import BillRefused, Part
from tests.audits.focus_files import read, written
from tests.audits.provider_bills import BILLS, RESERVATION, azure, plain_sum, text_of, totals

ON_DEMAND = azure(CostInBillingCurrency="5")
BOUGHT = azure(CostInBillingCurrency="100", ChargeType="Purchase", **RESERVATION)
COVERED_AS_BILLED = azure(CostInBillingCurrency="0", **RESERVATION)
COVERED = azure(CostInBillingCurrency="70", **RESERVATION)
UNUSED = azure(CostInBillingCurrency="30", ChargeType="UnusedReservation", **RESERVATION)
ACTUAL = [ON_DEMAND, COVERED_AS_BILLED, BOUGHT]
AMORTIZED = [ON_DEMAND, COVERED, UNUSED]
NOVEMBER = {"Date": "11/05/2026", "BillingPeriodStartDate": "11/01/2026", "BillingPeriodEndDate": "11/30/2026"}


def parts(tmp_path, **files):
    tmp_path.mkdir(exist_ok=True)
    return [written(tmp_path / f"{name}.csv", text_of(rows)) for name, rows in files.items()]


def in_november(rows):
    return [{**row, **NOVEMBER} for row in rows]


def test_both_together_are_the_invoice_and_its_spread_cost(tmp_path):
    report, _ = read(tmp_path, *parts(tmp_path, a=ACTUAL, b=AMORTIZED))
    assert totals(report) == {"EUR": Decimal(105)}
    assert totals(report, "effective_cost") == {"EUR": Decimal(105)}


def test_the_order_of_the_parts_changes_nothing(tmp_path):
    report, _ = read(tmp_path, *parts(tmp_path, b=AMORTIZED, a=ACTUAL))
    assert totals(report) == totals(report, "effective_cost") == {"EUR": Decimal(105)}


def test_of_a_period_that_is_not_amortised_the_actual_cost_is_read_whole(tmp_path):
    report, _ = read(tmp_path, *parts(tmp_path, a=[*ACTUAL, *in_november(ACTUAL)], b=AMORTIZED))
    assert totals(report) == {"EUR": Decimal(210)}


def test_of_an_account_that_is_not_amortised_the_actual_cost_is_read_whole(tmp_path):
    other = [{**row, "BillingAccountId": "2"} for row in ACTUAL]
    report, _ = read(tmp_path, *parts(tmp_path, a=[*ACTUAL, *other], b=AMORTIZED))
    assert totals(report) == {"EUR": Decimal(210)}


def test_parts_of_one_export_are_all_read(tmp_path):
    report, _ = read(tmp_path, *parts(tmp_path, part_1=[ON_DEMAND], part_2=[{**ON_DEMAND, "ResourceId": "vm-2"}]))
    assert totals(report) == {"EUR": Decimal(10)}


@pytest.mark.parametrize("names", [("x", "y"), ("y", "x")])
def test_parts_of_both_that_hold_the_same_are_no_copies_of_each_other(tmp_path, names):
    held = {"x": [[ON_DEMAND], [COVERED, UNUSED]], "y": [[ON_DEMAND], [COVERED_AS_BILLED, BOUGHT]]}
    files = {f"{name}_{number + 1}": rows for name in names for number, rows in enumerate(held[name])}
    report, _ = read(tmp_path, *parts(tmp_path, **files))
    assert totals(report) == totals(report, "effective_cost") == {"EUR": Decimal(105)}
    assert report["copies"] == []


@pytest.mark.parametrize("first", [ACTUAL, [ON_DEMAND]], ids=["with a commitment", "with nothing that tells"])
def test_a_copy_of_one_of_them_is_counted_once_whatever_its_name(tmp_path, first):
    once, _ = read(tmp_path / "once", *parts(tmp_path, bill=first))
    twice, _ = read(tmp_path / "twice", *parts(tmp_path, bill=first, again=first))
    assert (totals(twice), twice["copies"]) == (totals(once), [(1, 0)])


def test_a_copy_of_the_amortised_beside_both_is_counted_once(tmp_path):
    report, _ = read(tmp_path, *parts(tmp_path, a=ACTUAL, b=AMORTIZED, c=AMORTIZED, d=ACTUAL))
    assert totals(report) == totals(report, "effective_cost") == {"EUR": Decimal(105)}
    assert report["copies"] == [(2, 1), (3, 0)]


def test_a_part_of_which_nothing_tells_goes_with_those_of_its_name(tmp_path):
    files = parts(tmp_path, x_1=[ON_DEMAND], x_2=[COVERED, UNUSED], y_1=[ON_DEMAND], y_2=[COVERED_AS_BILLED, BOUGHT])
    report, _ = read(tmp_path, *files)
    assert totals(report) == totals(report, "effective_cost") == {"EUR": Decimal(105)}


def test_a_name_tells_where_the_content_does_not(tmp_path):
    report, _ = read(tmp_path, *parts(tmp_path, ActualCost=[ON_DEMAND], AmortisedCost=[ON_DEMAND]))
    assert totals(report) == {"EUR": Decimal(5)}


def test_what_might_count_twice_is_refused(tmp_path):
    with pytest.raises(
        BillRefused, match=r"b\.csv may be actual or amortised cost.*Put actual or amortized into its name"
    ):
        read(tmp_path, *parts(tmp_path, a=ACTUAL, b=[ON_DEMAND]))


def notes(tmp_path, **files):
    report, _ = read(tmp_path, *parts(tmp_path, **files))
    return " ".join(note for period in report["periods"] for note in period["notes"])


def test_one_of_the_two_alone_says_what_it_lacks(tmp_path):
    assert "the actual cost alone" in notes(tmp_path / "1", a=ACTUAL)
    assert "No purchase of a commitment" in notes(tmp_path / "2", b=AMORTIZED)
    assert notes(tmp_path / "3", a=ACTUAL, b=AMORTIZED) == ""
    assert notes(tmp_path / "4", a=[ON_DEMAND]) == ""


def test_the_recorded_pair(tmp_path):
    """Of the actual file only the purchase is read; all else of that month stands in the amortised one."""
    names = ("azure-ea-actual-cost.csv", "azure-ea-amortized-cost.csv")
    report, _ = read(tmp_path, *(Part(path=BILLS / name, key=name) for name in names))
    spread = plain_sum(BILLS / names[1], "Cost")
    covered = Decimal("0.493152") + Decimal("0.006000000468")
    assert totals(report, "effective_cost") == {"USD": spread}
    assert totals(report) == {"USD": spread - covered + Decimal("3.25")}
