"""Machines with SQL Server in their price: too small for its licence, too large for its edition, and right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.aws import charges, names, usage
from sandbox.aws.compute import put, tags
from sandbox.aws.model import Item, all_but
from sandbox.aws.usage import MIB

if TYPE_CHECKING:
    from sandbox.aws.model import Draw, Estate

CELLS = ((names.SHOP, "us-east-1"), (names.SHOP, "eu-west-1"))
STANDARD, WEB, ENTERPRISE = (f"Windows with SQL Server {one}" for one in ("Standard", "Web", "Enterprise"))


@dataclass(frozen=True, kw_only=True)
class Case:
    """One way to run SQL Server. `cores` are those that were left switched on, None: all."""

    count: int
    kind: str
    platform: str = STANDARD
    cores: int | None = None
    wastes: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    trap: str = ""


MACHINES = {
    "sql_small": Case(count=3, kind="m5.large", wastes=(names.SQL_BELOW,)),
    "sql_right": Case(count=2, kind="m5.xlarge"),
    "sql_large": Case(count=2, kind="m5.24xlarge", wastes=(names.SQL_ABOVE,)),
    "sql_large_web": Case(count=1, kind="m5.12xlarge", platform=WEB, wastes=(names.SQL_ABOVE,)),
    "sql_large_enterprise": Case(
        count=1, kind="m5.24xlarge", platform=ENTERPRISE, trap="large, and Enterprise uses it"
    ),
    "sql_large_limited": Case(count=1, kind="m5.24xlarge", cores=24, trap="large, but half of it is switched off"),
    "sql_type_untold": Case(
        count=1,
        kind="g3.4xlarge",
        unknowns=(
            names.INSTANCE_PREVIOUS,
            names.INSTANCE_GRAVITON,
            names.INSTANCE_BURST,
            names.INSTANCE_GPU,
            *names.SIZE_RULES,
            *names.SQL_RULES,
        ),
        trap="a type of which no table of facts knows anything",
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    for name, case in MACHINES.items():
        for number in range(case.count):
            _machine(draw, estate, name, number)


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
        tags=tags(draw, label),
        facts={
            "type": case.kind,
            "platform": case.platform,
            "cores": case.cores,
            "state": "running",
            "stopped_at": None,
            "image_id": None,
            "zone": f"{region}a",
        },
        wastes=case.wastes,
        fines=all_but(names.INSTANCE_RULES, case.wastes, case.unknowns),
        unknowns=case.unknowns,
        saves=dict.fromkeys(names.SQL_RULES),  # what a licence costs is no line of the bill
        trap=case.trap,
        charges=[charges.instance_hours(kind=case.kind, region=region, first=first, last=last)],
    )
    estate.items.append(item)
    series = {"CPUUtilization": usage.gauge(draw.random, low=12, high=45, peak=93)}
    series |= {at: usage.counter(draw.random, low=80 * MIB, high=9_000 * MIB) for at in ("NetworkIn", "NetworkOut")}
    for metric, values in series.items():
        put(estate, item, ("AWS/EC2", metric, "InstanceId", instance_id), values)
