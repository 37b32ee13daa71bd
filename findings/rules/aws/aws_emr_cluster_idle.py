"""A cluster of EMR that waits for work costs each hour of its machines, and EMR's own fee on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.emr_clusters import EmrCluster
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

# Checked every five minutes: 1 where YARN has nothing to do. EMR's bytes of S3 and HDFS are those of MapReduce alone,
# which are jobs of YARN: they tell nothing of others that read its HDFS, and no metric tells of its Hive metastore.
IDLE = Metric(name="IsIdle", statistic="Minimum", unit="yes or no")


def judge(cluster: EmrCluster, *, usage: Usage, idle_days: int) -> Verdict:
    if cluster.state != "WAITING":
        return Fine("It is at work." if cluster.state == "RUNNING" else "")
    days = usage.days(IDLE, days=idle_days)
    if any(value is not None and value < 1 for value in days):
        return Fine()
    if None in days:
        return unmeasured(cluster, since=cluster.created_at, days=idle_days, what="whether it was idle")
    if not cluster.is_scaled_by_emr:
        return Unknown("whether HBase, Trino or the like works on it, which IsIdle does not see")
    return Waste(
        saves=ALL,
        because=f"It had nothing to do at any check on each of the last {counted(idle_days, 'day')}, and waits.",
    )


rule = Rule(
    id="aws_emr_cluster_idle",
    title="EMR cluster that waits for work",
    looks_at=EmrCluster,
    settings={"idle_days": 14},
    action="Ask who works on it, copy what lies on its own disks to S3, then terminate the cluster.",
    docs="https://docs.aws.amazon.com/emr/latest/ManagementGuide/UsingEMR_TerminateJobFlow.html",
    judge=judge,
    metrics=(IDLE,),
    window_days=14,
    implementation_effort="Medium",
    rollback="Make a cluster again as a clone of the terminated one; what lay on its own disks is gone.",
    hint="aws emr terminate-clusters --region {region} --cluster-ids {native_id}",
    assumes="that no other cluster uses its Hive metastore or its HDFS",
)
