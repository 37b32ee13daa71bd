"""Data streams and message brokers: used, forgotten, read from only, too new, not measured."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import charges, usage
from sandbox.aws.compute import put, tags
from sandbox.aws.model import Charge, Item, all_but
from sandbox.aws.names import LAB, REGION_CODES, SHOP
from sandbox.aws.shaped import Answered, Asked, Pages

if TYPE_CHECKING:
    from sandbox.aws.model import Draw, Estate

STREAM_IDLE = "aws_kinesis_stream_idle"
RABBIT_IDLE, ACTIVE_IDLE = "aws_mq_rabbitmq_broker_idle", "aws_mq_activemq_broker_idle"
CELLS = ((SHOP, "us-east-1"), (SHOP, "eu-west-1"))
# CloudWatch fails in this one, on purpose.
UNANSWERED = (LAB, "ap-southeast-2")
KINESIS, MQ = "Amazon Kinesis", "Amazon MQ"
SERVICES = {
    KINESIS: ("Analytics", "Streaming Analytics", "AmazonKinesis"),
    MQ: ("Integration", "Messaging", "AmazonMQ"),
}
RESOURCE_TYPES = {"stream": "Kinesis Stream", "broker": "MQ Broker"}
STREAM_HOUR, SHARD_HOUR = Decimal("0.04"), Decimal("0.015")
BROKER_HOUR = {"mq.t3.micro": Decimal("0.02725"), "mq.m5.large": Decimal("0.288")}
MISSING_DAYS = (3, 7)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One way to be a stream or a broker. `amounts` are those of a day by metric: a stream without one has no value
    that day, a broker has a nought.
    """

    count: int
    kind: str
    amounts: tuple[tuple[str, float], ...] = ()
    state: str = ""
    deployment: str = "SINGLE_INSTANCE"
    lately: int | None = None
    age_days: int | None = None
    has_missing_days: bool = False
    is_unanswered: bool = False
    wastes: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    trap: str = ""


