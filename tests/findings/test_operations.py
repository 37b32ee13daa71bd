"""From verdicts to findings that open, stay, close and reopen; from bills to their savings."""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from audits.models import Audit, CostLine, Resource, Step
from findings.frozen import _plain, hash_of, is_intact, lines_of
from findings.models import Finding, Verdict
from findings.operations import judge
from tenants import scope
from tests.database import acting_as
from tests.findings.rows import (
    ACCOUNT,
    ADDRESS,
    AT,
    DAY,
    GP2,
    IDLE,
    ORPHAN,
    UNATTACHED,
    bill,
    hide,
    judged_audit,
    load_bill,
    make_audit,
    make_connection,
    see,
    use,
)

ATTACHED = dataclasses.replace(UNATTACHED, state="in-use", attached_to=("i-9",), attached_states=("running",))
NOT_KNOWN = dataclasses.replace(UNATTACHED, detached_at=None)
TOMORROW, LATER = AT + DAY, AT + 2 * DAY


@pytest.fixture
def shop(organization):
    """A connection of Northwind, with the worker at work."""
    with acting_as("cf_web"), scope.organization(organization.id):
        shop = make_connection()
    with acting_as("cf_worker"), scope.organization(organization.id):
        yield shop


def the_finding(rule_id="aws_ebs_volume_unattached") -> Finding:
    return Finding.objects.get(rule_id=rule_id)


def test_waste_opens_a_finding_that_is_verified_by_its_own_bill_lines(shop):
    load = load_bill(shop)
    bill(load, "vol-1", "0.25")
    judged_audit(shop, UNATTACHED)
    finding = the_finding()
    assert (finding.state, finding.confidence, finding.currency) == ("OPEN", "VERIFIED", "USD")
    assert finding.estimated_monthly_savings == Decimal("0.25") * Decimal("30.4375") == finding.gross_monthly_savings
    assert finding.cash_monthly_savings == finding.estimated_monthly_savings
    assert finding.freed_commitment_monthly == 0
    assert finding.savings_sort == 7_609_375
    assert finding.because == "100 GiB attached to nothing for 40 days, as our own earlier audits saw."
    assert finding.first_seen_at == finding.opened_at == finding.last_seen_at == AT


def test_all_three_verdicts_are_kept(shop):
    unknown = dataclasses.replace(NOT_KNOWN, resource_id="vol-3")
    judged_audit(shop, UNATTACHED, ATTACHED.__class__(**{**vars(ATTACHED), "resource_id": "vol-4"}), unknown)
    outcomes = Verdict.objects.filter(rule_id="aws_ebs_volume_unattached").values_list(
        "resource__resource_id", "outcome"
    )
    assert dict(outcomes) == {"vol-1": "WASTE", "vol-3": "UNKNOWN", "vol-4": "FINE"}


def test_the_next_audit_resolves_what_is_in_order_again(shop):
    judged_audit(shop, UNATTACHED)
    judged_audit(shop, ATTACHED, at=TOMORROW)
    finding = the_finding()
    assert (finding.state, finding.resolution, finding.resolved_at) == ("RESOLVED", "NOT_WASTEFUL", TOMORROW)
    assert finding.last_seen_at == AT


def test_waste_that_comes_back_is_reopened_and_its_age_starts_anew(shop):
    judged_audit(shop, UNATTACHED)
    judged_audit(shop, ATTACHED, at=TOMORROW)
    third = judged_audit(shop, UNATTACHED, at=LATER)
    finding = the_finding()
    assert (finding.state, finding.resolution, finding.resolved_at, finding.reopened_count) == ("OPEN", "", None, 1)
    assert (finding.first_seen_at, finding.opened_at, finding.opened_audit_id) == (AT, LATER, third.id)
    assert third.summary["changes"] == {"opened": 0, "reopened": 1, "refreshed": 0, "left_alone": 0, "resolved": 0}


def test_an_unknown_verdict_touches_nothing(shop):
    first = judged_audit(shop, UNATTACHED)
    judged_audit(shop, NOT_KNOWN, at=TOMORROW)
    finding = the_finding()
    assert (finding.state, finding.audit_id, finding.last_seen_at) == ("OPEN", first.id, AT)


def test_an_unknown_verdict_does_not_reopen(shop):
    judged_audit(shop, UNATTACHED)
    judged_audit(shop, ATTACHED, at=TOMORROW)
    judged_audit(shop, NOT_KNOWN, at=LATER)
    assert the_finding().state == "RESOLVED"


def test_a_resource_that_is_gone_resolves_its_finding(shop):
    judged_audit(shop, UNATTACHED)
    judged_audit(shop, at=TOMORROW)
    assert (the_finding().state, the_finding().resolution) == ("RESOLVED", "RESOURCE_GONE")


