"""Rows alike are made one before they are mapped, and nothing of what a bill says is another for it."""

import datetime as dt
import json
import tempfile
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from audits import alike_rows, pacific
from audits.bill_format import Column, Mapped, resolve
from audits.bill_formats import AWS_CUR, BILL_FORMATS, GCP_BILLING
from audits.bill_parts import BillRefused, Part
from audits.charge_details import DIMENSIONS
from audits.dialect import Dialect
from audits.focus import TEXTS as LINE_TEXTS
from audits.focus_reader import Reader
from audits.focus_values import quoted, said
from audits.quarantine import Bounds
from tests.audits.plain_bills import GOOGLE_CSV_ROW
from tests.audits.provider_bills import (
    BILLS,
    GCP_ROW,
    LINE,
    PLAN,
    RESERVATION,
    RESERVED,
    azure,
    credit,
    line,
    plan_of_one_hour,
    text_of,
)

FREE = Bounds(rows=10**6, percent=100)
RECORDED = sorted(one.name for one in BILLS.glob("*.csv*"))


def told(monkeypatch, paths, *, pays):
    """All that a reading says of a bill, where rows are added up and where they are not."""
    asked = []
    monkeypatch.setattr(alike_rows, "SMALLEST_BYTES", 0)
    monkeypatch.setattr(alike_rows, "pays", lambda *counted: asked.append(counted) or pays)
    with tempfile.TemporaryDirectory() as work:
        parts = [Part(path=path, key=path.name, size=path.stat().st_size) for path in paths]
        reader = Reader(work=Path(work), parts=parts, period=None, bounds=FREE)
        with reader.database:
            try:
                report = reader.read()
            except BillRefused as refused:
                return (str(refused), refused.part, refused.field), asked
            rows = reader.database.execute("select * exclude (filename), right(filename, 2) from sums").fetchall()
            return (report, sorted(map(repr, rows))), asked


def same(monkeypatch, *paths):
    """What both readings say."""
    alone, _ = told(monkeypatch, paths, pays=False)
    added_up, asked = told(monkeypatch, paths, pays=True)
    assert added_up == alone
    assert asked or isinstance(alone[0], str), "a bill that is not refused is asked whether it pays"
    return alone


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_bill_says_the_same(monkeypatch, name):
    report, _ = same(monkeypatch, BILLS / name)
    assert report["rows_by_part"][0] > 10


def test_actual_and_amortised_cost_say_the_same_together(monkeypatch):
    same(monkeypatch, *(BILLS / f"azure-ea-{kind}-cost.csv" for kind in ("actual", "amortized")))


def test_covered_costs_that_add_up_to_nought_are_spread_all_the_same(monkeypatch, tmp_path):
    """A covered cost other than nought shows the amortised cost, so of those alike the sum must not hide it."""
    spread = [azure(**RESERVATION, CostInBillingCurrency=cost) for cost in ("7", "-7")]
    bought = [azure(**RESERVATION, CostInBillingCurrency="70", ChargeType="Purchase"), azure()]
    parts = []
    for name, rows in (("1.csv", spread), ("2.csv", bought)):
        parts.append(tmp_path / name)
        parts[-1].write_bytes(text_of(rows))
    report, _ = same(monkeypatch, *parts)
    assert report["rows_by_part"] == [2, 1], "of the actual cost its purchase alone"


