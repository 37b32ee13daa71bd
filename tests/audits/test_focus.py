"""FOCUS files become cost lines exactly, or are refused with the part, the column, the value and the remedy."""

import csv
import datetime as dt
import gzip
from decimal import Context, Decimal

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audits.bill_parts import BillRefused, Part, Shape, text_shape
from audits.focus import COST_FIELDS, rows_of
from tests.audits.focus_files import ROW, SAMPLE, read, text_of, write_csv, write_gzip, write_parquet, written

WIDE = Context(prec=100)
OCTOBER = dt.date(2026, 10, 1)


def sums_of_sample():
    """Rows and costs by billing period, by Python's csv and Decimal alone."""
    sums: dict[str, dict[str, Decimal | int]] = {}
    with SAMPLE.open(newline="") as file:
        for row in csv.DictReader(file):
            period = sums.setdefault(row["BillingPeriodStart"][:10], {"row_count": 0, **dict.fromkeys(COST_FIELDS, 0)})
            period["row_count"] += 1
            for column, name in COST_FIELDS.items():
                period[column] += Decimal(row[name]) if row[name] not in {"", "NULL"} else 0
    return sums


def test_the_sample_adds_up_to_what_an_independent_sum_gives(tmp_path):
    report, lines = read(tmp_path, Part(path=SAMPLE, key="sample"))
    assert report["rows_by_part"] == [1000]
    expected = sums_of_sample()
    assert [one["billing_period"] for one in report["periods"]] == sorted(expected) == ["2024-09-01", "2024-10-01"]
    for one in report["periods"]:
        found = {name: Decimal(value) for name, value in one["totals"]["USD"].items()}
        assert found == expected[one["billing_period"]]
    for column in COST_FIELDS:
        assert sum(line[column] for line in lines) == sum(one[column] for one in expected.values())
    assert {line["provider_name"] for line in lines} == {"AWS", "Microsoft", "Oracle"}


def hourly(hours=48):
    start = dt.datetime(2026, 10, 5, tzinfo=dt.UTC)
    return [
        {
            "ChargePeriodStart": f"{start + dt.timedelta(hours=hour):%Y-%m-%dT%H:%M:%SZ}",
            "ChargePeriodEnd": f"{start + dt.timedelta(hours=hour + 1):%Y-%m-%dT%H:%M:%SZ}",
            "BilledCost": "0.1",
            "EffectiveCost": "0.0000001234",
            "ConsumedQuantity": "1",
        }
        for hour in range(hours)
    ]


WRITERS = {
    "csv": lambda path, rows: [write_csv(path / "a.csv", rows)],
    "gzip": lambda path, rows: [write_gzip(path / "a.csv.gz", rows)],
    "parquet of doubles": lambda path, rows: [write_parquet(path / "a.parquet", rows)],
    "parquet of decimals": lambda path, rows: [write_parquet(path / "a.parquet", rows, number="decimal(30,12)")],
    "parquet of text": lambda path, rows: [write_parquet(path / "a.parquet", rows, number="varchar")],
    "three parts, each another format": lambda path, rows: [
        write_csv(path / "a [1].csv", rows[:10]),
        write_gzip(path / "b'.csv.gz", rows[10:30]),
        write_parquet(path / "c.parquet", rows[30:]),
    ],
    "columns in another order": lambda path, rows: [
        write_csv(path / "a.csv", rows[:10]),
        write_csv(path / "b.csv", rows[10:], columns=sorted(ROW, reverse=True)),
    ],
    "windows line ends and a byte order mark": lambda path, rows: [
        written(path / "a.csv", b"\xef\xbb\xbf" + text_of(rows).replace(b"\n", b"\r\n"))
    ],
    "several gzip members": lambda path, rows: [
        written(path / "a.gz", gzip.compress(text_of(rows[:9])) + gzip.compress(text_of(rows[9:]).partition(b"\n")[2]))
    ],
}


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS)
def test_hours_become_days_whatever_the_format(tmp_path, writer):
    parts = writer(tmp_path, hourly())
    report, lines = read(tmp_path / "work", *parts, period=OCTOBER)
    assert sum(report["rows_by_part"]) == 48
    assert [line["charge_date"].day for line in lines] == [5, 6]
    for line in lines:
        assert line["billed_cost"] == Decimal("2.4")
        assert line["effective_cost"] == Decimal("0.0000029616")
        assert line["list_cost"] == 60
        assert line["contracted_cost"] == 36
        assert line["consumed_quantity"] == 24
        assert (line["charge_days"], line["row_count"]) == (1, 24)
        assert line["usage_type"] == "EUC1-EBS:VolumeUsage.gp2"
        assert line["resource_id"] == "vol-1"
        assert line["charge_class"] == line["commitment_discount_id"] == ""
    assert report["periods"][0]["invoice_totals"] == {"INV-1": {"USD": "4.800000000000000000000000"}}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"ChargePeriodEnd": "2026-11-01T00:00:00Z", "ChargePeriodStart": "2026-10-01T00:00:00Z"}, ("2026-10-01", 31)),
        ({"ChargePeriodStart": "2026-10-05 23:00:00", "ChargePeriodEnd": "2026-10-06 00:00:00"}, ("2026-10-05", 1)),
        ({"ChargePeriodStart": "2026-10-06T01:00:00+02:00"}, ("2026-10-05", 1)),
        ({"ChargePeriodStart": "2026-10-06 01:00+02"}, ("2026-10-05", 1)),
        ({"ChargePeriodStart": "2026-10-05", "ChargePeriodEnd": "2026-10-07"}, ("2026-10-05", 2)),
        ({"ChargePeriodStart": "2026-10-05T22:00:00Z", "ChargePeriodEnd": "2026-10-06T22:00:00Z"}, ("2026-10-05", 1)),
    ],
)
def test_a_charge_stands_on_its_first_day_in_utc_and_keeps_its_length(tmp_path, row, expected):
    _, (line,) = read(tmp_path / "work", write_csv(tmp_path / "a.csv", [row]))
    assert (str(line["charge_date"]), line["charge_days"]) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.2E-7", "0.00000012"),
        ("1.2e-07", "0.00000012"),
        ("1e2", "100"),
        ("-0.000000000000000000000001", "-1e-24"),
        ("99999999999999.5", "99999999999999.5"),
        ("0.10000000000000000000000000000", "0.1"),
        ("1.5e-23", "1.5e-23"),
    ],
)
def test_a_cost_is_held_to_its_last_digit(tmp_path, text, value):
    _, (line,) = read(tmp_path / "work", write_csv(tmp_path / "a.csv", [{"BilledCost": text}]))
    assert line["billed_cost"] == Decimal(value)


