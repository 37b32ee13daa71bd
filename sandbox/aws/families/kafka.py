"""Kafka clusters: busy, forgotten but for MSK's own checks, and those that only seem so; old and new brokers."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import usage
from sandbox.aws.cases import Case, meter, stands
from sandbox.aws.compute import put
from sandbox.aws.shaped import Answered
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate, Item
    from sandbox.aws.shaped import Asked

IDLE, OLD = "aws_msk_cluster_idle", "aws_msk_broker_previous_generation"
RULES = (IDLE, OLD)
BILLED_AS = "Amazon Managed Streaming for Apache Kafka"
SERVICES = {BILLED_AS: ("Analytics", "Streaming Analytics", "AmazonMSK")}
RESOURCE_TYPES = {"kafka_cluster": "Kafka Cluster"}
HOUR = {"m5.large": "0.21", "m7g.large": "0.204", "m7g.xlarge": "0.408", "t3.small": "0.0456"}
GIB, CHECKS = 100, 220  # of each broker; bytes a second of MSK's own checks
BROKERS = (1, 2, 5)  # as after a broker was taken out and another put in
M5 = {"kind": "m5.large"}
FORGOTTEN = {"busy": 0}
CASES = {
    "kafka_busy": Case(count=2),
    "kafka_forgotten": Case(count=3, wastes=(IDLE,), has=FORGOTTEN),
    "kafka_forgotten_old": Case(wastes=(IDLE, OLD), untold=(OLD,), has=FORGOTTEN | M5),
    "kafka_old": Case(count=2, wastes=(OLD,), untold=(OLD,), has=M5),
    "kafka_old_version": Case(has=M5 | {"version": "2.6.2"}, trap="M5 brokers, but of a Kafka that M7g does not run"),
    "kafka_version_untold": Case(count=2, unknowns=(OLD,), has=M5 | {"version": ""}, trap="M5, of whichever version"),
    "kafka_small": Case(has={"kind": "t3.small", "busy": 4000}, trap="hardly used, and more than MSK checks it with"),
    "kafka_month_end": Case(has=FORGOTTEN | {"days_ago": (28,)}, trap="quiet, but for one day of thirty"),
    "kafka_read_alone": Case(has=FORGOTTEN | {"read": 9000}, trap="nothing is sent to it, but what it keeps is read"),
    "kafka_new": Case(age_days=9, has=FORGOTTEN, trap="quiet, but nine days old"),
    "kafka_updating": Case(has=FORGOTTEN | {"state": "UPDATING"}, trap="quiet, but somebody is changing it"),
    "kafka_kept": Case(has=FORGOTTEN, tags={"keep": "true"}, trap="quiet, but its tag asks to keep it"),
    "kafka_changing": Case(
        unknowns=(IDLE,), has={"busy": 300}, trap="hardly anything goes through it, and not the same each day"
    ),
    "kafka_days_missing": Case(unknowns=(IDLE,), has=FORGOTTEN | {"missing": (4, 11)}, trap="quiet; days are missing"),
    "kafka_serverless": Case(count=2, unknowns=(IDLE,), has={"kind": ""}, trap="serverless, and told by topic alone"),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        _cluster(draw, estate, stand)


def _cluster(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, kind = stand.case.has, stand.case.has.get("kind", "m7g.large")
    digest = draw.hex(32)
    arn = stand.arn("kafka", f"cluster/{stand.label}/{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-7")
    item = stand.item(draw, kind="kafka_cluster", native_id=arn, bill_id=arn, rules=RULES)
    item.shape = {
        "ClusterArn": arn,
        "ClusterName": stand.label,
        "ClusterType": "PROVISIONED" if kind else "SERVERLESS",
        "CreationTime": stand.created_at,
        "CurrentVersion": "K3AEGXETSR30VB",
        "State": has.get("state", "ACTIVE"),
        "Tags": item.tags,
    }
    estate.items.append(item)
    if not kind:
        item.shape["Serverless"] = {"VpcConfigs": [{"SubnetIds": [draw.id("subnet")]}]}
        item.charges = [_hours(draw, item, "KafkaServerless-ClusterHours", "0.75", 24)]
        return
    item.shape["Provisioned"] = _provisioned(draw, kind, has.get("version", "3.7.x"))
    item.charges = [
        _hours(draw, item, f"Kafka.{kind}", HOUR[kind], 24 * len(BROKERS)),
        meter(draw, item, service=BILLED_AS, name="Kafka.Storage.GP2", unit="GB-Mo", price="0.1",
              operation="RunVolume", held=Decimal(GIB * len(BROKERS))),
    ]  # fmt: skip
    _measure(draw, estate, item, stand)


def _hours(draw: Draw, item: Item, name: str, price: str, hours: int) -> Any:  # noqa: ANN401 - a charge
    return meter(
        draw, item, service=BILLED_AS, name=name, unit="Hrs", price=price, operation="RunBroker", per_day=Decimal(hours)
    )


def _provisioned(draw: Draw, kind: str, version: str) -> dict[str, Any]:
    return {
        "BrokerNodeGroupInfo": {
            "BrokerAZDistribution": "DEFAULT",
            "ClientSubnets": [draw.id("subnet")],
            "InstanceType": f"kafka.{kind}",
            "StorageInfo": {"EbsStorageInfo": {"VolumeSize": GIB}},
        },
        "EnhancedMonitoring": "DEFAULT",
        "NumberOfBrokerNodes": len(BROKERS),
        "StorageMode": "LOCAL",
        "ZookeeperConnectString": "z-1.example:2181",
    } | ({"CurrentBrokerSoftwareInfo": {"KafkaVersion": version}} if version else {})


def _measure(draw: Draw, estate: Estate, item: Item, stand: Stand) -> None:
    """Rates by the minute, of each broker: their sum over a day is 1,440 times its mean."""
    has = stand.case.has
    sent = has.get("busy", 2_000_000)
    age, missing = (draw.as_of - item.created_at).days, has.get("missing", ())
    for number in BROKERS:
        for metric, more in (("BytesInPerSec", sent), ("BytesOutPerSec", has.get("read", sent))):
            low, high = ((CHECKS + part * more) * 1440 for part in (0.1, 1.0))
            values = usage.counter(draw.random, low=low, high=max(low, high))
            if more == 300:  # noqa: PLR2004 - what changes by the day, whatever is drawn
                values = usage.raised(values, days_ago=(3,), to=CHECKS * 1440.0, statistics=("Sum",))
                values = usage.raised(values, days_ago=(5,), to=CHECKS * 1440.0 * 2.5, statistics=("Sum",))
            if "days_ago" in has:
                values = usage.raised(values, days_ago=has["days_ago"], to=1e9, statistics=("Sum",))
            known = usage.without(values, lambda ago: ago in missing or ago > age)
            put(estate, item, ("AWS/Kafka", metric, "Cluster Name", item.name, "Broker ID", str(number)), known)


def _clusters(asked: Asked) -> dict[str, Any]:
    return {"ClusterInfoList": [item.shape for item in asked.of("kafka_cluster")]}


def _nodes(asked: Asked) -> dict[str, Any]:
    for item in asked.of("kafka_cluster"):
        if item.bill_id == asked.parameters["ClusterArn"] and "Provisioned" in item.shape:
            kind = item.shape["Provisioned"]["BrokerNodeGroupInfo"]["InstanceType"]
            return {"NodeInfoList": [_node(item, kind, number) for number in BROKERS]}
    raise Refusal("NotFoundException", "The requested resource doesn't exist.", status=404)


def _node(item: Item, kind: str, number: int) -> dict[str, Any]:
    return {
        "NodeType": "BROKER",
        "NodeARN": f"{item.bill_id.replace(':cluster/', ':node/')}/{number}",
        "InstanceType": kind.removeprefix("kafka."),
        "BrokerNodeInfo": {"BrokerId": float(number), "Endpoints": [f"b-{number}.{item.name}.example"]},
    }


ANSWERS = (
    Answered(service="kafka", operation="ListClustersV2", make=_clusters),
    Answered(
        service="kafka",
        operation="ListNodes",
        make=_nodes,
        honours=frozenset({"ClusterArn"}),
        tried_with=lambda estate: {"ClusterArn": estate.of("kafka_cluster")[0].bill_id},
    ),
)
