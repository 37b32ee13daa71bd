"""A RabbitMQ broker to which nobody connects still costs each hour of its instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.messaging import Broker
from findings.rule import ALL, Fine, Rule, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

CONNECTIONS = Metric(name="ConnectionCount", statistic="Maximum", unit="connections")


def judge(broker: Broker, *, usage: Usage, idle_days: int) -> Verdict:
    if broker.state != "RUNNING" or broker.engine != "RABBITMQ":
        return Fine()
    days = usage.days(CONNECTIONS, days=idle_days)
    if any((value or 0) > 0 for value in days):
        return Fine()
    if None in days:
        return unmeasured(broker, since=broker.created_at, days=idle_days, what="connections")
    return Waste(
        saves=ALL,
        because=f"{broker.instance_type} (RabbitMQ) without a single connection on any of the last "
        f"{counted(idle_days, 'day')}.",
    )


rule = Rule(
    id="aws_mq_rabbitmq_broker_idle",
    title="RabbitMQ broker without connections",
    looks_at=Broker,
    settings={"idle_days": 14},
    action="Ask its owner, keep its configuration and what lies in its queues, then delete the broker.",
    docs="https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/amazon-mq-deleting-broker.html",
    judge=judge,
    metrics=(CONNECTIONS,),
    window_days=14,
    implementation_effort="Medium",
    rollback="Make a broker again from the same configuration; its address is a new one, and its messages are gone.",
    hint="aws mq describe-broker --region {region} --broker-id {native_id}",
)