NUMBERS = st.one_of(
    st.decimals(min_value=-20, max_value=20, places=2).map(str),
    st.decimals(min_value=-1, max_value=1, places=12).map("{:f}".format),
    st.sampled_from((
        "0", "0.0", "-0", "+1", "1.", ".5", "1e-7", "1.5E-20", "1E3", "1e-30", "0.1234567890123456789", "00012.50",
        "0.123456789012345678901234", "0.1234567890123456789012345", "99999999999999", "123456789012345", "12345678901",
        "12345.678901234", "1_000", " 1.5", "1.5 ", "\t2", "1,234.5", "1 234", "1.234,5", "", " ", "NULL", "null", "abc",
        "NaN", "inf", "1\x00", "1\u00a0", "\u0661",
    )),
)  # fmt: skip
PLAIN = st.sampled_from(("0.10", "0.25", "1", "0", "", "-0.05", "2.123456"))
MOMENTS = st.one_of(
    st.dates(dt.date(2001, 1, 1), dt.date(2098, 12, 31)).map("{:%Y-%m-%dT12:34:56Z}".format),  # a filter leaves few
    st.sampled_from((
        "2026-11-01T08:59:59Z", "2026-11-01T09:00:00Z", "2026-11-02T08:00:00Z", "2026-03-08T09:59:59Z",
        "2026-03-08T10:00:00Z", "2026-10-05", "2026-10-05 07:00:00", "2026-10-05 07:00:00 UTC", "2026-10-05T07:00:00.5Z",
        "2026-10-05T07:00:00+02:00", "2026-10-05T07:00+02 UTC", "2026-10-5T7:00:00.00Z", "2026-10-05T07:00Z", "infinity",
        "1999-12-31T23:00:00Z", "2000-01-01T00:00:00Z", "2099-12-31T23:00:00Z", "2100-01-01T00:00:00Z", "5.10.2026",
        "yesterday", "", "NULL", "2026-02-30T00:00:00Z", "2026-10-05T24:00:00Z",
    )),
)  # fmt: skip
HOURS = st.integers(0, 60).map(lambda hour: f"2026-10-{5 + hour // 24:02}T{hour % 24:02}:00:00Z")
TEXTS = st.sampled_from(("i-1", "i-1 ", "", "NULL", "a\x00b", "\u00a0i-1", "I-1"))
CREDITS = st.lists(
    st.builds(
        credit,
        st.sampled_from(("COMMITTED_USAGE_DISCOUNT", "DISCOUNT", "PROMOTION", "FREE_TIER", None)),
        st.one_of(NUMBERS, PLAIN, PLAIN, PLAIN),
    ),
    max_size=2,
)


def changed(row, values, *, often, seldom):
    """Rows that are alike but for what is drawn; a few of them have what stands in few bills."""
    plain = st.fixed_dictionaries({name: values[name] for name in often})
    odd = st.one_of(st.just({}), st.just({}), st.fixed_dictionaries({}, optional=seldom))
    return st.tuples(row, plain, odd).map(lambda drawn: {**drawn[0], **drawn[1], **drawn[2]})


