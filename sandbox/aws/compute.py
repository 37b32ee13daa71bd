"""Machines with the volumes they hold: busy, idle, nearly idle, too new, unmeasured, stopped, covered, gone."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import charges, hours, names, usage
from sandbox.aws.model import HISTORY_DAYS, Charge, Item, all_but, series_key
from sandbox.aws.usage import MIB, Values

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox.aws.model import Draw, Estate

TYPES = ("t4g.medium", "t4g.large", "m6g.large", "m6g.xlarge", "c6g.xlarge", "r6g.large")
IMAGE = "ami-0abcdef1234567890"  # the provider's public image, which machines were launched from
TEAMS = ("checkout", "search", "data", "platform")


@dataclass(frozen=True, kw_only=True)
class Case:
    """One way to be a machine, and how many of them stand in the estate."""

    count: int
    wastes: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    trap: str = ""
    is_idle: bool = False
    age_days: tuple[int, int] = (60, 700)
    stopped_days: tuple[float, float] | None = None
    is_stop_time_known: bool = True
    is_covered: bool = False
    is_in_inventory: bool = True
    is_in_group: bool = False
    kind: str = ""


# Of a type whose size no rule looks at, where usage is such that it would be looked at.
BURSTABLE = "t4g.large"
OFF_HOURS = 168 - len(hours.WORKING_DAYS) * len(hours.WORKING_HOURS)  # of a week
CASES: dict[str, Case] = {
    "busy": Case(count=52),
    "idle": Case(count=8, wastes=(names.INSTANCE_IDLE,), is_idle=True),
    "idle_covered": Case(
        count=1,
        wastes=(names.INSTANCE_IDLE,),
        is_idle=True,
        is_covered=True,
        trap="idle, but paid by a savings plan: stopping it frees the commitment, not cash",
    ),
    "busy_covered": Case(count=2, is_covered=True),
    "idle_in_group": Case(
        count=1, is_idle=True, is_in_group=True, trap="idle, but held by an Auto Scaling group that would replace it"
    ),
    "idle_too_briefly": Case(count=2, is_idle=True, trap="idle for 11 days only, busy before"),
    "cpu_just_above": Case(
        count=3, is_idle=True, kind=BURSTABLE, trap="processor peak of 5.6 % on one of the last 14 days"
    ),
    "network_just_above": Case(
        count=2, is_idle=True, kind=BURSTABLE, trap="6 MB of network on one of the last 14 days"
    ),
    "office_hours": Case(
        count=3,
        wastes=(names.INSTANCE_OFF_HOURS,),
        trap="idle at night and on weekends, but at work from 8 to 18 on working days",
    ),
    "days_missing": Case(
        count=2,
        unknowns=(names.INSTANCE_IDLE, names.INSTANCE_OFF_HOURS, names.INSTANCE_BURST),
        is_idle=True,
        kind=BURSTABLE,
        trap="looks idle, but 3 of the last 14 days are missing",
    ),
    "no_metrics": Case(
        count=1,
        unknowns=(names.INSTANCE_IDLE, names.INSTANCE_OFF_HOURS, names.INSTANCE_BURST),
        kind=BURSTABLE,
        trap="running, without a single data point",
    ),
    "new": Case(count=2, is_idle=True, age_days=(3, 3), trap="quiet, but only 3 days old"),
    "stopped_long": Case(count=5, wastes=(names.INSTANCE_STOPPED,), stopped_days=(36, 120), age_days=(200, 700)),
    "stopped_lately": Case(count=3, stopped_days=(3, 26), age_days=(200, 700), trap="stopped for less than 30 days"),
    "stopped_unknown": Case(
        count=2,
        unknowns=(names.INSTANCE_STOPPED,),
        stopped_days=(70, 90),
        is_stop_time_known=False,
        age_days=(200, 700),
        trap="stopped, and nothing says since when",
    ),
    "gone": Case(
        count=2,
        is_in_inventory=False,
        age_days=(100, 300),
        trap="on the bill until 8 days ago, no longer in the inventory",
    ),
}


def place(draw: Draw) -> tuple[str, str]:
    """An account and a region: most stand with the shop in us-east-1."""
    account = draw.random.choices((names.PAYER, names.SHOP, names.LAB), (2, 5, 4))[0]
    region = draw.random.choices(names.REGIONS, (5, 3, 3))[0]
    return account, region


def tags(draw: Draw, name: str) -> dict[str, str]:
    found = {"Name": name}
    if draw.chance(0.7):
        found["team"] = draw.random.choice(TEAMS)
    if draw.chance(0.5):
        found["env"] = draw.random.choice(("prod", "staging", "dev"))
    return found


def add(draw: Draw, estate: Estate) -> None:
    cells = [(account, region) for account in names.ACCOUNTS for region in names.REGIONS]
    for name, case in CASES.items():
        for number in range(case.count):
            # The first busy machines stand one in each account and region, so that no bill lacks a common price.
            is_first = name == "busy" and number < len(cells)
            machine = _machine(draw, name, case, number, cells[number] if is_first else place(draw))
            estate.items.append(machine)
            _volumes(draw, estate, machine, case)
            if is_first:
                _fast_volume(draw, estate, machine)
            if case.is_in_inventory and case.stopped_days is None and name != "no_metrics":
                if name == "office_hours":
                    _measure_by_hour(draw, estate, machine)
                else:
                    _measure(draw, estate, machine, case)
                if number % 2 == 0:
                    measure_memory(draw, estate, machine)


def _machine(draw: Draw, name: str, case: Case, number: int, where: tuple[str, str]) -> Item:
    account, region = where
    kind = case.kind or draw.random.choice(TYPES)
    created = draw.ago(draw.days(*case.age_days) + 0.4)
    stopped = draw.ago(draw.random.uniform(*case.stopped_days)) if case.stopped_days else None
    until = stopped or (None if case.is_in_inventory else draw.ago(8))
    first, last = charges.span(created, draw.as_of, until=until)
    meters = [charges.instance_hours(kind=kind, region=region, first=first, last=last, is_covered=case.is_covered)]
    if not case.is_idle and name != "no_metrics":
        gib = Decimal(draw.days(5, 400)) / 100
        meters.append(charges.transfer_out(region=region, gib_per_day=gib, first=first, last=last))
    instance_id = draw.id("i")
    label = f"{name.replace('_', '-')}-{number + 1}"
    facts: dict[str, Any] = {
        "type": kind,
        "state": "stopped" if stopped else "running",
        "stopped_at": stopped if case.is_stop_time_known else None,
        "image_id": None,
        "zone": region + draw.random.choice("ab"),
    }
    return Item(
        kind="instance",
        account=account,
        region=region,
        native_id=instance_id,
        bill_id=instance_id,
        case=name,
        created_at=created,
        name=label,
        tags=tags(draw, label) | ({"aws:autoscaling:groupName": "web"} if case.is_in_group else {}),
        facts=facts,
        wastes=case.wastes,
        fines=all_but(names.INSTANCE_RULES, case.wastes, case.unknowns) if case.is_in_inventory else (),
        unknowns=case.unknowns,
        saves={names.INSTANCE_STOPPED: None, names.INSTANCE_OFF_HOURS: charges.hours_saved(meters, hours=OFF_HOURS)},
        trap=case.trap,
        charges=meters,
        is_in_inventory=case.is_in_inventory,
    )


def _volumes(draw: Draw, estate: Estate, machine: Item, case: Case) -> None:
    wastes: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    if machine.case == "stopped_long":
        wastes = (names.VOLUME_ON_STOPPED,)
    elif machine.case == "stopped_unknown":
        unknowns = (names.VOLUME_ON_STOPPED,)
    until = None if case.is_in_inventory else draw.ago(8)
    for at in range(2 if draw.chance(0.4) else 1):
        kind = "gp2" if draw.chance(0.2) and machine.case != "new" else "gp3"
        size = draw.random.choice((20, 50, 100, 200) if at == 0 else (100, 250, 500))
        first, last = charges.span(machine.created_at, draw.as_of, until=until)
        estate.items.append(
            volume_item(
                draw,
                machine=machine,
                kind=kind,
                size=size,
                device="/dev/xvda" if at == 0 else "/dev/sdf",
                wastes=wastes,
                unknowns=unknowns,
                meters=[charges.volume_storage(kind=kind, region=machine.region, gib=size, first=first, last=last)],
            )
        )
        if machine.facts["state"] == "running" and case.is_in_inventory:
            measure_volume(draw, estate, estate.items[-1], last_seen_days_ago=0)


def _fast_volume(draw: Draw, estate: Estate, machine: Item) -> None:
    """A gp3 volume with more IOPS and throughput than come free: the bill then tells what those cost."""
    first, last = charges.span(machine.created_at, draw.as_of)
    meters = [charges.volume_storage(kind="gp3", region=machine.region, gib=300, first=first, last=last)]
    meters += charges.volume_performance(
        kind="gp3", region=machine.region, iops=1000, mibps=125, first=first, last=last
    )
    volume = volume_item(
        draw, machine=machine, kind="gp3", size=300, device="/dev/sdg", wastes=(), unknowns=(), meters=meters
    )
    volume.facts.update(iops=4000, mibps=250)
    estate.items.append(volume)
    measure_minutes(estate, volume, values=usage.minutes(total=20_000_000.0, busiest=90_000.0), what="Ops")
    measure_minutes(estate, volume, values=usage.minutes(total=9e11, busiest=100.0 * MIB * 60), what="Bytes")


def volume_item(
    draw: Draw,
    *,
    machine: Item,
    kind: str,
    size: int,
    device: str,
    wastes: tuple[str, ...],
    unknowns: tuple[str, ...],
    meters: list[Charge],
) -> Item:
    volume_id = draw.id("vol")
    if kind == "gp2" and machine.is_in_inventory:
        wastes = (*wastes, names.GP2_TO_GP3)
    return Item(
        kind="volume",
        account=machine.account,
        region=machine.region,
        native_id=volume_id,
        bill_id=volume_id,
        case=f"of_{machine.case}",
        created_at=machine.created_at,
        name=f"{machine.name}-disk",
        tags=dict(machine.tags),
        facts={
            "type": kind,
            "size": size,
            "zone": machine.facts["zone"],
            "instance_id": machine.native_id,
            "device": device,
            "attached_at": machine.created_at,
        },
        wastes=wastes,
        fines=all_but(names.VOLUME_RULES, wastes, unknowns) if machine.is_in_inventory else (),
        unknowns=unknowns,
        saves={names.GP2_TO_GP3: charges.gp3_saves(gib=size, region=machine.region)},
        charges=meters,
        is_in_inventory=machine.is_in_inventory,
    )


def measure_volume(draw: Draw, estate: Estate, volume: Item, *, last_seen_days_ago: int) -> None:
    """EBS reports on attached volumes only, so a series ends on the day of the detachment."""
    age = (draw.as_of - volume.created_at).days
    for metric in ("VolumeReadOps", "VolumeWriteOps"):
        values = usage.counter(draw.random, low=2_000, high=90_000)
        values = usage.without(values, lambda ago: ago <= last_seen_days_ago - 1 or ago > age)
        put(estate, volume, ("AWS/EBS", metric, "VolumeId", volume.native_id), values)


def measure_minutes(estate: Estate, volume: Item, *, values: Values, what: str) -> None:
    """The same for reads and writes, of a volume that does as much of either. `what` is Ops or Bytes."""
    for metric in (f"VolumeRead{what}", f"VolumeWrite{what}"):
        put(estate, volume, ("AWS/EBS", metric, "VolumeId", volume.native_id), values)


def put(estate: Estate, item: Item, key: tuple[str, ...], values: Values) -> None:
    """Keeps a series under its namespace, metric, and each dimension's name and value."""
    namespace, metric, *pairs = key
    kept = series_key(namespace, metric, dict(zip(pairs[::2], pairs[1::2], strict=True)))
    estate.series.setdefault((item.account, item.region), {})[kept] = values


