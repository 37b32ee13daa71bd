"""MSK: clusters of Kafka with their brokers. No topic, no message and no address of a broker is read."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace
from connections.providers.aws.reader import clean_tags
from connections.resources.kafka import KafkaCluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

LIST_CLUSTERS = Call(
    service="kafka",
    operation="ListClustersV2",
    action="kafka:ListClustersV2",
    why="Lists Kafka clusters with their size and state; no topic or message is read.",
    cheapest={"MaxResults": 1},
    withheld=(
        "ClusterInfoList.Provisioned.ClientAuthentication",
        "ClusterInfoList.Provisioned.EncryptionInfo",
        "ClusterInfoList.Provisioned.LoggingInfo",
        "ClusterInfoList.Provisioned.ZookeeperConnectString",
        "ClusterInfoList.Provisioned.ZookeeperConnectStringTls",
        "ClusterInfoList.Serverless",
        "ClusterInfoList.StateInfo",
    ),
)
LIST_NODES = Call(
    service="kafka",
    operation="ListNodes",
    action="kafka:ListNodes",
    why="Tells by which numbers the usage of a Kafka cluster's brokers is kept.",
    cheapest={"ClusterArn": "arn:aws:kafka:{region}:{account_id}:cluster/costframe-none/0-0-0-0-0"},
    answers_cheapest=frozenset({"NotFoundException", "BadRequestException"}),
    withheld=(
        "NodeInfoList.BrokerNodeInfo.ClientVpcIpAddress",
        "NodeInfoList.BrokerNodeInfo.Endpoints",
        "NodeInfoList.ControllerNodeInfo",
        "NodeInfoList.ZookeeperNodeInfo",
    ),
)
PROVISIONED = "PROVISIONED"


def collect(reader: Reader) -> Iterator[Thing]:
    """Every Kafka cluster of one region. Brokers are asked for only of a cluster that has some of its own."""
    clusters = reader.listing(
        LIST_CLUSTERS,
        result="ClusterInfoList",
        row=lambda item: _cluster(reader, item),
        kinds=(KafkaCluster.KIND,),
        page_size=100,
    ).rows
    yield from reader.together(*(partial(_with_brokers, reader, cluster) for cluster in clusters))


def _cluster(reader: Reader, item: dict[str, Any]) -> KafkaCluster:
    own: dict[str, Any] = item.get("Provisioned", {})
    group: dict[str, Any] = own.get("BrokerNodeGroupInfo", {})
    tags = [{"Key": key, "Value": value} for key, value in item.get("Tags", {}).items()]
    return KafkaCluster(
        resource_id=item["ClusterArn"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item.get("ClusterName", ""),
        created_at=item.get("CreationTime"),
        tags=clean_tags(tags),
        state=item.get("State", ""),
        cluster_type=item.get("ClusterType", ""),
        kafka_version=own.get("CurrentBrokerSoftwareInfo", {}).get("KafkaVersion", ""),
        instance_type=group.get("InstanceType", ""),
        broker_count=own.get("NumberOfBrokerNodes") or 0,
        volume_gib=group.get("StorageInfo", {}).get("EbsStorageInfo", {}).get("VolumeSize"),
        storage_mode=own.get("StorageMode", ""),
        monitoring=own.get("EnhancedMonitoring", ""),
    )


def _with_brokers(reader: Reader, cluster: KafkaCluster) -> KafkaCluster:
    if cluster.cluster_type != PROVISIONED:
        return cluster
    found = reader.listing(
        LIST_NODES,
        result="NodeInfoList",
        row=lambda item: item.get("BrokerNodeInfo", {}).get("BrokerId"),
        page_size=100,
        ClusterArn=cluster.resource_id,
    )
    numbers = tuple(str(int(number)) for number in sorted(found.rows))
    return replace(cluster, broker_ids=numbers if found.is_complete else None)


def _place(cluster: KafkaCluster) -> MetricPlace | None:
    """What comes and goes is kept by broker, and a cluster's is the sum of all of them. A serverless one's is kept by
    topic, and topics are not read.
    """
    parts = [(("Cluster Name", cluster.name), ("Broker ID", number)) for number in cluster.broker_ids or ()]
    return MetricPlace(namespace="AWS/Kafka", dimensions=parts[0], further=tuple(parts[1:])) if parts else None


COLLECTOR = Collector(
    service="kafka",
    needs={KafkaCluster: (LIST_CLUSTERS, LIST_NODES)},
    calls=(LIST_CLUSTERS, LIST_NODES),
    collect=collect,
    places={KafkaCluster: _place},
    billed_as=("Amazon Managed Streaming for Apache Kafka",),
)
