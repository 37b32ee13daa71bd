"""DynamoDB tables: busy, quiet, unused, scaled within bounds or without room, with indexes, or paid by request."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import charges, hours, names, usage
from sandbox.aws.compute import put, put_hours
from sandbox.aws.model import HISTORY_DAYS, Charge, Item, all_but
from sandbox.aws.shaped import Answered, Asked
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from datetime import date

    from sandbox.aws.model import Draw, Estate

IDLE, MODE, FIXED = "aws_dynamodb_table_idle", "aws_dynamodb_table_capacity_mode", "aws_dynamodb_autoscaling_fixed"
OVER, UNSCALED = "aws_dynamodb_table_overprovisioned", "aws_dynamodb_table_without_autoscaling"
RULES = (IDLE, MODE, FIXED, OVER, UNSCALED)
CELL = (names.SHOP, "us-east-1")
# Where an organisation refuses to tell which tables are scaled.
REFUSED_CELL = (names.LAB, "ap-southeast-2")
REFUSED = ((*REFUSED_CELL, "application-autoscaling:DescribeScalableTargets"),)
SERVICE = "Amazon DynamoDB"
SERVICES = {SERVICE: ("Databases", "NoSQL Databases", "AmazonDynamoDB")}
RESOURCE_TYPES = {"table": "Table"}
# A unit's hour of reads and of writes, a request of each, and a GiB-month; elsewhere as much more.
PRICES = tuple(Decimal(price) for price in ("0.00013", "0.00065", "0.000000125", "0.000000625", "0.25"))
TIMES = {"us-east-1": Decimal(1), "ap-southeast-2": Decimal("1.14")}
DAY_SECONDS = 86_400
MISSING_DAYS = (5, 6)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One way to be a table. `kept` and `used` are units a second, of reads and of writes; `bounds` what scaling may
    give it of each. `burst_day` is the only day on which anything was used, and `by_hour` what is used in working hours
    and in others, in place of `used`. `kept_before` was kept until this day.
    """

    count: int
    kept: tuple[int, int] = (200, 100)
    used: tuple[float, float] = (120.0, 60.0)
    bounds: tuple[int, int] | None = None
    where: tuple[str, str] = CELL
    wastes: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    told: dict[str, Any] = field(default_factory=dict)
    has_index: bool = False
    is_by_request: bool = False
    is_measured: bool = True
    has_missing_days: bool = False
    kept_before: tuple[int, int] | None = None
    age_days: int = 400
    burst_day: int | None = None
    by_hour: tuple[tuple[float, float], tuple[float, float]] | None = None
    trap: str = ""