def put_hours(estate: Estate, item: Item, key: tuple[str, ...], hourly: Values) -> None:
    """Keeps a series that was made hour by hour, and the days that follow from it."""
    namespace, metric, *pairs = key
    kept = series_key(namespace, metric, dict(zip(pairs[::2], pairs[1::2], strict=True)))
    estate.hours.setdefault((item.account, item.region), {})[kept] = hourly
    put(estate, item, key, hours.by_day(hourly))


def _measure_by_hour(draw: Draw, estate: Estate, machine: Item) -> None:
    """Processor, network and, by the agent's own dimensions, memory of a machine that works in office hours."""
    own = ("InstanceId", machine.native_id)
    work = [hours.at_work(draw.random, draw.as_of, low=low, high=high) for low, high in ((30, 70), (MIB, 4 * MIB))]
    put_hours(estate, machine, ("AWS/EC2", "CPUUtilization", *own), work[0])
    for metric in ("NetworkIn", "NetworkOut"):
        put_hours(estate, machine, ("AWS/EC2", metric, *own), hours.counted(work[1]))


def measure_memory(draw: Draw, estate: Estate, machine: Item) -> None:
    """What CloudWatch's agent reports, where it is installed: under three dimensions, and not under one of them."""
    dimensions = ("InstanceId", machine.native_id, "ImageId", IMAGE, "InstanceType", str(machine.facts["type"]))
    used = usage.gauge(draw.random, low=20, high=45, peak=70)
    put(estate, machine, ("CWAgent", "mem_used_percent", *dimensions), used)


