"""Google's billing rows become FOCUS rows that add up to the cost with its credits."""

import json
from decimal import Decimal

import duckdb
import pytest

from audits.bill_format import Column, as_focus, missing_marks, read_as_text
from audits.bill_formats import GCP_BILLING
from audits.dialect import Dialect
from tests.audits.provider_bills import DATASET, GCP_ROW, credit, total


@pytest.fixture(scope="module")
def database():
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


NESTED = ("service", "sku", "project", "location", "usage", "invoice", "resource", "subscription", "adjustment_info")


def gcp(database, tmp_path, rows):
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps({**GCP_ROW, **row}) + "\n" for row in rows))
    source = f"read_json('{path}', format = 'newline_delimited', filename = true, sample_size = -1)"
    found = database.sql(f"select * from {source}")
    columns = []
    for name, kind in zip(found.columns, found.types, strict=True):
        within = kind.children if name in NESTED else []
        columns += [
            Column(name=f"{name}.{leaf}", type=str(one), expression=f'"{name}"."{leaf}"') for leaf, one in within
        ]
        columns += [Column(name=name, type=str(kind), expression=f'"{name}"')] if not within else []
    assert missing_marks(GCP_BILLING, columns) == []
    found = database.execute(as_focus(GCP_BILLING, read_as_text(GCP_BILLING, columns, source), dialect=Dialect()))
    names = [name for name, *_ in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def test_a_google_row(database, tmp_path):
    (row,) = gcp(database, tmp_path, [{}])
    assert [Decimal(row[name]) for name in DATASET] == [1, 1, 1, 1]
    assert (row["ServiceName"], row["SubAccountId"], row["RegionId"]) == ("Compute Engine", "shop-prod", "europe-west3")
    assert row["ResourceId"].endswith("/instances/34")
    assert (row["BillingPeriodStart"], row["ChargePeriodStart"]) == ("2026-10-01", "2026-10-05 00:00:00")
    assert (row["ConsumedQuantity"], row["ConsumedUnit"]) == ("3600.0", "seconds")


def test_credits_of_the_price_lower_the_usage_and_promotions_stand_apart(database, tmp_path):
    given = [
        credit("SUSTAINED_USAGE_DISCOUNT", -0.2),
        credit("PROMOTION", -0.5),
        credit("COMMITTED_USAGE_DISCOUNT", -0.1),
    ]
    usage, promotion = gcp(database, tmp_path, [{"credits": given}])
    assert Decimal(usage["EffectiveCost"]) == Decimal("0.7")
    assert (usage["CommitmentDiscountStatus"], usage["PricingCategory"]) == ("Used", "Committed")
    assert usage["CommitmentDiscountId"] == "id of COMMITTED_USAGE_DISCOUNT"
    assert (promotion["ChargeCategory"], Decimal(promotion["BilledCost"])) == ("Credit", Decimal("-0.5"))
    assert (promotion["ChargeDescription"], promotion["ResourceId"]) == ("name of PROMOTION", None)
    assert total([usage, promotion]) == Decimal("0.2")


def test_googles_credits_are_added_exactly(database, tmp_path):
    given = [credit("DISCOUNT", -0.1), credit("DISCOUNT", -0.2), credit("DISCOUNT", -1e-9)]
    (usage,) = gcp(database, tmp_path, [{"cost": 0.3, "credits": given}])
    assert Decimal(usage["BilledCost"]) == Decimal("-0.000000001")


@pytest.mark.parametrize(
    ("changes", "category"),
    [
        ({"cost_type": "tax"}, "Tax"),
        ({"cost_type": "rounding_error"}, "Adjustment"),
        ({"cost_type": "adjustment"}, "Adjustment"),
        ({"sku": {"id": "S", "description": "Commitment v1: N2 Cpu in Frankfurt for 1 Year"}}, "Purchase"),
        ({}, "Usage"),
    ],
)
def test_googles_kinds_of_cost(database, tmp_path, changes, category):
    (row,) = gcp(database, tmp_path, [changes])
    assert row["ChargeCategory"] == category


def test_a_day_of_google_begins_in_pacific_time(database, tmp_path):
    rows = gcp(database, tmp_path, [{"usage_start_time": "2026-11-01T06:30:00Z", "invoice": {"month": "202610"}}])
    assert [row["ChargePeriodStart"] for row in rows] == ["2026-10-31 23:30:00"]


def test_a_credit_that_is_no_number_is_handed_on_to_be_refused(database, tmp_path):
    (row,) = gcp(database, tmp_path, [{"credits": [credit("DISCOUNT", "much")]}])
    assert row["BilledCost"] == "much"
