"""A Kafka cluster that moves nothing but what MSK checks it with still costs each hour of each broker."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.kafka import KafkaCluster
from findings.rule import ALL, BillExpects, Fine, Rule, Unknown, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

# Rates, told each minute: the sum of a day divided by its minutes is the day's mean.
CAME = Metric(name="BytesInPerSec", statistic="Sum", unit="bytes/s, by minutes")
WENT = Metric(name="BytesOutPerSec", statistic="Sum", unit="bytes/s, by minutes")
MINUTES, STEADY = 24 * 60, 2  # MSK's own checks go on alike, day after day


def judge(cluster: KafkaCluster, *, usage: Usage, idle_days: int, max_bytes_per_second: int) -> Verdict:
    if cluster.state != "ACTIVE":
        return Fine()
    if not cluster.broker_ids:
        is_own = cluster.cluster_type == "PROVISIONED"
        return Unknown("which brokers it has" if is_own else "what comes to a serverless one: told by topic alone")
    count, days = len(cluster.broker_ids), [usage.days(metric, days=idle_days) for metric in (CAME, WENT)]
    means = [[(value or 0) / MINUTES / count for value in of_metric] for of_metric in days]
    highest = max(max(of_metric) for of_metric in means)
    if highest > max_bytes_per_second:
        return Fine()
    unknown = unmeasured(cluster, since=cluster.created_at, days=idle_days, what="bytes in and out")
    if isinstance(unknown, Fine) or any(None in of_metric for of_metric in days):
        return unknown
    if any(max(of_metric) > STEADY * min(of_metric) for of_metric in means):
        return Unknown("whether the little that goes through it is more than MSK's own checks: it changes by the day")
    return Waste(
        saves=ALL,
        because=f"{counted(count, 'broker')} {cluster.instance_type} with {highest:,.0f} bytes a second in or out of "
        f"each at most, much the same on each of the last {counted(idle_days, 'day')}, as MSK's own checks are.",
    )


rule = Rule(
    id="aws_msk_cluster_idle", title="Kafka cluster that nothing goes through", looks_at=KafkaCluster,
    settings={"idle_days": 30, "max_bytes_per_second": 1000},
    action="Ask its owner who connects to it, keep what is in its topics, then delete the cluster.",
    docs="https://docs.aws.amazon.com/msk/latest/developerguide/msk-delete-cluster.html",
    judge=judge, metrics=(CAME, WENT), window_days=30, implementation_effort="Medium",
    rollback="Make a cluster again from the same configuration; its addresses are new ones, and its messages are gone.",
    hint="aws kafka describe-cluster-v2 --region {region} --cluster-arn {resource_id}",
    assumes="that the little that goes through it, the same each day, is MSK's own checks, of which AWS tells no size",
    bill=BillExpects(prices=("Kafka.m", "Kafka.t", "Express.m"), at_least=Decimal(23), says="so no broker ran all day"),
)  # fmt: skip
