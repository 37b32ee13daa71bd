"""EC2: instances, volumes, snapshots, images and addresses, each joined with what it relates to."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from connections.provider import Collector, MetricPlace
from connections.providers.aws import fast_restores
from connections.providers.aws.agents import AGENT, GPU, LIST_METRICS, agents, with_agents, with_gpus
from connections.providers.aws.capacity import DESCRIBE_RESERVATIONS, place, reservations
from connections.providers.aws.ec2_calls import (
    DESCRIBE_IMAGES,
    DESCRIBE_INSTANCES,
    DESCRIBE_SNAPSHOTS,
    DESCRIBE_VOLUMES,
)
from connections.providers.aws.elastic_ips import DESCRIBE_ADDRESSES, own_pool
from connections.providers.aws.images import DESCRIBE_PERMISSIONS, with_machines, with_sharing
from connections.providers.aws.launch_templates import DESCRIBE_TEMPLATES, templates, with_templates
from connections.providers.aws.locked_snapshots import DESCRIBE_LOCKED_SNAPSHOTS, with_locks
from connections.providers.aws.reader import clean_tags
from connections.resources import Address, Image, Instance, Snapshot, Thing, Volume
from connections.resources.capacity import CapacityReservation
from connections.resources.fast_restores import FastRestore
from connections.resources.launch_templates import LaunchTemplate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Listing, Reader

STOPPED_AT = re.compile(r"\((\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}) (?:GMT|UTC)\)")
RUNNING = frozenset({"pending", "running"})
COPIED_FROM_NOWHERE = "vol-ffffffff"  # what AWS writes as the source of a snapshot that was copied
BACKUP_TAG = "aws:backup:source-resource"
LIFECYCLE_TAGS = ("aws:dlm:lifecycle-policy-id", "dlm:managed")
RECOVERY_TAG = "AWSElasticDisasterRecoveryManaged"
BACKUP_WORDS = "This snapshot is created by the AWS Backup service"


def collect(reader: Reader) -> Iterator[Thing]:
    """Everything of EC2 in one region. The listings run side by side; the joins need all of them."""
    instances: Listing[Instance]
    volumes: Listing[Volume]
    snapshots: Listing[Snapshot]
    images: Listing[Image]
    named: Listing[LaunchTemplate]
    instances, volumes, snapshots, images, addresses, measured, kept_free, kept_ready, named = reader.together(
        lambda: _instances(reader),
        lambda: _volumes(reader),
        lambda: _snapshots(reader),
        lambda: _images(reader),
        lambda: _addresses(reader),
        lambda: agents(reader),
        lambda: reservations(reader),
        lambda: fast_restores.fast_restores(reader),
        lambda: templates(reader),
    )
    machines = with_agents((one for one in instances.rows if one.state != "terminated"), measured)
    yield from with_gpus(reader, machines)
    yield from _with_instances(volumes.rows, instances)
    yield from with_locks(reader, tuple(_with_origins(snapshots.rows, volumes, images)))
    yield from with_templates(with_sharing(reader, with_machines(images.rows, instances)), named)
    yield from named.rows
    yield from addresses.rows
    yield from kept_free.rows
    yield from fast_restores.with_snapshots(kept_ready.rows, snapshots.rows)


def _base(reader: Reader, item: dict[str, Any], *, identifier: str) -> dict[str, Any]:
    tags = clean_tags(item.get("Tags"))
    return {
        "resource_id": item[identifier],
        "account_id": reader.account_id,
        "region": reader.region,
        "observed_at": reader.at,
        "name": tags.get("Name", ""),
        "tags": tags,
    }


def _instances(reader: Reader) -> Listing[Any]:
    # What a service of AWS runs is charged as the rest is, and an account may hide it from whoever does not ask for it.
    listing: Listing[Any] = reader.listing(
        DESCRIBE_INSTANCES,
        result="Reservations",
        row=lambda group: [_instance(reader, item) for item in group["Instances"]],
        kinds=(Instance.KIND,),
        page_size=1000,
        IncludeManagedResources=True,
    )
    return replace(listing, rows=tuple(instance for group in listing.rows for instance in group))


def _instance(reader: Reader, item: dict[str, Any]) -> Instance:
    tags = {tag["Key"]: tag["Value"] for tag in item.get("Tags", ())}
    mappings = [mapping for mapping in item.get("BlockDeviceMappings", ()) if "Ebs" in mapping]
    disks, root = [mapping["Ebs"] for mapping in mappings], item.get("RootDeviceName")
    launched_at = item.get("LaunchTime")
    # A restart moves LaunchTime; the first thing that was ever attached does not move.
    moments = [launched_at, *(disk.get("AttachTime") for disk in disks)]
    return Instance(
        **_base(reader, item, identifier="InstanceId"),
        created_at=min((moment for moment in moments if moment), default=None),
        state=item["State"]["Name"],
        instance_type=item.get("InstanceType", ""),
        stopped_at=stopped_at(item.get("StateTransitionReason", "")),
        launched_at=launched_at,
        platform=item.get("PlatformDetails") or None,
        architecture=item.get("Architecture") or None,
        lifecycle=item.get("InstanceLifecycle") or "on-demand",
        autoscaling_group=tags.get("aws:autoscaling:groupName"),
        volume_ids=tuple(disk["VolumeId"] for disk in disks if "VolumeId" in disk),
        tenancy=item.get("Placement", {}).get("Tenancy"),
        vcpus=math.prod(item.get("CpuOptions", {}).get(one, 0) for one in ("CoreCount", "ThreadsPerCore")) or None,
        is_from_marketplace=any(one.get("ProductCodeType") == "marketplace" for one in item.get("ProductCodes", ())),
        operator=_operator(item.get("Operator", {})),
        root_volume_id=next((one["Ebs"].get("VolumeId", "") for one in mappings if one.get("DeviceName") == root), ""),
        image_id=item.get("ImageId", ""),
        is_monitored=item.get("Monitoring", {}).get("State") in {"enabled", "pending"},
    )


def _operator(item: dict[str, Any]) -> str:
    """The service that runs a machine or a disk for its owner; "" where none does."""
    return str(item.get("Principal") or "another service") if item.get("Managed") else ""


def stopped_at(reason: str) -> datetime | None:
    """The moment in a reason such as "User initiated (2026-01-02 03:04:05 GMT)"; None where it has none."""
    found = STOPPED_AT.search(reason)
    return datetime.strptime(found[1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC) if found else None


def _volumes(reader: Reader) -> Listing[Any]:
    return reader.listing(
        DESCRIBE_VOLUMES,
        result="Volumes",
        row=lambda item: _volume(reader, item),
        kinds=(Volume.KIND,),
        page_size=500,
        IncludeManagedResources=True,
    )


def _volume(reader: Reader, item: dict[str, Any]) -> Volume:
    attachments = [one for one in item.get("Attachments", ()) if one.get("State") != "detached"]
    return Volume(
        **_base(reader, item, identifier="VolumeId"),
        created_at=item.get("CreateTime"),
        volume_type=item.get("VolumeType", "standard"),
        size_gib=item["Size"],
        state=item["State"],
        iops=item.get("Iops"),
        throughput_mibps=item.get("Throughput"),
        attached_to=tuple(one["InstanceId"] for one in attachments if one.get("InstanceId")),
        attached_states=() if not attachments else None,
        is_deleted_with_instance=any(one.get("DeleteOnTermination") for one in attachments),
        is_multi_attach=bool(item.get("MultiAttachEnabled")),
        operator=_operator(item.get("Operator", {})),
    )


def _with_instances(volumes: tuple[Volume, ...], instances: Listing[Instance]) -> Iterator[Volume]:
    """Volumes with the states of what holds them; unknown where an instance was not among those that were read."""
    by_id = {instance.resource_id: instance for instance in instances.rows}
    for volume in volumes:
        holders = [by_id.get(instance_id) for instance_id in volume.attached_to]
        known = [holder for holder in holders if holder is not None]
        if not holders or len(known) < len(holders):
            yield volume
            continue
        stops = [holder.stopped_at for holder in known]
        are_down = not any(holder.state in RUNNING for holder in known)
        yield replace(
            volume,
            attached_states=tuple(holder.state for holder in known),
            last_stop_at=max((stop for stop in stops if stop), default=None) if are_down and all(stops) else None,
            autoscaling_groups=tuple(sorted({one.autoscaling_group for one in known if one.autoscaling_group})),
            is_root=any(holder.root_volume_id == volume.resource_id for holder in known),
        )


def _snapshots(reader: Reader) -> Listing[Any]:
    return reader.listing(
        DESCRIBE_SNAPSHOTS,
        result="Snapshots",
        row=lambda item: _snapshot(reader, item),
        kinds=(Snapshot.KIND,),
        page_size=1000,
        OwnerIds=["self"],
    )


def _snapshot(reader: Reader, item: dict[str, Any]) -> Snapshot:
    source = item.get("VolumeId")
    base = _base(reader, item, identifier="SnapshotId")
    is_backup = str(item.get("Description", "")).startswith(BACKUP_WORDS)
    managed_by = "backup" if is_backup else _keeper(base["tags"])
    return Snapshot(
        **base,
        created_at=item.get("StartTime"),
        size_gib=item.get("VolumeSize", 0),
        state=item.get("State", ""),
        volume_id=None if source == COPIED_FROM_NOWHERE else source,
        managed_by=managed_by,
        storage_tier=item.get("StorageTier") or "standard",
    )


def _keeper(tags: dict[str, str]) -> str | None:
    """The service that keeps a copy, by the tags that it sets."""
    if BACKUP_TAG in tags:
        return "backup"
    if any(tag in tags for tag in LIFECYCLE_TAGS):
        return "dlm"
    return "drs" if RECOVERY_TAG in tags else None


def _with_origins(
    snapshots: tuple[Snapshot, ...], volumes: Listing[Volume], images: Listing[Image]
) -> Iterator[Snapshot]:
    """Snapshots with the images made of them and whether their volume still stands; unknown where a list broke off."""
    standing = {volume.resource_id for volume in volumes.rows}
    used: dict[str, list[str]] = {}
    for image in images.rows:
        for snapshot_id in image.snapshot_ids:
            used.setdefault(snapshot_id, []).append(image.resource_id)
    for snapshot in snapshots:
        users = tuple(used.get(snapshot.resource_id, ()))
        is_present = None
        if snapshot.volume_id is not None and (snapshot.volume_id in standing or volumes.is_complete):
            is_present = snapshot.volume_id in standing
        yield replace(
            snapshot,
            is_volume_present=is_present,
            image_ids=users if users or images.is_complete else None,
            managed_by=snapshot.managed_by or ("ami" if users else None),
        )


def _images(reader: Reader) -> Listing[Any]:
    # A disabled image still stands on its snapshots, and is left out unless it is asked for.
    return reader.listing(
        DESCRIBE_IMAGES,
        result="Images",
        row=lambda item: _image(reader, item),
        kinds=(Image.KIND,),
        page_size=1000,
        Owners=["self"],
        IncludeDisabled=True,
    )


def _image(reader: Reader, item: dict[str, Any]) -> Image:
    base = _base(reader, item, identifier="ImageId")
    disks = [mapping.get("Ebs", {}) for mapping in item.get("BlockDeviceMappings", ())]
    return Image(
        **{**base, "name": item.get("Name") or base["name"]},
        created_at=_moment(item.get("CreationDate")),
        state=item.get("State", ""),
        snapshot_ids=tuple(disk["SnapshotId"] for disk in disks if disk.get("SnapshotId")),
        last_launched_at=_moment(item.get("LastLaunchedTime")),
        is_public=bool(item.get("Public")),
        managed_by=_keeper(base["tags"]),
        is_protected=str(item.get("DeregistrationProtection", "")).startswith("enabled"),
        is_sold=bool(item.get("ProductCodes")),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def _addresses(reader: Reader) -> Listing[Any]:
    return reader.listing(
        DESCRIBE_ADDRESSES,
        result="Addresses",
        row=lambda item: _address(reader, item),
        kinds=(Address.KIND,),
    )


def _address(reader: Reader, item: dict[str, Any]) -> Address:
    identifier = "AllocationId" if item.get("AllocationId") else "PublicIp"
    return Address(
        **_base(reader, item, identifier=identifier),
        public_ip=item.get("PublicIp", ""),
        pool=own_pool(item),
        associated_with=item.get("InstanceId") or item.get("NetworkInterfaceId") or item.get("AssociationId") or None,
    )


def _of_instance(instance: Instance) -> MetricPlace | None:
    """A machine that stands still has no usage worth paying for."""
    if instance.state != "running":
        return None
    told, of_gpu = instance.agent_dimensions or (), instance.gpu_dimensions or ()
    return MetricPlace(
        namespace="AWS/EC2",
        dimensions=(("InstanceId", instance.resource_id),),
        elsewhere={
            AGENT: tuple(zip(told[::2], told[1::2], strict=True)),
            GPU: tuple(zip(of_gpu[::2], of_gpu[1::2], strict=True)),
        },
    )


def _of_volume(volume: Volume) -> MetricPlace:
    return MetricPlace(namespace="AWS/EBS", dimensions=(("VolumeId", volume.resource_id),))


COLLECTOR = Collector(
    service="ec2",
    needs={
        Instance: (DESCRIBE_INSTANCES, LIST_METRICS),
        Volume: (DESCRIBE_VOLUMES,),
        Snapshot: (DESCRIBE_SNAPSHOTS, DESCRIBE_LOCKED_SNAPSHOTS),
        Image: (DESCRIBE_IMAGES, DESCRIBE_PERMISSIONS),
        Address: (DESCRIBE_ADDRESSES,),
        CapacityReservation: (DESCRIBE_RESERVATIONS,),
        FastRestore: (fast_restores.DESCRIBE_FAST_RESTORES,),
        LaunchTemplate: (DESCRIBE_TEMPLATES,),
    },
    calls=(
        DESCRIBE_INSTANCES,
        DESCRIBE_VOLUMES,
        DESCRIBE_SNAPSHOTS,
        DESCRIBE_LOCKED_SNAPSHOTS,
        DESCRIBE_IMAGES,
        DESCRIBE_PERMISSIONS,
        DESCRIBE_ADDRESSES,
        LIST_METRICS,
        DESCRIBE_RESERVATIONS,
        fast_restores.DESCRIBE_FAST_RESTORES,
        DESCRIBE_TEMPLATES,
    ),
    collect=collect,
    places={
        Instance: _of_instance,
        Volume: _of_volume,
        CapacityReservation: place,
        FastRestore: fast_restores.place,
    },
    billed_as=("Amazon Elastic Compute Cloud", "Amazon Virtual Private Cloud"),
)