def test_a_resource_kept_when_another_service_read_its_kind_is_gone_only_where_the_present_one_looked(shop):
    judged_audit(shop, UNATTACHED)
    Resource.objects.update(service="rds")
    audit = make_audit(shop, at=TOMORROW)
    Step.objects.filter(audit=audit, service="ec2").delete()
    judge(audit=audit, at=TOMORROW)
    assert the_finding().state == "OPEN"


@pytest.mark.parametrize(
    ("region", "kinds"),
    [("eu-west-1", ["volume"]), ("", ["volume"]), ("eu-west-1", ["instance", "volume"])],
)
def test_a_gap_over_its_place_keeps_the_finding_of_a_resource_not_seen(shop, region, kinds):
    judged_audit(shop, UNATTACHED)
    audit = make_audit(shop, at=TOMORROW)
    hide(audit, region=region, kinds=kinds)
    judge(audit=audit, at=TOMORROW)
    assert the_finding().state == "OPEN"


@pytest.mark.parametrize(
    ("region", "kinds", "action"),
    [
        ("us-east-1", ["volume"], "ec2:DescribeVolumes"),
        ("eu-west-1", ["snapshot"], "ec2:DescribeSnapshots"),
        ("eu-west-1", ["volume"], "cloudwatch:GetMetricData"),
    ],
)
def test_a_gap_elsewhere_or_about_usage_hides_no_resource(shop, region, kinds, action):
    judged_audit(shop, UNATTACHED)
    audit = make_audit(shop, at=TOMORROW)
    hide(audit, region=region, kinds=kinds, action=action)
    judge(audit=audit, at=TOMORROW)
    assert the_finding().resolution == "RESOURCE_GONE"


@pytest.mark.parametrize("spoil", ["failed", "never begun"])
def test_a_region_not_read_to_the_end_keeps_the_finding(shop, spoil):
    judged_audit(shop, UNATTACHED)
    audit = make_audit(shop, at=TOMORROW, regions=() if spoil == "never begun" else ("eu-west-1",))
    Step.objects.filter(audit=audit, service="ec2").update(state="FAILED")
    judge(audit=audit, at=TOMORROW)
    assert the_finding().state == "OPEN"


def test_a_gap_on_what_a_rule_needs_gives_unknown(shop):
    audit = make_audit(shop)
    see(audit, ORPHAN)
    hide(audit, kinds=["volume"])
    judge(audit=audit, at=AT)
    verdict = Verdict.objects.get(rule_id="aws_ebs_snapshot_orphaned")
    assert verdict.outcome == "UNKNOWN"


def test_judging_twice_gives_the_same_rows(shop):
    load = load_bill(shop)
    bill(load, "vol-1", "0.25")
    audit = make_audit(shop)
    see(audit, UNATTACHED, GP2, ADDRESS)

    def rows():
        return (
            list(Finding.objects.order_by("id").values()),
            list(Verdict.objects.order_by("id").values()),
            Audit.objects.get(id=audit.id).summary,
        )

    judge(audit=audit, at=AT)
    first = rows()
    judge(audit=audit, at=AT + DAY / 24)
    assert rows() == first
    assert len(first[0]) == 3


def test_judging_asks_as_often_for_forty_resources_as_for_four(shop):
    load = load_bill(shop)

    def queries(count, at):
        audit = make_audit(shop, at=at)
        volumes = [dataclasses.replace(UNATTACHED, resource_id=f"vol-{n}") for n in range(count)]
        snapshots = [dataclasses.replace(ORPHAN, resource_id=f"snap-{n}") for n in range(count)]
        for volume in volumes:
            if not CostLine.objects.filter(resource_id=volume.resource_id).exists():
                bill(load, volume.resource_id, "0.25")
        see(audit, *volumes, *snapshots)
        with CaptureQueriesContext(database) as captured:
            judge(audit=audit, at=at)
        audit.state = "DONE"
        audit.save()
        return len(captured)

    queries(2, AT - DAY)
    assert queries(4, AT) == queries(40, TOMORROW) <= 44


def test_two_currencies_stand_apart_in_the_totals(shop):
    load = load_bill(shop)
    bill(load, "vol-1", "0.25")
    bill(load, ADDRESS.resource_id, "0.12", currency="EUR", usage_type="PublicIPv4:IdleAddress")
    audit = judged_audit(shop, UNATTACHED, ADDRESS)
    assert [(row["currency"], row["confidence"], row["monthly"]) for row in audit.summary["totals"]] == [
        ("EUR", "VERIFIED", "3.652500000000000000"),
        ("USD", "VERIFIED", "7.609375000000000000"),
    ]
    assert [line["currency"] for line in audit.summary["headline"]] == ["EUR", "USD"]


