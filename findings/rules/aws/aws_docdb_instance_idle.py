"""An instance of a DocumentDB cluster to which nobody has connected for two weeks still costs each of its hours."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.clusters import DocumentInstance
from findings.cluster_members import left_alone, named
from findings.rule import ALL, BillExpects, Fine, Rule, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

# The first is counted once a minute, the second is the most within it: a connection of a second shows there.
CONNECTIONS = tuple(
    Metric(name=name, statistic="Maximum", unit="connections")
    for name in ("DatabaseConnections", "DatabaseConnectionsMax")
)

# A serverless one is charged by its units, of which it keeps half a one at the least. AWS names the meter nowhere that
# we found: Neptune's and Aurora's are Neptune:ServerlessUsage and Aurora:ServerlessV2Usage.
HOURS, LEAST_A_DAY = ("InstanceUsage", "DocDB:Serverless", "Serverless"), Decimal("11.5")


def judge(instance: DocumentInstance, *, usage: Usage, idle_days: int) -> Verdict:
    if left := left_alone(instance):
        return left
    known = [value for metric in CONNECTIONS for value in usage.days(metric, days=idle_days)]
    if any((value or 0) > 0 for value in known):
        return Fine()
    if None in known:
        since = instance.cluster_created_at
        return unmeasured(instance, since=since, days=idle_days, what="connections to its cluster")
    return Waste(
        saves=ALL,
        because=f"{named(instance)}, to none of which anybody connected "
        f"on any of the last {counted(idle_days, 'day')}.",
    )


rule = Rule(
    id="aws_docdb_instance_idle",
    title="DocumentDB instance of a cluster without connections",
    looks_at=DocumentInstance,
    settings={"idle_days": 14},
    action="Ask the owner, then delete the cluster's instances and the cluster, with a final snapshot.",
    docs="https://docs.aws.amazon.com/documentdb/latest/developerguide/db-cluster-delete.html",
    judge=judge,
    metrics=CONNECTIONS,
    window_days=14,
    implementation_effort="Medium",
    rollback_possible=True,
    rollback="Restore the final snapshot into a new cluster and give it an instance; its endpoint is a new one.",
    hint="aws docdb delete-db-instance --region {region} --db-instance-identifier {native_id}",
    bill=BillExpects(prices=HOURS, at_least=LEAST_A_DAY, says="so it did not run all day"),
)
