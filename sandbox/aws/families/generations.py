"""Machines and databases whose type has a successor or a cheaper twin, and those that only seem so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.aws import charges, names, usage
from sandbox.aws.compute import put, tags
from sandbox.aws.model import Charge, Item, all_but
from sandbox.aws.usage import MIB

if TYPE_CHECKING:
    from sandbox.aws.model import Draw, Estate

CELLS = ((names.SHOP, "us-east-1"), (names.SHOP, "eu-west-1"))
# Their figures come from list prices, not from the bill.
NO_FIGURE = dict.fromkeys((names.INSTANCE_PREVIOUS, names.INSTANCE_GRAVITON, names.DATABASE_PREVIOUS))


@dataclass(frozen=True, kw_only=True)
class Case:
    """One way to be of a type, and how many of them there are. `platform` None: DescribeInstances leaves it out."""

    count: int
    kind: str
    platform: str | None = "Linux/UNIX"
    wastes: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    is_in_group: bool = False
    trap: str = ""


MACHINES = {
    "earlier": Case(count=4, kind="m4.large", wastes=(names.INSTANCE_PREVIOUS,)),
    "x86": Case(count=4, kind="m5.large", wastes=(names.INSTANCE_GRAVITON,)),
    "x86_windows": Case(count=2, kind="m5.large", platform="Windows", trap="an ARM twin of its type, but Windows"),
    "earlier_in_group": Case(
        count=2, kind="m4.large", is_in_group=True, trap="an earlier type, but an Auto Scaling group chooses it"
    ),
    "earlier_with_disks": Case(
        count=1,
        kind="c3.large",
        unknowns=(names.INSTANCE_PREVIOUS,),
        trap="an earlier type, but its successor lacks the disks in the machine",
    ),
    "platform_untold": Case(
        count=1,
        kind="m5.large",
        platform=None,
        unknowns=(names.INSTANCE_GRAVITON, *names.SQL_RULES),
        trap="x86, and nobody says what",
    ),
    "not_described": Case(
        count=2,
        kind="g3.4xlarge",
        unknowns=(
            names.INSTANCE_PREVIOUS,
            names.INSTANCE_GRAVITON,
            names.INSTANCE_BURST,
            names.INSTANCE_GPU,
            *names.SIZE_RULES,
        ),
        trap="a type of which no table of facts knows anything",
    ),
}
DATABASES = {
    "earlier_class": Case(count=3, kind="db.m4.large", wastes=(names.DATABASE_PREVIOUS,)),
    "earlier_same_price": Case(count=2, kind="db.r4.large", trap="an earlier class whose successor costs the same"),
    "recent_class": Case(count=2, kind="db.m5.large"),
    "class_not_described": Case(
        count=2,
        kind="db.cr1.8xlarge",
        unknowns=(names.DATABASE_PREVIOUS, "aws_rds_database_oversized"),
        trap="a class of which no table of facts knows anything",
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    for name, case in MACHINES.items():
        for number in range(case.count):
            _machine(draw, estate, name, number)
    for name, case in DATABASES.items():
        for number in range(case.count):
            _database(draw, estate, name, number)


def _machine(draw: Draw, estate: Estate, name: str, number: int) -> None:
    case = MACHINES[name]
    account, region = CELLS[number % len(CELLS)]
    created = draw.ago(draw.days(60, 700) + 0.4)
    first, last = charges.span(created, draw.as_of)
    instance_id = draw.id("i")
    label = f"{name.replace('_', '-')}-{number + 1}"
    item = Item(
        kind="instance",
        account=account,
        region=region,
        native_id=instance_id,
        bill_id=instance_id,
        case=name,
        created_at=created,
        name=label,
        tags=tags(draw, label) | ({"aws:autoscaling:groupName": "web"} if case.is_in_group else {}),
        facts={
            "type": case.kind,
            "platform": case.platform,
            "state": "running",
            "stopped_at": None,
            "image_id": None,
            "zone": f"{region}a",
        },
        wastes=case.wastes,
        fines=all_but(names.INSTANCE_RULES, case.wastes, case.unknowns),
        unknowns=case.unknowns,
        saves=NO_FIGURE,
        trap=case.trap,
        charges=[charges.instance_hours(kind=case.kind, region=region, first=first, last=last)],
    )
    estate.items.append(item)
    series = {"CPUUtilization": usage.gauge(draw.random, low=12, high=45, peak=93)}
    series |= {at: usage.counter(draw.random, low=80 * MIB, high=9_000 * MIB) for at in ("NetworkIn", "NetworkOut")}
    for metric, values in series.items():
        put(estate, item, ("AWS/EC2", metric, "InstanceId", instance_id), values)


def _database(draw: Draw, estate: Estate, name: str, number: int) -> None:
    case = DATABASES[name]
    account, region = CELLS[number % len(CELLS)]
    created = draw.ago(draw.days(60, 600) + 0.3)
    label = f"{name.replace('_', '-')}-db-{number + 1}"
    arn = f"arn:aws:rds:{region}:{account}:db:{label}"
    first, last = charges.span(created, draw.as_of)
    meters: list[Charge] = charges.database(kind=case.kind, region=region, gib=100, first=first, last=last)
    item = Item(
        kind="database",
        account=account,
        region=region,
        native_id=arn,
        bill_id=arn,
        case=name,
        created_at=created,
        name=label,
        tags=tags(draw, label),
        facts={
            "class": case.kind,
            "size": 100,
            "state": "available",
            "source": None,
            "is_multi_az": False,
            "resource_id": f"db-{draw.hex(26).upper()}",
        },
        wastes=case.wastes,
        fines=all_but((names.DATABASE_IDLE, names.DATABASE_PREVIOUS), case.wastes, case.unknowns),
        unknowns=case.unknowns,
        saves=NO_FIGURE,
        trap=case.trap,
        charges=meters,
    )
    estate.items.append(item)
    series = {
        "DatabaseConnections": usage.gauge(draw.random, low=3, high=40, peak=90),
        "CPUUtilization": usage.gauge(draw.random, low=8, high=40, peak=85),
    }
    for metric, values in series.items():
        put(estate, item, ("AWS/RDS", metric, "DBInstanceIdentifier", label), values)