NUMBER_TEXTS = st.one_of(
    st.decimals(min_value=-(10**13), max_value=10**13, allow_nan=False, places=None).map(str),
    st.decimals(min_value=-(10**13), max_value=10**13, allow_nan=False, places=26).map(lambda one: f"{one:f}"),
    st.floats(min_value=-1e13, max_value=1e13, allow_nan=False).map(repr),
    st.tuples(st.decimals(-99, 99, places=5), st.integers(-30, 3)).map(lambda one: f"{one[0]:f}e{one[1]}"),
)


@given(st.lists(NUMBER_TEXTS, min_size=50, max_size=200))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_cost_is_ever_rounded_unseen(tmp_path_factory, texts):
    """What counts as exact is exact, and what is exact counts as such, in text and as DOUBLE."""
    folder = tmp_path_factory.mktemp("exact")
    part = write_csv(folder / "a.csv", [{"ListCost": text} for text in texts])
    shape = text_shape(part)
    assert shape is not None
    with duckdb.connect() as database:
        database.execute("set threads = 1")
        source = f"(select *, '' as filename from read_csv('{part.path}', all_varchar = true, header = true))"
        found = database.execute(f"select list_cost, list_cost_is_exact from ({rows_of(shape, source)})").fetchall()
        doubles = Shape(
            format="parquet", columns=(*((n, t) for n, t in shape.columns if n != "ListCost"), ("ListCost", "DOUBLE"))
        )
        source = f"(select * replace (ListCost::double as ListCost) from {source})"
        of_doubles = database.execute(
            f"select list_cost, list_cost_is_exact from ({rows_of(doubles, source)})"
        ).fetchall()
    assert len(found) == len(of_doubles) == len(texts)
    for text, read_text, read_double in zip(texts, found, of_doubles, strict=True):
        for value, (held, is_exact) in ((Decimal(text), read_text), (Decimal(repr(float(text))), read_double)):
            fits = value == 0 or int(value.normalize(WIDE).as_tuple().exponent) >= -24
            assert is_exact == fits, text
            assert not is_exact or held == value, text


@pytest.mark.parametrize("value", [0.1, 1.2345678901234567e-05, 123456.78901234567, 3e-12, -0.30000000000000004])
def test_a_double_counts_as_its_shortest_text(tmp_path, value):
    part = write_parquet(tmp_path / "a.parquet", [{"BilledCost": repr(value)}])
    _, (line,) = read(tmp_path / "work", part)
    assert line["billed_cost"] == Decimal(repr(value))