STREAMS = {
    "stream_forgotten": Case(count=2, kind="ON_DEMAND", wastes=(STREAM_IDLE,)),
    "stream_forgotten_shards": Case(count=2, kind="PROVISIONED", wastes=(STREAM_IDLE,)),
    "stream_used": Case(count=1, kind="PROVISIONED", amounts=(("IncomingBytes", 9e7), ("GetRecords.Bytes", 9e7))),
    "stream_used_lately": Case(
        count=1, kind="ON_DEMAND", lately=10, trap="nothing is put into it but on one day of the last 14"
    ),
    "stream_replayed": Case(
        count=1, kind="ON_DEMAND", amounts=(("GetRecords.Bytes", 4e6),), trap="nothing comes in, but it is read again"
    ),
    "stream_new": Case(count=1, kind="ON_DEMAND", age_days=4, trap="nothing was put into it yet: four days old"),
    "stream_being_resharded": Case(count=1, kind="PROVISIONED", state="UPDATING", trap="empty, but being changed"),
    "stream_unanswered": Case(
        count=2,
        kind="ON_DEMAND",
        is_unanswered=True,
        unknowns=(STREAM_IDLE,),
        trap="empty, but CloudWatch fails on its usage, so nobody knows",
    ),
}
BROKERS = {
    "broker_forgotten_rabbit": Case(count=3, kind="RABBITMQ", deployment="CLUSTER_MULTI_AZ", wastes=(RABBIT_IDLE,)),
    "broker_forgotten_active": Case(count=3, kind="ACTIVEMQ", wastes=(ACTIVE_IDLE,)),
    "broker_used": Case(count=1, kind="RABBITMQ", amounts=(("ConnectionCount", 24),)),
    "broker_used_active": Case(count=1, kind="ACTIVEMQ", amounts=(("CurrentConnectionsCount", 6),)),
    "broker_used_lately": Case(count=1, kind="RABBITMQ", lately=9, trap="one connection on one of the last 14 days"),
    "broker_rebooting": Case(count=1, kind="RABBITMQ", state="REBOOT_IN_PROGRESS", trap="idle, but being restarted"),
    "broker_new": Case(count=1, kind="RABBITMQ", age_days=3, trap="nobody connected yet: three days old"),
    "broker_of_two": Case(
        count=2,
        kind="ACTIVEMQ",
        deployment="ACTIVE_STANDBY_MULTI_AZ",
        unknowns=(ACTIVE_IDLE,),
        trap="of its two instances one stands by, and which one is not told",
    ),
    "broker_days_missing": Case(
        count=2,
        kind="RABBITMQ",
        has_missing_days=True,
        unknowns=(RABBIT_IDLE,),
        trap="looks idle, but 2 of the last 14 days are missing",
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    for name, case in STREAMS.items():
        for number in range(case.count):
            _stream(draw, estate, name, number)
    for name, case in BROKERS.items():
        for number in range(case.count):
            _broker(draw, estate, name, number)


def _stream(draw: Draw, estate: Estate, name: str, number: int) -> None:
    case = STREAMS[name]
    item = _item(draw, "stream", name, number, case)
    item.native_id = item.bill_id = f"arn:aws:kinesis:{item.region}:{item.account}:stream/{item.name}"
    item.shape = {
        "StreamName": item.name,
        "StreamARN": item.bill_id,
        "StreamStatus": case.state or "ACTIVE",
        "StreamModeDetails": {"StreamMode": case.kind},
        "StreamCreationTimestamp": item.created_at,
    }
    hour = ("OnDemand-StreamHour", STREAM_HOUR) if case.kind == "ON_DEMAND" else ("Storage-ShardHour", SHARD_HOUR * 2)
    item.charges = [_hours(draw, item, KINESIS, *hour)]
    estate.items.append(item)
    if case.is_unanswered:
        estate.unanswered.add(item.name)
    age = (draw.as_of - item.created_at).days
    lately = (("IncomingBytes", 800.0),) if case.lately else ()
    for metric, amount in (*case.amounts, *lately):
        values = usage.counter(draw.random, low=amount * 0.7, high=amount * 1.3)
        known = usage.without(values, lambda ago: ago > age or (case.lately is not None and ago != case.lately))
        put(estate, item, ("AWS/Kinesis", metric, "StreamName", item.name), known)


def _broker(draw: Draw, estate: Estate, name: str, number: int) -> None:
    case = BROKERS[name]
    item = _item(draw, "broker", name, number, case)
    digest = draw.hex(32)
    broker_id = f"b-{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:]}"
    item.native_id = item.bill_id = f"arn:aws:mq:{item.region}:{item.account}:broker:{item.name}:{broker_id}"
    kind = "mq.m5.large" if case.deployment != "SINGLE_INSTANCE" else "mq.t3.micro"
    item.shape = {
        "BrokerArn": item.bill_id,
        "BrokerId": broker_id,
        "BrokerName": item.name,
        "BrokerState": case.state or "RUNNING",
        "Created": item.created_at,
        "DeploymentMode": case.deployment,
        "EngineType": case.kind,
        "HostInstanceType": kind,
    }
    item.charges = [_hours(draw, item, MQ, kind, BROKER_HOUR[kind])]
    estate.items.append(item)
    metric = "ConnectionCount" if case.kind == "RABBITMQ" else "CurrentConnectionsCount"
    amount = dict(case.amounts).get(metric, 0)
    values = usage.gauge(draw.random, low=amount / 2, high=amount, peak=amount * 2) if amount else usage.flat(0.0)
    if case.lately:
        values = usage.raised(values, days_ago=[case.lately], to=1.0, statistics=("Maximum",))
    age, missing = (draw.as_of - item.created_at).days, MISSING_DAYS if case.has_missing_days else ()
    known = usage.without(values, lambda ago: ago in missing or ago > age)
    for instance in {"CLUSTER_MULTI_AZ": ("",)}.get(case.deployment, ("",) if case.kind == "RABBITMQ" else ("-1",)):
        put(estate, item, ("AWS/AmazonMQ", metric, "Broker", f"{item.name}{instance}"), known)


def _item(draw: Draw, kind: str, name: str, number: int, case: Case) -> Item:
    """What both have in common; its ARN, shape and charges follow."""
    account, region = UNANSWERED if case.is_unanswered else CELLS[number % len(CELLS)]
    label = f"{name.replace('_', '-')}-{number + 1}"
    rules = (STREAM_IDLE,) if kind == "stream" else (RABBIT_IDLE, ACTIVE_IDLE)
    return Item(
        kind=kind,
        account=account,
        region=region,
        native_id="",
        bill_id="",
        case=name,
        created_at=draw.ago(case.age_days + 0.3 if case.age_days else draw.days(60, 600) + 0.3),
        name=label,
        tags=tags(draw, label),
        wastes=case.wastes,
        fines=all_but(rules, case.wastes, case.unknowns),
        unknowns=case.unknowns,
        trap=case.trap,
    )


def _hours(draw: Draw, item: Item, service: str, meter: str, price: Decimal) -> Charge:
    first, last = charges.span(item.created_at, draw.as_of)
    return Charge(
        service=service,
        meter=f"{REGION_CODES[item.region]}{meter}",
        operation="shardHourStorage" if service == KINESIS else "CreateBroker",
        description=f"${price} per {meter} hour",
        unit="Hrs",
        price=price,
        per_day=charges.HOURS,
        first=first,
        last=last,
    )


def _streams(asked: Asked) -> dict[str, Any]:
    shapes = [item.shape for item in asked.of("stream")]
    return {
        "StreamNames": [one["StreamName"] for one in shapes],
        "StreamSummaries": shapes,
        "HasMoreStreams": False,
    }


def _brokers(asked: Asked) -> dict[str, Any]:
    return {"BrokerSummaries": [item.shape for item in asked.of("broker")]}


ANSWERS = (
    Answered(
        service="kinesis",
        operation="ListStreams",
        make=_streams,
        pages=Pages(
            token="NextToken",  # noqa: S106 - of a page
            limit="Limit",
            next_token="NextToken",  # noqa: S106 - of a page
            items="StreamSummaries",
            along="StreamNames",
            more="HasMoreStreams",
        ),
    ),
    Answered(service="mq", operation="ListBrokers", make=_brokers),
)
