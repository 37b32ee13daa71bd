"""A step asks for no usage of what is settled by the usage that earlier nights have stored."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import replace

import pytest

from audits import record
from audits.models import Audit, Step
from connections.models import Connection
from connections.provider import Collected, Series, usage_complete_until
from connections.resources import Instance
from costframe.asking import Asking
from findings import registry
from findings.registry import metrics_for
from tenants import scope
from tests.conftest import AT
from tests.database import acting_as

MACHINE = Instance(
    account_id="222233334444", region="eu-west-1", observed_at=AT, resource_id="i-1", state="running",
    instance_type="m5.large", created_at=AT - dt.timedelta(days=300), launched_at=AT - dt.timedelta(days=300),
)  # fmt: skip
QUIET = replace(MACHINE, resource_id="i-2")
NIGHT = dt.timedelta(days=1)
DAYS = 30


@pytest.fixture
def step(organization, monkeypatch):
    """The second night of a connection whose first one has read the usage of two machines: one of them in use."""
    monkeypatch.setattr(registry, "usage_rules_of", lambda _: (registry.rule("aws_ec2_instance_idle"),))
    with scope.organization(organization.id):
        shop = Connection.objects.create(label="Shop", state="CONNECTED", account_id="222233334444", created_at=AT)
        with acting_as("cf_worker"):
            audit = Audit.objects.create(connection=shop, requested_by="Ada", requested_at=AT, due_at=AT)
            made = Step.objects.create(
                audit=audit, connection=shop, kind="INVENTORY", account_id="222233334444", region="eu-west-1",
                service="ec2",
            )  # fmt: skip
            first = usage_complete_until(AT) - dt.timedelta(days=DAYS)
            series = [
                Series(resource_id=thing.resource_id, metric=metric, first_date=first, values=(value,) * DAYS)
                for thing, value in ((MACHINE, 90.0), (QUIET, 0.0))
                for metric in metrics_for(Instance)
                if metric.values_a_day == 1
            ]
            collected = Collected(resources=(MACHINE, QUIET), series=tuple(series))
            record.write(step=made, collected=collected, kinds=("instance",), at=AT)
            yield made


def asking(step, *, nights=1, settings=None):
    made = Asking(step=step, settings=settings or {}, transaction=contextlib.nullcontext, at=AT + nights * NIGHT)
    things = [replace(thing, observed_at=AT + nights * NIGHT) for thing in (MACHINE, QUIET)]
    made.prepare(things)
    return [made.series_of(thing) for thing in things]


def daily(asked):
    return {metric.key for metric in asked if metric.values_a_day == 1}


def test_on_the_second_night_only_what_may_be_idle_is_asked_for(step):
    used, quiet = asking(step)
    assert "CPUUtilization.Maximum" in daily(quiet)
    assert "CPUUtilization.Maximum" not in daily(used)


def test_when_the_day_of_use_has_left_the_window_it_is_asked_for_again(step):
    used, _ = asking(step, nights=13)
    assert "CPUUtilization.Maximum" not in daily(used)
    used, _ = asking(step, nights=14)
    assert "CPUUtilization.Maximum" in daily(used)


def test_with_another_threshold_it_is_asked_for_again(step):
    own = {"aws_ec2_instance_idle": {"max_cpu": 95, "max_network_mb": 1000}}
    used, _ = asking(step, settings=own)
    assert "CPUUtilization.Maximum" in daily(used)
