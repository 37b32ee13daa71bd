"""Clusters in which containers run, and the services that keep them running."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from connections.resources.thing import Thing

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class ContainerCluster(Thing):
    """A cluster. `running_tasks` counts those that are about to run, too.

    `machine_count` is how many machines of the customer's own are registered with it, None: could not be read, not
    asked for, since tasks run, or one of them is not heard of; what stands outside of the cloud is not counted.
    `machines_since_at` is when the first of them came.
    """

    KIND: ClassVar[str] = "container_cluster"
    SERVICE: ClassVar[str] = "ecs"

    state: str
    running_tasks: int
    service_count: int = 0
    machine_count: int | None = None
    machines_since_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ContainerService(Thing):
    """A service that keeps `desired_count` tasks running. `launch` is FARGATE where none of its tasks has a machine of
    the customer's, and all run Linux. `scheduling` is REPLICA, or DAEMON for one task a machine.

    `target_groups` are what load balancers send it requests through; `is_reached_otherwise`: a directory of services,
    Service Connect, VPC Lattice, a second group, an older load balancer or another controller than ECS' own may lead
    to it as well. `counts_requests`: all of the
    groups are of load balancers that count requests, and tell of none while there are none. `is_measured`: its cluster
    has Container Insights, which tells the size of a task. `scaling` is the least and the most of tasks between which
    it is scaled automatically, empty where it is not; None: could not be read.
    """

    KIND: ClassVar[str] = "container_service"
    SERVICE: ClassVar[str] = "ecs"

    state: str
    cluster_name: str
    launch: str
    scheduling: str
    desired_count: int
    running_count: int
    target_groups: tuple[str, ...] = ()
    is_reached_otherwise: bool = False
    counts_requests: bool = False
    is_measured: bool = False
    scaling: tuple[int, ...] | None = None
