"""File systems that machines mount: in use, forgotten, without a lifecycle, and those that only seem so."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import usage
from sandbox.aws.cases import GIB, Case, meter, stands, tag_list
from sandbox.aws.compute import put
from sandbox.aws.shaped import Answered
from sandbox.aws.usage import MIB
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate, Item
    from sandbox.aws.shaped import Asked

IDLE, UNTIERED, FSX_IDLE = (
    "aws_efs_file_system_idle",
    "aws_efs_file_system_without_lifecycle",
    "aws_fsx_file_system_idle",
)
EFS, FSX = "Amazon Elastic File System", "Amazon FSx"
SERVICES = {
    EFS: ("Storage", "File Storage", "AmazonEFS"),
    FSX: ("Storage", "File Storage", "AmazonFSx"),
}
RESOURCE_TYPES = {"file_share": "File System", "file_system": "File System"}
Ranges = dict[str, tuple[float, float]]
OF_SHARES: Ranges = {"TotalIOBytes": (MIB, 90 * MIB), "ClientConnections": (1440, 4320)}
OF_SYSTEMS: Ranges = {"DataReadOperations": (900, 90_000), "DataWriteOperations": (90, 9_000)}
OFF = {"is_tiered": False}
STILL = {"is_still": True}
SHARES = {
    "tiered": Case(count=3, has={"gib": 120}),
    "untiered": Case(count=3, wastes=(UNTIERED,), untold=(UNTIERED,), has={"gib": 300} | OFF),
    "untiered_small": Case(count=2, has={"gib": 4} | OFF, trap="without a lifecycle, but next to nothing"),
    "untiered_new": Case(age_days=20, has={"gib": 80} | OFF, trap="without a lifecycle, but three weeks old"),
    "untiered_replica": Case(has={"gib": 70, "is_replica": True} | OFF | STILL, trap="still, but a replica of another"),
    "class_untold": Case(
        count=2,
        unknowns=(UNTIERED,),
        has={"gib": 60, "is_class_untold": True} | OFF,
        trap="nobody says what lies where",
    ),
    "forgotten": Case(count=3, wastes=(IDLE,), has={"gib": 90} | STILL),
    "forgotten_untiered": Case(wastes=(IDLE, UNTIERED), untold=(UNTIERED,), has={"gib": 55} | OFF | STILL),
    "shut": Case(count=2, wastes=(IDLE,), has={"gib": 40, "targets": 0} | STILL),
    "shut_lately": Case(has={"gib": 40, "targets": 0}, trap="no way in, but somebody was in it last month"),
    "forgotten_days_missing": Case(
        count=2, unknowns=(IDLE,), has={"gib": 33, "is_missing": True} | STILL, trap="still, but days are missing"
    ),
    "forgotten_new": Case(age_days=14, has={"gib": 22} | STILL, trap="still, but two weeks old"),
    "used_once": Case(has={"gib": 75, "days_ago": (17,)}, trap="still, but for one day of the month"),
}
SYSTEMS = {
    "mounted": Case(count=3, has={"type": "WINDOWS"}),
    "left": Case(count=2, wastes=(FSX_IDLE,), has={"type": "WINDOWS"} | STILL),
    "left_scratch": Case(wastes=(FSX_IDLE,), has={"type": "LUSTRE"} | STILL),
    "left_ontap": Case(
        count=2, unknowns=(FSX_IDLE,), has={"type": "ONTAP"} | STILL, trap="still, but another may be mirrored to it"
    ),
    "left_days_missing": Case(
        unknowns=(FSX_IDLE,), has={"type": "WINDOWS", "is_missing": True} | STILL, trap="still, but days are missing"
    ),
    "left_new": Case(age_days=11, has={"type": "LUSTRE"} | STILL, trap="still, but eleven days old"),
    "monthly": Case(has={"type": "LUSTRE", "days_ago": (21,)}, trap="still, but for one day of the month"),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, SHARES):
        _share(draw, estate, stand)
    for stand in stands(draw, SYSTEMS):
        _system(draw, estate, stand)


def _share(draw: Draw, estate: Estate, stand: Stand) -> None:
    has = stand.case.has
    native = draw.id("fs")
    arn = stand.arn("elasticfilesystem", f"file-system/{native}")
    item = stand.item(draw, kind="file_share", native_id=native, bill_id=arn, rules=(IDLE, UNTIERED))
    size = has["gib"] * GIB
    parts = {} if has.get("is_class_untold") else {"ValueInStandard": size, "ValueInIA": 0, "ValueInArchive": 0}
    item.shape = {
        "OwnerId": item.account,
        "CreationToken": draw.hex(16),
        "FileSystemId": native,
        "FileSystemArn": arn,
        "CreationTime": item.created_at,
        "LifeCycleState": "available",
        "Name": item.name,
        "NumberOfMountTargets": has.get("targets", 2),
        "SizeInBytes": {"Value": size, **parts},
        "PerformanceMode": "generalPurpose",
        "ThroughputMode": "elastic",
        "Tags": tag_list(item),
        "FileSystemProtection": {
            "ReplicationOverwriteProtection": "REPLICATING" if has.get("is_replica") else "ENABLED"
        },
    }
    item.facts["lifecycle"] = [{"TransitionToIA": "AFTER_30_DAYS"}] if has.get("is_tiered", True) else []
    item.charges = [
        meter(draw, item, service=EFS, name="TimedStorage-ByteHrs", unit="GB-Mo", price="0.3", held=Decimal(has["gib"]))
    ]
    estate.items.append(item)
    _measure(draw, estate, item, has, namespace="AWS/EFS", ranges=OF_SHARES)


def _system(draw: Draw, estate: Estate, stand: Stand) -> None:
    has = stand.case.has
    native = draw.id("fs")
    arn = stand.arn("fsx", f"file-system/{native}")
    item = stand.item(draw, kind="file_system", native_id=native, bill_id=arn, rules=(FSX_IDLE,))
    item.shape = {
        "OwnerId": item.account,
        "CreationTime": item.created_at,
        "FileSystemId": native,
        "FileSystemType": has["type"],
        "Lifecycle": "AVAILABLE",
        "StorageCapacity": 1200,
        "StorageType": "SSD",
        "ResourceARN": arn,
        "Tags": tag_list(item),
    }
    item.charges = [
        meter(draw, item, service=FSX, name="Storage.SAZ:SSD", unit="GB-Mo", price="0.13", held=Decimal(1200))
    ]
    estate.items.append(item)
    _measure(draw, estate, item, has, namespace="AWS/FSx", ranges=OF_SYSTEMS)


def _measure(draw: Draw, estate: Estate, item: Item, has: Mapping[str, Any], *, namespace: str, ranges: Ranges) -> None:
    age = (draw.as_of - item.created_at).days
    missing = (5, 13) if has.get("is_missing") else ()
    for metric, (low, high) in ranges.items():
        values = usage.counter(draw.random, low=low, high=high)
        if has.get("is_still") or "days_ago" in has:
            values = usage.flat(0.0)
        values = usage.raised(values, days_ago=has.get("days_ago", ()), to=high, statistics=("Sum", "Maximum"))
        values = usage.without(values, lambda ago: ago in missing or ago > age)
        put(estate, item, (namespace, metric, "FileSystemId", item.native_id), values)


def _shares(asked: Asked) -> dict[str, Any]:
    return {"FileSystems": [item.shape for item in asked.of("file_share")]}


def _lifecycle(asked: Asked) -> dict[str, Any]:
    wanted = asked.parameters["FileSystemId"]
    for item in asked.of("file_share"):
        if item.native_id == wanted:
            return {"LifecyclePolicies": item.facts["lifecycle"]}
    raise Refusal("FileSystemNotFound", f"File system '{wanted}' does not exist.", status=404)


def _systems(asked: Asked) -> dict[str, Any]:
    return {"FileSystems": [item.shape for item in asked.of("file_system")]}


ANSWERS = (
    Answered(
        service="efs",
        operation="DescribeFileSystems",
        action="elasticfilesystem:DescribeFileSystems",
        make=_shares,
    ),
    Answered(
        service="efs",
        operation="DescribeLifecycleConfiguration",
        action="elasticfilesystem:DescribeLifecycleConfiguration",
        make=_lifecycle,
        honours=frozenset({"FileSystemId"}),
        tried_with=lambda estate: {"FileSystemId": estate.of("file_share")[0].native_id},
    ),
    Answered(service="fsx", operation="DescribeFileSystems", make=_systems),
)
