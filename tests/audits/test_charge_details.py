"""What further describes a charge is kept once, under a number that lines name: nothing of the money depends on it."""

import csv
import json
from collections import Counter
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits import bills, charge_details, focus
from audits.bill_parts import BillRefused, Part
from audits.focus_process import DETAILS
from audits.focus_reader import Reader
from audits.models import CostDetail, CostLine
from tenants import scope
from tests.audits.focus_files import ROW, text_of, write_csv, written
from tests.audits.provider_bills import LINE
from tests.audits.sources import source_of
from tests.audits.test_bills import load, payer  # noqa: F401 - a fixture
from tests.conftest import AT
from tests.database import acting_as

WIDE = (*ROW, "ResourceName", "RegionName", "PricingQuantity", "x_Kept", "x_LineItemId", "ServiceProviderName")


def read(work, *parts):
    """The report, and each line beside its detail: columns, tags and what is kept aside."""
    work.mkdir(parents=True, exist_ok=True)
    reader = Reader(work=work, parts=parts, period=None)
    report = reader.read()
    held = {None: ({}, {}, {})}
    if (work / DETAILS).exists():
        with (work / DETAILS).open(newline="") as file:
            held |= {int(number): tuple(map(said, rest)) for number, *rest in csv.reader(file)}
    found = reader.database.execute(
        f"select {', '.join(focus.WRITTEN_COLUMNS)} from {reader.details.numbered_lines()} order by resource_id"
    )
    lines = [dict(zip(focus.WRITTEN_COLUMNS, row, strict=True)) for row in found.fetchall()]
    return report, lines, [held[line["detail_number"]] for line in lines]


def said(text):
    return {name: value for name, value in json.loads(text).items() if value is not None}


def wide(path, rows):
    return write_csv(path, rows, columns=WIDE)


def notes(report):
    return " ".join(note for period in report["periods"] for note in period["notes"])


def test_what_describes_a_charge_is_kept_once_and_lines_name_it(tmp_path):
    shop = {"ResourceName": "disk", "RegionName": "Frankfurt", "PricingQuantity": "2"}
    rows = [shop, {**shop, "ResourceId": "vol-2"}, {**shop, "ResourceId": "vol-3", "ResourceName": "other"}]
    _, lines, details = read(tmp_path / "work", wide(tmp_path / "a.csv", [*rows, rows[0]]))
    assert [line["detail_number"] == lines[0]["detail_number"] for line in lines] == [True, True, False]
    assert details[0][0] == {"RegionName": "Frankfurt", "ResourceName": "disk", "SkuMeter": "VolumeUsage"}
    assert [columns["ResourceName"] for columns, _, _ in details] == ["disk", "disk", "other"]
    assert [(line["row_count"], line["pricing_quantity"]) for line in lines] == [(2, 4), (1, 2), (1, 2)]


def test_a_bill_without_further_columns_has_no_details(tmp_path):
    columns = [name for name in ROW if name not in {"SkuMeter", "Tags", "x_UsageType"}]
    _, (line,), (detail,) = read(tmp_path / "work", write_csv(tmp_path / "a.csv", [{}], columns=columns))
    assert line["detail_number"] is None
    assert detail == ({}, {}, {})


def test_columns_that_focus_does_not_know_are_kept_aside_unless_they_make_a_line_of_each_row(tmp_path, monkeypatch):
    monkeypatch.setattr(charge_details, "MOST_VALUES", 2)
    rows = [
        {"x_Kept": f"{number % 2}", "x_LineItemId": f"row {number}", "ServiceProviderName": "Oracle"}
        for number in range(50)
    ]
    report, lines, details = read(tmp_path / "work", wide(tmp_path / "a.csv", rows))
    assert [line["row_count"] for line in lines] == [25, 25]
    assert sorted(detail[2]["x_Kept"] for detail in details) == ["0", "1"]
    assert all(detail[2]["ServiceProviderName"] == "Oracle" for detail in details)
    assert all("x_LineItemId" not in detail[2] for detail in details)
    assert "Not kept, since they have another value in nearly every row: x_LineItemId." in notes(report)


HOSTILE = {
    "no JSON": "user:team=shop",
    "a list": '["shop"]',
    "cut off": '{"a": "b"',
    "NUL": '{"a": "\\u0000"}',
    "half a character": '{"a": "\\ud800"}',
    "a key twice": '{"a": "b", "a": "c"}',
    "too long": json.dumps({"a": "b" * charge_details.LONGEST_TAGS}),
}


