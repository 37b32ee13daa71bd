"""Machines that have more than they use, and those of which that only seems so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.aws import charges, names, usage
from sandbox.aws.compute import IMAGE, put, tags
from sandbox.aws.model import Item, all_but
from sandbox.aws.usage import MIB, Values

if TYPE_CHECKING:
    from sandbox.aws.model import Draw, Estate

CELLS = ((names.SHOP, "us-east-1"), (names.SHOP, "eu-west-1"))
OVERSIZED, FAMILY, LOW = names.SIZE_RULES
BURST = names.INSTANCE_BURST
MISSING_DAYS = (5, 12, 21)
BUSY_DAY = 9


@dataclass(frozen=True, kw_only=True)
class Case:
    """One way to be a machine. `cpu` is its average, low and high, and its peak; `memory` the same, None: no agent."""

    count: int
    kind: str
    cpu: tuple[float, float, float] = (3, 9, 18)
    memory: tuple[float, float, float] | None = (10, 14, 18)
    disk_mib: float = 20
    wastes: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    platform: str = "Linux/UNIX"
    is_in_group: bool = False
    has_missing_days: bool = False
    is_busy_once: bool = False
    age_days: int | None = None
    credit_days: int = 0
    trap: str = ""


MACHINES = {
    "too_large": Case(count=4, kind="m6g.2xlarge", wastes=(OVERSIZED,)),
    "too_large_windows": Case(
        count=1,
        kind="m5.2xlarge",
        platform="Windows",
        wastes=(OVERSIZED,),
        trap="half of it would do, of Windows' price",
    ),
    "memory_in_use": Case(count=2, kind="m6g.2xlarge", memory=(60, 75, 82), trap="idle processors, but a full memory"),
    "disks_in_use": Case(count=1, kind="m6g.2xlarge", disk_mib=25_000, trap="idle processors, but busy disks"),
    "busy_once": Case(count=2, kind="m6g.2xlarge", is_busy_once=True, trap="one day of full use in a month"),
    "large_in_group": Case(
        count=1, kind="m6g.2xlarge", is_in_group=True, trap="too large, but a group's template says"
    ),
    "large_and_new": Case(count=1, kind="m6g.2xlarge", age_days=8, trap="too large, but there for 8 days only"),
    "large_days_missing": Case(
        count=2,
        kind="m6g.2xlarge",
        has_missing_days=True,
        unknowns=names.SIZE_RULES,
        trap="looks too large, but 3 of the last 30 days are missing",
    ),
    "wrong_family": Case(count=2, kind="c6g.2xlarge", memory=(50, 60, 66), wastes=(FAMILY,)),
    "wrong_family_unmeasured": Case(
        count=2,
        kind="c6g.2xlarge",
        memory=None,
        wastes=(FAMILY,),
        unknowns=(OVERSIZED,),
        trap="its memory is not measured, so that what is named has as much",
    ),
    "pays_for_credits": Case(count=3, kind="t4g.large", cpu=(40, 60, 88), credit_days=24, wastes=(BURST,)),
    "paid_for_credits": Case(
        count=2, kind="t4g.large", cpu=(40, 60, 88), credit_days=6, trap="paid for credits on 6 days of a month only"
    ),
    "hardly_used": Case(count=3, kind="r6g.xlarge", cpu=(2, 6, 12), memory=None, wastes=(LOW,), unknowns=(OVERSIZED,)),
}


def add(draw: Draw, estate: Estate) -> None:
    for name, case in MACHINES.items():
        for number in range(case.count):
            _machine(draw, estate, name, number)


def _machine(draw: Draw, estate: Estate, name: str, number: int) -> None:
    case = MACHINES[name]
    account, region = CELLS[number % len(CELLS)]
    age = case.age_days or draw.days(60, 700)
    created = draw.ago(age + 0.4)
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
        saves=dict.fromkeys((*names.SIZE_RULES, BURST)),  # their figures come from list prices, not from the bill
        trap=case.trap,
        charges=[charges.instance_hours(kind=case.kind, region=region, first=first, last=last)],
    )
    estate.items.append(item)
    _measure(draw, estate, item, case, age=age)


def _measure(draw: Draw, estate: Estate, item: Item, case: Case, *, age: int) -> None:
    low, high, peak = case.cpu
    processor = usage.gauge(draw.random, low=low, high=high, peak=peak)
    if case.is_busy_once:
        processor = usage.raised(processor, days_ago=[BUSY_DAY], to=97.0, statistics=("Maximum",))
    own = ("InstanceId", item.native_id)
    disk = usage.minutes(total=case.disk_mib * MIB * 90, busiest=case.disk_mib * MIB)
    series: dict[tuple[str, ...], Values] = {
        ("AWS/EC2", "CPUUtilization", *own): processor,
        **{
            ("AWS/EC2", metric, *own): usage.counter(draw.random, low=800 * MIB, high=4_000 * MIB)
            for metric in ("NetworkIn", "NetworkOut")
        },
        **{("AWS/EC2", metric, *own): disk for metric in ("EBSReadBytes", "EBSWriteBytes")},
    }
    if case.memory:
        low, high, peak = case.memory
        agent = (*own, "ImageId", IMAGE, "InstanceType", case.kind)
        series["CWAgent", "mem_used_percent", *agent] = usage.gauge(draw.random, low=low, high=high, peak=peak)
    if case.credit_days:
        none = usage.without(usage.flat(0.0), lambda ago: ago > age)
        series["AWS/EC2", "CPUSurplusCreditsCharged", *own] = usage.raised(
            none, days_ago=range(1, case.credit_days + 1), to=96.0, statistics=("Sum",)
        )
    missing = MISSING_DAYS if case.has_missing_days else ()
    for key, values in series.items():
        put(estate, item, key, usage.without(values, lambda ago: ago in missing or ago > age))