def test_null_as_text_means_null_and_a_missing_list_cost_counts_as_nothing(tmp_path):
    row = {"ListCost": "NULL", "ConsumedQuantity": "NULL", "ChargeDescription": "NULL", "InvoiceId": "NULL"}
    for part in (write_csv(tmp_path / "a.csv", [row]), write_parquet(tmp_path / "b", [row], number="varchar")):
        report, (line,) = read(tmp_path / f"work-{part.key}", part)
        assert line["consumed_quantity"] is None
        assert line["list_cost"] == 0
        assert line["charge_description"] == line["invoice_id"] == ""
        assert report["periods"][0]["rows_without_cost"] == 1
        assert report["periods"][0]["invoice_totals"] == {}


def test_the_ways_to_say_nothing_are_one_line(tmp_path):
    rows = [{"ChargeDescription": said, "InvoiceId": said} for said in ("empty", "NULL", None, "nothing")]
    written = write_parquet(tmp_path / "b.parquet", rows, number="varchar").path
    part = Part(path=tmp_path / "a.parquet", key="a.parquet")
    empty = ", ".join(f"if({name} = 'empty', '', {name}) as {name}" for name in rows[0])
    duckdb.execute(f"copy (select * replace ({empty}) from '{written}') to '{part.path}'")
    report, lines = read(tmp_path / "work", part)
    assert [(line["charge_description"], line["row_count"]) for line in lines] == [("", 3), ("nothing", 1)]
    assert report["periods"][0]["line_count"] == 2
    assert list(report["periods"][0]["invoice_totals"]) == ["nothing"]
    assert report["rows_by_part"] == [4]


def test_columns_of_the_file_named_as_the_reader_names_its_own_count_for_nothing(tmp_path):
    path = write_parquet(tmp_path / "a.parquet", [{"BilledCost": "1.25"}], number="double").path
    part = Part(path=tmp_path / "b.parquet", key="b.parquet")
    planted = '99::decimal(18,11) as "BilledCost in short", true as "BilledCost is short"'
    duckdb.execute(f"copy (select {planted}, * from '{path}') to '{part.path}'")
    _, (line,) = read(tmp_path / "work", part)
    assert line["billed_cost"] == Decimal("1.25")


def test_two_currencies_are_never_added(tmp_path):
    rows = [{"BilledCost": "1"}, {"BilledCost": "2", "BillingCurrency": "EUR"}]
    report, lines = read(tmp_path / "work", write_csv(tmp_path / "a.csv", rows))
    totals = report["periods"][0]["totals"]
    assert {currency: Decimal(one["billed_cost"]) for currency, one in totals.items()} == {"USD": 1, "EUR": 2}
    assert len(lines) == 2
    invoice = report["periods"][0]["invoice_totals"]["INV-1"]
    assert {currency: Decimal(value) for currency, value in invoice.items()} == {"USD": 1, "EUR": 2}


@pytest.mark.parametrize(
    ("left_out", "column", "value"),
    [
        (("ProviderName",), "provider_name", "Vercel"),
        (("x_UsageType",), "usage_type", "VolumeUsage"),
        (("x_UsageType", "SkuMeter"), "usage_type", ""),
        (("InvoiceId", "SkuId", "RegionId", "Tags"), "region_id", ""),
    ],
)
def test_columns_are_taken_as_the_version_has_them(tmp_path, left_out, column, value):
    columns = [name for name in ROW if name not in left_out] + ["ServiceProviderName"]
    part = write_csv(tmp_path / "a.csv", [{"ServiceProviderName": "Vercel"}], columns=columns)
    _, (line,) = read(tmp_path / "work", part)
    assert line[column] == value


BAD_ROWS = {
    "an empty cost": ({"BilledCost": ""}, "BilledCost", "is empty"),
    "a word for a cost": ({"EffectiveCost": "free"}, "EffectiveCost", "'free'"),
    "a comma in a cost": ({"ListCost": "1,234.50"}, "ListCost", "thousands"),
    "a cost that is not a number": ({"BilledCost": "NaN"}, "BilledCost", "no number"),
    "too many digits": ({"ContractedCost": "0.1234567890123456789012345"}, "ContractedCost", "24 digits"),
    "too large": ({"BilledCost": "123456789012345"}, "BilledCost", "14 digits before"),
    "a quantity of more digits than are kept": (
        {"ConsumedQuantity": "123456789012345678901.5"}, "ConsumedQuantity", "20 digits before",
    ),
    "a quantity to be charged of as many": ({"PricingQuantity": "-1e20"}, "PricingQuantity", "20 digits before"),
    "a quantity in words": ({"ConsumedQuantity": "many"}, "ConsumedQuantity", "'many'"),
    "a date in words": ({"ChargePeriodStart": "yesterday"}, "ChargePeriodStart", "2026-10-31T00:00:00Z"),
    "no currency": ({"BillingCurrency": "NULL"}, "BillingCurrency", "is empty"),
    "another period": ({"BillingPeriodStart": "2026-09-01T00:00:00Z"}, "BillingPeriodStart", "2026-10-01"),
}  # fmt: skip


