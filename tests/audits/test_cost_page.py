"""The cost page: by whatever is asked for, one currency at a time, to the last digit of what was loaded."""

import csv
import datetime as dt
import io
import re
from decimal import Decimal

import pytest

from audits.models import BillLoad
from tenants import scope
from tests.audits.focus_files import write_csv
from tests.audits.test_bills import load, payer  # noqa: F401 - a fixture
from tests.connections.test_views import text
from tests.web import Visitor

OCTOBER, NOVEMBER = dt.date(2026, 10, 1), dt.date(2026, 11, 1)
OVER = dt.datetime(2026, 12, 20, tzinfo=dt.UTC)


def costs(billed, effective=None, list_cost=None, contracted=None):
    effective = billed if effective is None else effective
    values = {"BilledCost": billed, "EffectiveCost": effective, "ListCost": list_cost or billed,
              "ContractedCost": contracted or billed}  # fmt: skip
    return {name: str(value) for name, value in values.items()}


def charge(day, cost="1", *, month=10, days=1, **more):
    start = dt.date(2026, month, day)
    times = {
        "ChargePeriodStart": f"{start}T00:00:00Z",
        "ChargePeriodEnd": f"{start + dt.timedelta(days=days)}T00:00:00Z",
    }
    return {"BillingPeriodStart": f"2026-{month:02}-01T00:00:00Z", **times, **costs(cost), **more}


EC2, S3 = "Amazon Elastic Compute Cloud", "Amazon Simple Storage Service"
TAX = charge(1, "2.5", days=31, ChargeCategory="Tax", ServiceName="Tax", RegionId="")
SAVINGS_PLAN = charge(
    1, days=31, ChargeCategory="Purchase", CommitmentDiscountId="sp-1", ServiceName="Savings Plans"
) | costs("100", "0", "100", "100")
CREDIT = charge(3, "-0.75", ChargeCategory="Credit")
BILL = [
    charge(1, "1.000000000000000000000001", SubAccountId="111111111111"),
    charge(2, "3", SubAccountId="222222222222", RegionId="us-east-1"),
    charge(2, "10", ServiceName=S3, RegionId=""),
    charge(31, "5", ServiceName=S3),
    TAX,
    SAVINGS_PLAN,
    CREDIT,
]


@pytest.fixture
def loaded(payer, tmp_path):  # noqa: F811
    """Loads a month's rows: what a bill is made of."""

    def loads(rows, *, month=OCTOBER, execution="run-1", at=OVER):
        (found,) = load(
            payer, [write_csv(tmp_path / f"{execution}.csv", rows)], month=month, execution=execution, at=at
        )
        return found

    return loads


@pytest.fixture
def shown(visitor):
    return lambda query="": text(visitor.get(f"/costs/{query}"))


def file_of(answer):
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_newest_bill_is_shown_by_service_in_effective_cost(loaded, shown):
    loaded(BILL)
    page = shown()
    assert "Effective cost of the bill of 2026-10, its days to 2026-10-31." in page
    assert f"{S3} 15.00" in page
    assert f"{EC2} 4.00 4.000000000000000000000001" in page
    assert page.index(f"{S3} 15.00") < page.index(f"{EC2} 4.00")


def test_the_controls_show_what_is_shown(loaded, visitor):
    loaded(BILL)
    page = visitor.get("/costs/").content.decode()
    for name in ("by", "cost", "month"):
        control = page.partition(f'<select name="{name}"')[2].partition("</select>")[0]
        chosen = re.search(r'<option value="([^"]*)"(?: selected)?>', control)[1]
        assert chosen == {"by": "service", "cost": "effective", "month": ""}[name]
    narrowed = visitor.get("/costs/?by=day&cost=list&service=nobody").content.decode()
    for value in ("day", "list", "nobody"):
        assert f'<option value="{value}" selected>' in narrowed


@pytest.mark.parametrize("cost", ["effective", "billed", "list", "contracted"])
@pytest.mark.parametrize("by", ["day", "service", "account", "region", "provider", "kind"])
def test_however_it_is_added_up_the_total_is_the_loads_to_the_last_digit(loaded, visitor, cost, by):
    found = loaded(BILL)
    rows = file_of(visitor.get(f"/costs/costs.csv?by={by}&cost={cost}"))
    assert sum(Decimal(row["cost"]) for row in rows) == Decimal(found.totals["USD"][f"{cost}_cost"])
    page = text(visitor.get(f"/costs/?by={by}&cost={cost}"))
    assert f"Total {Decimal(found.totals['USD'][f'{cost}_cost']):,.2f} {found.totals['USD'][f'{cost}_cost']}" in page