NOTHING = (0.0, 0.0)
OF_2017 = "unused_replica_of_2017"
STREAM = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}}
CASES = {
    "busy": Case(count=3),
    "by_request": Case(count=3, kept=(0, 0), used=(20.0, 8.0), is_by_request=True),
    "unused": Case(count=3, used=NOTHING, wastes=(IDLE,)),
    "unused_and_fixed": Case(
        count=1, kept=(100, 100), used=NOTHING, bounds=(100, 100), wastes=(IDLE, FIXED),
        trap="unused, with scaling that scales nothing"
    ),
    "unused_with_index": Case(
        count=2, used=NOTHING, has_index=True, unknowns=(IDLE, MODE), trap="unused, but its index may be what is read"
    ),
    "unused_but_one_day": Case(
        count=2, used=NOTHING, burst_day=12, wastes=(MODE, OVER), trap="used on one of the last 30 days only"
    ),
    "unused_new": Case(count=1, used=NOTHING, age_days=9, trap="unused, but only 9 days old"),
    "unused_replica": Case(
        count=2,
        used=NOTHING,
        told={"Replicas": [{"RegionName": "eu-west-1", "ReplicaStatus": "ACTIVE"}]},
        trap="unused here, but a replica of a global table",
    ),
    "not_measured": Case(
        count=2, used=NOTHING, is_measured=False, unknowns=(IDLE, MODE, OVER, UNSCALED),
        trap="not even its capacity is measured"
    ),
    "capacity_days_missing": Case(
        count=1,
        used=(4.0, 2.0),
        has_missing_days=True,
        unknowns=(MODE, OVER, UNSCALED),
        trap="little used, but two days of its capacity are missing",
    ),
    "quiet": Case(count=3, used=(10.0, 4.0), wastes=(MODE, OVER)),
    "quiet_scaled": Case(
        count=1, used=(10.0, 4.0), bounds=(100, 4000), wastes=(MODE,), trap="scaled, but the least is far too much"
    ),
    "quiet_and_free": Case(
        count=2, kept=(25, 25), used=(0.5, 0.2), trap="little used, but what is kept for it may be free"
    ),
    "quiet_rarely_read": Case(
        count=1,
        used=(10.0, 4.0),
        told={"TableClassSummary": {"TableClass": "STANDARD_INFREQUENT_ACCESS"}},
        trap="little used, but of a class with other prices",
    ),
    "fixed": Case(count=3, kept=(100, 100), used=(35.0, 35.0), bounds=(100, 100), wastes=(FIXED,)),
    "fixed_and_busy": Case(
        count=2, kept=(100, 100), used=(60.0, 80.0), bounds=(100, 100),
        trap="scaling without room, but what is kept is used"),
    "scaled": Case(count=2, bounds=(50, 4000)),
    "by_day_alone": Case(count=3, by_hour=((160.0, 80.0), NOTHING), wastes=(UNSCALED,)),
    "by_day_scaled": Case(
        count=2, by_hour=((160.0, 80.0), NOTHING), bounds=(20, 200), trap="used by day alone, but scaled automatically"
    ),
    "by_day_scaling_refused": Case(
        count=2, by_hour=((160.0, 80.0), NOTHING), where=REFUSED_CELL, unknowns=(FIXED, UNSCALED),
        trap="used by day alone, and nobody may ask whether it is scaled"
    ),
    "half_of_it": Case(count=2, by_hour=((50.0, 24.0), (50.0, 24.0)), wastes=(OVER,)),
    "half_of_it_scaled": Case(
        count=2, by_hour=((50.0, 24.0), (50.0, 24.0)), bounds=(50, 400), trap="half would do, but scaling decides that"
    ),
    "raised_today": Case(
        count=2, kept=(1000, 100), kept_before=(200, 100), unknowns=(OVER, UNSCALED),
        trap="little used of what it has, which it has since today"
    ),
    "scaling_refused": Case(
        count=2, where=REFUSED_CELL, unknowns=(FIXED,), trap="nobody may ask within which bounds it is scaled"
    ),
    OF_2017: Case(count=3, used=NOTHING, told=STREAM, trap="a replica of a global table of the version of 2017"),
    "unused_with_stream": Case(count=1, used=NOTHING, told=STREAM, wastes=(IDLE,)),
}  # fmt: skip


def add(draw: Draw, estate: Estate) -> None:
    for name, case in CASES.items():
        for number in range(case.count):
            _table(draw, estate, name, case, number)


def _table(draw: Draw, estate: Estate, name: str, case: Case, number: int) -> None:
    account, region = case.where
    label = f"{name.replace('_', '-')}-{number + 1}"
    arn = f"arn:aws:dynamodb:{region}:{account}:table/{label}"
    created = draw.ago(case.age_days + 0.3)
    first, last = charges.span(created, draw.as_of)
    item = Item(
        kind="table",
        account=account,
        region=region,
        native_id=arn,
        bill_id=arn,
        case=name,
        created_at=created,
        name=label,
        tags={"team": draw.random.choice(("search", "data")), "env": "prod", "service": "shop"},
        facts={"bounds": case.bounds},
        shape=_shape(case, label, arn) | case.told,
        wastes=case.wastes,
        fines=all_but(RULES, case.wastes, case.unknowns),
        unknowns=case.unknowns,
        saves={MODE: _by_request_saves(case), FIXED: None}
        | {OVER: _lowered_saves(case), UNSCALED: _scaled_saves(draw, case)},
        parts=dict.fromkeys((MODE, OVER, UNSCALED), "CapacityUnit-Hrs"),
        trap=case.trap,
        charges=_charges(case, region, first, last),
    )
    item.shape["CreationDateTime"] = created
    estate.items.append(item)
    if case.is_measured:
        _measure(draw, estate, item, case)


def _shape(case: Case, label: str, arn: str) -> dict[str, Any]:
    """A table that was always paid by its capacity does not say so."""
    kept_reads, kept_writes = case.kept
    shape: dict[str, Any] = {
        "TableName": label,
        "TableArn": arn,
        "TableStatus": "ACTIVE",
        "TableSizeBytes": 3 * 1024**3,
        "ItemCount": 12_000,
        "ProvisionedThroughput": {
            "ReadCapacityUnits": kept_reads,
            "WriteCapacityUnits": kept_writes,
        },
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    }
    if case.is_by_request:
        shape["BillingModeSummary"] = {"BillingMode": "PAY_PER_REQUEST"}
    if case.has_index:
        shape["GlobalSecondaryIndexes"] = [{"IndexName": "by-day", "IndexStatus": "ACTIVE"}]
    return shape


