"""Bills that are no FOCUS are loaded whole by the same reader, or refused in the words of their own columns."""

import datetime as dt
import gzip
import json
from decimal import Decimal

import duckdb
import pytest

from audits.bill_parts import BillRefused, Part
from tests.audits.focus_files import read, write_csv, written
from tests.audits.provider_bills import (
    AZURE,
    AZURE_ROW,
    BILLS,
    GCP_ROW,
    LINE,
    azure,
    credit,
    line,
    plain_sum,
    plan_of_one_hour,
    text_of,
    totals,
)


def aws_part(tmp_path, rows, name="cur.csv"):
    return written(tmp_path / name, text_of(rows))


RECORDED = {
    "aws-cur-anonymous.csv.gz": ("aws_cur", "lineItem/UnblendedCost", "billed_cost", "USD", 1281),
    **{
        name: ("azure_cost", cost, {"BilledCost": "billed_cost", "EffectiveCost": "effective_cost"}[as_focus],
               "CAD" if "anonymous" in name else "USD", count)
        for name, (cost, as_focus, count) in AZURE.items()
    },
}  # fmt: skip


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_bill_adds_up_to_a_plain_sum_of_its_file(tmp_path, name):
    bill_format, column, as_ours, currency, count = RECORDED[name]
    report, lines = read(tmp_path, Part(path=BILLS / name, key=name))
    assert report["bill_format"] == bill_format
    assert report["rows_by_part"] == [count]
    assert totals(report, as_ours) == {currency: plain_sum(BILLS / name, column)}
    assert sum(one[as_ours] for one in lines) == totals(report, as_ours)[currency]


def test_the_file_counts_its_own_rows_though_some_become_several(tmp_path):
    report, _ = read(tmp_path, aws_part(tmp_path, plan_of_one_hour()))
    assert report["rows_by_part"] == [3]
    assert totals(report) == {"USD": Decimal("0.10")}
    assert totals(report, "effective_cost") == {"USD": Decimal("0.10")}


def test_halves_that_cancel_out_become_one_line_of_nothing(tmp_path):
    _, lines = read(tmp_path, aws_part(tmp_path, plan_of_one_hour()))
    (halves,) = (one for one in lines if one["charge_category"] == "Adjustment")
    assert (halves["billed_cost"], halves["row_count"]) == (0, 2)


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_is_told_from_the_header(tmp_path, delimiter):
    rows = [azure(CostInBillingCurrency="0.5"), azure(Date="10/31/2026")]
    report, _ = read(tmp_path, written(tmp_path / "a.csv", text_of(rows, delimiter=delimiter)))
    assert totals(report) == {"EUR": Decimal("1.5")}


def test_a_german_export_is_read_in_its_language(tmp_path):
    german = {
        "BillingPeriodStartDate": "01.10.2026",
        "BillingPeriodEndDate": "31.10.2026",
        "UnitPrice": "0,5",
        "PayGPrice": "0,6",
        "Quantity": "0,5",
    }
    rows = [azure(Date=f"{day:02}.10.2026", CostInBillingCurrency="1.234,5", **german) for day in (1, 31)]
    report, lines = read(tmp_path, written(tmp_path / "a.csv", text_of(rows, delimiter=";")))
    assert totals(report) == {"EUR": Decimal(2469)}
    assert [one["charge_date"] for one in lines] == [dt.date(2026, 10, 1), dt.date(2026, 10, 31)]


def test_parts_of_two_languages_are_each_read_in_their_own(tmp_path):
    german = azure(Date="31.10.2026", BillingPeriodStartDate="01.10.2026", BillingPeriodEndDate="31.10.2026", CostInBillingCurrency="1.234,5", UnitPrice="0,5",
                   PayGPrice="0,6", Quantity="0,5")  # fmt: skip
    english = azure(Date="10/31/2026", CostInBillingCurrency="1,234.5")
    report, _ = read(
        tmp_path,
        written(tmp_path / "part_1.csv", text_of([german], delimiter=";")),
        written(tmp_path / "part_2.csv", text_of([english])),
    )
    assert totals(report) == {"EUR": Decimal(2469)}


