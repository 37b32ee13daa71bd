"""A worker works previews out on stored evidence, writes the effect alone, and is safe to run twice."""

from __future__ import annotations

import dataclasses
import uuid
from decimal import Decimal

import pytest
from django.utils import timezone

from audits.models import Audit, Resource
from connections.resources.encryption import EncryptionKey
from costframe import claims, threshold_previews
from findings import registry, thresholds
from findings.models import Finding, ThresholdPreview, Verdict
from findings.operations import judge
from tenants import scope
from tenants.models import Organization
from tests.database import acting_as
from tests.findings.rows import (
    AT,
    DAY,
    IDLE,
    UNATTACHED,
    bill,
    judged_audit,
    load_bill,
    make_audit,
    make_connection,
    see,
    use,
)

RULE = registry.rule("aws_ebs_volume_unattached")
YOUNG = dataclasses.replace(UNATTACHED, resource_id="vol-young", detached_at=AT - 10 * DAY)


def ask(organization, *, rule=RULE, **values):
    with scope.organization(organization.id):
        return thresholds.request_preview(rule=rule, values=values, by="Ada", at=timezone.now())


def work(organization, preview):
    with acting_as("cf_worker"), scope.work_on("findings_thresholdpreview", preview.id):
        threshold_previews.make_preview(organization_id=organization.id, preview_id=preview.id)
    with scope.organization(organization.id):
        return ThresholdPreview.objects.get(id=preview.id)


def everything(organization):
    """All that a judging would write."""
    with scope.organization(organization.id):
        return [list(rows.order_by("id").values()) for rows in (Finding.objects, Verdict.objects, Resource.objects)]


@pytest.fixture
def shop(organization):
    """A connection with two loose volumes, one for 40 days and one for ten, and their bill."""
    with scope.organization(organization.id):
        shop = make_connection()
        with acting_as("cf_worker"):
            load = load_bill(shop)
            bill(load, "vol-1", "0.25")
            bill(load, "vol-young", "0.50")
            judged_audit(shop, UNATTACHED, YOUNG)
    return shop


def test_the_effect_is_told_and_nothing_else_is_written(organization, shop):
    before = everything(organization)
    done = work(organization, ask(organization, unattached_days=7))
    assert (done.state, done.message, done.due_at, done.claim) == ("DONE", "", None, None)
    assert done.effect["into"] == {"count": 1, "unpriced": 0, "money": {"USD": "15.218750"}}
    assert (done.effect["out_of"]["count"], done.effect["stay"]["count"]) == (0, 1)
    assert (done.effect["looked_at"], done.effect["connections"]) == (2, 1)
    [row] = done.effect["rows"]
    assert (row["resource_id"], row["change"], row["monthly"]) == ("vol-young", "into", "15.218750")
    assert everything(organization) == before


def test_what_a_preview_told_is_what_the_next_judging_does(organization, shop):
    preview = work(organization, ask(organization, unattached_days=60))
    assert preview.effect["out_of"] == {"count": 1, "unpriced": 0, "money": {"USD": "7.609375"}}
    assert preview.effect["change"] == {"USD": "-7.609375"}
    with scope.organization(organization.id):
        thresholds.keep(preview=preview, rule=RULE, note="Two months", by="Ada", at=timezone.now())
        with acting_as("cf_worker"):
            audit = judged_audit(shop, UNATTACHED, YOUNG, at=AT + DAY)
        assert not Finding.objects.filter(state="OPEN").exists()
    assert Decimal(audit.summary["headline"][0]["resolved"]) == Decimal("-7.609375")


def test_a_longer_window_counts_what_has_no_history_apart(organization, shop):
    with scope.organization(organization.id), acting_as("cf_worker"):
        audit = make_audit(shop, at=AT + DAY)
        [machine] = see(audit, IDLE)
        use(machine, days=14, until=(AT + DAY).date())
        judge(audit=audit, at=AT + DAY)
        Audit.objects.filter(id=audit.id).update(state="DONE")
    done = work(organization, ask(organization, rule=registry.rule("aws_ec2_instance_idle"), idle_days=30))
    assert (done.effect["unknown"], done.effect["unknown_open"]) == (1, 1)
    assert (done.effect["out_of"]["count"], done.effect["stay"]["count"]) == (0, 1)
    [row] = done.effect["rows"]
    assert row["because"].startswith("Not known: CPU")