AWS_AMOUNTS = [
    "lineItem/UnblendedCost", "lineItem/UsageAmount", "pricing/publicOnDemandCost",
    "savingsPlan/SavingsPlanEffectiveCost", "savingsPlan/TotalCommitmentToDate", "savingsPlan/UsedCommitment",
    "reservation/EffectiveCost", "reservation/UnusedRecurringFee", "lineItem/NetUnblendedCost",
    "savingsPlan/NetSavingsPlanEffectiveCost", "reservation/NetEffectiveCost", "reservation/NetUnusedRecurringFee",
]  # fmt: skip
AWS_MOMENTS = ["lineItem/UsageStartDate", "lineItem/UsageEndDate"]
AWS_ROWS = changed(
    st.sampled_from([
        LINE, *plan_of_one_hour(), line("DiscountedUsage", "0.1", **RESERVED), line("RIFee", "5", **RESERVED),
        line("Fee", "5", **RESERVED), line("Tax", "0.02"), line("EdpDiscount", "-0.01"), line("Usage", "1", **PLAN),
        *({**one, "lineItem/NetUnblendedCost": "0.09"} for one in (LINE, *plan_of_one_hour(), line("EdpDiscount", "-0.01"))),
    ]).map(lambda row: {name: row.get(name, "") for name in (*LINE, *PLAN, *RESERVED, *AWS_AMOUNTS)}),
    {**dict.fromkeys(AWS_AMOUNTS, PLAIN), **dict.fromkeys(AWS_MOMENTS, HOURS)},
    often=[*AWS_AMOUNTS[:3], *AWS_MOMENTS],
    seldom={
        **dict.fromkeys(AWS_AMOUNTS, NUMBERS), **dict.fromkeys(AWS_MOMENTS, MOMENTS), "lineItem/ResourceId": TEXTS,
        "bill/BillingPeriodStartDate": MOMENTS,
    },
)  # fmt: skip
AZURE_AMOUNTS = ["CostInBillingCurrency", "Quantity", "UnitPrice", "PayGPrice", "PaygCostInBillingCurrency"]
AZURE_ROWS = changed(
    st.sampled_from([
        azure(), azure(ChargeType="Purchase"), azure(**RESERVATION), azure(**RESERVATION, ChargeType="Refund"),
        azure(ChargeType="UnusedReservation"), azure(PricingCurrencyCode="USD", ExchangeRatePricingToBilling="0.9"),
        azure(PricingCurrencyCode="USD"), azure(PricingCurrencyCode="USD", ExchangeRatePricingToBilling="x"),
    ]).map(lambda row: {"PaygCostInBillingCurrency": "", "PricingCurrencyCode": "", **row}),
    {**dict.fromkeys(AZURE_AMOUNTS, PLAIN), "Date": st.sampled_from(("10/05/2026", "10/31/2026"))},
    often=["CostInBillingCurrency", "Quantity", "Date"],
    seldom={
        **dict.fromkeys(AZURE_AMOUNTS, NUMBERS.filter(lambda one: one != "1.234,5")), "ResourceId": TEXTS,
        "Date": MOMENTS.filter(lambda one: one != "5.10.2026"),
    },
)  # fmt: skip
GOOGLE_MOMENTS = ["usage_start_time", "usage_end_time"]
GOOGLE_ROWS = changed(
    st.sampled_from([
        {**GCP_ROW, **more}
        for more in ({}, {"cost_type": "tax"}, {"sku": {"id": "s", "description": "Commitment v1"}}, {"invoice": None})
    ]),
    {"cost": PLAIN, "cost_at_list": PLAIN, "credits": CREDITS, **dict.fromkeys(GOOGLE_MOMENTS, HOURS)},
    often=["cost", "cost_at_list", "credits", *GOOGLE_MOMENTS],
    seldom={
        "cost": NUMBERS, "cost_at_list": st.one_of(st.none(), NUMBERS), **dict.fromkeys(GOOGLE_MOMENTS, MOMENTS),
        "usage": st.fixed_dictionaries({"amount": NUMBERS, "amount_in_pricing_units": NUMBERS, "unit": TEXTS}),
        "labels": st.just([{"key": "team", "value": "shop"}]),
    },
)  # fmt: skip


def as_json(rows):
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def as_google_csv(rows):
    flat = ({**{name: row.get(name) or "" for name in ("cost", "cost_at_list", *GOOGLE_MOMENTS)},
             "credits": json.dumps(row["credits"])} for row in rows)  # fmt: skip
    return text_of([{**GOOGLE_CSV_ROW, **row} for row in flat])


def as_german(rows):
    dated = [azure(Date="31/10/2026", Quantity="0.5"), *rows]
    german = ({**row, **{name: row.get(name, "").replace(".", ",") for name in AZURE_AMOUNTS}} for row in dated)
    days = {f"Billing{one}Date": f"{day}/10/2026" for one, day in (("PeriodStart", 1), ("PeriodEnd", 31))}
    return text_of(
        [{**row, **days, "Date": row["Date"].replace("10/05", "05/10").replace("10/31", "31/10")} for row in german]
    )


KINDS = {
    "aws": ("cur.csv", AWS_ROWS, text_of),
    "azure": ("azure.csv", AZURE_ROWS, lambda rows: text_of([azure(Date="10/31/2026", Quantity="0.5"), *rows])),
    "azure in german": ("azure.csv", AZURE_ROWS, as_german),
    "google": ("google.jsonl", GOOGLE_ROWS, as_json),
    "google csv": ("google.csv", GOOGLE_ROWS, as_google_csv),
}


