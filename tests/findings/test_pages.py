"""An account is judged a page at a time: what is said does not depend on the pages, and each is let go."""

from __future__ import annotations

import dataclasses
import weakref
from decimal import Decimal

import pytest

from audits.models import BillLoad, CostLine, Step
from connections.resources import Volume
from findings import bill_judging, evidence_from_rows, operations, opinion_rows, waste_rows, whole_proofs
from findings.frozen import is_intact
from findings.models import Finding, Opinion, Verdict
from findings.operations import judge, price_again
from tenants import scope
from tenants.models import Activity
from tests.database import acting_as
from tests.findings.rows import (
    ACCOUNT,
    ADDRESS,
    AT,
    BASE,
    DAY,
    GP2,
    IDLE,
    ORPHAN,
    REGION,
    UNATTACHED,
    bill,
    judged_audit,
    load_bill,
    make_audit,
    make_connection,
    opinion,
    see,
    use,
)
from tests.findings.test_bill_judging import GATEWAY, HOURS, charge

MONTH = Decimal("30.4375")
DISK = Volume(
    resource_id="vol-5", name="data", volume_type="gp2", size_gib=100, state="in-use", attached_to=("i-1",),
    attached_states=("running",), is_deleted_with_instance=True, **BASE,
)  # fmt: skip
HELD = dataclasses.replace(ADDRESS, associated_with="i-1")
BUSY = dataclasses.replace(IDLE, resource_id="i-2", name="busy")
THINGS = (
    IDLE, BUSY, DISK, GP2, UNATTACHED, ORPHAN, HELD, opinion(IDLE, "Stop"), opinion(BUSY, "Stop"),
    opinion(UNATTACHED, "Delete"), opinion(DISK, "Upgrade", before_discounts="6.0875", after_discounts="6.0875"),
)  # fmt: skip


@pytest.fixture
def shop(organization):
    """A connection of Northwind whose bill names an idle machine with its disk and address, and a gateway."""
    with scope.organization(organization.id):
        shop = make_connection()
        with acting_as("cf_worker"):
            load = load_bill(shop)
            bill(load, "i-1", "2.30", usage_type="BoxUsage:m5.large", quantity="24", unit="Hrs")
            bill(load, "vol-5", "1", usage_type="EBS:VolumeUsage.gp2")
            bill(load, HELD.resource_id, "0.12", usage_type="PublicIPv4:InUseAddress", quantity="24", unit="Hrs")
            charge(load, GATEWAY, "1.2", **HOURS)
            yield shop


def seen_audit(shop, *, at=AT):
    audit = make_audit(shop, at=at)
    Step.objects.create(
        audit=audit, connection=shop, kind="INVENTORY", state="DONE", account_id=ACCOUNT, region=REGION,
        service="compute-optimizer",
    )  # fmt: skip
    for row, one in zip(see(audit, *THINGS), THINGS, strict=True):
        if one.KIND == "instance":
            use(row, cpu=1.5 if one is IDLE else 40.0)
    return audit


def told():
    """All that a judging writes but the ids that it draws, and what was resolved before."""
    return {
        rows.model.__name__: list(rows.order_by("id").values()) for rows in
        (Verdict.objects.all(), Finding.objects.all(), Opinion.objects.all())
    }  # fmt: skip


@pytest.mark.parametrize("size", [1, 3, 7])
def test_what_is_said_of_an_account_is_the_same_in_pages_of_any_size(shop, monkeypatch, size):
    audit = seen_audit(shop)
    with monkeypatch.context() as small:
        small.setattr(evidence_from_rows, "PAGE", size)
        for module in (bill_judging, opinion_rows, waste_rows, whole_proofs):
            small.setattr(module, "AT_ONCE", size)
        judge(audit=audit, at=AT)
        in_pages, summary = told(), audit.summary
        lines = Activity.objects.count()
    judge(audit=audit, at=AT)
    assert told() == in_pages
    assert (audit.summary["grid"], audit.summary["totals"]) == (summary["grid"], summary["totals"])
    assert Activity.objects.count() == lines == Finding.objects.count()
    assert {one["outcome"] for one in in_pages["Verdict"]} == {"WASTE", "FINE", "UNKNOWN"}
    assert {one["standing"] for one in in_pages["Opinion"]} >= {"AGREED", "FINE"}


