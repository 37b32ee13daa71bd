"""Machines whose metrics are sent each minute: where nobody needs them so often, and where somebody may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.aws import charges, names
from sandbox.aws.cases import Case, stands
from sandbox.aws.compute import put
from sandbox.aws.model import all_but
from sandbox.aws.usage import MIB, counter, gauge

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate

MONITORED = names.INSTANCE_MONITORED
KIND = "t4g.large"
CASES = {
    "minutely_in_dev": Case(count=3, wastes=(MONITORED,), untold=(MONITORED,), tags={"env": "dev"}),
    "minutely_in_production": Case(count=2, tags={"env": "prod"}, trap="each minute, but in production"),
    "minutely_untagged": Case(tags={"env": "somewhere"}, trap="each minute, and no tag says what it is for"),
    "minutely_in_group": Case(
        tags={"env": "dev", "aws:autoscaling:groupName": "web"}, trap="each minute, but a group scales by it"
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        _machine(draw, estate, stand)


def _machine(draw: Draw, estate: Estate, stand: Stand) -> None:
    native = draw.id("i")
    item = stand.item(draw, kind="instance", native_id=native, bill_id=native, rules=())
    item.fines = all_but(names.INSTANCE_RULES, item.wastes)
    item.facts |= {
        "type": KIND,
        "state": "running",
        "stopped_at": None,
        "image_id": None,
        "zone": f"{stand.region}a",
        "monitoring": "enabled",
    }
    first, last = charges.span(stand.created_at, draw.as_of)
    item.charges = [charges.instance_hours(kind=KIND, region=stand.region, first=first, last=last)]
    estate.items.append(item)
    own = ("InstanceId", native)
    put(estate, item, ("AWS/EC2", "CPUUtilization", *own), gauge(draw.random, low=12, high=45, peak=93))
    for metric in ("NetworkIn", "NetworkOut"):
        put(estate, item, ("AWS/EC2", metric, *own), counter(draw.random, low=80 * MIB, high=9_000 * MIB))
