"""Fills moto's EC2 with the estate, in moto's own process: ids, creation dates and stop times cannot be set through
the API.
"""

# moto builds these classes itself though mypy counts them abstract, and its packages re-export without saying so.
# mypy: disable-error-code="abstract,attr-defined"

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.ec2 import ec2_backends
from moto.ec2.models.amis import Ami
from moto.ec2.models.block_device import BlockDeviceType
from moto.ec2.models.elastic_block_store import Snapshot, Volume, VolumeAttachment
from moto.ec2.models.instances import Instance, InstanceState, Reservation, StateReason

from sandbox.aws.compute import IMAGE as PUBLIC_IMAGE
from sandbox.aws.compute import stopped_reason
from sandbox.aws.names import AMAZON

if TYPE_CHECKING:
    from sandbox.aws.model import Draw, Estate, Item


def fill(estate: Estate, draw: Draw) -> None:
    makers = {
        "instance": _instance,
        "volume": _volume,
        "snapshot": _snapshot,
        "image": _image,
    }
    for kind, make in makers.items():
        for item in estate.of(kind):
            if item.is_in_inventory:
                make(backend_of(item), item, draw)
    for account, region in sorted({(item.account, item.region) for item in estate.items}):
        _foreign(ec2_backends[account][region], draw)


def backend_of(item: Item) -> Any:  # noqa: ANN401 - moto is untyped
    return ec2_backends[item.account][item.region]


def subnet_of(backend: Any, zone: str = "") -> Any:  # noqa: ANN401
    """The default subnet of a zone, or the first that there is."""
    subnets = backend.get_default_subnets()
    return subnets.get(zone) or next(iter(subnets.values()))


def _tag(backend: Any, item: Item) -> None:  # noqa: ANN401
    backend.tags[item.native_id].update(item.tags)


def _instance(backend: Any, item: Item, draw: Draw) -> None:  # noqa: ANN401
    subnet = subnet_of(backend, item.facts["zone"])
    group = backend.get_default_security_group(backend.default_vpc.id)
    instance = Instance(
        backend,
        item.facts["image_id"] or PUBLIC_IMAGE,
        None,
        [group],
        instance_type=item.facts["type"],
        subnet_id=subnet.id,
        region_name=item.region,
    )
    instance.id = item.native_id
    instance.launch_time = item.created_at
    instance.virtualization_type = "hvm"
    instance.root_device_name = "/dev/xvda"
    instance.platform_details = item.facts.get("platform", "Linux/UNIX")
    is_arm = item.facts["type"].partition(".")[0].endswith("g")
    instance.architecture = "arm64" if is_arm else "x86_64"
    if item.facts.get("cores"):
        instance.cpu_options = {"CoreCount": item.facts["cores"], "ThreadsPerCore": 2}
    instance.monitoring_state = item.facts.get("monitoring", "disabled")
    if item.facts["state"] == "stopped":
        instance._state = InstanceState("stopped", 80)  # noqa: SLF001
        instance._reason = stopped_reason(item.facts["stopped_at"])  # noqa: SLF001
        instance.state_reason = StateReason(
            "Client.UserInitiatedShutdown: User initiated shutdown", "Client.UserInitiatedShutdown"
        )
    reservation = Reservation(f"r-0{draw.hex(16)}", owner_id=item.account)
    reservation.groups = [group]
    reservation.instances = [instance]
    backend.reservations[reservation.id] = reservation
    _tag(backend, item)


def _volume(backend: Any, item: Item, draw: Draw) -> None:  # noqa: ANN401
    del draw
    facts = item.facts
    iops = {"gp3": 3000, "gp2": max(100, 3 * facts["size"]), "io1": 1000}.get(facts["type"])
    volume = Volume(
        backend,
        volume_id=item.native_id,
        size=facts["size"],
        zone=backend.get_zone_by_name(facts["zone"]),
        volume_type=facts["type"],
        iops=facts.get("iops", iops),
        throughput=facts.get("mibps", 125) if facts["type"] == "gp3" else None,
    )
    volume.create_time = item.created_at
    backend.volumes[item.native_id] = volume
    if facts["instance_id"]:
        instance = backend.get_instance(facts["instance_id"])
        volume.attachment = VolumeAttachment(volume, instance, facts["device"], "attached")
        volume.attachment.attach_time = facts["attached_at"]
        volume.attachment.delete_on_termination = facts.get("goes_with_machine", False)
        instance.block_device_mapping[facts["device"]] = BlockDeviceType(
            volume_id=volume.id, status=volume.status, size=volume.size, attach_time=facts["attached_at"]
        )
    _tag(backend, item)


class _Source:
    """A volume that is gone: a snapshot still names it and its size."""

    def __init__(self, volume_id: str, size: int) -> None:
        self.id = volume_id
        self.size = size


def _snapshot(backend: Any, item: Item, draw: Draw) -> None:  # noqa: ANN401
    del draw
    source = _Source(item.facts["volume_id"], item.facts["size"])
    snapshot = Snapshot(backend, item.native_id, source, item.facts["description"])
    snapshot.start_time = item.created_at
    backend.snapshots[item.native_id] = snapshot
    _tag(backend, item)


def _image(backend: Any, item: Item, draw: Draw) -> None:  # noqa: ANN401
    del draw
    image = Ami(
        backend,
        item.native_id,
        name=item.name,
        description="built by the platform team",
        virtualization_type="hvm",
        architecture="x86_64",
        root_device_type="ebs",
        root_device_name="/dev/xvda",
        hypervisor="xen",
        creation_date=item.created_at,
        region_name=f"{item.region}a",
    )
    backend.snapshots.pop(image.ebs_snapshot.id)
    image.ebs_snapshot = backend.snapshots[item.facts["snapshot_id"]]
    image.instance_id = item.facts["instance_id"]
    backend.amis[item.native_id] = image
    _tag(backend, item)


def _foreign(backend: Any, draw: Draw) -> None:  # noqa: ANN401
    """What others own and everybody can see: an image of the provider and the snapshot under it."""
    image = Ami(
        backend,
        PUBLIC_IMAGE,
        name="al2023-ami-2023.5.20240708.1-kernel-6.1-x86_64",
        owner_id=AMAZON,
        owner_alias="amazon",
        public=True,
        virtualization_type="hvm",
        architecture="x86_64",
        root_device_type="ebs",
        hypervisor="xen",
        region_name=f"{backend.region_name}a",
        creation_date=draw.ago(700),
    )
    snapshot = backend.snapshots.pop(image.ebs_snapshot.id)
    snapshot.id = f"snap-0{draw.hex(16)}"
    snapshot.start_time = draw.ago(700)
    backend.snapshots[snapshot.id] = snapshot
    backend.amis[PUBLIC_IMAGE] = image
