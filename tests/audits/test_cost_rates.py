"""What a unit has cost is kept by the load, equal to what its lines say, and judging asks nothing else for it."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.db import connection as database
from django.db.models import Case, F, Sum, TextField, Value, When
from django.test.utils import CaptureQueriesContext

from audits.models import BillLoad, CostLine, CostRate
from connections.resources import Volume
from findings.evidence_from_rows import bills_of
from tenants import scope
from tests.audits.focus_files import write_csv, write_parquet
from tests.audits.test_bills import load, payer  # noqa: F401 - a fixture
from tests.audits.test_retention import bills, forget  # noqa: F401 - a fixture
from tests.database import acting_as

REGION = "eu-central-1"
FIRST, UNTIL = dt.date(2026, 10, 2), dt.date(2026, 11, 1)
VOLUME = Volume(
    resource_id="vol-1", account_id="111111111111", region=REGION, observed_at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC),
    volume_type="gp3", size_gib=1, state="available",
)  # fmt: skip


def row(day, cost, **more):
    start = dt.date(2026, 10, day)
    return {
        "ChargePeriodStart": f"{start}T00:00:00Z", "ChargePeriodEnd": f"{start + dt.timedelta(days=1)}T00:00:00Z",
        "EffectiveCost": cost, "ResourceId": f"vol-{day}-{cost}", **more,
    }  # fmt: skip


COUNTED = [
    row(1, "100"),  # before the window
    row(2, "0.000000000000000000000001"),
    row(2, "0.000000000000000000000002", ResourceId="vol-b", ConsumedQuantity="0.000000000000000007"),
    row(30, "1.25", ConsumedUnit="GiB-Mo"),
    row(30, "2.5", BillingCurrency="EUR"),
    row(30, "5", RegionId="us-east-1"),
    row(31, "3", x_UsageType="", SkuMeter="", ChargeDescription="per GB-month, first tier"),
    row(31, "4", x_UsageType="", SkuMeter="", ChargeDescription="per GB-month, next tier"),
]
NOT_COUNTED = [
    row(10, "-7"),
    row(10, "0"),
    row(10, "8", ConsumedQuantity="0"),
    row(10, "9", ConsumedQuantity=""),
    row(10, "10", ChargeClass="Correction"),
    row(10, "11", CommitmentDiscountId="sp-1"),
    row(10, "12", ChargeCategory="Purchase"),
]


def from_lines(regions):
    """The same, asked of all lines."""
    lines = CostLine.objects.filter(
        load__state=BillLoad.State.LOADED, region_id__in=regions, charge_category="Usage", commitment_discount_id="",
        effective_cost__gt=0, consumed_quantity__gt=0, charge_date__gte=FIRST, charge_date__lt=UNTIL,
    ).exclude(charge_class="Correction")  # fmt: skip
    told = Case(When(usage_type="", then=F("charge_description")), default=Value(""), output_field=TextField())
    keys = ("usage_type", "told", "billing_currency")
    sums = (
        lines.annotate(told=told)
        .values(*keys, "consumed_unit")
        .annotate(Sum("effective_cost"), Sum("consumed_quantity"))
    )
    return list(
        sums.order_by(*keys, "consumed_unit").values_list(
            *keys, "effective_cost__sum", "consumed_quantity__sum", "consumed_unit"
        )
    )


def asked(payer):  # noqa: F811
    """What judging is told, and the questions that it asks."""
    with scope.organization(payer.organization_id), acting_as("cf_worker"), CaptureQueriesContext(database) as captured:
        rates = bills_of([VOLUME]).rates.get(REGION, ())
    found = [
        (one.usage_type, one.charge_description, one.billing_currency, one.effective_cost, one.quantity, one.unit)
        for one in rates
    ]
    return found, [one["sql"] for one in captured.captured_queries]


@pytest.mark.parametrize("write", [write_csv, write_parquet])
def test_what_a_unit_costs_equals_the_lines_to_the_last_digit(payer, tmp_path, write):  # noqa: F811
    rows = [*COUNTED, *NOT_COUNTED]
    if write is write_parquet:  # whose doubles hold no more
        rows = [one for one in rows if len(one["EffectiveCost"]) < 20]
    load(payer, [write(tmp_path / "a", rows)], at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC))
    found, _ = asked(payer)
    with scope.organization(payer.organization_id):
        assert found == from_lines([REGION])
    assert len(found) == (4 if write is write_parquet else 5)
    if write is write_csv:
        assert Decimal("0.000000000000000000000003") in {cost for _, _, _, cost, _, _ in found}


def test_no_line_is_gone_through_for_it(payer, tmp_path):  # noqa: F811
    load(payer, [write_csv(tmp_path / "a", COUNTED)], at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC))
    _, questions = asked(payer)
    of_lines = [one for one in questions if "audits_costline" in one]
    assert len(of_lines) == 1
    assert re.search(r'"resource_id" (IN|=)', of_lines[0]), "what is asked of lines names its resources"


def test_a_bill_in_anothers_place_has_its_own(payer, tmp_path):  # noqa: F811
    load(payer, [write_csv(tmp_path / "a", COUNTED)])
    load(payer, [write_csv(tmp_path / "b", [row(5, "1")])], execution="run-2")
    with scope.organization(payer.organization_id), acting_as("cf_worker"):
        assert [(one.charge_date.day, one.effective_cost) for one in CostRate.objects.all()] == [(5, Decimal(1))]


def test_with_its_lines_what_their_units_cost_goes_too(payer, bills):  # noqa: F811
    forget(payer, batch=100)
    with scope.organization(payer.organization_id), acting_as("cf_worker"):
        kept = CostRate.objects.order_by("load__billing_period").values_list("load__billing_period", flat=True)
        assert sorted(set(kept)) == [dt.date(2025, 10, 1), dt.date(2026, 10, 1)]