@pytest.mark.parametrize("kind", KINDS)
@examples(max_examples=2, phases=[Phase.reuse, Phase.generate], suppress_health_check=list(HealthCheck), deadline=None)
@given(data=st.data())
def test_whatever_stands_in_a_bill_it_says_the_same(monkeypatch, tmp_path, kind, data):
    name, rows, written = KINDS[kind]
    path = tmp_path / name
    path.write_bytes(written(data.draw(st.lists(rows, min_size=30, max_size=60))))
    same(monkeypatch, path)


AWS_ASKED = "line_item_unblended_cost, line_item_usage_start_date, line_item_usage_end_date, rows_alike"


def groups(database, rows, bill_format=AWS_CUR, asked=AWS_ASKED):
    """The rows of a report as they are before they are mapped."""
    names = list(rows[0])
    held = " union all ".join(
        f"""select '0' as filename, {", ".join(f"'{row[name]}' as {quoted(name)}" for name in names)}""" for row in rows
    )
    columns = [Column(name=name, type="VARCHAR", expression=said(quoted(name)), written=quoted(name)) for name in names]
    _, source = alike_rows.added_up(bill_format, resolve(bill_format, columns), f"({held})", Dialect())
    return database.execute(f"select {asked} from {source} order by all").fetchall()


@pytest.fixture(scope="module")
def database():
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def hour(number, **more):
    return {**LINE, "lineItem/UsageStartDate": f"2026-10-05T{number:02}:00:00Z",
            "lineItem/UsageEndDate": f"2026-10-05T{number + 1:02}:00:00Z", **more}  # fmt: skip


ODD = {"lineItem/UnblendedCost": "0.1x"}
DAY = ("2026-10-05T20:00:00Z", "2026-10-06T08:00:00Z")


def test_hours_of_a_day_are_one_row_and_what_is_odd_is_as_many_as_there_are(database):
    odd = ("2026-10-05T05:00:00Z", "2026-10-05T06:00:00Z")
    assert groups(database, [hour(1), hour(2), hour(3), hour(5, **ODD), hour(5, **ODD)]) == [
        ("0.1x", *odd, 1),
        ("0.1x", *odd, 1),
        ("0.3", *DAY, 3),
    ]


@pytest.mark.parametrize(
    "name", ["lineItem/ResourceId", "lineItem/LineItemType", "bill/InvoiceId", "product/ProductName"]
)
def test_rows_that_differ_in_a_text_are_apart(database, name):
    assert len(groups(database, [hour(1), hour(2, **{name: "another"})])) == 2


def test_a_row_without_an_amount_is_not_one_with_those_that_have_it(database):
    assert len(groups(database, [hour(1), hour(2, **{"pricing/publicOnDemandCost": ""})])) == 2


@pytest.mark.parametrize(
    ("count", "plain", "hourly", "apart", "is_worth_it"),
    [(0, 0, 0, 0, False), (100, 100, 100, 100, True), (100, 100, 0, 100, False), (100, 100, 0, 49, True),
     (100, 100, 50, 50, False), (100, 100, 51, 50, True), (100, 50, 50, 1, False), (100, 51, 0, 49, True)],
)  # fmt: skip
def test_rows_are_added_up_where_nearly_all_are_plain_and_they_are_by_the_hour_or_alike(
    count, plain, hourly, apart, is_worth_it
):
    assert alike_rows.pays(count, plain, hourly, apart) is is_worth_it


