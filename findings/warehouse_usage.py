"""What is known of a Redshift cluster before its usage decides. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.thing import HOUR
from findings.rule import Fine, Unknown, counted

if TYPE_CHECKING:
    from connections.resources.warehouses import Warehouse

CONNECTIONS = Metric(name="DatabaseConnections", statistic="Maximum", unit="connections")
HOURLY_CONNECTIONS = replace(CONNECTIONS, period_seconds=HOUR)
PEAK_CPU = Metric(name="CPUUtilization", statistic="Maximum", unit="%")
P95_CPU = Metric(name="CPUUtilization", statistic="p95", unit="%")
DISK = Metric(name="PercentageDiskSpaceUsed", statistic="Maximum", unit="%")
HELPERS = Metric(name="ConcurrencyScalingActiveClusters", statistic="Maximum", unit="clusters")

LEAST_NODES = 4  # half of them are two still: data is kept on more than one


def left_whole(warehouse: Warehouse) -> Fine | None:
    """What to say of one that is not to be halved; None where its usage decides."""
    if warehouse.state != "available":
        return Fine()
    if warehouse.is_multi_az:
        return Fine("It stands in two zones, and either has to carry all of it.")
    if warehouse.node_count < LEAST_NODES or warehouse.node_count % 2:
        return Fine("It has no half that it could go on with.")
    return None


def read_by_others(warehouse: Warehouse) -> Fine | Unknown | None:
    """What to say of one that is read without a connection to it, or of which that is not known."""
    if warehouse.is_shared is None:
        return Unknown("whether other clusters read its data, which no connection to it shows")
    return Fine("Other clusters read its data, which no connection to it shows.") if warehouse.is_shared else None


def schedules_unread(warehouse: Warehouse) -> Unknown | None:
    """What to say of one of which it is not known whether a schedule pauses it; None where that is."""
    return Unknown("whether a schedule pauses it already") if warehouse.schedules is None else None


def nodes(warehouse: Warehouse) -> str:
    """How a sentence calls its nodes: 4 nodes of ra3.xlplus."""
    return f"{counted(warehouse.node_count, 'node')} of {warehouse.node_type}"
