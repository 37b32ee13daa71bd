"""A step asks for no usage and no details of what is settled by what earlier nights have stored."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import replace

import pytest

from audits import record
from audits.kept_details import NIGHTS, is_its_turn
from audits.models import Audit, Resource, Step
from audits.things import to_data
from connections.models import Connection
from connections.provider import Collected, GapFound, Series, usage_complete_until
from connections.resources import Instance
from connections.resources.functions import Function
from costframe.asking import Asking
from findings import registry
from findings.models import Finding
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
    made = Asking(
        step=step,
        settings=settings or {},
        transaction=contextlib.nullcontext,
        begun=AT + nights * NIGHT,
        at=AT + nights * NIGHT,
    )
    things = [replace(thing, observed_at=AT + nights * NIGHT) for thing in (MACHINE, QUIET)]
    made.prepare(things)
    return [made.series_of(thing) for thing in things]


def daily(asked):
    return {metric.key for metric in asked if metric.values_a_day == 1}


def test_what_is_stored_counts_until_the_day_by_which_the_audit_is_judged(step, monkeypatch):
    seen = []
    monkeypatch.setattr(record, "stored_usage", lambda *, until, **_: seen.append(until) or {})
    Asking(step=step, settings={}, transaction=contextlib.nullcontext, begun=AT, at=AT + NIGHT).prepare([MACHINE])
    assert seen == [usage_complete_until(AT)]


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


FUNCTION = Function(
    account_id="222233334444", region="eu-west-1", observed_at=AT, resource_id="arn:f", memory_mib=128,
    timeout_seconds=3, provisioned=0,
)  # fmt: skip
UNUSED = "aws_lambda_provisioned_concurrency_unused"


def night_whose_turn_it_is_not():
    return next(nights for nights in (1, 2) if not is_its_turn(FUNCTION.resource_id, at=AT + nights * NIGHT))


def kept(step, *, nights=None):
    nights = nights or night_whose_turn_it_is_not()
    return Asking(
        step=step,
        settings={},
        transaction=contextlib.nullcontext,
        begun=AT + nights * NIGHT,
        at=AT + nights * NIGHT,
    ).kept(("function",))


# Of what could be read one is asked for each night: this one, whose details say that it keeps something for nobody.
ASKED = replace(FUNCTION, resource_id="arn:asked", provisioned=2, provisioned_names=("live",))


@pytest.fixture
def read_before(step):
    record.write(step=step, collected=Collected(resources=(FUNCTION, ASKED)), kinds=("function",), at=AT)
    return Resource.objects.filter(resource_id=FUNCTION.resource_id)


def test_where_nothing_of_a_kind_would_be_asked_for_one_is(step, read_before):
    assert len(kept(step)) == 1
    Resource.objects.filter(resource_id=ASKED.resource_id).update(gone_at=AT)
    assert kept(step) == {}


def test_details_of_what_is_fine_are_not_asked_for_on_the_second_night(step, read_before):
    [found] = kept(step).values()
    assert (found.provisioned, found.details_read_at) == (0, AT)
    assert kept(step, nights=NIGHTS) == {}


def stored_without(*names):
    return {name: value for name, value in to_data(FUNCTION).items() if name not in names}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"gone_at": AT}, id="gone"),
        pytest.param({"region": "us-east-1"}, id="elsewhere"),
        pytest.param({"data": to_data(replace(FUNCTION, are_details_read=False))}, id="could not be read"),
        *(
            pytest.param({"data": stored_without(name)}, id=f"stored without {name}")
            for name in ("provisioned", "timeout_seconds", "is_measured", "are_details_read")
        ),
    ],
)
def test_of_what_is_gone_not_read_or_was_stored_by_an_older_release_nothing_is_kept(step, read_before, change):
    read_before.update(**change)
    assert kept(step) == {}


def test_a_row_from_before_it_was_kept_when_details_were_read_is_kept(step, read_before):
    read_before.update(data=stored_without("details_read_at"))
    assert len(kept(step)) == 1


def test_what_the_newest_audit_could_not_see_is_asked_for_although_it_is_not_gone(step, read_before):
    other = replace(FUNCTION, resource_id="arn:other")
    gap = GapFound(
        account_id="222233334444", region="eu-west-1", service="lambda", action="lambda:X", reason="REFUSED",
        message="", kinds=("function",),
    )  # fmt: skip
    collected = Collected(resources=(other,), gaps=(gap,))
    record.write(step=step, collected=collected, kinds=("function",), at=AT + dt.timedelta(hours=1))
    assert {one.resource_id for one in record.earlier_details(step=step, kinds=("function",))} == {"arn:other"}


def test_what_has_a_finding_by_its_details_is_asked_for(step, read_before):
    made = Finding.objects.create(
        connection_id=step.connection_id, resource=read_before.get(), audit_id=step.audit_id, rule_id=UNUSED,
        confidence="ESTIMATED", because="", account_id="222233334444", region="eu-west-1",
        provider_resource_id="arn:f", opened_at=AT, opened_audit_id=step.audit_id, last_seen_at=AT, first_seen_at=AT,
        cost_since_date=AT.date(), restart_needed=False, rollback_possible=True,
    )  # fmt: skip
    assert kept(step) == {}
    Finding.objects.filter(id=made.id).update(state="RESOLVED", resolution="NOT_WASTEFUL", resolved_at=AT)
    assert len(kept(step)) == 1
