"""A Redshift cluster to which nobody has connected for two weeks still costs each hour of its nodes."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources.warehouses import Warehouse
from findings.rule import ALL, BillExpects, Fine, Rule, Verdict, Waste, counted, unmeasured
from findings.warehouse_usage import CONNECTIONS, nodes, read_by_others

if TYPE_CHECKING:
    from audits.evidence import Usage


def judge(warehouse: Warehouse, *, usage: Usage, idle_days: int) -> Verdict:
    if warehouse.state != "available":
        return Fine("Paused: its storage alone is charged.") if warehouse.state == "paused" else Fine()
    known = usage.days(CONNECTIONS, days=idle_days)
    if any((value or 0) > 0 for value in known):
        return Fine()
    if left := read_by_others(warehouse):
        return left
    if None in known:
        return unmeasured(warehouse, since=warehouse.created_at, days=idle_days, what="connections")
    return Waste(
        saves=ALL,
        because=f"{nodes(warehouse)} without a single connection on any of the last {counted(idle_days, 'day')}, "
        "and nobody shares its data.",
    )


rule = Rule(
    id="aws_redshift_cluster_idle",
    title="Redshift cluster without connections",
    looks_at=Warehouse,
    settings={"idle_days": 14},
    action="Ask the owner, then delete the cluster with a final snapshot, or pause it.",
    docs="https://docs.aws.amazon.com/redshift/latest/mgmt/rs-mgmt-shutdown-delete-cluster.html",
    judge=judge,
    metrics=(CONNECTIONS,),
    window_days=14,
    implementation_effort="Medium",
    rollback_possible=True,
    rollback="Restore the final snapshot into a new cluster of the same name.",
    hint="aws redshift delete-cluster --region {region} --cluster-identifier {name} "
    "--final-cluster-snapshot-identifier {name}-final",
    bill=BillExpects(prices=("Node:",), at_least=Decimal(23), says="so it did not run all day"),
)
