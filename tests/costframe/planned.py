"""Connections, bills and audits as the tests of planning set them up."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from audits import steps
from audits.models import Audit, BillLoad, CostDay, Step
from connections.models import Connection
from connections.provider import Record
from connections.providers.aws import inventory, recorded
from costframe import planning
from tests.audits.sources import source_of
from tests.conftest import AT
from tests.database import acting_as

ACCOUNT, OTHER = "222233334444", "333344445555"
EC2, RDS = "Amazon Elastic Compute Cloud", "Amazon Relational Database Service"
REGIONS = ("eu-west-1", "us-east-1")
DAY, SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)
TODAY = AT.date()
# AWS Config in Ireland: it knows all types that tell, and has functions and buckets there.
RECORDS = {
    "eu-west-1": Record(
        told_of=recorded.types_in("eu-west-1"), standing=frozenset({"AWS::Lambda::Function", "AWS::S3::Bucket"})
    )
}


def billed(name, region):
    """Where what a bill charges under this name in the region may stand."""
    return {(region, service) for service, one in inventory.COLLECTORS.items() if name in one.billed_as}


def connect(label, **fields):
    with acting_as("cf_web"):
        return Connection.objects.create(label=label, state="CONNECTED", created_at=AT, **fields)


def asked_for(connection, **changed):
    return Audit.objects.create(connection=connection, requested_by="Ada", requested_at=AT, due_at=AT, **changed)


def bill(
    owner, *, days=30, ends=TODAY - DAY, accounts=(ACCOUNT,), lines=((EC2, "eu-west-1"),), kind="Usage", since=None
):
    """A bill of `days` complete days until `ends`, and each day what `lines` name of each account."""
    first = ends - days * DAY
    load = BillLoad.objects.create(
        source=source_of(owner), billing_period=first.replace(day=1), state="LOADED", loaded_at=AT,
        billed_from=first, billed_until=ends, sub_account_ids=list(accounts),
    )  # fmt: skip
    costs = dict.fromkeys(("billed_cost", "effective_cost", "list_cost", "contracted_cost"), Decimal(1))
    CostDay.objects.bulk_create(
        CostDay(
            load=load, charge_date=first + number * DAY, sub_account_id=account, service_name=service,
            region_id=region, kind=kind, billing_currency="USD", **costs,
        )
        for number in range((since or 0), days)
        for service, region in lines
        for account in accounts
    )  # fmt: skip
    return load


def parts(audit, connection, *, at=AT, records=()):
    """What a bill can tell of; what none tells of is always called."""
    survey = steps.Survey(account_id=connection.account_id, regions=REGIONS, records=dict(records))
    found = planning.inventory_parts(audit=audit, connection=connection, survey=survey, at=at)
    return {(part.region, part.service): part for part in found if inventory.COLLECTORS[part.service].billed_as}


def begun(audit, connection, *, records=()):
    """As the worker begins it; its bill is a step of its own where it has an export."""
    claimed = Audit.take(audit.id, at=AT, seconds=60)
    made = list(parts(claimed, connection, records=records).values())
    if connection.has_export:
        made.append(steps.Part(kind=Step.Kind.BILL, account_id=ACCOUNT))
    steps.begin(audit=claimed, survey=steps.Survey(account_id=connection.account_id), parts=made, at=AT)


def steps_of(audit):
    rows = Step.objects.filter(audit=audit, kind="INVENTORY").order_by("region", "service")
    return {(step.region, step.service): step for step in rows}


def taken(step):
    return steps.take(step_id=step.id, at=AT, seconds=60, kinds_of=lambda _: ())


def no_spot_checks(monkeypatch):
    monkeypatch.setattr("audits.planning.is_drawn", lambda *_, **__: False)