def test_tags_that_cannot_be_kept_cost_no_money_and_are_counted(tmp_path):
    rows = [{"Tags": tags, "ResourceId": name} for name, tags in HOSTILE.items()]
    report, lines, details = read(tmp_path / "work", write_csv(tmp_path / "a.csv", [*rows, {"ResourceId": "good"}]))
    assert sum(line["billed_cost"] for line in lines) == Decimal("1.25") * len(lines)
    tags = {line["resource_id"]: detail[1] for line, detail in zip(lines, details, strict=True)}
    assert tags == {**{name: {} for name in HOSTILE}, "good": {"user:team": "shop"}}
    assert f"{len(HOSTILE)} rows have tags that are no JSON object of texts" in notes(report)


def test_a_tag_without_value_a_number_and_what_lies_deeper_are_texts(tmp_path):
    rows = [{"Tags": '{"a": true, "b": 1e5, "c": {"d": [1]}, "e": null}'}, {"Tags": ""}]
    report, _, details = read(tmp_path / "work", write_csv(tmp_path / "a.csv", rows))
    assert sorted((detail[1] for detail in details), key=len)[1] == {"a": "true", "b": "100000.0", "c": '{"d":[1]}'}
    assert "tags" not in notes(report)


def test_maps_of_parquet_are_read_as_json(tmp_path):
    (tmp_path / "a.csv").write_bytes(text_of([{}]))
    maps = "map {'user:team': 'shop', 'aws:createdBy': ''} as Tags"
    more = "map {'InstanceType': 'm5.large'} as SkuPriceDetails, map {'a': 'b'} as x_Discounts"
    duckdb.execute(
        f"copy (select * replace ({maps}), {more} from read_csv('{tmp_path / 'a.csv'}', all_varchar = true)) "
        f"to '{tmp_path / 'a.parquet'}'"
    )
    part = Part(path=tmp_path / "a.parquet", key="a.parquet")
    _, _, ((columns, tags, extra),) = read(tmp_path / "work", part)
    assert tags == {"user:team": "shop", "aws:createdBy": ""}
    assert json.loads(columns["SkuPriceDetails"]) == {"InstanceType": "m5.large"}
    assert json.loads(extra["x_Discounts"]) == {"a": "b"}


def test_a_detail_that_holds_the_character_nul_is_refused_by_name(tmp_path):
    part = wide(tmp_path / "a.csv", [{"ResourceName": "di\0sk"}])
    with pytest.raises(BillRefused, match=r"ResourceName .* holds the character NUL"):
        read(tmp_path / "work", part)


def test_what_says_nothing_in_several_ways_is_one_detail(tmp_path):
    rows = [{"ResourceName": said, "RegionName": said} for said in ("NULL", "")]
    _, lines, (detail,) = read(tmp_path / "work", wide(tmp_path / "a.csv", rows))
    assert [line["row_count"] for line in lines] == [2]
    assert not {"ResourceName", "RegionName"} & detail[0].keys()


def rows_of(rows):
    text = [",".join(rows[0])]
    text += [",".join('"' + str(value).replace('"', '""') + '"' for value in row.values()) for row in rows]
    return "\n".join(text).encode()


AZURE = {
    "SubscriptionId": "s-1",
    "SubscriptionName": "Shop",
    "Date": "2026-10-20",
    "MeterCategory": "Storage",
    "Quantity": "1",
    "CostInBillingCurrency": "1.5",
    "BillingCurrencyCode": "EUR",
    "ChargeType": "Usage",
    "PricingModel": "OnDemand",
    "BillingPeriodStartDate": "2026-10-01",
    "BillingPeriodEndDate": "2026-10-31",
    "ResourceId": "/r",
    "UnitPrice": "1.5",
}
GOOGLE = {
    "billing_account_id": "B",
    "service": {"id": "S", "description": "Compute Engine"},
    "sku": {"id": "K", "description": "Core"},
    "usage_start_time": "2026-10-20T10:00:00Z",
    "usage_end_time": "2026-10-20T11:00:00Z",
    "project": {"id": "p-1", "name": "Shop"},
    "cost": "1.5",
    "currency": "EUR",
    "invoice": {"month": "202610"},
    "credits": [],
}
SHOP = {"team": "shop", "stage": 'pro"d'}
TAGGED = {
    "a column a tag": (
        rows_of([{**LINE, "resourceTags/user:team": "shop", "resourceTags/user:stage": 'pro"d', "resourceTags/x": ""}]),
        {f"user:{key}": value for key, value in SHOP.items()},
    ),
    "a map as text": (rows_of([{**LINE, "resource_tags": json.dumps(SHOP)}]), SHOP),
    "Azure without braces": (rows_of([{**AZURE, "Tags": json.dumps(SHOP)[1:-1]}]), SHOP),
    "Azure with braces": (rows_of([{**AZURE, "Tags": json.dumps(SHOP)}]), SHOP),
    "Google's labels": (
        json.dumps({**GOOGLE, "labels": [{"key": key, "value": value} for key, value in SHOP.items()]}).encode(),
        SHOP,
    ),
}