def test_without_a_bill_a_finding_is_estimated_or_unknown_and_never_zero(shop):
    audit = make_audit(shop, regions=("us-east-1",))
    see(audit, *(dataclasses.replace(thing, region="us-east-1") for thing in (UNATTACHED, ORPHAN)))
    judge(audit=audit, at=AT)
    volume, snapshot = the_finding(), the_finding("aws_ebs_snapshot_orphaned")
    assert volume.confidence == "ESTIMATED"
    assert volume.estimated_monthly_savings > 0
    assert "list prices" in volume.price_source
    assert (snapshot.confidence, snapshot.estimated_monthly_savings, snapshot.savings_sort) == ("UNKNOWN", None, -1)
    assert (snapshot.currency, snapshot.cost_since) == ("", None)


def test_lines_of_another_connection_of_the_organisation_count_for_the_account(shop):
    with acting_as("cf_web"):
        payer = make_connection(account_id="999999999999", label="Payer")
    load = load_bill(payer, accounts=("999999999999", ACCOUNT))
    bill(load, "vol-1", "0.25")
    judged_audit(shop, UNATTACHED)
    assert the_finding().confidence == "VERIFIED"


def test_a_bill_that_names_the_resource_by_its_arn_counts_too(shop):
    bill(load_bill(shop), f"arn:aws:ec2:eu-west-1:{ACCOUNT}:volume/vol-1", "0.25")
    judged_audit(shop, UNATTACHED)
    assert the_finding().confidence == "VERIFIED"


def test_lines_of_another_account_with_the_same_resource_id_do_not_count(shop):
    bill(load_bill(shop, accounts=(ACCOUNT, "222222222222")), "vol-1", "0.25", account_id="222222222222")
    judged_audit(shop, UNATTACHED)
    assert the_finding().confidence == "ESTIMATED"


def test_another_organisations_bill_is_never_used(organization, other_organization):
    with scope.organization(other_organization.id):
        theirs = make_connection()
        with acting_as("cf_worker"):
            bill(load_bill(theirs), "vol-1", "99")
    with scope.organization(organization.id):
        ours = make_connection()
        with acting_as("cf_worker"):
            judged_audit(ours, UNATTACHED)
            assert (the_finding().confidence, the_finding().cost_since) == ("UNKNOWN", None)


def test_a_hole_between_two_bills_ends_the_days_that_count(shop):
    old = load_bill(shop, days=30, until=AT.date() - 20 * DAY)
    bill(old, "vol-1", "5")
    bill(load_bill(shop, days=10), "vol-1", "0.25")
    judged_audit(shop, UNATTACHED)
    assert the_finding().estimated_monthly_savings == Decimal("0.25") * Decimal("30.4375")


def test_overlapping_findings_on_one_resource_count_once(shop):
    load = load_bill(shop)
    unattached_gp2 = dataclasses.replace(UNATTACHED, volume_type="gp2")
    bill(load, "vol-1", "0.36", usage_type="EBS:VolumeUsage.gp2")
    judged_audit(shop, unattached_gp2)
    deleted, converted = the_finding(), the_finding("aws_ebs_volume_gp2_to_gp3")
    assert deleted.estimated_monthly_savings == Decimal("0.36") * Decimal("30.4375")
    assert converted.gross_monthly_savings > 0
    assert (converted.estimated_monthly_savings, converted.absorbed_by) == (0, "aws_ebs_volume_unattached")


def test_a_finding_that_stays_open_unjudged_still_claims_its_share(shop):
    load = load_bill(shop)
    bill(load, "vol-1", "0.36", usage_type="EBS:VolumeUsage.gp2")
    unattached_gp2 = dataclasses.replace(UNATTACHED, volume_type="gp2")
    judged_audit(shop, unattached_gp2)
    judged_audit(shop, dataclasses.replace(unattached_gp2, detached_at=None), at=TOMORROW)
    worth = sum(finding.estimated_monthly_savings for finding in Finding.objects.filter(state="OPEN"))
    assert worth == Decimal("0.36") * Decimal("30.4375")


def test_a_resolved_finding_claims_no_share(shop):
    load = load_bill(shop, days=40)
    bill(load, "vol-1", "0.36", usage_type="EBS:VolumeUsage.gp2")
    judged_audit(shop, dataclasses.replace(UNATTACHED, volume_type="gp2"))
    judged_audit(shop, dataclasses.replace(ATTACHED, volume_type="gp2"), at=TOMORROW)
    converted = the_finding("aws_ebs_volume_gp2_to_gp3")
    assert converted.estimated_monthly_savings == converted.gross_monthly_savings > 0
    assert converted.absorbed_by == ""


