"""The vocabulary: what stands in a customer's cloud, as plain frozen values.

A provider's adapter makes these, a waste rule reads them. They hold what a rule or a reader
needs and nothing that may carry a secret (no user data, no environment, no template body).
Every datetime is aware and in UTC; sizes are in GiB; `observed_at` is when the provider answered.
A field that the provider may withhold, or that a refused call left open, is None: not known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Thing:
    """What every resource has. `resource_id` is what the bill calls it where the bill names it (FOCUS ResourceId)."""

    KIND: ClassVar[str]
    SERVICE: ClassVar[str]

    resource_id: str
    account_id: str
    region: str
    observed_at: datetime
    name: str = ""
    created_at: datetime | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Instance(Thing):
    """A virtual machine. `state` is running, stopped, pending, stopping, shutting-down or terminated."""

    KIND: ClassVar[str] = "instance"
    SERVICE: ClassVar[str] = "ec2"

    state: str
    instance_type: str
    stopped_at: datetime | None = None
    launched_at: datetime | None = None
    platform: str = "Linux/UNIX"
    lifecycle: str = "on-demand"
    autoscaling_group: str | None = None
    volume_ids: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Volume(Thing):
    """A block storage volume.

    `attached_to` holds instance ids, and `attached_states` the states of those instances in the same order
    (None: the instances could not be read). `detached_at` is when it was last seen to leave its instance, and
    `detached_at_from` says how we know: `audits` (between two of our own), `metrics` (last data point) or
    `creation` (a bound: never seen attached, so at the earliest since it was made). `last_stop_at` is the latest
    moment at which an attached instance stopped, None while any runs or when it cannot be told.
    """

    KIND: ClassVar[str] = "volume"
    SERVICE: ClassVar[str] = "ec2"

    volume_type: str
    size_gib: int
    state: str
    iops: int | None = None
    throughput_mibps: int | None = None
    attached_to: tuple[str, ...] = ()
    attached_states: tuple[str, ...] | None = ()
    last_stop_at: datetime | None = None
    detached_at: datetime | None = None
    detached_at_from: str | None = None
    is_deleted_with_instance: bool = False


@dataclass(frozen=True, kw_only=True)
class Snapshot(Thing):
    """A copy of a volume. `image_ids` are the images made of it and `is_volume_present` whether its source volume
    still stands (each None: could not be read). `managed_by` names the service that keeps it (backup, dlm, ami).
    """

    KIND: ClassVar[str] = "snapshot"
    SERVICE: ClassVar[str] = "ec2"

    size_gib: int
    state: str
    volume_id: str | None = None
    is_volume_present: bool | None = None
    image_ids: tuple[str, ...] | None = None
    managed_by: str | None = None
    storage_tier: str = "standard"


@dataclass(frozen=True, kw_only=True)
class Image(Thing):
    """A machine image with the snapshots it stands on. `last_launched_at` is None where the provider does not say."""

    KIND: ClassVar[str] = "image"
    SERVICE: ClassVar[str] = "ec2"

    state: str
    snapshot_ids: tuple[str, ...] = ()
    last_launched_at: datetime | None = None
    is_public: bool = False


@dataclass(frozen=True, kw_only=True)
class Address(Thing):
    """A reserved public address. `associated_with` is the instance or network interface that holds it."""

    KIND: ClassVar[str] = "address"
    SERVICE: ClassVar[str] = "ec2"

    public_ip: str
    associated_with: str | None = None


@dataclass(frozen=True, kw_only=True)
class NatGateway(Thing):
    """A NAT gateway. `route_table_ids` are the tables that send traffic to it (None: could not be read)."""

    KIND: ClassVar[str] = "nat_gateway"
    SERVICE: ClassVar[str] = "ec2"

    state: str
    vpc_id: str = ""
    route_table_ids: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class LoadBalancer(Thing):
    """A load balancer of the second generation. `target_count` counts registered targets over all its target groups,
    `healthy_target_count` the healthy ones; None: could not be read.
    """

    KIND: ClassVar[str] = "load_balancer"
    SERVICE: ClassVar[str] = "elasticloadbalancing"

    balancer_type: str
    state: str
    scheme: str = ""
    target_group_count: int | None = None
    target_count: int | None = None
    healthy_target_count: int | None = None


@dataclass(frozen=True, kw_only=True)
class Database(Thing):
    """A managed database instance. `replica_of` names its source where it is a replica."""

    KIND: ClassVar[str] = "database"
    SERVICE: ClassVar[str] = "rds"

    state: str
    instance_class: str
    engine: str
    storage_gib: int
    storage_type: str = ""
    is_multi_az: bool = False
    cluster_id: str | None = None
    replica_of: str | None = None
    replica_ids: tuple[str, ...] = ()


KINDS: dict[str, type[Thing]] = {
    kind.KIND: kind for kind in (Instance, Volume, Snapshot, Image, Address, NatGateway, LoadBalancer, Database)
}


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One usage series to ask the provider for: one value a day.

    `statistic` is Average, Maximum, Minimum or Sum. `unit` is for the reader ("%", "bytes", "connections").
    """

    name: str
    statistic: str
    unit: str

    @property
    def key(self) -> str:
        """The name under which rules and pages know the series, for example CPUUtilization.Maximum."""
        return f"{self.name}.{self.statistic}"