def google_part(tmp_path, rows, name="rows.jsonl"):
    content = "".join(json.dumps({**GCP_ROW, **row}) + "\n" for row in rows).encode()
    return written(tmp_path / name, gzip.compress(content) if name.endswith(".gz") else content)


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.jsonl.gz"])
def test_googles_rows_as_json_lines(tmp_path, name):
    given = [credit("PROMOTION", -0.25), credit("SUSTAINED_USAGE_DISCOUNT", -0.1)]
    report, lines = read(
        tmp_path, google_part(tmp_path, [{"credits": given}, {"cost": "0.123456789012345678901"}], name)
    )
    assert report["bill_format"] == "gcp_billing"
    assert report["rows_by_part"] == [2]
    assert totals(report) == {"EUR": Decimal("0.773456789012345678901")}
    assert {one["charge_category"] for one in lines} == {"Usage", "Credit"}


def test_a_column_that_only_later_rows_have_is_read_too(tmp_path):
    first = {name: value for name, value in GCP_ROW.items() if name not in {"resource", "credits"}}
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(first) + "\n" + json.dumps({**GCP_ROW, "credits": [credit("DISCOUNT", -0.5)]}) + "\n")
    report, lines = read(tmp_path, Part(path=path, key="rows"))
    assert totals(report) == {"EUR": Decimal("1.5")}
    assert any(one["resource_id"] for one in lines)


def test_googles_rows_as_nested_parquet(tmp_path):
    google_part(tmp_path, [{"credits": [credit("DISCOUNT", -0.1)]}, {}], "a.jsonl")
    path = tmp_path / "a.parquet"
    with duckdb.connect() as database:
        database.execute(f"copy (select * from read_json('{tmp_path / 'a.jsonl'}')) to '{path}' (format parquet)")
    report, _ = read(tmp_path, Part(path=path, key="rows"))
    assert totals(report) == {"EUR": Decimal("1.9")}


def test_googles_rows_as_csv_with_points_in_the_names(tmp_path):
    row = {
        "billing_account_id": "01AB", "service.description": "Compute Engine", "sku.description": "Core", "cost": "1.0",
        "usage_start_time": "2026-10-05 07:00:00 UTC", "usage_end_time": "2026-10-05 08:00:00 UTC", "currency": "EUR",
        "invoice.month": "202610", "credits": json.dumps([credit("DISCOUNT", -0.1), credit("PROMOTION", -0.2)]),
    }  # fmt: skip
    report, lines = read(tmp_path, written(tmp_path / "a.csv", text_of([row])))
    assert totals(report) == {"EUR": Decimal("0.7")}
    assert {one["service_name"] for one in lines} == {"Compute Engine"}


def test_tags_that_differ_in_case_alone_are_no_reason_to_refuse_a_report(tmp_path):
    tags = {"resourceTags/user:Env": "prod", "resourceTags/user:env": "", "resourceTags/user:ENV": "x"}
    report, _ = read(tmp_path, aws_part(tmp_path, [line("Usage", "1", **tags)]))
    assert totals(report) == {"USD": Decimal(1)}


