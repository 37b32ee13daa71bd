"""Oracle's report, older than FOCUS 1.0 and with columns of its own, adds up to its own totals."""

import datetime as dt
import gzip
from decimal import Decimal

import pytest

from audits.bill_parts import BillRefused
from tests.audits.focus_files import read, written
from tests.audits.provider_bills import OCI_ROW, plain_sum, text_of, totals

COMMITTED = {"CommitmentDiscountId": "plan", "PricingCategory": "Commitment-Based", "BilledCost": "0"}
BILL = [
    {},
    {"ChargePeriodStart": "2026-10-05T08:00Z", "ChargePeriodEnd": "2026-10-05T09:00Z", "BilledCost": "0.000000000123"},
    {**COMMITTED, "ChargeSubcategory": "Used Commitment", "EffectiveCost": "0.7", "ResourceId": "ocid1.instance.oc1..i"},
    {**COMMITTED, "ChargeSubcategory": "Unused Commitment", "EffectiveCost": "0.3", "ResourceId": "plan"},
    {"ChargeCategory": "Purchase", "ChargeSubcategory": "", "CommitmentDiscountId": "plan", "ResourceId": "plan",
     "BilledCost": "1", "EffectiveCost": "0", "oci_OverageFlag": "Y", "oci_CostOverage": "1"},
    {"ChargeCategory": "Adjustment", "ChargeSubcategory": "Credit", "BilledCost": "-0.5", "EffectiveCost": "-0.5"},
    {"ChargeCategory": "Adjustment", "ChargeSubcategory": "Refund", "BilledCost": "-0.25", "EffectiveCost": "-0.25"},
    {"ChargeCategory": "Tax", "ChargeSubcategory": "", "BilledCost": "0.19", "EffectiveCost": "0.19"},
]  # fmt: skip


def part_of(tmp_path, rows=BILL):
    return written(tmp_path / "0001.csv.gz", gzip.compress(text_of([{**OCI_ROW, **row} for row in rows])))


def test_its_totals_are_a_plain_sum_of_its_own_columns(tmp_path):
    part = part_of(tmp_path)
    report, lines = read(tmp_path, part)
    assert (report["bill_format"], report["rows_by_part"]) == ("oci_focus", [len(BILL)])
    for ours, column in (("billed_cost", "BilledCost"), ("effective_cost", "EffectiveCost"), ("list_cost", "ListCost")):
        assert totals(report, ours) == {"EUR": plain_sum(part.path, column)}
        assert sum(line[ours] for line in lines) == plain_sum(part.path, column)


def test_its_hours_stand_on_their_day_under_the_names_of_focus(tmp_path):
    _, (line, *_) = read(tmp_path, part_of(tmp_path, BILL[:2]))
    held = {name: line[name] for name in ("charge_date", "provider_name", "region_id", "resource_id", "row_count")}
    assert held == {
        "charge_date": dt.date(2026, 10, 5),
        "provider_name": "Oracle",
        "region_id": "eu-frankfurt-1",
        "resource_id": "ocid1.volume.oc1..a",
        "row_count": 2,
    }
    assert (line["pricing_category"], line["consumed_quantity"], line["consumed_unit"]) == (
        "Standard",
        7200,
        "GB-Seconds",
    )


def test_what_of_a_commitment_was_used_is_told_from_the_subcategory(tmp_path):
    _, lines = read(tmp_path, part_of(tmp_path))
    effective = {
        line["commitment_discount_status"]: line["effective_cost"] for line in lines if line["commitment_discount_id"]
    }
    assert effective == {"": 0, "Used": Decimal("0.7"), "Unused": Decimal("0.3")}


def test_each_charge_is_of_its_kind(tmp_path):
    report, _ = read(tmp_path, part_of(tmp_path))
    kinds = {kind: Decimal(billed) for _, kind, _, billed, *_ in report["periods"][0]["kinds"]}
    assert kinds == {
        "Usage": Decimal("0.025500000123"),
        "Purchase": 1,
        "Credit": Decimal("-0.5"),
        "Adjustment": Decimal("-0.25"),
        "Tax": Decimal("0.19"),
    }


def test_a_report_with_all_columns_of_focus_is_read_as_focus(tmp_path):
    row = {**OCI_ROW, "ContractedCost": "0.0255", "ProviderName": "Oracle", "RegionId": "eu-frankfurt-1"}
    report, _ = read(tmp_path, written(tmp_path / "a.csv", text_of([row])))
    assert report["bill_format"] == "focus"


def test_a_focus_file_without_its_contracted_cost_is_not_taken_for_it(tmp_path):
    row = {name: value for name, value in OCI_ROW.items() if not name.startswith("oci_")}
    with pytest.raises(BillRefused, match="nearest to FOCUS, but has no column ContractedCost"):
        read(tmp_path, written(tmp_path / "a.csv", text_of([row])))
