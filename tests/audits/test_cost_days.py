"""What pages add up is what was loaded: the same totals, the same kinds, gone with the lines."""

import datetime as dt
from decimal import Decimal
from importlib import import_module

import pytest
from django.db import connection as database
from django.db.models import Sum

from audits import bills, cost_days
from audits.bill_parts import Part
from audits.bill_sums import KindSum
from audits.models import BillLoad, CostDay
from tenants import scope
from tests.audits.focus_files import SAMPLE, write_csv
from tests.audits.sources import source_of
from tests.audits.test_bills import load, payer  # noqa: F401 - a fixture
from tests.audits.test_load_page import MONTH
from tests.conftest import AT
from tests.database import acting_as

KEYS = tuple(cost_days.KEYS)
SUMS = cost_days.SUMS
SUPPORT = (
    "AWS Support (Business)",
    "support",
    "SUPPORT plan",
    "Supporting services",
    "AWSSupport",
    "x_support",
    "Supporté",
)


def days(payer):  # noqa: F811
    with scope.organization(payer.organization_id):
        return list(CostDay.objects.order_by(*KEYS).values(*KEYS, *SUMS))


def test_charges_of_a_day_are_added_up_by_what_pages_ask_for(payer, tmp_path):  # noqa: F811
    rows = [{"ResourceId": "vol-1"}, {"ResourceId": "vol-2", "SkuId": "other"}, {"RegionId": "eu-west-1"}]
    load(payer, [write_csv(tmp_path / "a.csv", rows)])
    one, other = days(payer)
    assert (one["region_id"], one["row_count"], one["billed_cost"], one["list_cost"]) == (
        "eu-central-1", 2, Decimal("2.5"), Decimal(5),
    )  # fmt: skip
    assert (one["charge_date"], one["charge_days"], one["provider_name"]) == (dt.date(2026, 10, 5), 1, "AWS")
    assert (one["sub_account_id"], one["service_name"]) == ("111111111111", "Amazon Elastic Compute Cloud")
    assert (one["kind"], one["is_prepaid"], one["billing_currency"]) == ("Usage", False, "USD")
    assert (other["region_id"], other["effective_cost"], other["contracted_cost"]) == (
        "eu-west-1", Decimal("1.25"), Decimal("1.5"),
    )  # fmt: skip


def test_the_sample_adds_up_to_the_files_totals_to_the_last_digit(payer, organization):  # noqa: F811
    with acting_as("cf_worker"):
        part = Part(path=SAMPLE, key="focus_sample.csv")
        with scope.organization(organization.id):
            source = source_of(payer)
        bill, loads = bills.load_files(organization_id=organization.id, source=source, parts=[part], seconds=60, at=AT)
        expected = {one.billing_period: dict(one.totals["USD"]) for one in bill.sums.periods}
        with scope.organization(organization.id):
            held = {one.billing_period: bills.totals_held(one, table=cost_days.TABLE)["USD"] for one in loads}
    assert held == expected


def test_a_charge_is_of_the_same_kind_as_on_the_loads_page(payer, tmp_path):  # noqa: F811
    rows = [*MONTH, *({"ServiceName": name, "ChargeCategory": "Purchase"} for name in SUPPORT)]
    load(payer, [write_csv(tmp_path / "a.csv", rows)])
    with scope.organization(payer.organization_id):
        kinds = [KindSum.from_json(one) for one in BillLoad.objects.get().kinds]
        summed = CostDay.objects.values_list("kind").annotate(Sum("row_count"), Sum("billed_cost")).order_by()
        assert {one.kind: (one.rows, one.billed) for one in kinds} == {
            kind: (rows, billed) for kind, rows, billed in summed
        }


@pytest.mark.parametrize(
    ("row", "is_prepaid"),
    [
        ({"ChargeCategory": "Purchase", "CommitmentDiscountId": "sp-1"}, True),
        ({"ChargeCategory": "Purchase", "BilledCost": "10", "EffectiveCost": "0"}, True),
        ({"ChargeCategory": "Purchase", "BilledCost": "10", "EffectiveCost": "10"}, False),
        ({"ChargeCategory": "Purchase", "BilledCost": "0", "EffectiveCost": "0"}, False),
        ({"ChargeCategory": "Usage", "CommitmentDiscountId": "sp-1"}, False),
    ],
)
def test_a_purchase_whose_cost_is_spread_over_its_use_is_told_from_others(payer, tmp_path, row, is_prepaid):  # noqa: F811
    load(payer, [write_csv(tmp_path / "a.csv", [row])])
    (one,) = days(payer)
    assert one["is_prepaid"] is is_prepaid


def test_a_restated_bill_leaves_nothing_of_the_earlier_one(payer, tmp_path):  # noqa: F811
    load(payer, [write_csv(tmp_path / "a.csv", [{"ServiceName": "Gone"}])])
    load(payer, [write_csv(tmp_path / "b.csv", [{}])], execution="run-2")
    (one,) = days(payer)
    assert one["service_name"] == "Amazon Elastic Compute Cloud"


def test_what_was_loaded_before_is_added_up_the_same_when_the_table_is_made(payer, tmp_path):  # noqa: F811
    load(payer, [write_csv(tmp_path / "a.csv", [*MONTH, *({"ServiceName": name} for name in SUPPORT), {}, {}])])
    written = days(payer)
    migration = import_module("audits.migrations.0094_cost_days")
    with acting_as("cf_worker"), scope.organization(payer.organization_id), database.cursor() as cursor:
        cursor.execute("delete from audits_costday")
        cursor.execute(migration.ADD_UP_WHAT_IS_LOADED)
    assert days(payer) == written != []