REFUSED = {
    "a number of AWS": (
        [line("Usage", "1"), line("Usage", "much")], r"row 2 after the header: lineItem/UnblendedCost \('much'\) is no number"),
    "a part of a sum": (
        [line("RIFee", "1", **{"reservation/UnusedRecurringFee": "n/a"})],
        r"row 1 after the header: reservation/UnusedRecurringFee \('n/a'\) is no number"),
    "a date of AWS": (
        [line("Usage", "1", **{"lineItem/UsageStartDate": "yesterday"})],
        r"row 1 after the header: lineItem/UsageStartDate \('yesterday'\) is no date"),
    "nothing where a cost should be": ([line("Usage", "")], r"lineItem/UnblendedCost is empty"),
    "a number of Azure": ([azure(), azure(CostInBillingCurrency="1,5,5")], r"row 2 .*CostInBillingCurrency \('1,5,5'\) is no number"),
    "a date of Azure": ([azure(), azure(Date="10/32/2026")], r"row 2 after the header: Date \('2026-10-32'\) is no date"),
    "two languages": ([azure(Quantity="0.5"), azure(Quantity="0,5")], r"1 with a decimal comma. Export it in one language"),
    "dates that could be either": (
        [azure(Date="10/05/2026", BillingPeriodStartDate="", BillingPeriodEndDate="")], "dates like 10/05/2026, and no other date tells"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_is_told_in_the_files_own_words(tmp_path, name):
    rows, words = REFUSED[name]
    with pytest.raises(BillRefused, match=words) as refused:
        read(tmp_path, written(tmp_path / "a.csv", text_of(rows)))
    assert refused.value.part == "a.csv"


def test_a_row_is_counted_before_it_becomes_several(tmp_path):
    rows = [*plan_of_one_hour(), line("Usage", "much")]
    with pytest.raises(BillRefused, match="row 4 after the header"):
        read(tmp_path, aws_part(tmp_path, rows))


def test_two_formats_are_not_added_up(tmp_path):
    """Both may hold the same costs."""
    with pytest.raises(
        BillRefused, match=r"cur\.csv is AWS Cost and Usage Report and focus\.csv is FOCUS\. Load them one after"
    ):
        read(tmp_path, aws_part(tmp_path, [LINE]), write_csv(tmp_path / "focus.csv", [{}]))


def test_a_file_that_comes_near_a_format_is_told_what_it_lacks(tmp_path):
    row = {name: value for name, value in AZURE_ROW.items() if name != "MeterCategory"}
    with pytest.raises(
        BillRefused, match=r"nearest to Azure cost export.*has no column meter_category\. Known are FOCUS, AWS"
    ):
        read(tmp_path, written(tmp_path / "a.csv", text_of([row])))


def test_a_number_that_json_would_round_is_refused(tmp_path):
    content = json.dumps(GCP_ROW).replace('"cost": 1.0', '"cost": 0.123456789012345678')
    with pytest.raises(BillRefused, match=r"1 rows with a number of so many digits .*0\.123456789012345678'\)"):
        read(tmp_path, written(tmp_path / "a", content.encode()))
    exact = json.dumps(GCP_ROW).replace('"cost": 1.0', '"cost": 0.00012345678901234567')
    report, _ = read(tmp_path / "exact", written(tmp_path / "b", exact.encode()))
    assert totals(report) == {"EUR": Decimal("0.00012345678901234567")}


def test_of_several_files_with_such_numbers_the_first_is_named(tmp_path):
    fine, bad = json.dumps(GCP_ROW), json.dumps(GCP_ROW).replace('"cost": 1.0', '"cost": 0.123456789012345678')
    rows = {"a": [fine], "b": [fine, bad, bad], "c": [bad]}
    parts = [written(tmp_path / name, gzip.compress("\n".join(lines).encode())) for name, lines in rows.items()]
    with pytest.raises(BillRefused, match="b has 2 rows with a number of so many digits") as refused:
        read(tmp_path, *parts)
    assert refused.value.part == "b"


NO_BILLS = {
    "UTF-16": (text_of([AZURE_ROW]).decode().encode("utf-16"), "UTF-16. Save it as UTF-8"),
    "a JSON array": (json.dumps([GCP_ROW]).encode(), "its first line is no row. Export it as JSON lines"),
    "JSON of something else": (b'{"a": 1}\n', "JSON lines of no bill"),
    "a doubled column": (text_of([LINE]).replace(b"lineItem/ResourceId", b"lineItem/UsageType"), "'lineItem/UsageType' more than once"),
}  # fmt: skip


@pytest.mark.parametrize("name", NO_BILLS)
def test_what_is_no_bill_is_refused(tmp_path, name):
    content, words = NO_BILLS[name]
    with pytest.raises(BillRefused, match=words):
        read(tmp_path, written(tmp_path / "bill", content))


def test_a_gzip_file_whose_checksum_is_wrong_is_refused(tmp_path):
    """One letter of a description was turned on the way: every total still agrees, and the file is not what was sent."""
    packed = bytearray(gzip.compress(text_of([line("Usage", "1")] * 2000), compresslevel=0))
    place = packed.index(b"Amazon Elastic", len(packed) // 2)
    packed[place : place + 1] = b"E"
    good = written(tmp_path / "good.csv.gz", gzip.compress(text_of([line("Usage", "1")])))
    with pytest.raises(BillRefused, match=r"bad\.csv\.gz is a damaged gzip: its content is not what its checksum says"):
        read(tmp_path, good, written(tmp_path / "bad.csv.gz", bytes(packed)))
