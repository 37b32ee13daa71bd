"""A Redshift cluster of which half of the nodes would carry what it does, pays for the other half too."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources.warehouses import Warehouse
from findings.rule import BillExpects, Fine, Limit, Rule, Share, Verdict, Waste, counted, unmeasured
from findings.warehouse_usage import CONNECTIONS, DISK, HELPERS, P95_CPU, PEAK_CPU, left_whole, nodes

if TYPE_CHECKING:
    from audits.evidence import Usage


def judge(
    warehouse: Warehouse, *, usage: Usage, idle_days: int, p95_cpu: float, peak_cpu: float, disk_percent: float
) -> Verdict:
    if left := left_whole(warehouse):
        return left
    limits = ((PEAK_CPU, peak_cpu), (P95_CPU, p95_cpu), (DISK, disk_percent), (HELPERS, 0))
    for metric, most in limits:
        if any((value or 0) * 2 > most for value in usage.days(metric, days=idle_days)):
            return Fine()
    peak, p95, disk = (usage.highest(one, days=idle_days) for one in (PEAK_CPU, P95_CPU, DISK))
    connections = usage.highest(CONNECTIONS, days=idle_days)
    if peak is None or p95 is None or disk is None or connections is None:
        return unmeasured(warehouse, since=warehouse.created_at, days=idle_days, what="CPU, disk and connections")
    if connections <= 0:
        return Fine("Nobody connects: its size is not the question.")
    return Waste(
        saves=Share(fraction=Decimal("0.5"), part_of=(f"Node:{warehouse.node_type}",)),
        because=f"{nodes(warehouse)}: over the last {counted(idle_days, 'day')} 95 % of a day's CPU samples were at "
        f"{p95:.1f} % or below, none above {peak:.1f} %, and no more than {disk:.1f} % of its disk was in use. "
        f"{warehouse.node_count // 2} nodes carry that. Memory is not measured.",
    )


rule = Rule(
    id="aws_redshift_cluster_oversized", title="Redshift cluster with twice the nodes that it needs",
    looks_at=Warehouse, settings={"idle_days": 30, "p95_cpu": 60, "peak_cpu": 90, "disk_percent": 80},
    action="Resize the cluster to half of its nodes (elastic resize).",
    docs="https://docs.aws.amazon.com/redshift/latest/mgmt/resizing-cluster.html",
    judge=judge, metrics=(PEAK_CPU, P95_CPU, DISK, HELPERS, CONNECTIONS), window_days=30, action_type="ScaleIn",
    limits=(Limit(title="CPU, highest of the day", metrics=(PEAK_CPU,), setting="peak_cpu", unit="%", per=0.5),),
    stage="SHRINK", implementation_effort="Medium", restart_needed=True, rollback_possible=True,
    rollback="Resize the cluster back to the nodes that it had.",
    hint="aws redshift resize-cluster --region {region} --cluster-identifier {name} --number-of-nodes HALF_OF_THEM",
    bill=BillExpects(prices=("Node:",), at_least=Decimal(23), says="so it did not run all day"),
    assumes="that on all of these days it had the nodes that it has now",
)  # fmt: skip
