"""Resources that run around the clock, and what a commitment could be bought for."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from findings.steady_use import COMPUTE as COMPUTE  # noqa: PLC0414 - tests have it from here
from findings.steady_use import SteadyUses
from tests.findings.bill_rules.billed import commitment, each_day, resource

if TYPE_CHECKING:
    from audits.billed import BilledResource
    from findings.steady_use import SteadyUse

RDS = "Amazon Relational Database Service"
PLAN = "arn:aws:savingsplans::111122223333:savingsplan/one"
MACHINE = "EUC1-BoxUsage:m5.large"
DATABASE = "EUC1-InstanceUsage:db.m5.large"


def running(
    name: str = "i-1", *, service: str = COMPUTE, meter: str = MACHINE, hours: float = 24, **more
) -> BilledResource:
    """A resource that runs so many hours on each day, at 0.1 an hour by the list."""
    cost = {"cost": str(hours / 10), "list_cost": Decimal(str(hours / 10)), "service_name": service}
    return resource(each_day(meter, hours, **{**cost, **more}), service_name=service, resource_id=name)


def covered(
    rate: str = "0.06", *, service: str = COMPUTE, meter: str = MACHINE, listed: str = "2.4", by: str = PLAN
) -> BilledResource:
    """A resource that a commitment covers around the clock, at so much an hour."""
    lines = each_day(
        meter, 24, cost=str(Decimal(rate) * 24), list_cost=Decimal(listed), commitment_discount_id=by,
        commitment_discount_status="Used", service_name=service,
    )  # fmt: skip
    return resource(lines, service_name=service, resource_id="i-covered")


def idle(name: str = PLAN, *, unused: str = "1"):
    """A commitment of which so much bought nothing each day, beside 9 that did."""
    used = each_day("", 1, cost="9", commitment_discount_id=name, commitment_discount_status="Used")
    rest = each_day("", 1, cost=unused, commitment_discount_id=name, commitment_discount_status="Unused")
    return commitment(used, rest, resource_id=name)


def uses(*resources: BilledResource, wasted: tuple[BilledResource, ...] = (), commitments=()) -> list[SteadyUse]:
    """What a bill comes to on which these run; those in `wasted` have an open finding."""
    steady = SteadyUses(compute_plans={"one"})
    for one in resources:
        steady.add(one, has_finding=False)
    for one in wasted:
        steady.add(one, has_finding=True)
    return list(steady.uses(commitments))


def use(*resources: BilledResource, **more) -> SteadyUse:
    """The only one."""
    (only,) = uses(*resources, **more)
    return only