def _used_on_average(case: Case) -> tuple[Decimal, Decimal]:
    """Over the last 30 days, as many as the rule looks at."""
    reads, writes = (Decimal(str(units)) for units in case.used)
    return (BURST / 30, Decimal(0)) if case.burst_day is not None else (reads, writes)


BURST = Decimal(30)  # reads a second on the one day


def _by_request_saves(case: Case) -> Decimal | None:
    """The share of the hours of capacity that is saved where the requests are paid instead."""
    unit_read, unit_write, read, write, _ = PRICES
    reads, writes = _used_on_average(case)
    now = case.kept[0] * unit_read + case.kept[1] * unit_write
    return 1 - (reads * read + writes * write) * 3600 / now if now else None


def _kept_share(case: Case, reads: Decimal, writes: Decimal) -> Decimal | None:
    """The share that is saved where so many units are kept instead: a write costs as much as five reads."""
    now = case.kept[0] + 5 * case.kept[1]
    return 1 - (reads + 5 * writes) / now if now else None


def _lowered_saves(case: Case) -> Decimal | None:
    """The busiest hour is to be 40 % of what is kept. By the day's course it is half above the average."""
    if case.by_hour:
        busiest = tuple(max(pair) for pair in zip(*case.by_hour, strict=True))
    elif case.burst_day is not None:
        busiest = (float(BURST) * 1.5, 0.0)
    else:
        busiest = tuple(units * 1.5 for units in case.used)
    reads, writes = (min(kept, max(1, math.ceil(used / 0.4))) for used, kept in zip(busiest, case.kept, strict=True))
    return _kept_share(case, Decimal(reads), Decimal(writes))


def _scaled_saves(draw: Draw, case: Case) -> Decimal | None:
    """In each of the last 30 days' hours, what is used is to be 70 % of what is kept."""
    if case.by_hour is None:
        return None
    hourly = [case.by_hour[0 if _is_work(draw, at) else 1] for at in range(15 * 24, HISTORY_DAYS * 24)]
    reads, writes = (
        Decimal(sum(min(kept, max(1, math.ceil(hour[at] / 0.7))) for hour in hourly)) / len(hourly)
        for at, kept in enumerate(case.kept)
    )
    return _kept_share(case, reads, writes)


def _is_work(draw: Draw, hour: int) -> bool:
    """Whether an hour of the history is one of work."""
    moment = draw.as_of - timedelta(hours=HISTORY_DAYS * 24 - hour)
    return moment.weekday() in hours.WORKING_DAYS and moment.hour in hours.WORKING_HOURS


def _charges(case: Case, region: str, first: date, last: date) -> list[Charge]:
    code, hour = names.REGION_CODES[region], Decimal(24)
    unit_read, unit_write, read, write, stored = (price * TIMES[region] for price in PRICES)
    reads, writes = (Decimal(str(units)) for units in case.used)
    if case.is_by_request:
        meters = [
            ("ReadRequestUnits", "PayPerRequestThroughput", read, "ReadRequestUnits", reads * DAY_SECONDS),
            ("WriteRequestUnits", "PayPerRequestThroughput", write, "WriteRequestUnits", writes * DAY_SECONDS),
        ]
    else:
        meters = [
            ("ReadCapacityUnit-Hrs", "CommittedThroughput", unit_read, "ReadCapacityUnit-Hrs", case.kept[0] * hour),
            ("WriteCapacityUnit-Hrs", "CommittedThroughput", unit_write, "WriteCapacityUnit-Hrs", case.kept[1] * hour),
        ]
    found = [
        Charge(
            service=SERVICE,
            meter=f"{code}{meter}",
            operation=operation,
            description=f"${price} per {meter}",
            unit=unit,
            price=price,
            per_day=per_day,
            first=first,
            last=last,
        )
        for meter, operation, price, unit, per_day in meters
    ]
    storage = Charge(
        service=SERVICE,
        meter=f"{code}TimedStorage-ByteHrs",
        operation="StandardStorage",
        description=f"${stored} per GB-Month of storage used beyond first 25 free GB-Months",
        unit="GB-Mo",
        price=stored,
        held=Decimal(3),
        first=first,
        last=last,
    )
    return [*found, storage]