@pytest.mark.parametrize("tagged", TAGGED.values(), ids=TAGGED)
def test_every_format_brings_its_tags(tmp_path, tagged):
    content, expected = tagged
    report, _, ((_, tags, _),) = read(tmp_path / "work", written(tmp_path / "bill", content))
    assert tags == expected
    assert "tags" not in notes(report)


def test_formats_bring_names_and_prices_too(tmp_path):
    azure = read(tmp_path / "azure", written(tmp_path / "a", rows_of([AZURE])))[2][0][0]
    assert (azure["SubAccountName"], azure["ContractedUnitPrice"]) == ("Shop", "1.5")
    google = read(tmp_path / "google", written(tmp_path / "g", json.dumps(GOOGLE).encode()))[2][0][0]
    assert google["SubAccountName"] == "Shop"
    aws = read(tmp_path / "aws", written(tmp_path / "c", rows_of([{**LINE, "product/location": "EU (Frankfurt)"}])))
    assert aws[2][0][0]["RegionName"] == "EU (Frankfurt)"


def test_every_dimension_of_focus_has_one_place():
    line = {name for names in focus.TEXTS.values() for name in names} | {*focus.NUMBERS.values(), *focus.TIMES.values()}
    twice = Counter([*charge_details.DIMENSIONS, charge_details.TAGS]) + Counter(line)
    assert [name for name, count in twice.items() if count > 1] == ["InvoiceIssuerName", "PublisherName", "SkuMeter"]


def kept(connection):
    """What describes each line, by resource, as PostgreSQL has it."""
    with scope.organization(connection.organization_id):
        details = {(one.load_id, one.number): one for one in CostDetail.objects.all()}
        lines = CostLine.objects.order_by("resource_id")
        return {line.resource_id: details[line.load_id, line.detail_number] for line in lines}, len(details)


def test_details_are_kept_with_their_load_and_go_with_it(payer, tmp_path):  # noqa: F811
    rows = [
        {"ResourceName": "disk", "x_Kept": "a", "PricingQuantity": "0.5"},
        {"ResourceName": "disk", "x_Kept": "b", "ResourceId": "vol-2"},
    ]
    load(payer, [wide(tmp_path / "a.csv", rows)])
    found, count = kept(payer)
    assert count == 2
    assert found["vol-1"].columns == {"ResourceName": "disk", "SkuMeter": "VolumeUsage"}
    assert found["vol-1"].tags == {"user:team": "shop"}
    assert [found[name].extra["x_Kept"] for name in ("vol-1", "vol-2")] == ["a", "b"]
    with scope.organization(payer.organization_id):
        assert CostLine.objects.get(resource_id="vol-1").pricing_quantity == Decimal("0.5")
    load(payer, [wide(tmp_path / "b.csv", [{"ResourceName": "renamed"}])], execution="run-2")
    found, count = kept(payer)
    assert (count, found["vol-1"].columns["ResourceName"]) == (1, "renamed")


def test_a_load_has_the_details_of_its_own_month_alone(payer, organization, tmp_path):  # noqa: F811
    september = {"BillingPeriodStart": "2026-09-01T00:00:00Z", "ChargePeriodStart": "2026-09-30T00:00:00Z"}
    rows = [{"ResourceName": "new"}, {**september, "ResourceName": "old", "ResourceId": "vol-0"}]
    with acting_as("cf_worker"):
        with scope.organization(organization.id):
            source = source_of(payer)
        bills.load_files(
            organization_id=organization.id,
            source=source,
            parts=[wide(tmp_path / "a.csv", rows)],
            seconds=60,
            at=AT,
        )
    with scope.organization(organization.id):
        found = CostDetail.objects.order_by("load__billing_period").values_list("load__billing_period", "columns")
        assert [(period.month, columns["ResourceName"]) for period, columns in found] == [(9, "old"), (10, "new")]


def test_postgresql_holds_every_tag_that_is_kept(payer, tmp_path):  # noqa: F811
    rows = [{"Tags": tags, "ResourceId": name} for name, tags in HOSTILE.items()]
    deep = {"Tags": '{"a":' * 900 + "1" + "}" * 900, "ResourceId": "deep"}
    load(payer, [write_csv(tmp_path / "a.csv", [*rows, deep])])
    found, _ = kept(payer)
    assert all(found[name].tags == {} for name in HOSTILE)
    assert found["deep"].tags.keys() <= {"a"}


TAG_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@given(tags=st.dictionaries(TAG_TEXTS, TAG_TEXTS, max_size=4))
def test_every_tag_of_texts_is_kept_as_it_is(tags):
    text = json.dumps(tags)
    with duckdb.connect() as database:
        database.execute("create table sums as select ? as Tags, true as is_line", [text])
        (read,) = database.execute(f"select tags_read from ({charge_details.numbered(['Tags'])})").fetchone()
    assert json.loads(read) == tags
