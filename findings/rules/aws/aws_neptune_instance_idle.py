"""An instance of a Neptune cluster that has answered no request for two weeks still costs each of its hours."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.clusters import GraphInstance
from findings.cluster_members import left_alone, named
from findings.rule import ALL, BillExpects, Fine, Rule, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

# Neptune sends a metric only when it is not zero, so that nothing is what an unused cluster sends of these.
ASKED = tuple(
    Metric(name=name, statistic="Maximum", unit=unit, is_silent_at_zero=True)
    for name, unit in (
        ("TotalRequestsPerSec", "requests/s"),
        ("GremlinWebSocketOpenConnections", "connections"),
        ("OpenCypherBoltOpenConnections", "connections"),
    )
)
# And this it sends as long as it runs: a day without it is one of which nothing is known.
CPU = Metric(name="CPUUtilization", statistic="Maximum", unit="%")
# A serverless one is charged by its units, of which it keeps one at the least.
HOURS = ("InstanceUsage", "Neptune:Serverless")


def judge(instance: GraphInstance, *, usage: Usage, idle_days: int) -> Verdict:
    if left := left_alone(instance):
        return left
    asked = [value for metric in ASKED for value in usage.days(metric, days=idle_days)]
    if any((value or 0) > 0 for value in asked):
        return Fine()
    if None in (*asked, *usage.days(CPU, days=idle_days)):
        since = instance.cluster_created_at
        return unmeasured(instance, since=since, days=idle_days, what="requests to its cluster, and that it ran,")
    return Waste(
        saves=ALL,
        because=f"{named(instance)}, which got no request and held no connection "
        f"on any of the last {counted(idle_days, 'day')}.",
    )


rule = Rule(
    id="aws_neptune_instance_idle", title="Neptune instance of a cluster without requests", looks_at=GraphInstance,
    settings={"idle_days": 14},
    action="Ask the owner, then delete the cluster's instances and the cluster, with a final snapshot.",
    docs="https://docs.aws.amazon.com/neptune/latest/userguide/manage-console-instances-delete.html",
    judge=judge, metrics=(*ASKED, CPU), window_days=14, implementation_effort="Medium", rollback_possible=True,
    rollback="Restore the final snapshot into a new cluster and give it an instance; its endpoint is a new one.",
    hint="aws neptune delete-db-instance --region {region} --db-instance-identifier {native_id}",
    bill=BillExpects(prices=HOURS, at_least=Decimal(23), says="so it did not run all day"),
)  # fmt: skip
