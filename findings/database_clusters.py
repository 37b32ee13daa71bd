"""Whether anybody uses a cluster of RDS: what is asked of the cluster, and of each of its instances. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connections.resources import Metric
from findings.rule import Fine, Unknown, counted, unmeasured

if TYPE_CHECKING:
    from datetime import datetime

    from audits.evidence import Usage
    from connections.resources import Database, Thing
    from connections.resources.databases import DatabaseCluster

CONNECTIONS = Metric(name="DatabaseConnections", statistic="Maximum", unit="connections")
OPERATIONS = tuple(Metric(name=name, statistic="Average", unit="operations/s") for name in ("ReadIOPS", "WriteIOPS"))
AT_REST = frozenset({"stopped", "stopping"})
SERVERLESS = ("db.serverless",)
# As RDS names the copy of a blue/green deployment that is to take over.
GREEN = re.compile(r"-green-[0-9a-z]{6}$")


@dataclass(frozen=True, kw_only=True)
class Whole:
    """What a cluster says of itself, or one of its instances of it. The fields are those of `DatabaseCluster`."""

    name: str
    state: str
    created_at: datetime | None
    joined: tuple[str, ...]
    mode: str
    scalability: str
    size: int
    classes: tuple[str, ...] | None
    min_capacity: float | None


def of_cluster(cluster: DatabaseCluster) -> Whole:
    """A cluster as a whole."""
    return Whole(
        name=cluster.name,
        state=cluster.state,
        created_at=cluster.created_at,
        joined=cluster.joined,
        mode=cluster.engine_mode,
        scalability=cluster.scalability,
        size=len(cluster.member_ids),
        classes=cluster.member_classes,
        min_capacity=cluster.min_capacity,
    )


def of_instance(database: Database) -> Whole | None:
    """The cluster that an instance is a part of; None where it could not be read."""
    if database.cluster_state is None:
        return None
    return Whole(
        name=database.cluster_id or "",
        state=database.cluster_state,
        created_at=database.cluster_created_at,
        joined=database.cluster_joined,
        mode=database.cluster_mode,
        scalability=database.cluster_scalability,
        size=database.cluster_size,
        classes=database.cluster_classes,
        min_capacity=database.cluster_min_capacity,
    )


def left_alone(whole: Whole) -> Fine | Unknown | None:
    """What to say of a cluster that is not there for itself, costs next to nothing at rest, or is not known; None where
    its usage decides.
    """
    if whole.state in AT_REST:
        return Fine("It is stopped: only its storage is charged.")
    if whole.state != "available":
        return Unknown(f"whether anybody uses it: the state of the cluster is {whole.state!r}")
    if whole.joined:
        return Fine(f"Joined with {', '.join(whole.joined)}: it may stand by for another region, or be copied there.")
    if waits := about_to_take_over(whole.name):
        return waits
    if whole.mode == "serverless" or whole.scalability == "limitless":
        return Unknown("who uses it: it has no instances of its own that connections are counted by")
    return _at_nothing(whole)


def about_to_take_over(name: str) -> Fine | None:
    """What to say of a cluster or database that by its name is the copy of a blue/green deployment; else None."""
    is_green = GREEN.search(name) is not None
    return Fine("By its name the green side of a blue/green deployment: it waits to take over.") if is_green else None


def _at_nothing(whole: Whole) -> Fine | Unknown | None:
    """What to say of a cluster whose instances may take no capacity while nobody is connected."""
    if whole.min_capacity != 0 or not whole.size:
        return None
    if whole.classes is None:
        return Unknown("whether all its instances are serverless, and pause while nobody is connected")
    if whole.classes == SERVERLESS:
        return Fine("Its instances pause while nobody is connected: only its storage is charged.")
    return None


def unused(whole: Whole, *, thing: Thing, usage: Usage, days: int, max_iops: float) -> Fine | Unknown | str:
    """What to say of the usage of a whole cluster; of one that nobody uses the end of a sentence, "on any of the ...".

    `thing` is the cluster or an instance of it, and `usage` that of all its instances together.
    """
    known = [value for value in usage.days(CONNECTIONS, days=days) if value is not None]
    if any(value > 0 for value in known):
        return Fine()
    if len(known) < days:
        return unmeasured(thing, since=whole.created_at, days=days, what="connections to its instances")
    operations = [value for value in usage.total(*OPERATIONS, days=days) if value is not None]
    if any(value > max_iops for value in operations):
        return Unknown("what reads and writes it without a connection that is counted")
    busiest = f", and at most {max(operations):,.1f} reads and writes a second on average" if operations else ""
    return f"on any of the last {counted(days, 'day')}{busiest}."


def had_no_instance(cluster: DatabaseCluster, *, usage: Usage, days: int) -> bool:
    """Whether in all these days a cluster had no instance: there is none, none had data, and somebody looked."""
    is_old = cluster.created_at is not None and (cluster.observed_at - cluster.created_at).days >= days
    is_silent = all(value is None for value in usage.days(CONNECTIONS, days=days))
    return not cluster.member_ids and is_old and is_silent and usage.was_read(CONNECTIONS, days=days)
