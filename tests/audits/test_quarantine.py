"""A bill with a few bad rows is loaded without them, and says which they are, what they cost, and what cannot be told."""

import csv
import dataclasses
import datetime as dt
import io
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from audits import quarantine
from audits.bill_parts import BillRefused
from audits.bills_page import load_row
from audits.focus import COSTS
from audits.load_page import period_state
from audits.models import BillLoad, CostLine, QuarantinedRow
from audits.quarantine import BadRow, Bounds, incomplete_from, of_period, percent_of, printable, tallies, verdict
from tenants import scope
from tests.audits.focus_files import ROW, read, write_csv, write_parquet, written
from tests.audits.plain_bills import COLUMNS, FORMATS, plain_cost, rows_of, text_of
from tests.audits.provider_bills import GCP_ROW, credit
from tests.audits.test_bills import OCTOBER, load, payer  # noqa: F401 - a fixture
from tests.audits.test_load_page import FINAL_AT, LAST_DAY
from tests.audits.test_malformed_bills import ALL_BUT_ONE
from tests.connections.test_views import text
from tests.database import acting_as

BAD = {"BilledCost": "1,5", "EffectiveCost": "2", "ChargePeriodStart": "2026-10-20T00:00:00Z", "ResourceId": "vol-bad",
       "ChargePeriodEnd": "2026-10-21T00:00:00Z"}  # fmt: skip
NO_DATE = {"ChargePeriodStart": "yesterday", "BilledCost": "3.25"}


@pytest.fixture
def allowing(settings):
    def allow(rows=100, percent=50):
        settings.BILL_BAD_ROWS, settings.BILL_BAD_PERCENT = rows, Decimal(percent)

    return allow


def row(**changes):
    return BadRow(**{
        "part": "a.csv", "row_number": 7, "column": "BilledCost", "value": "1,5", "reason": "is no number",
        "remedy": "Write it plainly.", "billing_period": OCTOBER, "charge_date": dt.date(2026, 10, 20),
        "currency": "USD", "has_invoice": True, "costs": dict.fromkeys(COSTS, Decimal("0.1")), **changes,
    })  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "percent", "of", "most"),
    [(100, "0.1", 999, 0), (100, "0.1", 1000, 1), (100, "0.1", 10**6, 100), (0, "1", 10**6, 0), (100, "0", 10**6, 0),
     (100, "100", 3, 2), (100, "100", 0, 0)],
)  # fmt: skip
def test_as_many_rows_may_be_left_out_as_both_bounds_allow_and_never_all(rows, percent, of, most):
    assert Bounds(rows=rows, percent=Decimal(percent)).most(of) == most


@pytest.mark.parametrize("percent", ["-1", "10.1", "NaN", "x", "", "Infinity"])
def test_a_share_that_cannot_be_meant_is_refused(percent):
    with pytest.raises(ValueError, match="of a hundred rows"):
        percent_of(percent)
    assert percent_of("0.25") == Decimal("0.25")


def test_a_row_and_a_tally_come_back_from_json_as_they_were():
    for one in (row(), row(billing_period=None, costs={**row().costs, "list_cost": None})):
        assert BadRow.from_json(one.to_json()) == one
    (tally,) = tallies([row()])
    assert quarantine.Tally.from_json(tally.to_json()) == tally


def test_sums_of_what_is_left_out_keep_every_digit():
    large, small = Decimal("99999999999999.000000000000000000000001"), Decimal("0.000000000000000000000002")
    (tally,) = tallies([row(costs=dict.fromkeys(COSTS, one)) for one in (large, small)])
    assert f"{tally.costs['billed_cost']:f}" == "99999999999999.000000000000000000000003"


def test_the_verdict_says_what_cannot_agree():
    unreadable = row(costs={**row().costs, "list_cost": None})
    assert verdict(tallies([row()])) == "Together with them it equals the files to the last digit."
    assert "the list cost of 1 of them cannot be read" in verdict(tallies([row(), unreadable]))
    assert "name no currency" in verdict(tallies([row(currency="")]))


def test_a_row_of_no_period_that_was_loaded_may_be_of_any():
    november = dt.date(2026, 11, 1)
    mine, other, nobodys, lost = (row(billing_period=one) for one in (OCTOBER, november, None, dt.date(2062, 1, 1)))
    assert of_period([mine, other, nobodys, lost], OCTOBER, periods={OCTOBER, november}) == (mine, nobodys, lost)


@pytest.mark.parametrize(
    ("days", "first"),
    [((), None), ((dt.date(2026, 10, 20), dt.date(2026, 10, 7)), dt.date(2026, 10, 7)), ((None,), OCTOBER),
     ((dt.date(2026, 11, 1),), OCTOBER)],
)  # fmt: skip
def test_days_are_incomplete_from_the_first_that_lacks_a_row(days, first):
    assert incomplete_from([row(charge_date=one) for one in days], OCTOBER) == first


