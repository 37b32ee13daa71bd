"""Amazon MQ: message brokers. Their users and messages are never read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connections.provider import Call, Collector, MetricPlace
from connections.providers.aws.tagging import GET_RESOURCES, tags_by_arn
from connections.resources.messaging import Broker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

LIST_BROKERS = Call(
    service="mq",
    operation="ListBrokers",
    action="mq:ListBrokers",
    why="Lists message brokers with their size and state; no user or message is read.",
    cheapest={"MaxResults": 5},
)


def collect(reader: Reader) -> Iterator[Thing]:
    """Every broker of one region, with its tags."""
    found = reader.listing(
        LIST_BROKERS,
        result="BrokerSummaries",
        row=lambda item: Broker(
            resource_id=item["BrokerArn"],
            account_id=reader.account_id,
            region=reader.region,
            observed_at=reader.at,
            name=item["BrokerName"],
            created_at=item.get("Created"),
            state=item.get("BrokerState", ""),
            engine=item.get("EngineType", "").upper(),
            deployment=item.get("DeploymentMode", ""),
            instance_type=item.get("HostInstanceType", ""),
        ),
        kinds=(Broker.KIND,),
        page_size=100,
    )
    tags = tags_by_arn(reader, "mq:broker") if found.rows else {}
    for broker in found.rows:
        yield replace(broker, tags=tags.get(broker.resource_id, {}))


def _place(broker: Broker) -> MetricPlace | None:
    """RabbitMQ is kept under the broker's name, ActiveMQ under each of its instances': of two, one serves and nobody
    says which.
    """
    if broker.engine == "RABBITMQ":
        return MetricPlace(namespace="AWS/AmazonMQ", dimensions=(("Broker", broker.name),))
    if broker.deployment == "SINGLE_INSTANCE":
        return MetricPlace(namespace="AWS/AmazonMQ", dimensions=(("Broker", f"{broker.name}-1"),))
    return None


COLLECTOR = Collector(
    service="mq",
    needs={Broker: (LIST_BROKERS,)},
    calls=(LIST_BROKERS, GET_RESOURCES),
    collect=collect,
    places={Broker: _place},
    billed_as=("Amazon MQ",),
    recorded_as={Broker: ("AWS::AmazonMQ::Broker",)},
)
