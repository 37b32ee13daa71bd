"""Serverless caches of ElastiCache: used, unused, connected to, kept ready, too new, with a cheaper twin."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import usage
from sandbox.aws.cases import Case, meter, stands
from sandbox.aws.compute import put
from sandbox.aws.shaped import Answered

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate, Item
    from sandbox.aws.shaped import Asked

IDLE, VALKEY = "aws_elasticache_serverless_idle", "aws_elasticache_serverless_to_valkey"
ELASTICACHE = "Amazon ElastiCache"
RESOURCE_TYPES = {"serverless_cache": "Serverless Cache"}
# A GB-hour of data and a unit of work, and the GB that are charged at least.
PRICES = {
    "redis": ("0.125", "0.0000000034", Decimal(1)),
    "memcached": ("0.125", "0.0000000034", Decimal(1)),
    "valkey": ("0.084", "0.0000000023", Decimal("0.1")),
}
NAMES = {"redis": "Redis", "memcached": "Memcached", "valkey": "Valkey"}
VERSIONS = {"redis": "7.1", "memcached": "1.6.22", "valkey": "8.0"}
LOWER_BY = Decimal("0.32")
MISSING_DAYS = (3, 9)
# `commands` of a day, None: nothing is reported; `clients` that are connected; `lately` a day with a few commands;
# `kept_ready`: units a day that are charged whether commands come or not.
CASES = {
    "serverless_redis_busy": Case(
        count=2, wastes=(VALKEY,), silent=(VALKEY,), has={"engine": "redis", "commands": 4e6, "clients": 20}
    ),
    "serverless_redis_idle": Case(count=2, wastes=(IDLE, VALKEY), silent=(VALKEY,), has={"engine": "redis"}),
    "serverless_valkey_idle": Case(count=2, wastes=(IDLE,)),
    "serverless_memcached_idle": Case(wastes=(IDLE,), has={"engine": "memcached"}),
    "serverless_kept_ready": Case(
        wastes=(IDLE,),
        silent=(IDLE,),
        has={"kept_ready": 86_400_000},
        trap="no command, but the bill charges units: the least that it is kept ready for",
    ),
    "serverless_valkey_busy": Case(count=2, has={"commands": 9e5, "clients": 8}),
    "serverless_memcached_busy": Case(has={"engine": "memcached", "commands": 3e4, "clients": 2}),
    "serverless_used_lately": Case(has={"lately": 11}, trap="idle but for seven commands on one day of the last 14"),
    "serverless_connected": Case(has={"clients": 3}, trap="no command, but three clients wait on it"),
    "serverless_modified": Case(
        has={"engine": "redis", "state": "modifying"}, trap="idle Redis OSS, and just being changed"
    ),
    "serverless_new": Case(age_days=5, trap="no command yet, but five days old"),
    "serverless_days_missing": Case(
        count=2, unknowns=(IDLE,), has={"is_missing": True}, trap="looks idle, but 2 of the last 14 days are missing"
    ),
    "serverless_untold": Case(unknowns=(IDLE,), has={"commands": None}, trap="nothing is reported of its use"),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        _cache(draw, estate, stand)


def _cache(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, engine = stand.case.has, stand.case.has.get("engine", "valkey")
    arn = stand.arn("elasticache", f"serverlesscache:{stand.label}")
    item = stand.item(draw, kind="serverless_cache", native_id=arn, bill_id=arn, rules=(IDLE, VALKEY))
    item.saves = {VALKEY: LOWER_BY}
    item.shape = {
        "ServerlessCacheName": item.name,
        "Description": "sessions of the shop",
        "CreateTime": item.created_at,
        "Status": has.get("state", "available"),
        "Engine": engine,
        "MajorEngineVersion": VERSIONS[engine].partition(".")[0],
        "FullEngineVersion": VERSIONS[engine],
        "CacheUsageLimits": {"DataStorage": {"Maximum": 10, "Unit": "GB"}, "ECPUPerSecond": {"Maximum": 5000}},
        "ARN": arn,
        "SnapshotRetentionLimit": 0,
    }
    commands = has.get("commands", 0.0) or 0.0
    units = has.get("kept_ready", 0) or (int(commands) if commands else 0)
    item.charges = _charges(draw, item, engine, is_used=bool(commands), units=units)
    estate.items.append(item)
    if has.get("commands", 0.0) is not None:
        _measure(draw, estate, item, has)


def _charges(draw: Draw, item: Item, engine: str, *, is_used: bool, units: int) -> list[Any]:
    stored, unit, least = PRICES[engine]
    gib = max(least, Decimal(2)) if is_used else least
    work = [(f"ElastiCacheProcessingUnits:{NAMES[engine]}", "ECPU", unit, Decimal(units))] if units else []
    return [
        meter(draw, item, service=ELASTICACHE, name=name, unit=per, price=price, operation="CreateServerlessCache",
              per_day=amount)
        for name, per, price, amount in ((f"CachedData:{NAMES[engine]}", "GB-Hrs", stored, gib * 24), *work)
    ]  # fmt: skip


def _measure(draw: Draw, estate: Estate, item: Item, has: Any) -> None:  # noqa: ANN401 - a case's words
    age = (draw.as_of - item.created_at).days
    missing = MISSING_DAYS if "is_missing" in has else ()
    commands, clients = has.get("commands", 0.0), has.get("clients", 0)
    sent = usage.counter(draw.random, low=commands * 0.8, high=commands * 1.2)
    if "lately" in has:
        sent = usage.raised(sent, days_ago=[has["lately"]], to=7.0, statistics=("Sum",))
    connected = usage.gauge(draw.random, low=clients, high=clients, peak=clients * 2) if clients else usage.flat(0.0)
    for name, values in (("TotalCmdsCount", sent), ("CurrConnections", connected)):
        known = usage.without(values, lambda ago: ago in missing or ago > age)
        put(estate, item, ("AWS/ElastiCache", name, "clusterId", item.name), known)


def _caches(asked: Asked) -> dict[str, Any]:
    return {"ServerlessCaches": [item.shape for item in asked.of("serverless_cache")]}


ANSWERS = (Answered(service="elasticache", operation="DescribeServerlessCaches", make=_caches, largest=50),)
