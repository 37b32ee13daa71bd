"""Volumes that belong to no machine, snapshots and images: the waste, and what only looks like it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.aws import charges, names
from sandbox.aws.compute import measure_volume, place, tags
from sandbox.aws.model import Item, all_but

if TYPE_CHECKING:
    from sandbox.aws.model import Draw, Estate

# case: how many, (age in days), (days since the detachment; None: never attached), wastes, trap
VOLUMES: dict[str, tuple[int, tuple[int, int], tuple[int, int] | None, tuple[str, ...], str]] = {
    "detached_long": (9, (150, 700), (18, 40), (names.VOLUME_UNATTACHED,), ""),
    "detached_before_history": (3, (200, 700), (60, 90), (names.VOLUME_UNATTACHED,), ""),
    "detached_lately": (4, (150, 700), (3, 10), (), "detached less than 14 days ago"),
    "never_attached_old": (3, (60, 200), None, (names.VOLUME_UNATTACHED,), ""),
    "never_attached_new": (2, (4, 9), None, (), "never attached, but only days old"),
    "not_on_bill": (
        1,
        (100, 300),
        (25, 35),
        (names.VOLUME_UNATTACHED,),
        "in the inventory, but the bill has no line for it: the saving is not known",
    ),
    "detached_unanswered": (
        2,
        (150, 700),
        (20, 40),
        (),
        "detached for long, but CloudWatch fails on its usage, so nothing says since when",
    ),
}
# In one cell, so that the reads that fail are few.
UNANSWERED_CELL = (names.LAB, "ap-southeast-2")

# case: how many, (age in days), source volume still there, managed by, wastes, trap
SNAPSHOTS: dict[str, tuple[int, tuple[float, float], bool, str, tuple[str, ...], str]] = {
    "recent": (24, (1, 80), True, "", (), ""),
    "old": (12, (97, 600), True, "", (names.SNAPSHOT_OLD,), ""),
    "a_day_too_young": (2, (88.4, 88.6), True, "", (), "88 days old, one day or two short of old"),
    "orphaned": (8, (40, 500), False, "", (names.SNAPSHOT_ORPHANED,), ""),
    "orphaned_lately": (2, (5, 24), False, "", (), "source volume gone, but less than 30 days old"),
    "backup": (6, (100, 300), True, "backup", (), "old, but kept by AWS Backup"),
    "backup_orphaned": (2, (100, 300), False, "backup", (), "source volume gone, but kept by AWS Backup"),
    "copied": (3, (100, 400), False, "", (), "old, and a copy: of which volume, or whether it stands, nobody says"),
    "lifecycle": (4, (95, 200), True, "dlm", (), "old, but kept by Data Lifecycle Manager"),
    "locked": (3, (100, 300), False, "", (), "source volume gone, but locked: nobody can delete it"),
}
IMAGES = 10
NO_VOLUME = "vol-ffffffff"  # what AWS names as the source of a snapshot that was copied
MANAGED_TAGS = {
    "": {},
    "backup": {"aws:backup:source-resource": "vol-source", "backup-plan": "nightly"},
    "dlm": {"aws:dlm:lifecycle-policy-id": "policy-0a1b2c3d4e5f60718", "dlm:managed": "true"},
}
DESCRIPTIONS = {
    "": "before the upgrade",
    "backup": "This snapshot is created by the AWS Backup service.",
    "dlm": "Created for policy: policy-0a1b2c3d4e5f60718 schedule: Default Schedule",
}


def add(draw: Draw, estate: Estate) -> None:
    for case in VOLUMES:
        for number in range(VOLUMES[case][0]):
            _volume(draw, estate, case, number)
    sources = [item for item in estate.of("volume") if item.is_in_inventory]
    for case in SNAPSHOTS:
        for number in range(SNAPSHOTS[case][0]):
            _snapshot(draw, estate, case, number, sources)
    machines = [item for item in estate.of("instance") if item.case == "busy"]
    for number in range(IMAGES):
        _image(draw, estate, number, draw.random.choice(machines))


def _volume(draw: Draw, estate: Estate, case: str, number: int) -> None:
    _, age, detached, wastes, trap = VOLUMES[case]
    is_unanswered = case == "detached_unanswered"
    account, region = UNANSWERED_CELL if is_unanswered else place(draw)
    is_plain = case in {"not_on_bill", "never_attached_new", "detached_unanswered"}
    kind = "gp3" if is_plain else draw.random.choice(("gp3", "gp3", "gp2", "io1"))
    size = draw.random.choice((50, 100, 200, 500))
    volume_id, label = draw.id("vol"), f"{case.replace('_', '-')}-{number + 1}"
    created = draw.ago(draw.days(*age) + 0.3)
    first, last = charges.span(created, draw.as_of)
    meters = [charges.volume_storage(kind=kind, region=region, gib=size, first=first, last=last)]
    if kind == "io1":
        meters += charges.volume_performance(kind=kind, region=region, iops=1000, mibps=0, first=first, last=last)
    cheaper = {"gp2": (names.GP2_TO_GP3,), "io1": (names.IO_TO_GP3,)}
    wastes = (*wastes, *cheaper.get(kind, ()))
    unknowns = (names.VOLUME_UNATTACHED,) if is_unanswered else ()
    volume = Item(
        kind="volume",
        account=account,
        region=region,
        native_id=volume_id,
        bill_id=volume_id,
        case=case,
        created_at=created,
        name=label,
        tags=tags(draw, label),
        facts={"type": kind, "size": size, "zone": region + "a", "instance_id": None},
        wastes=wastes,
        fines=all_but(names.VOLUME_RULES, wastes, unknowns),
        unknowns=unknowns,
        saves={
            names.GP2_TO_GP3: charges.gp3_saves(gib=size, region=region),
            names.IO_TO_GP3: charges.gp3_saves_of_io1(gib=size, iops=1000, region=region),
        },
        trap=trap,
        charges=[] if case == "not_on_bill" else meters,
    )
    estate.items.append(volume)
    if detached:
        measure_volume(draw, estate, volume, last_seen_days_ago=draw.days(*detached))
    if is_unanswered:
        estate.unanswered.add(volume_id)


def _snapshot(draw: Draw, estate: Estate, case: str, number: int, sources: list[Item]) -> None:
    _, age, has_source, managed_by, wastes, trap = SNAPSHOTS[case]
    snapshot_id, label = draw.id("snap"), f"{case.replace('_', '-')}-{number + 1}"
    created = draw.ago(draw.random.uniform(*age))
    elder = [volume for volume in sources if volume.created_at < created]
    source = draw.random.choice(elder or sources)
    size = source.facts["size"] if has_source else draw.random.choice((50, 100, 200))
    held = (Decimal(size) * draw.days(20, 90) / 100).quantize(Decimal("0.01"))
    first, last = charges.span(created, draw.as_of)
    gone = NO_VOLUME if case == "copied" else draw.id("vol")
    unknowns = names.SNAPSHOT_RULES if case == "copied" else ()
    estate.items.append(
        Item(
            kind="snapshot",
            account=source.account,
            region=source.region,
            native_id=snapshot_id,
            bill_id=snapshot_arn(source.region, source.account, snapshot_id),
            case=case,
            created_at=created,
            name=label,
            tags={**tags(draw, label), **MANAGED_TAGS[managed_by]},
            facts={
                "size": size,
                "volume_id": source.native_id if has_source else gone,
                "description": DESCRIPTIONS[managed_by],
            },
            wastes=wastes,
            fines=all_but(names.SNAPSHOT_RULES, wastes, unknowns),
            unknowns=unknowns,
            trap=trap,
            charges=[charges.snapshot_storage(region=source.region, gib=held, first=first, last=last)],
        )
    )


def _image(draw: Draw, estate: Estate, number: int, machine: Item) -> None:
    """An image stands on a snapshot: old, its source volume often gone, and yet no waste."""
    image_id, snapshot_id = draw.id("ami"), draw.id("snap")
    created = draw.ago(draw.random.uniform(100, 500))
    is_source_present = number % 2 == 0
    volume_id = f"vol-0{draw.hex(16)}"
    if is_source_present:
        volume_id = next(v.native_id for v in estate.of("volume") if v.facts["instance_id"] == machine.native_id)
    first, last = charges.span(created, draw.as_of)
    label = f"golden-{number + 1}"
    estate.items.append(
        Item(
            kind="snapshot",
            account=machine.account,
            region=machine.region,
            native_id=snapshot_id,
            bill_id=snapshot_arn(machine.region, machine.account, snapshot_id),
            case="of_image",
            created_at=created,
            tags={},
            facts={
                "size": 30,
                "volume_id": volume_id,
                "description": f"Created by CreateImage({machine.native_id}) for {image_id}",
            },
            fines=names.SNAPSHOT_RULES,
            trap="old, and with its source volume gone or there, but an image stands on it",
            charges=[charges.snapshot_storage(region=machine.region, gib=Decimal(18), first=first, last=last)],
        )
    )
    estate.items.append(
        Item(
            kind="image",
            account=machine.account,
            region=machine.region,
            native_id=image_id,
            bill_id=image_id,
            case="golden",
            created_at=created,
            name=label,
            tags={"Name": label},
            facts={"snapshot_id": snapshot_id, "instance_id": machine.native_id},
        )
    )


def snapshot_arn(region: str, account: str, snapshot_id: str) -> str:
    return f"arn:aws:ec2:{region}:{account}:snapshot/{snapshot_id}"
