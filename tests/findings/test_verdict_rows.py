"""Verdicts are written by difference, and usage is held for so many resources at a time."""

from __future__ import annotations

import dataclasses

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from findings import evidence_from_rows
from findings.models import Finding, Verdict
from findings.operations import judge
from tenants import scope
from tests.database import acting_as
from tests.findings.rows import AT, DAY, IDLE, ORPHAN, UNATTACHED, make_audit, make_connection, see, use


@pytest.fixture
def shop(organization):
    """A connection of Northwind, with the worker at work."""
    with acting_as("cf_web"), scope.organization(organization.id):
        shop = make_connection()
    with acting_as("cf_worker"), scope.organization(organization.id):
        yield shop


def written(shop, *things, at):
    """What judging these wrote of verdicts: the first words of each statement that is no question."""
    audit = make_audit(shop, at=at)
    see(audit, *(dataclasses.replace(thing, observed_at=at) for thing in things))
    with CaptureQueriesContext(database) as captured:
        judge(audit=audit, at=at)
    audit.state = "DONE"
    audit.save()
    asked = (one["sql"] for one in captured if '"findings_verdict"' in one["sql"])
    return [sql.split()[0] for sql in asked if not sql.startswith(("SELECT", "DECLARE"))]


def test_a_night_in_which_nothing_changes_writes_no_verdict(shop):
    assert written(shop, ORPHAN, at=AT) == ["INSERT"]
    assert written(shop, ORPHAN, at=AT + DAY / 24) == []
    assert Verdict.objects.exists()


def test_what_changes_is_written_and_what_is_gone_is_taken_away(shop):
    written(shop, UNATTACHED, ORPHAN, at=AT)
    kept = Verdict.objects.filter(resource__kind="volume").count()
    attached = dataclasses.replace(UNATTACHED, state="in-use", attached_to=("i-9",), attached_states=("running",))
    assert set(written(shop, attached, at=AT + DAY)) == {"UPDATE", "DELETE"}
    assert Verdict.objects.get(rule_id="aws_ebs_volume_unattached").outcome == "FINE"
    assert Verdict.objects.count() == kept > 0


def test_what_a_rule_said_that_was_taken_out_is_taken_away(shop):
    written(shop, UNATTACHED, at=AT)
    row = Verdict.objects.first().resource
    Verdict.objects.create(connection=shop, resource=row, rule_id="aws_taken_out", outcome="FINE")
    written(shop, UNATTACHED, at=AT + DAY)
    assert not Verdict.objects.filter(rule_id="aws_taken_out").exists()


def test_what_is_judged_in_pages_is_judged_as_in_one(shop, monkeypatch):
    things = [dataclasses.replace(UNATTACHED, resource_id=f"vol-{number}") for number in range(5)]
    audit = make_audit(shop)
    machine, *_ = see(audit, IDLE, *things)
    use(machine)
    judge(audit=audit, at=AT)
    whole = list(Verdict.objects.order_by("id").values()), list(Finding.objects.order_by("id").values())
    monkeypatch.setattr(evidence_from_rows, "PAGE", 2)
    judge(audit=audit, at=AT)
    assert (list(Verdict.objects.order_by("id").values()), list(Finding.objects.order_by("id").values())) == whole
    assert len(whole[1]) > len(things)
