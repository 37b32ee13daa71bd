"""Machines, and the disks, copies and images that belong to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from connections.resources.thing import Thing

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Instance(Thing):
    """A virtual machine. `state` is running, stopped, pending, stopping, shutting-down or terminated.

    `platform` is what the bill calls its operating system ("Linux/UNIX", "Windows with SQL Server"), `architecture`
    what its image was built for ("x86_64"), `tenancy` on whose hardware it stands (default, dedicated, host); None: the
    provider did not say. `agent_dimensions` are names and values, in turn, under which CloudWatch's agent on it reports
    its memory: empty where none does, None where they could not be read; `gpu_dimensions` the same of its GPU, where it
    has but one. `vcpus` are those that are switched on, where the provider says it: at the start some of its type's may
    be switched off. `operator` is the service that runs it for its owner, who cannot change it ("eks.amazonaws.com" of
    EKS Auto Mode); "" where none does. `image_id` is the image that it was launched from, and `is_monitored` says that
    its metrics are sent each minute, which is charged. `seen_stopped_at` is since when at least it has been stopped, as
    our own audits saw it, where the provider gives no `stopped_at`.
    """

    KIND: ClassVar[str] = "instance"
    SERVICE: ClassVar[str] = "ec2"
    ARN: ClassVar[str] = "arn:aws:ec2:{region}:{account_id}:instance/{resource_id}"
    IS_BILLED_BY_ARN: ClassVar[bool] = False

    state: str
    instance_type: str
    stopped_at: datetime | None = None
    seen_stopped_at: datetime | None = None
    launched_at: datetime | None = None
    platform: str | None = None
    architecture: str | None = None
    lifecycle: str = "on-demand"
    autoscaling_group: str | None = None
    volume_ids: tuple[str, ...] = ()
    root_volume_id: str = ""
    tenancy: str | None = None
    vcpus: int | None = None
    is_from_marketplace: bool = False
    agent_dimensions: tuple[str, ...] | None = None
    gpu_dimensions: tuple[str, ...] | None = None
    operator: str = ""
    image_id: str = ""
    is_monitored: bool = False


@dataclass(frozen=True, kw_only=True)
class Volume(Thing):
    """A block storage volume.

    `attached_to` holds instance ids, and `attached_states` the states of those instances in the same order
    (None: the instances could not be read). `detached_at` is when it was last seen to leave its instance, and
    `detached_at_from` says how we know: `audits` (between two of our own), `metrics` (last data point) or
    `creation` (a bound: never seen attached, so at the earliest since it was made). `last_stop_at` is the latest
    moment at which an attached instance stopped, None while any runs or when it cannot be told. `autoscaling_groups`
    hold the instances that it is attached to, and `is_root` says that one of them starts from it. `is_multi_attach`:
    several instances may hold it at once, whether they do or not; AWS changes the type of no such volume. `operator` is
    the service that keeps it for its owner (see Instance).
    """

    KIND: ClassVar[str] = "volume"
    SERVICE: ClassVar[str] = "ec2"
    ARN: ClassVar[str] = "arn:aws:ec2:{region}:{account_id}:volume/{resource_id}"
    IS_BILLED_BY_ARN: ClassVar[bool] = False

    volume_type: str
    size_gib: int
    state: str
    iops: int | None = None
    throughput_mibps: int | None = None
    attached_to: tuple[str, ...] = ()
    attached_states: tuple[str, ...] | None = ()
    last_stop_at: datetime | None = None
    autoscaling_groups: tuple[str, ...] = ()
    detached_at: datetime | None = None
    detached_at_from: str | None = None
    is_deleted_with_instance: bool = False
    is_root: bool = False
    is_multi_attach: bool = False
    operator: str = ""


@dataclass(frozen=True, kw_only=True)
class Snapshot(Thing):
    """A copy of a volume. `image_ids` are the images made of it and `is_volume_present` whether its source volume
    still stands (each None: could not be read). `managed_by` names the service that keeps it (backup, dlm, drs,
    ami). `is_locked`: a lock keeps everybody from deleting it (None: the locks could not be read), until `lock_ends_at`
    where that is told.
    """

    KIND: ClassVar[str] = "snapshot"
    SERVICE: ClassVar[str] = "ec2"
    ARN: ClassVar[str] = "arn:aws:ec2:{region}:{account_id}:snapshot/{resource_id}"

    size_gib: int
    state: str
    volume_id: str | None = None
    is_volume_present: bool | None = None
    image_ids: tuple[str, ...] | None = None
    managed_by: str | None = None
    storage_tier: str = "standard"
    is_locked: bool | None = None
    lock_ends_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Image(Thing):
    """A machine image with the snapshots it stands on. `last_launched_at`: None where it is told of none.

    `has_instances` says whether a machine of its account stands that was launched from it (None: not all could be
    read). `managed_by` names the service that keeps it (see Snapshot), `is_protected` says that its owner forbade to
    deregister it, and `is_sold` that it is one of a product of AWS Marketplace. `is_shared` says whether other accounts
    may launch from it: None where it could not be read, or was launched so lately that nobody asked.
    `has_launch_templates` says whether its region has any launch template: which images one names is not read.
    """

    KIND: ClassVar[str] = "image"
    SERVICE: ClassVar[str] = "ec2"

    state: str
    snapshot_ids: tuple[str, ...] = ()
    last_launched_at: datetime | None = None
    is_public: bool = False
    has_instances: bool | None = None
    managed_by: str | None = None
    is_protected: bool = False
    is_sold: bool = False
    is_shared: bool | None = None
    has_launch_templates: bool | None = None