@pytest.mark.parametrize(
    ("cost", "is_added"),
    [("0.2", True), ("1e-7", True), ("-1.5E3", True), ("0.123456789012345678901234", True), ("+1", True),
     ("0.1234567890123456789012345", False), ("1e-30", False), ("123456789012345", False), ("1,5", False),
     ("NULL", False), ("1\u00a0", False)],
)  # fmt: skip
def test_a_cost_is_added_up_where_it_is_kept_to_its_last_digit(database, cost, is_added):
    found = groups(database, [hour(1), hour(2), hour(3, **{"lineItem/UnblendedCost": cost})])
    assert sorted(one[-1] for one in found) == ([3] if is_added else [1, 2])
    assert is_added or cost in {one[0] for one in found}


@pytest.mark.parametrize(
    ("moment", "is_added"),
    [("2026-10-05T02:00:00Z", True), ("2026-10-05 02:00:00", True), ("2026-10-05 02:00:00 UTC", True),
     ("2026-10-5T2:00:00+02", False), ("2026-10-05T02:00:00+02:00", False), ("2026-10-05T02:00:00.5Z", False),
     ("2026-10-05T02:00+02 UTC", False), ("2026-10-05", False), ("yesterday", False), ("", False)],
)  # fmt: skip
def test_a_row_is_added_up_where_its_moments_are_plainly_in_utc(database, moment, is_added):
    hours = [hour(1), hour(2), hour(3, **{"lineItem/UsageStartDate": moment})]
    assert len(groups(database, hours)) == (1 if is_added else 2)


@pytest.mark.parametrize("moment", ["1999-12-31T05:00:00Z", "2000-01-01T00:00:00Z", "2099-12-31T23:00:00Z"])
def test_a_moment_outside_of_the_time_of_bills_or_near_its_ends_is_left_as_it_stands(database, moment):
    found = groups(database, [hour(1), {**hour(2), **dict.fromkeys(AWS_MOMENTS, moment)}])
    assert (moment, moment) in {one[1:3] for one in found}


def test_what_covers_much_stands_for_all_of_its_rows(monkeypatch, tmp_path):
    """One bad row, hours of two days, a plan's rows twice, and Google's credits of each kind."""
    hours = [hour(number) for number in range(19)] + plan_of_one_hour() * 2 + [hour(3, **ODD)] * 2
    hours.append(hour(19, **{"pricing/publicOnDemandCost": "NULL", "lineItem/UsageAmount": ""}))
    (tmp_path / "cur.csv").write_bytes(text_of([{**dict.fromkeys((*PLAN, *AWS_AMOUNTS), ""), **one} for one in hours]))
    report, _ = same(monkeypatch, tmp_path / "cur.csv")
    assert (report["rows_by_part"], len(report["left_out"])) == ([28], 2)
    assert report["periods"][0]["row_count"] == 30  # of a plan five rows become of three
    given = [
        [],
        [credit("DISCOUNT", -0.1)],
        [credit("PROMOTION", -0.1)],
        [credit("DISCOUNT", -0.1), credit("PROMOTION", -0.2)],
        [credit("COMMITTED_USAGE_DISCOUNT", -0.3)],
        [credit("COMMITTED_USAGE_DISCOUNT", -0.3), credit("DISCOUNT", -0.1)],
        [credit("COMMITTED_USAGE_DISCOUNT", -0.3), credit("COMMITTED_USAGE_DISCOUNT_DOLLAR_BASE", -0.1)],
    ]
    rows = [{**GCP_ROW, "credits": one, "cost": cost} for one in given for cost in (0.5, 1.5)]
    (tmp_path / "google.jsonl").write_bytes(as_json(rows))
    report, _ = same(monkeypatch, tmp_path / "google.jsonl")
    assert report["rows_by_part"] == [14]


def test_rows_with_a_credit_of_which_rules_read_the_sum_alone_are_one_with_those_without(database):
    given = [[], [credit("DISCOUNT", -0.1)], [credit("DISCOUNT", -0.2), credit("OTHER", -0.1)]]
    given += [[credit("PROMOTION", -0.5)], [credit("COMMITTED_USAGE_DISCOUNT", -0.6)]]
    rows = [{**GOOGLE_CSV_ROW, "credits": json.dumps(one)} for one in given]
    found = groups(database, rows, GCP_BILLING, "credits[1].amount, rows_alike")
    assert found == [("-0.4", 3), ("-0.5", 1), ("-0.6", 1)]