def test_what_a_lower_threshold_makes_waste_by_details_of_an_earlier_night_is_told(organization, shop):
    key = EncryptionKey(
        resource_id="arn:key", account_id=UNATTACHED.account_id, region=UNATTACHED.region, observed_at=AT,
        created_at=AT - 60 * DAY, tracked_from_at=AT - 900 * DAY, state="Enabled", spec="SYMMETRIC_DEFAULT",
        origin="AWS_KMS", details_read_at=AT - 2 * DAY,
    )  # fmt: skip
    with scope.organization(organization.id), acting_as("cf_worker"):
        judged_audit(shop, key, at=AT + DAY)
    done = work(organization, ask(organization, rule=registry.rule("aws_kms_key_never_used"), unused_days=30))
    assert (done.effect["into"]["count"], done.effect["unknown"]) == (1, 0)


def test_resources_that_an_audit_under_way_has_seen_again_are_not_missed(organization, shop):
    with scope.organization(organization.id), acting_as("cf_worker"):
        see(make_audit(shop, at=AT + DAY), UNATTACHED)
    done = work(organization, ask(organization, unattached_days=60))
    assert (done.effect["looked_at"], done.effect["out_of"]["count"]) == (2, 1)


def test_other_organisations_resources_are_not_looked_at(organization, other_organization, shop):
    done = work(other_organization, ask(other_organization, unattached_days=7))
    assert (done.state, done.effect["looked_at"], done.effect["connections"]) == ("DONE", 0, 0)
    preview = ask(organization, unattached_days=7)
    with pytest.raises(scope.NoSuchWork):
        work(other_organization, preview)
    with scope.organization(organization.id):
        assert ThresholdPreview.objects.get(id=preview.id).state == "REQUESTED"


def test_a_preview_that_is_done_is_not_done_again(organization, shop):
    preview = work(organization, ask(organization, unattached_days=7))
    with pytest.raises(scope.WorkIsOver):
        work(organization, preview)


def test_whoever_lost_it_writes_nothing(organization, shop, monkeypatch):
    preview = ask(organization, unattached_days=7)
    real = threshold_previews.both_ways

    def taken_over(**given):
        ThresholdPreview.objects.filter(id=preview.id).update(claim=uuid.uuid4())
        return real(**given)

    monkeypatch.setattr(threshold_previews, "both_ways", taken_over)
    assert work(organization, preview).effect == {}


def fails(error):
    def look(**_):
        raise error

    return look


def test_a_failure_is_tried_again_and_in_the_end_told(organization, shop, monkeypatch):
    preview = ask(organization, unattached_days=7)
    monkeypatch.setattr(threshold_previews, "both_ways", fails(ValueError("of ours")))
    for attempt in range(1, threshold_previews.MOST_TRIES + 1):
        with scope.organization(organization.id), acting_as("cf_worker"):
            ThresholdPreview.objects.update(due_at=timezone.now())
        with pytest.raises(ValueError, match="of ours"):
            work(organization, preview)
        with scope.organization(organization.id):
            found = ThresholdPreview.objects.get(id=preview.id)
        assert (found.state == "FAILED") == (attempt == threshold_previews.MOST_TRIES)
    assert found.message == "It failed inside Costframe (ValueError); nothing was changed."
    assert found.due_at is None


@pytest.mark.parametrize(
    ("reason", "state"),
    [(claims.LEAVING, "REQUESTED"), (claims.OVERDUE, "FAILED"), (claims.STOPPED, "FAILED"), (claims.LOST, "RUNNING")],
)
def test_a_worker_that_must_end_early_leaves_it_as_it_must(organization, shop, monkeypatch, reason, state):
    preview = ask(organization, unattached_days=7)
    monkeypatch.setattr(threshold_previews, "both_ways", fails(claims.EndEarly(reason)))
    found = work(organization, preview)
    assert (found.state, found.attempt) == (state, 0 if reason == claims.LEAVING else 1)


def test_workers_that_die_over_it_do_not_take_it_for_ever(organization, shop):
    preview = ask(organization, unattached_days=7)
    with scope.organization(organization.id), acting_as("cf_worker"):
        ThresholdPreview.objects.update(attempt=threshold_previews.MOST_TRIES, state="RUNNING")
    found = work(organization, preview)
    assert (found.state, found.message[:24]) == ("FAILED", "It was begun 3 times, an")


def test_an_organisation_without_an_audit_has_an_effect_of_nothing(other_organization):
    done = work(other_organization, ask(other_organization, unattached_days=7))
    assert (done.state, done.effect["into"]["count"], done.effect["change"]) == ("DONE", 0, {})
    with scope.organization(other_organization.id):
        assert Organization.objects.get().deleted_at is None