def test_what_a_commitment_covers_is_freed_and_not_cash(shop):
    load = load_bill(shop)
    arn = "arn:aws:savingsplans::111111111111:savingsplan/1"
    bill(load, "i-1", "2.30", usage_type="BoxUsage:m5.large", quantity="24", unit="Hrs", commitment=arn)
    audit = make_audit(shop)
    [row] = see(audit, IDLE)
    use(row)
    judge(audit=audit, at=AT)
    finding = the_finding("aws_ec2_instance_idle")
    assert (finding.confidence, finding.cash_monthly_savings) == ("VERIFIED", 0)
    assert finding.freed_commitment_monthly == finding.estimated_monthly_savings > 69


def test_the_cost_since_counts_from_when_the_waste_began_less_the_discounts_that_the_saving_is_less(shop):
    load = load_bill(shop, days=60)
    for cost, of in (("0.30", "gp3"), ("-0.05", "gp3"), ("-0.30", "gp2")):  # the last is of nothing that is charged
        bill(load, "vol-1", cost, usage_type=f"EBS:VolumeUsage.{of}")
    judged_audit(shop, UNATTACHED)
    finding = the_finding()
    assert finding.cost_since_date == (AT - 40 * DAY).date()
    assert finding.cost_since == 40 * Decimal("0.25")
    assert finding.gross_monthly_savings == Decimal("7.609375")


def test_the_headline_explains_how_the_savings_moved(shop):
    load = load_bill(shop)
    bill(load, "vol-1", "0.25")
    bill(load, ADDRESS.resource_id, "0.12", usage_type="PublicIPv4:IdleAddress")
    judged_audit(shop, UNATTACHED)
    second = judged_audit(shop, ATTACHED, ADDRESS, at=TOMORROW)
    [line] = second.summary["headline"]
    amounts = {name: Decimal(value) for name, value in line.items() if name != "currency"}
    assert amounts == {
        "before": Decimal("7.609375"), "opened": Decimal("3.6525"), "reopened": 0, "resolved": Decimal("-7.609375"),
        "repriced": 0, "after": Decimal("3.6525"),
    }  # fmt: skip
    assert second.summary["changes"]["resolved"] == 1


def test_the_grid_counts_resources_by_rule_region_and_outcome(shop):
    audit = judged_audit(shop, UNATTACHED, dataclasses.replace(NOT_KNOWN, resource_id="vol-3"))
    assert {"rule": "aws_ebs_volume_unattached", "region": "eu-west-1", "WASTE": 1, "FINE": 0, "UNKNOWN": 1} in (
        audit.summary["grid"]
    )


def test_the_evidence_is_frozen_with_a_hash_that_notices_any_change(shop):
    bill(load_bill(shop), "vol-1", "0.25")
    audit = judged_audit(shop, UNATTACHED)
    finding = the_finding()
    assert is_intact(finding)
    assert finding.evidence["audit"] == str(audit.id)
    assert finding.evidence["thing"]["resource_id"] == "vol-1"
    lines = lines_of(finding.evidence["bill"]["charges"])
    assert len(lines) == 30
    assert {(line["effective_cost"], line["billing_currency"], line["invoice_id"]) for line in lines} == {
        ("0.25", "USD", "INV-1")
    }
    assert finding.evidence["sum"][-1]["amount"] == "7.609375"
    assert finding.evidence["rule"]["settings"] == {"unattached_days": 14}
    assert all(proof["holds"] for proof in finding.evidence["checks"])
    finding.evidence["thing"]["size_gib"] = 99
    assert not is_intact(finding)


@pytest.mark.parametrize("value", [0.1, 1e-7, 123456.5, -0.0, 3.0])
def test_a_figure_of_usage_keeps_its_hash_through_the_database(shop, value):
    audit = make_audit(shop)
    [row] = see(audit, IDLE)
    use(row, cpu=0.25)
    row.usage.filter(metric="CPUUtilization").update(values=[0.5] * 13 + [min(value, 4.0)])
    row.usage.filter(metric="NetworkIn").update(values=[value if value < 1e6 else 0.0] * 14)
    judge(audit=audit, at=AT)
    assert is_intact(the_finding("aws_ec2_instance_idle"))


@pytest.mark.parametrize("value", [1e22, 12e15, -0.0, 2**53 + 2.0, 1e-7])
def test_what_is_frozen_comes_back_from_jsonb_the_same(organization, value):
    frozen = _plain({"value": value})
    with database.cursor() as cursor:
        cursor.execute("select %s::jsonb::text", [json.dumps(frozen)])
        assert hash_of(json.loads(cursor.fetchone()[0])) == hash_of(frozen)


def test_the_web_role_may_not_judge(organization):
    with scope.organization(organization.id):
        shop = make_connection()
        audit = Audit.objects.create(connection=shop, requested_by="user_1", requested_at=AT)
        with pytest.raises(Exception, match="permission denied"):
            judge(audit=audit, at=AT)
