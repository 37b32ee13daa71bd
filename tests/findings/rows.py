"""Rows as an audit leaves them, for the tests of what is judged and shown."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import connection as database

from audits import cost_rates
from audits.models import Audit, BillLoad, CostLine, Gap, Resource, Step, Usage
from audits.things import to_data
from connections.models import Connection
from connections.resources import Address, Instance, Snapshot, Volume
from connections.resources.opinions import ComputeOptimizerOpinion
from findings.operations import judge
from findings.rules.aws.aws_ec2_instance_idle import CPU, NETWORK
from tests.audits.sources import source_of

AT = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
ACCOUNT, REGION = "111111111111", "eu-west-1"
TODAY = AT.date()
DAY = dt.timedelta(days=1)
BASE: dict[str, Any] = {"account_id": ACCOUNT, "region": REGION, "observed_at": AT, "created_at": AT - 400 * DAY}

UNATTACHED = Volume(
    resource_id="vol-1", name="old data", volume_type="gp3", size_gib=100, state="available",
    detached_at=AT - 40 * DAY, detached_at_from="audits", **BASE,
)  # fmt: skip
GP2 = Volume(
    resource_id="vol-2", name="boot", volume_type="gp2", size_gib=100, state="in-use", attached_to=("i-9",),
    attached_states=("running",), **BASE,
)  # fmt: skip
IDLE = Instance(resource_id="i-1", name="forgotten", state="running", instance_type="m5.large", **BASE)
IDLE = dataclasses.replace(IDLE, launched_at=AT - 300 * DAY)
ADDRESS = Address(resource_id=f"arn:aws:ec2:{REGION}:{ACCOUNT}:elastic-ip/eipalloc-1", public_ip="192.0.2.7", **BASE)
ORPHAN = Snapshot(
    resource_id=f"arn:aws:ec2:{REGION}:{ACCOUNT}:snapshot/snap-1", size_gib=50, state="completed", volume_id="vol-gone",
    is_volume_present=False, image_ids=(), **BASE,
)  # fmt: skip


def make_connection(*, account_id: str = ACCOUNT, label: str = "Shop", state: str = "CONNECTED") -> Connection:
    return Connection.objects.create(label=label, state=state, account_id=account_id, created_at=AT - 60 * DAY)


def make_audit(connection, *, at: dt.datetime = AT, state: str = "RUNNING", regions=(REGION,)) -> Audit:
    """An audit all of whose steps are done."""
    audit = Audit.objects.create(
        connection=connection, state=state, requested_by="user_1", requested_at=at, started_at=at,
        ended_at=at if state == "DONE" else None,
    )  # fmt: skip
    for region in regions:
        for service in ("ec2", "elasticloadbalancing", "rds"):
            Step.objects.create(
                audit=audit, connection=connection, kind="INVENTORY", state="DONE", account_id=connection.account_id,
                region=region, service=service,
            )  # fmt: skip
    return audit


def see(audit, *things) -> list[Resource]:
    """The audit sees `things`, as collecting writes them: a row for each, made anew or refreshed."""
    rows = []
    for one in things:
        thing = dataclasses.replace(one, observed_at=audit.requested_at)
        values = {
            "audit": audit, "service": thing.SERVICE, "account_id": thing.account_id, "name": thing.name,
            "tags": dict(thing.tags), "data": to_data(thing), "last_seen_at": audit.requested_at,
        }  # fmt: skip
        row, _ = Resource.objects.update_or_create(
            connection=audit.connection, kind=thing.KIND, region=thing.region, resource_id=thing.resource_id,
            defaults=values, create_defaults={**values, "first_seen_at": audit.requested_at},
        )  # fmt: skip
        rows.append(row)
    return rows


def opinion(thing, action: str, *, kind=ComputeOptimizerOpinion, **more):
    """What an advisor of the provider's says of a resource of ours."""
    name = f"{thing.resource_id} {action}"
    told = {
        "account_id": ACCOUNT, "region": REGION, "observed_at": AT, "about_region": REGION, "currency": "USD",
        "resource_id": name, "their_id": name, "about_id": thing.resource_id, "about_kind": thing.KIND,
        "action": action, "advice": "Idle", "before_discounts": "12.5", "after_discounts": "12.5",
        "lookback_days": 14, "refreshed_at": AT,
    }  # fmt: skip
    return kind(**{**told, **more})