def test_costs_of_the_most_digits_are_added_up_without_rounding(loaded, visitor):
    large = "99999999999.999999999999999999999999"
    found = loaded([charge(1, large, ServiceName="A"), charge(2, "0.000000000000000000000001", ServiceName="B")])
    assert found.totals["USD"]["billed_cost"] == "100000000000"
    page = text(visitor.get("/costs/"))
    assert "Total 100,000,000,000.00" in page
    assert "2026-10-01 99999999999.999999999999999999999999" in page


def test_what_is_no_usage_stands_apart_and_is_not_drawn(loaded, shown):
    loaded(BILL)
    page = shown("?cost=billed")
    assert "Usage and support 19.00 19.000000000000000000000001" in page
    assert (
        "Commitments' purchases and other prepayments Paid at once; the usage that it covers is 0 above. 100.00" in page
    )
    assert "Credits -0.75" in page
    assert "Tax 2.50" in page
    assert "Billed cost by day, USD, 2026-10-01 to 2026-10-31: between 0.00 and 13.00, the most on 2026-10-02." in page


def test_a_commitments_purchase_is_not_counted_beside_the_usage_that_it_covers(loaded, shown):
    loaded(BILL)
    page = shown("?cost=list")
    assert "The usage that it covers is above: leave this out to compare. 100.00" in page
    assert "Usage and support 19.00" in page
    assert "Spread over the usage above. 0.00" in shown()


def test_by_kind_everything_is_drawn_and_nothing_stands_apart(loaded, shown):
    loaded(BILL)
    page = shown("?by=kind&cost=billed")
    assert "stand apart" not in page.partition("<main")[2].replace("so it stands apart", "")
    assert "Purchases and commitments' fees 100.00" in page
    assert "between -0.75 and 103.50, the most on 2026-10-01." in page


def test_charges_for_more_than_a_day_are_named_with_their_first_day(loaded, shown):
    loaded([*BILL, charge(1, "31", days=31, ServiceName="AWS Support (Business)")])
    assert (
        "stand on their first day: AWS Support (Business), 31.00 USD for 31 days on 2026-10-01; Tax (Tax), 2.50 USD"
        in shown()
    )


def test_credits_hang_below_the_line(loaded, visitor):
    loaded(BILL)
    page = visitor.get("/costs/?kind=Credit").content.decode()
    zero = float(re.search(r'class="zero"[^>]*y1="([\d.]+)"', page)[1])
    (bar,) = re.findall(r'<rect class="part-\d" x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)">', page)
    assert float(bar[0]) == zero
    assert float(bar[1]) > 50


def test_currencies_are_never_added(loaded, shown, visitor):
    loaded([charge(1, "1"), charge(1, "2", BillingCurrency="EUR")])
    page = shown()
    assert "Total 1.00" in page
    assert "Total 2.00" in page
    assert "3.00" not in page
    assert visitor.get("/costs/").content.decode().count('<svg class="chart"') == 2
    assert "Total 1.00" not in shown("?currency=EUR")


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("?account=222222222222", "3.00"),
        ("?service=Amazon+Simple+Storage+Service", "15.00"),
        ("?region=us-east-1", "3.00"),
        ("?region=(none)", "12.50"),
        ("?provider=AWS&kind=Tax", "2.50"),
        ("?provider=nobody", None),
        ("?account=222222222222&region=us-east-1&currency=USD&month=2026-10", "3.00"),
    ],
)
def test_costs_are_narrowed_by_what_the_url_says(loaded, shown, query, total):
    loaded(BILL)
    page = shown(query)
    assert (f"Total {total}" in page) if total else ("Nothing is charged for this choice." in page)


