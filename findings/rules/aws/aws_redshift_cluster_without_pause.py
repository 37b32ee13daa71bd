"""A Redshift cluster to which people connect in some hours of the week alone may be paused in the others."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources.warehouses import Warehouse
from findings.rule import BillExpects, Fine, Rule, Share, Verdict, Waste, unmeasured
from findings.warehouse_usage import HOURLY_CONNECTIONS, nodes, read_by_others, schedules_unread
from findings.weekly_hours import WEEK, off_hours, told, used_hours

if TYPE_CHECKING:
    from audits.evidence import Usage

SHORTEST = 4  # hours; a pause takes some minutes, and so does its end
USED_AT_LEAST = 10  # hours of the week, else it is idle


def judge(warehouse: Warehouse, *, usage: Usage, idle_days: int, least_hours: int) -> Verdict:
    if warehouse.state != "available" or warehouse.is_multi_az or warehouse.schedules:
        return Fine("A schedule acts on it already.") if warehouse.schedules else Fine()
    hours = usage.hours(HOURLY_CONNECTIONS, days=idle_days)
    week = used_hours([(value or 0) > 0 for value in hours], until=usage.until)
    off = off_hours(week, shortest=SHORTEST)
    if off < least_hours:
        return Fine()
    if left := read_by_others(warehouse) or schedules_unread(warehouse):
        return left
    if None in hours:
        return unmeasured(warehouse, since=warehouse.created_at, days=idle_days, what="every hour's connections")
    if sum(week) < USED_AT_LEAST or not all(any(hours[at : at + WEEK]) for at in range(0, len(hours) - WEEK + 1, WEEK)):
        return Fine("Used in next to no hour, or not every week: no schedule follows from that.")
    return Waste(
        saves=Share(fraction=Decimal(off) / WEEK, part_of=(f"Node:{warehouse.node_type}",)),
        because=f"{nodes(warehouse)}: in the last {idle_days} days anybody was connected {told(week)} (UTC) at most, "
        f"and nobody in the other {off} hours that lie {SHORTEST} or more together. No schedule pauses it.",
    )


rule = Rule(
    id="aws_redshift_cluster_without_pause", title="Redshift cluster that runs in hours in which nobody is connected",
    looks_at=Warehouse, settings={"idle_days": 28, "least_hours": 60},
    action="Pause and resume the cluster by a schedule that leaves it on in the hours that the finding names.",
    docs="https://docs.aws.amazon.com/redshift/latest/mgmt/rs-mgmt-pause-resume-cluster.html",
    judge=judge, metrics=(HOURLY_CONNECTIONS,), window_days=28, action_type="Stop", stage="SHRINK",
    implementation_effort="Medium", restart_needed=True, rollback_possible=True,
    rollback="Delete the schedule and resume the cluster.",
    hint="aws redshift describe-clusters --region {region} --cluster-identifier {name}",
    bill=BillExpects(prices=("Node:",), at_least=Decimal(23), says="so it does not run all day as it is"),
    assumes="that nobody needs it in hours in which nobody was connected for weeks",
)  # fmt: skip