def use(resource, *, cpu=1.5, megabytes=0.5, days=14, until=TODAY) -> None:
    """Daily usage of an instance, the same on each of the `days` before `until`."""
    for metric, value in ((CPU, cpu), *((one, megabytes * 1e6) for one in NETWORK)):
        Usage.objects.update_or_create(
            resource=resource, metric=metric.name, statistic=metric.statistic,
            defaults={"unit": metric.unit, "first_date": until - days * DAY, "values": [value] * days},
        )  # fmt: skip


def load_bill(connection, *, days=30, until=TODAY, accounts=(ACCOUNT,)) -> BillLoad:
    return BillLoad.objects.create(
        source=source_of(connection), billing_period=(until - days * DAY).replace(day=1), state="LOADED",
        sub_account_ids=list(accounts), billed_from=until - days * DAY, billed_until=until, loaded_at=AT,
    )  # fmt: skip


def bill(load, resource_id: str, a_day: str, *, currency="USD", usage_type="EBS:VolumeUsage.gp3", quantity="3.3",
         unit="GB-Mo", account_id=ACCOUNT, commitment="", region=REGION, category="Usage") -> None:  # fmt: skip
    """One line a day for `resource_id`, over all days that the load covers."""
    cost = Decimal(a_day)
    CostLine.objects.bulk_create(
        CostLine(
            load=load, billing_period=load.billing_period, sub_account_id=account_id,
            billing_account_id=account_id, charge_date=load.billed_from + number * DAY, region_id=region,
            service_name="Amazon Elastic Compute Cloud", resource_id=resource_id, charge_category=category,
            charge_description=f"{usage_type} in {region}", usage_type=usage_type, billing_currency=currency,
            billed_cost=Decimal(0) if commitment else cost, effective_cost=cost, list_cost=cost * 2,
            contracted_cost=cost, consumed_quantity=Decimal(quantity), consumed_unit=unit, invoice_id="INV-1",
            commitment_discount_id=commitment, sku_id="SKU1",
        )
        for number in range((load.billed_until - load.billed_from).days)
    )  # fmt: skip
    add_up_rates(load)


def add_up_rates(load) -> None:
    """What a unit costs, from the lines that are there: as a load keeps it."""
    of = [load.organization_id, load.id]
    with database.cursor() as cursor:
        cursor.execute("delete from audits_costrate where organization_id = %s and load_id = %s", of)
        cursor.execute(
            f"insert into audits_costrate (id, organization_id, load_id, {cost_rates.NAMES}) "
            f"select gen_random_uuid(), organization_id, load_id, {cost_rates.VALUES} from audits_costline "
            f"where organization_id = %s and load_id = %s and {cost_rates.COUNTED} "
            f"group by organization_id, load_id, {cost_rates.PLACES}",
            of,
        )


def hide(audit, *, kinds=("volume",), region=REGION, action="ec2:DescribeVolumes") -> Gap:
    step = audit.steps.first()
    return Gap.objects.create(
        audit=audit, step=step, account_id=ACCOUNT, region=region, service="ec2", action=action, reason="REFUSED",
        message=f"{action} was refused.", kinds=list(kinds),
    )  # fmt: skip


def judged_audit(connection, *things, at=AT) -> Audit:
    """An audit that saw `things` and is over."""
    audit = make_audit(connection, at=at)
    see(audit, *things)
    judge(audit=audit, at=at)
    audit.state = "DONE"
    audit.save()
    return audit