def test_what_cannot_be_printed_is_escaped_and_what_is_long_is_cut():
    assert printable("a\0b\n\u202e") == r"a\x00b\n\u202e"
    assert len(printable("\0" * 1000)) == 200


def bad_values(kind):
    """Values that no row may hold, by column."""
    cost, currency, numbers, dates, text = COLUMNS[kind]
    found = [(cost, "1,2.3,4"), (cost, "abc"), (cost, "0." + "0" * 30 + "1"), (currency, "")]
    found += [(name, "abc") for name in dates]
    if kind == "google":  # whose text tells the kind of a charge, and is not kept
        return found
    found += [(text, "a\0"), *((name, "abc") for name in numbers)]
    return found + ([(text, "x" * 3000)] if "ResourceId" in text else [])


@st.composite
def with_bad_rows(draw):
    """A format, its rows, and where bad ones stand among them."""
    kind = draw(st.sampled_from(FORMATS))
    good = rows_of(kind, [str(one) for one in draw(st.lists(st.decimals(-999, 999, places=9), min_size=1, max_size=6))])
    bad = [
        {**rows_of(kind, ["7"])[-1], name: value}
        for name, value in draw(st.lists(st.sampled_from(bad_values(kind)), min_size=1, max_size=4))
    ]
    mixed = draw(st.permutations([*((row, True) for row in good), *((row, False) for row in bad)]))
    return kind, [row for row, _ in mixed], [row for row, is_good in mixed if is_good]