@pytest.mark.parametrize("amount", ["lineItem/UsageAmount", "lineItem/UnblendedCost"])
def test_sums_that_are_too_long_are_added_up_row_by_row_or_refused_in_the_same_words(monkeypatch, tmp_path, amount):
    most = "9" * (20 if amount == "lineItem/UsageAmount" else 14)
    path = tmp_path / "cur.csv"
    path.write_bytes(text_of([hour(1), *(hour(number, **{amount: most}) for number in range(2, 5))]))
    alone = same(monkeypatch, path)
    assert (len(alone) == 3) is (amount == "lineItem/UnblendedCost")


DOUBLES = (
    "0.1, 0.25, 1e-7, 1.5e-20, 1e-30, 12345.678901234, 123456789012, 1e300, 'nan'::double, -0.0, 1/3, 0.1 + 0.2, null"
)


@pytest.mark.parametrize("kind", ["double", "decimal(20, 6)", "float", "bigint", "varchar"])
def test_parquet_says_the_same_with_every_type_of_number(monkeypatch, tmp_path, database, kind):
    path = tmp_path / "cur.parquet"
    numbers = ", ".join(f'try_cast(number as {kind}) as "{name}"' for name in AWS_AMOUNTS[:3])
    texts = ", ".join(f"'{LINE[name]}' as {quoted(name)}" for name in LINE if name not in {*AWS_AMOUNTS, *AWS_MOMENTS})
    moment = "timestamp '2026-10-05 22:30:00' + interval 1 hour * k"
    moments = f'{moment} as "{AWS_MOMENTS[0]}", {moment} + interval 1 hour as "{AWS_MOMENTS[1]}"'
    rows = f"(select unnest([{DOUBLES}]) as number) cross join range(4) as hours(k)"
    database.execute(f"copy (select {numbers}, {texts}, {moments} from {rows}) to '{path}' (format parquet)")
    same(monkeypatch, path)


def test_pacific_time_is_what_the_zone_says_at_every_hour_of_a_century_and_the_second_before(database):
    hours = "(select timestamp '1999-12-31' + interval 1 hour * k as t from range(880000) hours(k))"
    around = f"(select unnest([t, t - interval 1 second]) as t from {hours})"
    zone = "timezone('America/Los_Angeles', timezone('UTC', t))"
    told = database.execute(
        f"select count(*), cast(max(t) as varchar) from {around} where {pacific.local('t')} is not distinct from {zone}"
    )
    assert told.fetchone() == (1_760_000, "2100-05-21 15:00:00")


@pytest.mark.parametrize("bill_format", [one for one in BILL_FORMATS if one.alike], ids=lambda one: one.id)
def test_a_format_adds_up_what_its_rules_read_and_no_text_that_describes_a_line(bill_format):
    sources = set(bill_format.sources())
    alike = bill_format.alike
    assert {*alike.amounts, *alike.lists, *alike.moments} <= sources
    described = [one.sources for name, one in bill_format.columns.items() if isinstance(one, Mapped) and name in KEPT]
    assert not {*alike.amounts} & {source for sources in described for source in sources}


KEPT = {*DIMENSIONS, *(names[0] for names in LINE_TEXTS.values())}


def test_of_small_files_nobody_asks_whether_it_pays(monkeypatch):
    asked = []
    monkeypatch.setattr(alike_rows, "pays", lambda *counted: asked.append(counted))
    path = BILLS / RECORDED[0]
    with tempfile.TemporaryDirectory() as work:
        reader = Reader(
            work=Path(work), parts=[Part(path=path, key=path.name, size=path.stat().st_size)], period=None, bounds=FREE
        )
        with reader.database:
            assert reader.read()["rows_by_part"]
    assert asked == []