@pytest.mark.parametrize("bad", BAD_ROWS.values(), ids=BAD_ROWS)
def test_a_bad_row_is_refused_by_part_row_field_and_value(tmp_path, bad):
    row, field, words = bad
    columns = [*ROW, "PricingQuantity"]
    parts = [
        write_csv(tmp_path / "a.csv", [{}, {}], columns=columns),
        write_gzip(tmp_path / "b.csv.gz", [{}, {}, row, {}], columns=columns),
    ]
    with pytest.raises(BillRefused) as refused:
        read(tmp_path / "work", *parts, period=OCTOBER)
    assert (refused.value.part, refused.value.field) == ("b.csv.gz", field)
    assert "b.csv.gz, row 3 " in str(refused.value)
    assert words in str(refused.value)


@pytest.mark.parametrize("field", ["BilledCost", "ListCost"])
def test_costs_that_are_too_much_together_are_refused_by_the_largest_of_them(tmp_path, field):
    rows = [{field: "60000000000000"}, {field: "-1"}, {field: "70000000000000.5"}]
    parts = [write_csv(tmp_path / "a.csv", [{}]), write_gzip(tmp_path / "b.csv.gz", rows)]
    with pytest.raises(BillRefused, match="more than 14 digits before the point") as refused:
        read(tmp_path / "work", *parts, period=OCTOBER)
    assert (refused.value.part, refused.value.field) == ("b.csv.gz", field)
    assert str(refused.value).startswith(f"b.csv.gz, row 3 after the header: {field} ('70000000000000.5') is the larg")


WHOLE = text_of([{}] * 400)
BROKEN = {
    "a gzip cut in half": (gzip.compress(WHOLE)[:150], "gzip"),
    "a gzip without its end": (gzip.compress(WHOLE)[:-5], "gzip"),
    "a row cut off": (WHOLE[:-70], "number of columns"),
    "a row cut off inside of quotes": (WHOLE[:-35], "line 401"),
    "a row with a value too many": (WHOLE + WHOLE.split(b"\n")[1] + b",1\n", "line 402"),
    "a row with values missing": (WHOLE + b"1,2,3\n", "line 402"),
    "not in UTF-8": (WHOLE.replace(b"gp2", b"gp\xe92", 1), "UTF-8"),
    "the character NUL": (WHOLE.replace(b"gp2", b"gp\x002", 1), "NUL"),
    "another table": (b"a,b,c\n1,2,3\n", "no bill"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "no bill"),
    "nothing": (b"", "is empty"),
    "only a header": (WHOLE.partition(b"\n")[0] + b"\n", "no rows"),
    "a Parquet cut off": (b"PAR1" + bytes(200), "Parquet"),
    "a column twice": (WHOLE.replace(b"Tags", b"SkuId", 1), "more than once"),
    "a column missing": (WHOLE.replace(b"EffectiveCost", b"EffectivCost", 1), "no column EffectiveCost"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_part_is_refused_and_says_what_is_wrong(tmp_path, broken):
    content, words = broken
    good = write_csv(tmp_path / "good.csv", [{}])
    part = written(tmp_path / "bad", content)
    parts = [part] if words == "no rows" else [good, part]
    with pytest.raises(BillRefused, match=words) as refused:
        read(tmp_path / "work", *parts)
    assert refused.value.part in {"bad", ""}


def test_a_part_that_is_not_as_long_as_announced_is_refused_for_now(tmp_path):
    part = write_csv(tmp_path / "a.csv", [{}])
    with pytest.raises(BillRefused, match="announced") as refused:
        read(tmp_path / "work", Part(path=part.path, key=part.key, size=10_000))
    assert not refused.value.permanent
    with pytest.raises(BillRefused, match="no such file"):
        read(tmp_path / "other", Part(path=tmp_path / "nowhere.csv", key="nowhere.csv"))


def test_an_id_that_no_index_can_hold_is_refused(tmp_path):
    with pytest.raises(BillRefused, match="bytes long") as refused:
        read(tmp_path / "work", write_csv(tmp_path / "a.csv", [{"ResourceId": "x" * 3000}]))
    assert refused.value.field == "ResourceId"
