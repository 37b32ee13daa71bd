"""What holds of a whole account, however many its pages: how findings end, and what is read of its bills but once."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest

from audits.models import BillLoad, CostLine
from findings import evidence_from_rows, registry
from findings.models import Finding
from findings.operations import judge
from findings.preview import both_ways
from tenants import scope
from tenants.models import Activity
from tests.database import acting_as
from tests.findings.rows import (
    AT,
    DAY,
    GP2,
    IDLE,
    TODAY,
    UNATTACHED,
    bill,
    judged_audit,
    load_bill,
    make_audit,
    make_connection,
    see,
)
from tests.findings.test_bill_judging import charge


@pytest.fixture
def shop(organization):
    with scope.organization(organization.id):
        shop = make_connection()
        with acting_as("cf_worker"):
            bill(load_bill(shop), "i-1", "2.30", usage_type="BoxUsage:m5.large", quantity="24", unit="Hrs")
            yield shop


def test_what_the_bill_told_of_a_resource_that_is_gone_ends_as_gone_and_not_as_in_order(shop):
    charge(BillLoad.objects.get(), GP2.resource_id, "9")
    judged_audit(shop, IDLE, GP2)
    told = Finding.objects.get(rule_id="bill_address_idle", provider_resource_id=GP2.resource_id)
    later = make_audit(shop, at=AT + DAY)
    see(later, IDLE)
    judge(audit=later, at=AT + DAY)
    told.refresh_from_db()
    assert (told.state, told.resolution) == ("RESOLVED", "RESOURCE_GONE")
    (line,) = Activity.objects.filter(verb="finding.resolved", subject_id=told.id)
    assert line.detail["why"] == "RESOURCE_GONE"


def test_what_the_bills_charge_for_a_kind_of_use_is_added_up_once_for_all_pages(shop, monkeypatch):
    twin = dataclasses.replace(GP2, resource_id="vol-6")
    audit = judged_audit(shop, GP2, twin)
    summed, asked = evidence_from_rows._rates, []
    monkeypatch.setattr(evidence_from_rows, "PAGE", 1)
    monkeypatch.setattr(evidence_from_rows, "_rates", lambda **of: asked.append(of["regions"]) or summed(**of))
    rule = registry.rule("aws_ebs_volume_gp2_to_gp3")
    seen = list(both_ways(audit=audit, rule=rule, before={}, after={}))
    assert [one.saving_after is None for one in seen] == [False, False]
    assert asked == [{GP2.region}]
    asked.clear()
    judge(audit=audit, at=AT)
    assert asked == [{GP2.region}]


def on(thing):
    return {one.rule_id: one for one in Finding.objects.filter(provider_resource_id=thing.resource_id)}


def test_what_a_bill_does_not_find_any_more_ends_with_what_it_counted_beside_the_others(shop):
    load = BillLoad.objects.get()
    bill(load, UNATTACHED.resource_id, "1")
    charge(load, UNATTACHED.resource_id, "9")
    audit = judged_audit(shop, UNATTACHED)
    before = on(UNATTACHED)
    assert before["bill_address_idle"].absorbed_by == "aws_ebs_volume_unattached"
    CostLine.objects.filter(resource_id=UNATTACHED.resource_id, effective_cost=9).delete()
    judge(audit=audit, at=AT)
    after = on(UNATTACHED)
    assert after["bill_address_idle"].state == "RESOLVED"
    assert after["bill_address_idle"].estimated_monthly_savings == 0
    assert after["aws_ebs_volume_unattached"].estimated_monthly_savings == Decimal("30.4375")


def test_a_finding_of_which_the_bill_cannot_tell_counts_nothing_twice(shop):
    load = BillLoad.objects.get()
    bill(load, UNATTACHED.resource_id, "1")
    charge(load, UNATTACHED.resource_id, "9")
    judged_audit(shop, dataclasses.replace(UNATTACHED, detached_at=AT))
    assert on(UNATTACHED)["bill_address_idle"].estimated_monthly_savings > 0
    BillLoad.objects.update(billed_from=TODAY - 5 * DAY)
    judged_audit(shop, UNATTACHED, at=AT + DAY)
    after = on(UNATTACHED)
    assert {one.state for one in after.values()} == {"OPEN"}
    assert after["bill_address_idle"].absorbed_by == "aws_ebs_volume_unattached"
    assert after["bill_address_idle"].estimated_monthly_savings == 0
