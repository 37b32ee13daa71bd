"""Managed databases and their clusters, and the snapshots that people take of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from connections.resources.thing import Thing

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Database(Thing):
    """A managed database instance. `replica_of` names its source where it is a replica, and `stable_id` is what the
    provider goes on calling it when it is renamed. `cluster_id` is the name of the cluster that it is a member of, and
    `cluster_key` the last part of that one's own id ("": of none, or the cluster could not be read). What else begins
    so is what its cluster says, as `DatabaseCluster` has it: `cluster_state` is None where that could not be read, and
    `cluster_joined` are those that the cluster is joined with in other places.

    `major_version` is the part of its engine's version by which the provider sells support ("8.0", "16").
    `standard_support_ends_at` is when that ends (None: not known, or the engine has no such end), and
    `extended_support` what the customer chose for the time after it (None: the provider does not say).
    `backup_days` and `insights_days` say for how long automatic backups and performance data are kept (0: none are),
    `insights_mode` under which offer the latter; `backup_service` is the service that keeps the former.
    `further_volumes` are the names of those that it has beside the one of `storage_gib`, charged under the same meter.
    """

    KIND: ClassVar[str] = "database"
    SERVICE: ClassVar[str] = "rds"

    state: str
    instance_class: str
    engine: str
    storage_gib: int
    storage_type: str = ""
    iops: int | None = None
    further_volumes: tuple[str, ...] = ()
    is_multi_az: bool = False
    cluster_id: str | None = None
    cluster_key: str = ""
    cluster_state: str | None = None
    cluster_created_at: datetime | None = None
    cluster_joined: tuple[str, ...] = ()
    cluster_mode: str = ""
    cluster_scalability: str = ""
    cluster_size: int = 0
    cluster_classes: tuple[str, ...] | None = None
    cluster_min_capacity: float | None = None
    replica_of: str | None = None
    replica_ids: tuple[str, ...] = ()
    stable_id: str = ""
    engine_version: str = ""
    major_version: str = ""
    standard_support_ends_at: datetime | None = None
    extended_support: str | None = None
    backup_days: int = 0
    backup_service: str | None = None
    insights_days: int | None = None
    insights_mode: str | None = None


@dataclass(frozen=True, kw_only=True)
class DatabaseCluster(Thing):
    """A cluster of RDS: of Aurora, or of three instances in three zones. Its instances are databases, each billed for
    itself; storage, reads and writes of Aurora are billed under what the provider goes on calling the cluster when it
    is renamed (`stable_id`, in small letters), and that is its id here.

    `member_ids` are the names of its instances, `writer_ids` those that write, and `member_classes` their classes
    (None: they could not be read). `min_capacity` and `max_capacity` bound the units that a serverless instance of it
    takes. `global_cluster` names what it is a part of across regions, `replica_of` the source that it follows ("":
    none), and `copied_to` are those that follow it. `clone_group` is common to a cluster and its clones, which share
    what none of them has changed ("": it was never cloned).
    """

    KIND: ClassVar[str] = "database_cluster"
    SERVICE: ClassVar[str] = "rds"
    ARN: ClassVar[str] = "arn:aws:rds:{region}:{account_id}:cluster:{name}"
    IS_BILLED_BY_ARN: ClassVar[bool] = False

    state: str
    engine: str
    engine_version: str = ""
    engine_mode: str = ""
    scalability: str = ""
    storage_type: str = ""
    stable_id: str = ""
    member_ids: tuple[str, ...] = ()
    writer_ids: tuple[str, ...] = ()
    member_classes: tuple[str, ...] | None = None
    min_capacity: float | None = None
    max_capacity: float | None = None
    global_cluster: str = ""
    replica_of: str = ""
    copied_to: tuple[str, ...] = ()
    clone_group: str = ""
    backup_days: int = 0
    extended_support: str | None = None
    is_protected: bool = False

    @property
    def joined(self) -> tuple[str, ...]:
        """What it is joined with in other places."""
        return tuple(one for one in (self.global_cluster, self.replica_of, *self.copied_to) if one)


@dataclass(frozen=True, kw_only=True)
class DatabaseSnapshot(Thing):
    """A snapshot that somebody took of a database, or of a whole cluster; automatic ones are not among them.

    `snapshot_of` is db or db-cluster, `source_name` what that was called, and `is_source_present` whether it still
    stands (None: could not be read); if it does, `is_source_backed_up` says whether it has backups of its own.
    `copied_from` is where a copy came from, if from another region or account.
    `shared_with` are the accounts that may restore it, or "all" (None: could not be read). `last_exported_at` is when
    it was last exported, which is not known unless `are_exports_read`. `managed_by` names a service that keeps it.
    """

    KIND: ClassVar[str] = "database_snapshot"
    SERVICE: ClassVar[str] = "rds"
    DETAILS: ClassVar[tuple[str, ...]] = ("shared_with",)
    DETAILS_BY: ClassVar[str] = "snapshot_of"

    state: str
    snapshot_of: str
    source_name: str
    engine: str
    size_gib: int
    is_source_present: bool | None = None
    is_source_backed_up: bool | None = None
    copied_from: str = ""
    shared_with: tuple[str, ...] | None = None
    last_exported_at: datetime | None = None
    are_exports_read: bool = True
    managed_by: str | None = None
