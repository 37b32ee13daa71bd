"""What acting on a finding frees of commitments, and until when these are paid for."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from audits.evidence import Evidence, Usage
from audits.models import Resource
from connections.resources.commitments import SavingsPlan
from findings.freed import freed_by
from findings.models import Finding
from findings.operations import judge
from findings.prices import table
from findings.rule import ALL
from findings.savings import monthly_saving
from tenants import scope
from tests.database import acting_as
from tests.findings import evidence
from tests.findings.rows import AT, BASE, IDLE, bill, load_bill, make_audit, make_connection, see, use
from tests.findings.test_views import text_of, visit

__all__ = ["visit"]
MONTH = Decimal("30.4375")
PLAN = SavingsPlan(
    resource_id="arn:aws:savingsplans::111111111111:savingsplan/one", state="active", plan_type="Compute",
    hourly_commitment="1", currency="USD", ends_at=dt.datetime(2027, 5, 12, 8, tzinfo=dt.UTC), **BASE,
)  # fmt: skip


@pytest.fixture
def judged(organization):
    """An idle machine of which one plan covers a part and another one the rest; only the first is known."""
    with scope.organization(organization.id):
        shop = make_connection()
        with acting_as("cf_worker"):
            load = load_bill(shop)
            bill(
                load, "i-1", "2", usage_type="BoxUsage:m5.large", quantity="24", unit="Hrs", commitment=PLAN.resource_id
            )
            bill(load, "i-1", "1", usage_type="BoxUsage:m5.large", quantity="0", unit="Hrs", commitment="arn:other")
            audit = make_audit(shop)
            machine, _ = see(audit, IDLE, PLAN)
            use(machine, days=30)
            judge(audit=audit, at=AT)
            yield Finding.objects.get(rule_id="aws_ec2_instance_idle")


def test_each_commitment_is_named_with_what_is_freed_of_it_and_its_end(judged):
    first, other = freed_by(judged.evidence, net=judged.freed_commitment_monthly)
    assert (first.id, first.what, first.monthly) == (PLAN.resource_id, "Compute savings plan", 2 * MONTH)
    assert (first.ends_at, first.seen_at) == (PLAN.ends_at, AT)
    assert (other.id, other.what, other.monthly, other.ends_at) == ("arn:other", "commitment", MONTH, None)
    assert first.monthly + other.monthly == judged.freed_commitment_monthly


def test_a_reservation_is_named_by_what_it_is_for(judged):
    data = {"item_type": "m5.large", "count": 3, "ends_at": "2027-05-12T08:00:00+00:00"}
    Resource.objects.filter(resource_id=PLAN.resource_id).update(kind="reservation", data=data)
    first, _ = freed_by(judged.evidence, net=judged.freed_commitment_monthly)
    assert (first.what, first.ends_at) == ("reservation of 3 m5.large", PLAN.ends_at)


def test_the_page_says_until_when_or_that_nobody_told(judged, organization, visit):
    with acting_as("cf_web"):
        page = (
            text_of(visit(organization, reverse("findings:finding", args=[judged.id])))
            .replace(" ,", ",")
            .replace(" ;", ";")
        )
    assert (
        f"60.88 USD a month of the Compute savings plan {PLAN.resource_id}, which is paid for until 2027-05-12" in page
    )
    assert "arn:other; until when is not known, as no connected account holds it" in page


def test_after_overlaps_each_has_its_share_of_what_is_left_and_of_nothing_none(judged):
    half = freed_by(judged.evidence, net=judged.freed_commitment_monthly / 2)
    assert [one.monthly for one in half] == [MONTH, MONTH / 2]
    assert freed_by(judged.evidence, net=Decimal(0)) == freed_by(judged.evidence, net=None) == ()


def test_evidence_of_before_names_no_commitment(judged):
    old = {**judged.evidence, "saving": {k: v for k, v in judged.evidence["saving"].items() if k != "freed"}}
    assert freed_by(old, net=Decimal(9)) == ()


def test_without_a_commitment_nothing_is_freed():
    seen = Evidence(thing=IDLE, usage=Usage(until=AT.date()), bill=evidence.bill(days=30, cost="3", until=AT.date()))
    found = monthly_saving(saves=ALL, evidence=seen, listed=table("aws"))
    assert (found.freed, found.frees_commitment) == ((), 0)