def test_each_row_leads_to_a_page_whose_total_is_the_rows_cost(loaded, visitor):
    loaded([row for row in BILL if row not in (TAX, SAVINGS_PLAN, CREDIT)])
    seen, waiting = set(), ["?", "?by=account", "?by=day", "?by=provider", "?by=kind", "?by=region"]
    while waiting:
        page = visitor.get(f"/costs/{waiting.pop()}").content.decode()
        for url, cost in re.findall(r'<a href="(\?[^"]+)">[^<]*</a></th>\s*<td[^>]*><span>([^<]+)', page):
            address = url.replace("&amp;", "&")
            if address not in seen:
                seen.add(address)
                waiting.append(address)
                assert f"Total {cost}" in text(visitor.get(f"/costs/{address}")), address
    assert len(seen) > 15


def test_a_whole_bill_is_compared_with_the_bill_before(loaded, shown):
    loaded([charge(1, "5"), charge(30, "2"), charge(4, "7", ServiceName="Gone")])
    loaded([charge(1, "10", month=11)], month=NOVEMBER, execution="run-2")
    page = shown()
    assert "of the bill of 2026-11, its days to 2026-11-30, beside 2026-10-01 to 2026-10-31" in page
    assert f"{EC2} 10.00 7.00 +3.00" in page
    assert "Gone 0.00 7.00 -7.00" in page
    assert "Total 10.00 14.00 -4.00" in page


def test_a_bill_that_is_open_is_compared_with_as_many_days_of_the_one_before(loaded, shown):
    loaded([charge(1, "5"), charge(2, "3"), charge(4, "2")])
    loaded([charge(day, "10", month=11) for day in (1, 2)], month=NOVEMBER, execution="run-2",
           at=dt.datetime(2026, 11, 3, tzinfo=dt.UTC))  # fmt: skip
    page = shown()
    assert "its days to 2026-11-02, beside 2026-10-01 to 2026-10-02" in page
    assert "Total 20.00 8.00 +12.00" in page
    assert "This bill is still open" in page


def test_what_a_reservation_has_left_of_a_month_that_goes_on_is_said_to_get_less(loaded, shown):
    open_yet, said = dt.datetime(2026, 11, 3, tzinfo=dt.UTC), "less with each day that uses it"
    rest = {"month": 11, "days": 30, "CommitmentDiscountStatus": "Unused", "CommitmentDiscountId": "ri-1"}
    loaded([charge(1, month=11), charge(1, "30", **rest)], month=NOVEMBER, at=open_yet)
    assert said in shown()
    assert said not in shown("?cost=billed")
    loaded([charge(1, month=11), charge(1, "30", **rest)], month=NOVEMBER, execution="run-2", at=OVER)
    assert said not in shown()
    loaded(
        [charge(1, month=10), charge(1, "30", days=31, ChargeCategory="Tax")],
        at=dt.datetime(2026, 10, 3, tzinfo=dt.UTC),
    )
    assert said not in shown("?month=2026-10")


def test_dates_take_charges_of_all_bills_beside_as_many_days_before(loaded, shown):
    loaded([charge(29, "1"), charge(30, "2"), charge(31, "4")])
    loaded([charge(1, "8", month=11), charge(2, "16", month=11)], month=NOVEMBER, execution="run-2")
    page = shown("?since=2026-10-31&until=2026-11-01")
    assert "charged from 2026-10-31 to 2026-11-01, on whichever bill, beside 2026-10-29 to 2026-10-30" in page
    assert "Total 12.00 3.00 +9.00" in page


def test_a_change_is_not_told_where_there_is_nothing_to_compare_with(loaded, shown):
    loaded(BILL)
    assert "No earlier time of equal length is loaded to compare with" in shown()
    assert "Difference" not in shown()


def test_a_month_or_an_account_without_a_bill_is_named(loaded, shown):
    loaded([charge(1, "5", BillingAccountId="1")])
    loaded([charge(1, "5", month=11, BillingAccountId="1"), charge(1, "6", month=11, BillingAccountId="2")],
           month=NOVEMBER, execution="run-2")  # fmt: skip
    assert "Of 2026-10 no bill of the billing account 2 is loaded: what it charges is not in these figures." in shown()
    assert "No bill of 2026-09 is loaded" in shown("?since=2026-09-30&until=2026-10-01")


def test_charges_of_a_bill_for_days_outside_of_it_are_named_and_counted(loaded, shown):
    late = charge(30, "4", month=9) | {"BillingPeriodStart": "2026-10-01T00:00:00Z"}
    loaded([charge(1, "1"), late])
    page = shown()
    assert "4 USD of the sum are on this bill for days outside of it: in the table, not in the chart." in page
    assert "Total 5.00" in page