@given(bill=with_bad_rows())
@examples(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_bill_is_read_as_if_its_bad_rows_had_never_stood_in_it_and_they_are_what_is_missing(bill):
    kind, rows, good = bill
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole = written(folder / "bill", text_of(kind, rows))
        report, lines = read(folder / "work", whole, bounds=ALL_BUT_ONE)
        _, expected = read(folder / "other", written(folder / "good", text_of(kind, good)))
    assert lines == expected
    found = [BadRow.from_json(one) for one in report["left_out"]]
    assert [rows[one.row_number - 1] for one in found] == [row for row in rows if row not in good]
    for one in found:
        row = rows[one.row_number - 1]
        is_readable = one.costs["billed_cost"] is not None
        assert not is_readable or one.costs["billed_cost"] == plain_cost(kind, row)[0]
        assert is_readable or COLUMNS[kind][0] in one.column or "credits" in one.column


@pytest.mark.parametrize("writer", [write_csv, lambda path, rows: write_parquet(path, rows, number="varchar")])
def test_rows_are_found_by_their_number_in_large_files_of_several(tmp_path, writer):
    """Large enough that more than one thread would read it, were there no order to keep."""
    rows = [{"ResourceId": f"vol-{number % 50}", "BilledCost": "1"} for number in range(150_000)]
    for number in (3, 70_000, 149_999):
        rows[number] = {"BilledCost": "x", "ResourceId": f"bad-{number}"}
    parts = [writer(tmp_path / "a", rows), writer(tmp_path / "b", [{"ResourceId": "good"}, {"ResourceId": "a\0"}])]
    report, lines = read(tmp_path / "work", *parts, bounds=Bounds(rows=4, percent=Decimal(1)))
    assert [(one["part"], one["row_number"]) for one in report["left_out"]] == [
        ("a", 4), ("a", 70_001), ("a", 150_000), ("b", 2),
    ]  # fmt: skip
    assert report["rows_by_part"] == [150_000, 2]
    assert sum(line["row_count"] for line in lines) == 149_998
    assert {line["resource_id"] for line in lines} == {"good", *(f"vol-{number}" for number in range(50))}


def test_one_row_more_than_the_bound_refuses_all_and_names_the_first(tmp_path):
    rows = [{}] * 7 + [{"BilledCost": "x"}, {"ListCost": "y"}, {"EffectiveCost": ""}]
    part = write_csv(tmp_path / "a.csv", rows)
    with pytest.raises(BillRefused, match=r"row 8 .*'x'.* 2 more rows .* At most 2 of its 10 rows") as refused:
        read(tmp_path / "work", part, bounds=Bounds(rows=2, percent=Decimal(100)))
    assert refused.value.field == "BilledCost"
    report, _ = read(tmp_path / "again", part, bounds=Bounds(rows=3, percent=Decimal(100)))
    assert len(report["left_out"]) == 3


def test_a_row_that_becomes_several_is_left_out_with_all_of_them(tmp_path):
    good = {**GCP_ROW, "credits": [credit("PROMOTION", "-0.25")]}
    bad = {**GCP_ROW, "cost": 5, "credits": [credit("PROMOTION", "-0.5"), credit("DISCOUNT", "x")]}
    (tmp_path / "a").write_bytes(text_of("google", [good, bad]))
    part = dataclasses.replace(write_csv(tmp_path / "b", []), path=tmp_path / "a", key="a")
    report, lines = read(tmp_path / "work", part, bounds=ALL_BUT_ONE)
    (found,) = report["left_out"]
    assert found["row_number"] == 2
    assert found["costs"]["billed_cost"] is None, "a part of it cannot be read, so the whole is not known"
    assert sum(line["billed_cost"] for line in lines) == Decimal("0.75")


def test_a_bill_without_bad_rows_is_read_once(tmp_path, monkeypatch):
    def fail(**_):
        raise AssertionError

    monkeypatch.setattr("audits.bad_rows.find", fail)
    report, _ = read(tmp_path / "work", write_csv(tmp_path / "a.csv", [ROW] * 5), bounds=ALL_BUT_ONE)
    assert report["left_out"] == []


def test_what_is_wrong_with_a_whole_file_still_refuses_it(tmp_path):
    (tmp_path / "a.csv").write_bytes(write_csv(tmp_path / "b.csv", [ROW] * 50).path.read_bytes() + b"cut,off\n")
    part = dataclasses.replace(write_csv(tmp_path / "b.csv", []), path=tmp_path / "a.csv")
    with pytest.raises(BillRefused, match="another number of columns"):
        read(tmp_path / "work", part, bounds=ALL_BUT_ONE)


def test_the_load_keeps_the_rows_and_the_sums_and_is_never_final(payer, tmp_path, allowing, visitor):  # noqa: F811
    allowing()
    bad = {**NO_DATE, "ResourceId": "=1+1", "InvoiceId": "=cmd"}
    rows = [{}, LAST_DAY, {**LAST_DAY, "ResourceId": "vol-2"}, bad, {**bad, "BilledCost": "=2"}]
    (found,) = load(payer, [write_csv(tmp_path / "a.csv", rows)], at=FINAL_AT)
    with scope.organization(payer.organization_id):
        assert CostLine.objects.filter(load=found).count() == 3
        kept = list(QuarantinedRow.objects.order_by("row_number"))
    assert [(one.row_number, one.column, one.value, one.billed_cost) for one in kept] == [
        (4, "ChargePeriodStart", "yesterday", Decimal("3.25")),
        (5, "ChargePeriodStart", "yesterday", None),
    ]
    assert (found.row_count, found.quarantined_count) == (3, 2)
    assert "2 of 5 rows cannot be read and are left out." in found.message
    page = text(visitor.get(f"/bills/{found.id}/"))
    assert "2 rows left out provisional The period is over, but rows of it could not be read" in page
    assert "the billed cost of 1 of them cannot be read" in page
    assert "Billed cost 3.75 3.25 1 not readable not known" in page
    assert "Effective cost 3.75 2.5 6.25" in page
    assert "a.csv 4 ChargePeriodStart yesterday is no date" in page


def test_no_period_that_lacks_rows_is_final_whatever_its_days_and_invoices_say(payer, tmp_path):  # noqa: F811
    (found,) = load(payer, [write_csv(tmp_path / "a.csv", [{}, LAST_DAY])], at=FINAL_AT)
    assert period_state(found, load_row(found)) == "final"
    found.quarantined_count = 1
    assert period_state(found, load_row(found)) == "provisional"


def test_the_download_holds_every_row_and_nothing_that_a_spreadsheet_runs(payer, tmp_path, allowing, visitor):  # noqa: F811
    allowing()
    bad = {"BilledCost": "=HYPERLINK(1)", "BillingCurrency": "+USD"}
    (found,) = load(payer, [write_csv(tmp_path / "=a.csv", [{}, {}, bad, {**NO_DATE, "BilledCost": "-3.25"}])])
    answer = visitor.get(f"/bills/{found.id}/rows-left-out.csv")
    assert "attachment" in answer["Content-Disposition"]
    header, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    told = [dict(zip(header, row, strict=True)) for row in rows]
    assert [(one["file"], one["row"], one["value"], one["billed_cost"], one["currency"]) for one in told] == [
        ("'=a.csv", "3", "'=HYPERLINK(1)", "", "'+USD"),
        ("'=a.csv", "4", "yesterday", "-3.25", "USD"),
    ]


def test_a_load_that_takes_its_place_takes_the_rows_away_and_their_number_stays(payer, tmp_path, allowing, visitor):  # noqa: F811
    allowing()
    (first,) = load(payer, [write_csv(tmp_path / "a.csv", [{}, {}, BAD])])
    (second,) = load(payer, [write_csv(tmp_path / "a.csv", [{}, {}, {}])], execution="run-2")
    with scope.organization(payer.organization_id):
        assert not QuarantinedRow.objects.exists()
        assert BillLoad.objects.get(id=first.id).quarantined_count == 1
    assert "went with this load's lines" in text(visitor.get(f"/bills/{first.id}/"))
    assert "Rows left out" not in text(visitor.get(f"/bills/{second.id}/"))


def test_a_bill_above_the_bound_is_refused_and_the_earlier_load_stays(payer, tmp_path):  # noqa: F811
    """As the settings are where nobody set them: a bill of so few rows may lack none."""
    load(payer, [write_csv(tmp_path / "a.csv", [{}, {}])])
    with pytest.raises(BillRefused, match=r"row 3 .* BilledCost"):
        load(payer, [write_csv(tmp_path / "a.csv", [{}, {}, BAD])], execution="run-2")
    with scope.organization(payer.organization_id):
        assert BillLoad.objects.get().state == "LOADED"
        assert CostLine.objects.count() == 1


@pytest.mark.parametrize(
    ("bad", "until"), [(BAD, dt.date(2026, 10, 20)), (NO_DATE, dt.date(2026, 10, 5)), (None, dt.date(2026, 11, 1))]
)
def test_no_day_from_the_first_bad_row_on_is_complete(payer, tmp_path, allowing, bad, until):  # noqa: F811
    allowing()
    (found,) = load(payer, [write_csv(tmp_path / "a.csv", [{}, LAST_DAY, *([bad] if bad else [])])], at=FINAL_AT)
    assert (found.billed_from, found.billed_until) == (dt.date(2026, 10, 5), until)


def test_a_row_of_another_period_is_left_out_of_an_export(payer, tmp_path, allowing):  # noqa: F811
    allowing()
    other = {"BillingPeriodStart": "2026-09-01T00:00:00Z", "BilledCost": "9"}
    (found,) = load(payer, [write_csv(tmp_path / "a.csv", [{}, {}, other])])
    assert found.quarantined[0]["costs"]["billed_cost"] == "9.000000000000000000000000"
    with scope.organization(payer.organization_id):
        assert "is not of the billing period 2026-10-01" in QuarantinedRow.objects.get().reason


def test_both_commands_print_what_was_left_out(payer, tmp_path, allowing, capsys):  # noqa: F811
    allowing()
    part = write_csv(tmp_path / "a.csv", [{}, {**LAST_DAY, "ResourceId": "vol-2"}, BAD])
    with acting_as("cf_worker"):
        call_command("load_bill", str(part.path), organization=str(payer.organization_id), connection=str(payer.id))
    loaded = capsys.readouterr().out
    call_command("try_bill", str(part.path))
    for said in loaded, capsys.readouterr().out:
        assert "1 of 3 rows cannot be read and is left out." in said
        assert "Left out, USD, effective cost: 2.0" in said
        assert "Left out, USD, billed cost: 0, and 1 that cannot be read" in said
        assert "a.csv, row 3 after the header: BilledCost ('1,5') is no number" in said


def test_a_bill_that_is_tried_may_lack_no_more_rows_than_one_that_is_loaded(tmp_path, allowing):
    allowing(rows=0)
    with pytest.raises(CommandError, match="row 3 after the header"):
        call_command("try_bill", str(write_csv(tmp_path / "a.csv", [{}, LAST_DAY, BAD]).path))


def test_nothing_is_told_of_a_month_that_lacks_rows_and_of_those_before_it(tmp_path, allowing, capsys):
    allowing()
    november = {"BillingPeriodStart": "2026-11-01T00:00:00Z"}
    days = [
        {**november, "ChargePeriodStart": f"2026-11-{one:02}T00:00:00Z", "ChargePeriodEnd": f"2026-11-{one + 1:02}T00:00:00Z"}
        for one in range(1, 12)
    ]  # fmt: skip
    call_command("try_bill", str(write_csv(tmp_path / "a.csv", [{}, LAST_DAY, BAD, *days]).path))
    said = capsys.readouterr().out
    assert "complete from 2026-11-01 to 2026-11-10." in said
    assert "2026-10 is not whole in these files, so nothing is told of it and the months before it." in said


@pytest.mark.parametrize(
    ("cost", "kept"),
    [(None, None), ("99999999999999.5", "99999999999999.5"), ("100000000000000", None), ("-1e14", None)],
)
def test_what_a_row_comes_to_is_kept_where_a_cost_may_be_so_large(cost, kept):
    assert quarantine.held(cost and Decimal(cost)) == (kept and Decimal(kept))
