"""Usage is collected for as long as the organisation's own thresholds look back."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from audits.models import Audit, Resource, Step
from connections.provider import usage_complete_until
from costframe import pipeline
from costframe.claims import Hold
from findings import registry
from findings.rules.aws.aws_ec2_instance_idle import CPU, NETWORK
from tenants import scope
from tests.database import acting_as
from tests.findings.rows import IDLE, make_audit, make_connection, see, use
from tests.findings.test_thresholds import set_to


class Looked(Exception):
    """What would have been asked for."""

    def __init__(self, wanted):
        super().__init__()
        self.wanted = wanted


@pytest.fixture
def wanted(organization, monkeypatch):
    """What the next audit's look at EC2 wants to know, of a machine whose last 30 days are known."""

    def look(*, wanted, **_):
        raise Looked(wanted)

    monkeypatch.setattr(pipeline.Work, "credential", lambda _: None)
    monkeypatch.setattr(pipeline.collect, "look", look)
    until = usage_complete_until(timezone.now())
    with scope.organization(organization.id), acting_as("cf_worker"):
        with acting_as("cf_web"):
            shop = make_connection()
        audit = make_audit(shop)
        use(see(audit, IDLE)[0], days=30, until=until)
        step = Step.objects.filter(service="ec2").first()
        step.due_at = timezone.now()
        step.save()
        assert Resource.objects.count() == 1
    work = pipeline.Work(organization_id=organization.id, step=step, hold=Hold(), book=None)

    def ask():
        with pytest.raises(Looked) as looked, acting_as("cf_worker"), scope.work_on("audits_step", step.id):
            pipeline._look(work)
        return looked.value.wanted

    return ask


def span(days):
    until = usage_complete_until(timezone.now())
    return until - dt.timedelta(days=days), until


def test_what_is_known_of_each_series_is_handed_on(wanted):
    assert wanted().known == dict.fromkeys([("i-1", metric.key) for metric in (CPU, *NETWORK)], span(30))


def test_days_of_usage_count_from_when_the_audit_began_though_another_one_is_complete_by_now(wanted, organization):
    begun = timezone.now() - dt.timedelta(hours=20)
    with scope.organization(organization.id), acting_as("cf_worker"):
        Audit.objects.update(started_at=begun)
    assert wanted().begun == begun


def test_the_window_is_the_longest_of_the_rules_under_the_organisations_thresholds(wanted, organization):
    assert windows(wanted()) == {30}
    with scope.organization(organization.id):
        set_to(rule=registry.rule("aws_ec2_instance_idle"), idle_days=45)
    assert windows(wanted()) == {45}


def test_another_organisations_window_is_not_this_ones(wanted, other_organization):
    with scope.organization(other_organization.id):
        set_to(rule=registry.rule("aws_ec2_instance_idle"), idle_days=45)
    assert windows(wanted()) == {30}


def windows(wanted):
    """For how many days the metrics of the rule on idle machines are wanted."""
    return {wanted.series_of(IDLE)[metric] for metric in (CPU, *NETWORK)}
