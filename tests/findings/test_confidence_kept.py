"""How sure a finding is, as judging keeps it: with its parts, its traps, and what a gap hides."""

from __future__ import annotations

import dataclasses

import pytest

from findings.models import Finding, Verdict
from findings.operations import judge
from tenants import scope
from tests.database import acting_as
from tests.findings.rows import (
    AT,
    DAY,
    UNATTACHED,
    bill,
    hide,
    judged_audit,
    load_bill,
    make_audit,
    make_connection,
    see,
)


@pytest.fixture
def shop(organization):
    """A connection of Northwind, with the worker at work."""
    with acting_as("cf_web"), scope.organization(organization.id):
        shop = make_connection()
    with acting_as("cf_worker"), scope.organization(organization.id):
        yield shop


def test_how_sure_a_finding_is_is_kept_with_its_parts_and_traps(shop):
    bill(load_bill(shop), "vol-1", "0.25")
    judged_audit(shop, UNATTACHED)
    finding = Finding.objects.get()
    parts = {part["name"]: part["points"] for part in finding.evidence["parts"]}
    assert finding.confidence_points == finding.evidence["points"] == 100
    assert parts == {
        "state_age": 20, "history_complete": None, "sources_agree": None, "bill_matched": 20, "traps_checked": 15,
    }  # fmt: skip
    assert [trap["id"] for trap in finding.evidence["traps"] if trap["clear"]] == [
        *("auto_scaling", "disaster_recovery", "keep_tag", "kubernetes_volume", "recent_launch", "run_by_service"),
    ]  # fmt: skip


def traps_of_an_audit(shop, *, at, **gap) -> dict[str, bool | None]:
    """Which traps were ruled out by an audit with one gap, which hides no kind."""
    audit = make_audit(shop, at=at)
    see(audit, UNATTACHED)
    hide(audit, kinds=(), **gap)
    judge(audit=audit, at=at)
    audit.state = "DONE"
    audit.save()
    return {trap["id"]: trap["clear"] for trap in Finding.objects.get().evidence["traps"]}


@pytest.mark.parametrize("gap", [{"action": "ec2:DescribeTags"}, {"action": "tag:GetResources", "region": ""}])
def test_tags_that_were_refused_rule_nothing_out(shop, gap):
    assert traps_of_an_audit(shop, at=AT, **gap) == {
        "auto_scaling": True, "disaster_recovery": None, "keep_tag": None, "kubernetes_volume": None, "recent_launch": True,
        "run_by_service": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    "gap", [{"action": "ec2:DescribeTags", "region": "eu-west-3"}, {"action": "apigateway:GetStages"}]
)
def test_a_refusal_elsewhere_or_of_something_else_hides_no_tag(shop, gap):
    assert all(traps_of_an_audit(shop, at=AT, **gap).values())


def test_a_tag_that_asks_to_keep_it_resolves_the_finding_and_says_why(shop):
    judged_audit(shop, UNATTACHED)
    judged_audit(shop, dataclasses.replace(UNATTACHED, tags={"keep": "yes"}), at=AT + DAY)
    finding = Finding.objects.get()
    assert (finding.state, finding.resolution) == ("RESOLVED", "NOT_WASTEFUL")
    verdict = Verdict.objects.get(rule_id="aws_ebs_volume_unattached")
    assert (verdict.outcome, verdict.because) == ("FINE", "Its tag keep (yes) asks to keep it.")