def test_what_depends_on_a_resource_of_another_page_is_counted_with_it(shop, monkeypatch):
    monkeypatch.setattr(evidence_from_rows, "PAGE", 1)
    judge(audit=seen_audit(shop), at=AT)
    machine = Finding.objects.get(rule_id="aws_ec2_instance_idle")
    own = Finding.objects.get(rule_id="aws_ebs_volume_gp2_to_gp3", provider_resource_id="vol-5")
    assert own.estimated_monthly_savings > 0
    assert machine.further_monthly_savings == Decimal("1.12") * MONTH - own.estimated_monthly_savings
    assert {part["id"] for part in machine.evidence["further"]["parts"]} == {"vol-5", HELD.resource_id}
    assert [one["their_id"] for one in machine.evidence["opinions"]] == ["i-1 Stop"]
    assert all(map(is_intact, Finding.objects.all()))


def test_what_the_bill_no_longer_finds_on_a_resource_holds_nothing_of_its_saving_any_more(shop):
    audit = seen_audit(shop)
    charge(BillLoad.objects.get(), "vol-5", "9")
    judge(audit=audit, at=AT)
    cheaper = Finding.objects.filter(rule_id="aws_ebs_volume_gp2_to_gp3", provider_resource_id="vol-5")
    assert cheaper.get().absorbed_by == "bill_address_idle"
    assert cheaper.get().estimated_monthly_savings < cheaper.get().gross_monthly_savings
    assert [one["agrees"] for one in cheaper.get().evidence["opinions"]] == [False]
    CostLine.objects.filter(resource_id="vol-5", effective_cost=9).delete()
    judge(audit=audit, at=AT)
    assert Finding.objects.get(rule_id="bill_address_idle", provider_resource_id="vol-5").state == "RESOLVED"
    assert not Verdict.objects.filter(rule_id="bill_address_idle").exists()
    assert cheaper.get().absorbed_by == ""
    assert [one["agrees"] for one in cheaper.get().evidence["opinions"]] == [True]
    assert cheaper.get().estimated_monthly_savings == cheaper.get().gross_monthly_savings > 0
    machine = Finding.objects.get(rule_id="aws_ec2_instance_idle")
    claimed = {part["id"]: part["claimed"] for part in machine.evidence["further"]["parts"]}
    assert Decimal(claimed["vol-5"]) == cheaper.get().estimated_monthly_savings


def test_a_page_is_let_go_when_the_one_after_it_was_judged(shop, monkeypatch):
    held = []

    def watched(**asked):
        for page in evidence_from_rows.pages_of(**asked):
            held.append([weakref.ref(one.evidence.thing) for one in page])
            yield page
            del page
            assert [one for of_page in held[:-1] for one in of_page if one() is not None] == []

    monkeypatch.setattr(evidence_from_rows, "PAGE", 1)
    monkeypatch.setattr(operations, "pages_of", watched)
    judge(audit=seen_audit(shop), at=AT)
    assert len(held) == len(THINGS)
    assert [one for of_page in held[:-1] for one in of_page if one() is not None] == []


def test_what_a_later_audit_sees_again_meanwhile_is_neither_gone_nor_untold(shop, monkeypatch):
    judged_audit(shop, UNATTACHED)
    verdicts = set(Verdict.objects.values_list("id", flat=True))
    judge_bills = operations._judge_bills

    def while_another_looks(judging):
        see(make_audit(shop, at=AT + DAY), UNATTACHED)
        return judge_bills(judging)

    monkeypatch.setattr(operations, "_judge_bills", while_another_looks)
    judge(audit=operations.Audit.objects.get(), at=AT)
    assert Finding.objects.get(provider_resource_id="vol-1", rule_id="aws_ebs_volume_unattached").state == "OPEN"
    assert set(Verdict.objects.values_list("id", flat=True)) == verdicts


def test_a_later_bill_says_the_same_in_pages_of_any_size(shop, monkeypatch):
    audit = seen_audit(shop)
    judge(audit=audit, at=AT)
    audit.state = "DONE"
    audit.save()
    CostLine.objects.update(effective_cost=Decimal(3))
    price_again(connection_id=shop.id, at=AT)
    whole = told()
    monkeypatch.setattr(evidence_from_rows, "PAGE", 1)
    price_again(connection_id=shop.id, at=AT)
    assert told() == whole
    assert Finding.objects.get(rule_id="aws_ec2_instance_idle").further_monthly_savings > 2 * MONTH