def _measure(draw: Draw, estate: Estate, item: Item, case: Case) -> None:
    """What is used has no value on a day on which nothing was; what is kept has one always."""
    age = (draw.as_of - item.created_at).days
    used = dict(zip(("Read", "Write"), case.used, strict=True))
    kept = dict(zip(("Read", "Write"), case.kept_before or case.kept, strict=True))
    for kind, units in used.items():
        total: list[float | None] = [units * DAY_SECONDS or None] * HISTORY_DAYS
        if case.burst_day is not None and kind == "Read":
            total[usage.index(case.burst_day)] = float(BURST) * DAY_SECONDS
        _put(estate, item, f"Consumed{kind}CapacityUnits", usage.without({"Sum": total}, lambda ago: ago > age))
    if case.by_hour:
        _measure_by_hour(draw, estate, item, case.by_hour)
    for kind, units in kept.items() if not case.is_by_request else ():
        missing = MISSING_DAYS if case.has_missing_days else ()
        absent = {ago for ago in range(1, HISTORY_DAYS + 1) if ago > age or ago in missing}
        flat = usage.without(usage.flat(float(units)), absent.__contains__)
        _put(estate, item, f"Provisioned{kind}CapacityUnits", flat)


def _measure_by_hour(
    draw: Draw, estate: Estate, item: Item, by_hour: tuple[tuple[float, float], tuple[float, float]]
) -> None:
    for at, kind in enumerate(("Read", "Write")):
        units = [by_hour[0 if _is_work(draw, hour) else 1][at] for hour in range(HISTORY_DAYS * 24)]
        key = ("AWS/DynamoDB", f"Consumed{kind}CapacityUnits", "TableName", item.name)
        put_hours(estate, item, key, {"Sum": [one * 3600 or None for one in units]})


def _put(estate: Estate, item: Item, metric: str, values: usage.Values) -> None:
    put(estate, item, ("AWS/DynamoDB", metric, "TableName", item.name), values)


def _named(asked: Asked, name: str) -> Item:
    item = next((one for one in asked.of("table") if name in {one.name, one.native_id}), None)
    if item is None:
        raise Refusal("ResourceNotFoundException", f"Requested resource not found: Table: {name} not found")
    return item


def _tags(asked: Asked) -> dict[str, Any]:
    item = _named(asked, asked.parameters["ResourceArn"])
    return {"Tags": [{"Key": key, "Value": value} for key, value in item.tags.items()]}


def _targets(asked: Asked) -> dict[str, Any]:
    namespace = asked.parameters["ServiceNamespace"]
    if namespace != "dynamodb":  # of another family's
        items = [one for one in asked.estate.items if (one.account, one.region) == (asked.account, asked.region)]
        found = [target for one in items for target in one.facts.get("targets", ())]
        return {"ScalableTargets": [target for target in found if target["ServiceNamespace"] == namespace]}
    return {
        "ScalableTargets": [
            {
                "ServiceNamespace": "dynamodb",
                "ResourceId": f"table/{item.name}",
                "ScalableDimension": f"dynamodb:table:{kind}CapacityUnits",
                "MinCapacity": item.facts["bounds"][0],
                "MaxCapacity": item.facts["bounds"][1],
                "RoleARN": f"arn:aws:iam::{item.account}:role/aws-service-role/dynamodb",
                "CreationTime": item.created_at,
            }
            for item in asked.of("table")
            if item.facts["bounds"] is not None
            for kind in ("Read", "Write")
        ]
    }


def _first(estate: Estate) -> Item:
    return estate.of("table")[0]


ANSWERS = (
    Answered(
        service="dynamodb",
        operation="ListTables",
        make=lambda asked: {"TableNames": sorted(item.name for item in asked.of("table"))},
    ),
    Answered(
        service="dynamodb",
        operation="DescribeTable",
        make=lambda asked: {"Table": _named(asked, asked.parameters["TableName"]).shape},
        honours=frozenset({"TableName"}),
        tried_with=lambda estate: {"TableName": _first(estate).name},
    ),
    Answered(
        service="dynamodb",
        operation="ListTagsOfResource",
        make=_tags,
        honours=frozenset({"ResourceArn"}),
        tried_with=lambda estate: {"ResourceArn": _first(estate).native_id},
    ),
    Answered(
        service="application-autoscaling",
        operation="DescribeScalableTargets",
        make=_targets,
        honours=frozenset({"ServiceNamespace"}),
        tried_with=lambda _: {"ServiceNamespace": "dynamodb"},
    ),
)