def _measure(draw: Draw, estate: Estate, machine: Item, case: Case) -> None:
    if case.is_idle:
        processor = usage.gauge(draw.random, low=0.2, high=1.5, peak=3.4)
        network = [usage.counter(draw.random, low=0.1 * MIB, high=0.9 * MIB) for _ in range(2)]
    else:
        processor = usage.gauge(draw.random, low=12, high=45, peak=93)
        network = [usage.counter(draw.random, low=80 * MIB, high=9_000 * MIB) for _ in range(2)]
    if machine.case == "cpu_just_above":
        processor = usage.raised(processor, days_ago=[draw.days(2, 13)], to=5.6, statistics=("Maximum",))
    if machine.case == "network_just_above":
        network[0] = usage.raised(network[0], days_ago=[draw.days(2, 13)], to=6.0 * MIB, statistics=("Sum",))
    if machine.case == "idle_too_briefly":
        busy = range(12, HISTORY_DAYS + 1)
        processor = usage.raised(processor, days_ago=busy, to=61.5, statistics=("Maximum",))
        network[1] = usage.raised(network[1], days_ago=busy, to=700.0 * MIB, statistics=("Sum",))
    age = (draw.as_of - machine.created_at).days
    missing = set(draw.random.sample(range(2, 14), 3)) if machine.case == "days_missing" else set()
    for metric, values in (("CPUUtilization", processor), ("NetworkIn", network[0]), ("NetworkOut", network[1])):
        known = usage.without(values, lambda ago: ago in missing or ago > age)
        put(estate, machine, ("AWS/EC2", metric, "InstanceId", machine.native_id), known)


def stopped_reason(stopped_at: datetime | None) -> str:
    """StateTransitionReason as EC2 words it; it is empty where the stop did not come from a user."""
    return f"User initiated ({stopped_at:%Y-%m-%d %H:%M:%S} GMT)" if stopped_at else ""
