"""Volumes on busy machines that have more than they use: IOPS, throughput, a dear type, or no use at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.aws import charges, names, usage
from sandbox.aws.compute import measure_minutes, volume_item
from sandbox.aws.model import all_but
from sandbox.aws.usage import MIB

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sandbox.aws.model import Charge, Draw, Estate, Item

IOPS, THROUGHPUT = names.GP3_IOPS_UNUSED, names.GP3_THROUGHPUT_UNUSED
HARDLY, HIGH, DEAR, IO2 = names.VOLUME_LOW_USAGE, names.IOPS_HIGH, names.IO_TO_GP3, names.IO1_TO_IO2
MISSING_DAYS = (4, 9, 17)
BURST_DAY = 11


@dataclass(frozen=True, kw_only=True)
class Disk:
    """One way to be a volume. `iops` and `mibps` are bought, `operations` a day's total.

    `peak_iops` and `peak_mibps` are those of its busiest minute, reads and writes together; `burst` are those of one
    day, when they differ. `parts` are the meters of which a rule saves so much.
    """

    count: int
    kind: str = "gp3"
    size: int = 200
    iops: int | None = 3000
    mibps: int = 125
    operations: float = 60_000
    peak_iops: float = 150
    peak_mibps: float = 9
    burst: tuple[float, float, float] | None = None
    wastes: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    parts: Mapping[str, tuple[str, Decimal]] = field(default_factory=dict)
    untold: tuple[str, ...] = ()
    trap: str = ""
    age_days: int | None = None
    has_missing_days: bool = False
    goes_with_machine: bool = False


ALL_IOPS, ALL_MIBPS = ("VolumeP-IOPS.gp3", Decimal(1)), ("VolumeP-Throughput.gp3", Decimal(1))
DISKS: dict[str, Disk] = {
    "iops_unused": Disk(count=3, iops=6000, wastes=(IOPS,), parts={IOPS: ALL_IOPS}),
    "iops_and_throughput_unused": Disk(
        count=2, iops=5000, mibps=250, wastes=(IOPS, THROUGHPUT), parts={IOPS: ALL_IOPS, THROUGHPUT: ALL_MIBPS}
    ),
    "throughput_unused": Disk(
        count=2, mibps=400, operations=9e6, peak_iops=2000, wastes=(THROUGHPUT,), parts={THROUGHPUT: ALL_MIBPS}
    ),
    "iops_for_throughput": Disk(
        count=1,
        iops=6000,
        mibps=1000,
        peak_iops=300,
        peak_mibps=260,
        wastes=(IOPS,),
        parts={IOPS: ("VolumeP-IOPS.gp3", Decimal(2000) / 3000)},
        trap="of its 6,000 IOPS it needs 4,000 for the throughput that it uses",
    ),
    "busy_for_a_minute": Disk(
        count=3,
        iops=6000,
        mibps=250,
        burst=(120_000, 900, 60),
        trap="little in a day, but one minute in which it did 900 operations and moved 60 MiB a second",
    ),
    "bought_days_missing": Disk(
        count=2,
        iops=6000,
        mibps=250,
        has_missing_days=True,
        unknowns=(IOPS, THROUGHPUT),
        trap="looks unused, but 3 of the last 30 days are missing",
    ),
    "bought_on_an_old_machine": Disk(
        count=2,
        iops=6000,
        mibps=250,
        peak_iops=0.2,
        unknowns=(IOPS, THROUGHPUT),
        trap="what CloudWatch calls its maximum is no minute's: the day holds more than all minutes could",
    ),
    "bought_new": Disk(count=1, iops=6000, mibps=250, age_days=6, trap="quiet, but only 6 days old"),
    "hardly_used": Disk(count=4, operations=24, peak_iops=0.1, peak_mibps=0.01, wastes=(HARDLY,)),
    "hardly_used_gp2": Disk(
        count=1, kind="gp2", iops=600, operations=24, peak_iops=0.1, peak_mibps=0.01, wastes=(HARDLY,)
    ),
    "hardly_used_with_machine": Disk(
        count=2,
        operations=24,
        peak_iops=0.1,
        goes_with_machine=True,
        trap="hardly used, but deleted with its machine, as the volume that it starts from is",
    ),
    "used_on_one_day": Disk(
        count=2, operations=24, peak_iops=0.1, burst=(900, 4, 1), trap="900 operations on one of the last 30 days"
    ),
    "hardly_used_new": Disk(
        count=1, operations=24, peak_iops=0.1, age_days=12, trap="hardly used, but only 12 days old"
    ),
    "hardly_used_days_missing": Disk(
        count=2,
        operations=24,
        peak_iops=0.1,
        has_missing_days=True,
        unknowns=(HARDLY,),
        trap="looks hardly used, but 3 of the last 30 days are missing",
    ),
    "dear_type": Disk(count=2, kind="io1", iops=4000, wastes=(DEAR,)),
    "dear_type_fast": Disk(count=2, kind="io1", size=400, iops=18_000, trap="io1, but faster than gp3 is taken to be"),
    "durable_type": Disk(count=1, kind="io2", iops=4000, trap="io2, whose durability gp3 does not have"),
    "dear_type_not_told": Disk(
        count=2,
        kind="io1",
        iops=None,
        unknowns=(DEAR, HIGH, IO2),
        trap="io1, and the answer does not say how many IOPS",
    ),
    "many_iops_unused": Disk(
        count=2,
        kind="io1",
        size=800,
        iops=36_000,
        wastes=(HIGH, IO2),
        untold=(IO2,),
        parts={HIGH: ("VolumeP-IOPS.piops", Decimal(1) / 2)},
    ),
    "many_iops_unused_in_tiers": Disk(
        count=1, kind="io2", size=800, iops=36_000, wastes=(HIGH,), untold=(HIGH,), trap="its IOPS are priced in tiers"
    ),
    "many_iops_for_a_minute": Disk(
        count=1,
        kind="io1",
        size=800,
        iops=36_000,
        burst=(2_000_000, 16_000, 70),
        wastes=(IO2,),
        untold=(IO2,),
        trap="one minute of 16,000 IOPS",
    ),
    "many_iops_for_bytes": Disk(
        count=1,
        kind="io1",
        size=800,
        iops=36_000,
        burst=(2_000_000, 900, 230),
        wastes=(IO2,),
        untold=(IO2,),
        trap="few operations, but large ones",
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    machines = [item for item in estate.of("instance") if item.case == "busy"]
    takers = iter(draw.random.sample(machines, sum(disk.count for disk in DISKS.values())))
    for case, disk in DISKS.items():
        for _ in range(disk.count):
            _volume(draw, estate, case, disk, next(takers))


def _volume(draw: Draw, estate: Estate, case: str, disk: Disk, machine: Item) -> None:
    created = machine.created_at if disk.age_days is None else draw.ago(disk.age_days + 0.2)
    meters = _meters(disk, machine.region, *charges.span(created, draw.as_of))
    volume = volume_item(
        draw,
        machine=machine,
        kind=disk.kind,
        size=disk.size,
        device="/dev/sdh",
        wastes=disk.wastes,
        unknowns=disk.unknowns,
        meters=meters,
    )
    volume.case, volume.trap, volume.created_at = case, disk.trap, created
    volume.facts |= {"iops": disk.iops, "mibps": disk.mibps, "attached_at": created}
    volume.facts["goes_with_machine"] = disk.goes_with_machine
    volume.fines = all_but(names.VOLUME_RULES, volume.wastes, volume.unknowns)
    volume.saves = {
        **volume.saves,
        **{rule: charges.part(meters, meter) * share for rule, (meter, share) in disk.parts.items()},
        **dict.fromkeys(disk.untold),
        DEAR: charges.gp3_saves_of_io1(gib=disk.size, iops=disk.iops or 0, region=machine.region),
    }
    estate.items.append(volume)
    _measure(draw, estate, volume, disk)


def _meters(disk: Disk, region: str, first: date, last: date) -> list[Charge]:
    free_iops, free_mibps = (3000, 125) if disk.kind == "gp3" else (0, 0)
    storage = charges.volume_storage(kind=disk.kind, region=region, gib=disk.size, first=first, last=last)
    if disk.kind == "gp2":
        return [storage]
    return [
        storage,
        *charges.volume_performance(
            kind=disk.kind,
            region=region,
            iops=(disk.iops or 1000) - free_iops,
            mibps=disk.mibps - free_mibps,
            first=first,
            last=last,
        ),
    ]


def _measure(draw: Draw, estate: Estate, volume: Item, disk: Disk) -> None:
    """Half of it reads, half writes."""
    age = (draw.as_of - volume.created_at).days
    missing = MISSING_DAYS if disk.has_missing_days else ()
    burst = disk.burst or (disk.operations, disk.peak_iops, disk.peak_mibps)
    wanted = {
        "Ops": (disk.operations, disk.peak_iops * 60, burst[0], burst[1] * 60),
        "Bytes": (disk.operations * 4096, disk.peak_mibps * 60 * MIB, burst[0] * 4096, burst[2] * 60 * MIB),
    }
    for what, (total, busiest, burst_total, burst_busiest) in wanted.items():
        values = usage.minutes(total=total / 2, busiest=busiest / 2)
        values = usage.raised(values, days_ago=[BURST_DAY], to=burst_total / 2, statistics=("Sum",))
        values = usage.raised(values, days_ago=[BURST_DAY], to=burst_busiest / 2, statistics=("Maximum",))
        values = usage.without(values, lambda ago: ago in missing or ago > age)
        measure_minutes(estate, volume, values=values, what=what)