def test_each_source_says_how_far_it_can_be_relied_on(loaded, shown):
    loaded([charge(31)])
    page = shown().partition("Data as of")[2]
    assert "AWS Payer, FOCUS" in page
    assert "2026-10 2026-10-31 2026-12-20 00:00 final Billed to the last day" in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?month=2026-13", "Bill of: “2026-13” is none of the loaded bills: choose one from the list."),
        ("?since=yesterday&until=2026-10-02", "Or from: “yesterday” is no date: write it like 2026-10-31."),
        ("?since=2026-10-02", "Until, that day too: is missing: give both dates, or neither to see a bill."),
        ("?until=2026-10-02", "Or from: is missing: give both dates"),
        ("?since=2026-10-02&until=2026-10-01", "Until, that day too: 2026-10-01 is before 2026-10-02"),
        ("?since=2025-01-01&until=2026-10-01", "2025-01-01 to 2026-10-01 is 639 days: give at most 366."),
        ("?since=0001-01-01&until=0001-01-02", "Or from: “0001-01-01” is no day from 2000-01-01 to 2100-12-31"),
        ("?since=2026-10-02&until=2026-10-02&month=2026-10", "2026-10 and dates are both given, so the dates count"),
        (
            "?by=colour",
            "By: “colour” is none of: service, account, region, provider, kind, day, or tag: and the key of a tag that is loaded.",
        ),
        ("?cost=dear", "Cost: “dear” is none of: effective, billed, list, contracted."),
        ("?service=%00", "Service: Null characters are not allowed."),
        (f"?region={'x' * 501}", "Region: "),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_its_remedy_and_gives_no_file(
    loaded, visitor, shown, query, sentence
):
    loaded(BILL)
    page = shown(query)
    assert sentence in page
    assert "Data as of" in page
    answer = visitor.get(f"/costs/costs.csv{query}")
    assert answer.status_code == 400
    assert sentence.encode() in answer.content


def test_what_a_spreadsheet_could_run_is_made_harmless(loaded, visitor):
    loaded([charge(1, "-2", ServiceName='=HYPERLINK("x")')])
    (row,) = file_of(visitor.get("/costs/costs.csv"))
    assert (row["name"], row["cost"]) == ('\'=HYPERLINK("x")', "-2")


def test_the_file_has_the_rows_that_are_too_many_for_the_page(loaded, visitor, shown):
    loaded([charge(1, str(number), ServiceName=f"service {number}") for number in range(1, 111)])
    page = shown()
    assert "All 10 others 55.00" in page
    assert "Total 6,105.00" in page
    assert len(file_of(visitor.get("/costs/costs.csv"))) == 110


def test_more_days_than_can_be_told_apart_are_drawn_by_month(loaded, shown):
    loaded(BILL)
    page = shown("?since=2026-06-01&until=2026-10-31")
    assert "cost by month, USD, 2026-06 to 2026-10" in page
    assert "Total 120.75" in shown("?since=2026-06-01&until=2026-10-31&cost=billed")


@pytest.mark.parametrize(("role", "may"), [("viewer", False), ("finance", True), ("engineer", True), ("admin", True)])
def test_whoever_may_read_bills_sees_costs_and_whoever_may_export_gets_the_file(loaded, provider_key, role, may):
    loaded(BILL)
    visitor = Visitor(role=role)
    page = visitor.get("/costs/")
    assert page.status_code == 200
    assert ("Download as CSV" in page.content.decode()) is may
    assert (visitor.get("/costs/costs.csv").status_code == 200) is may


def test_an_account_has_the_name_of_its_connection(loaded, shown, organization):
    loaded([charge(1, SubAccountId="999999999999")])
    assert "Payer (999999999999) 1.00" in shown("?by=account")


def test_a_replaced_bill_is_not_counted(loaded, shown, organization):
    loaded([charge(1, "5", ServiceName="Gone")])
    loaded([charge(1, "3")], execution="run-2")
    assert "Gone" not in shown()
    assert "Total 3.00" in shown()
    with scope.organization(organization.id):
        assert BillLoad.objects.count() == 2
