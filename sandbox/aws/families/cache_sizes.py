"""Caches that have more than they use, and those of which that only seems so. They are answered with all others."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.aws import charges, usage
from sandbox.aws.compute import put, tags
from sandbox.aws.model import Charge, Item, all_but
from sandbox.aws.names import LAB, REGION_CODES, SHOP

if TYPE_CHECKING:
    from sandbox.aws.model import Draw, Estate

OVERSIZED = "aws_elasticache_cluster_oversized"
RULES = (OVERSIZED, "aws_elasticache_cluster_idle", "aws_elasticache_redis_to_valkey")
CELLS = ((SHOP, "us-east-1"), (LAB, "eu-west-1"))
SERVICE, KIND, HOUR = "Amazon ElastiCache", "cache.m6g.2xlarge", Decimal("0.4752")
FOR_DATA = 27_788_525_633.0  # bytes of that node
MISSING_DAYS = (6, 20)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One way to be a cache. `cpu` is its average, low and high, and its peak; `members` how many its group has."""

    count: int
    cpu: tuple[float, float, float] = (3, 9, 18)
    memory: float = 24
    members: int = 1
    age_days: int | None = None
    has_missing_days: bool = False
    commands: float = 40
    was_other: bool = False
    wastes: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    trap: str = ""


CACHES = {
    "roomy": Case(count=3, wastes=(OVERSIZED,)),
    "roomy_but_full": Case(count=2, memory=66, trap="idle processors, but a full memory"),
    "roomy_but_busy": Case(count=2, cpu=(3, 9, 70), trap="idle processors but for their peaks"),
    "roomy_but_for_commands": Case(count=1, commands=97, trap="idle processors, but for the one on which commands run"),
    "roomy_smaller_before": Case(
        count=1, was_other=True, unknowns=(OVERSIZED,), trap="idle, but what was measured is of the half of it"
    ),
    "roomy_pair": Case(count=2, members=2, trap="idle, but one of two, of which the other is the busier"),
    "roomy_new": Case(count=1, age_days=9, trap="larger than it needs, but nine days old"),
    "roomy_gaps": Case(
        count=2,
        has_missing_days=True,
        unknowns=(OVERSIZED,),
        trap="looks too large, but 2 of the last 30 days are missing",
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    for name, case in CACHES.items():
        for number in range(case.count):
            _cache(draw, estate, name, case, number)


def _cache(draw: Draw, estate: Estate, name: str, case: Case, number: int) -> None:
    account, region = CELLS[0 if case.members > 1 else number % len(CELLS)]
    age = case.age_days or draw.days(60, 600)
    created = draw.ago(age + 0.3)
    group = name.replace("_", "-") + ("" if case.members > 1 else f"-{number + 1}")
    label = f"{group}-{number % case.members + 1:03}"
    arn = f"arn:aws:elasticache:{region}:{account}:cluster:{label}"
    first, last = charges.span(created, draw.as_of)
    item = Item(
        kind="cache_cluster",
        account=account,
        region=region,
        native_id=arn,
        bill_id=arn,
        case=name,
        created_at=created,
        name=label,
        tags=tags(draw, label),
        facts={"group": group, "is_global": False},
        shape={
            "CacheClusterId": label,
            "CacheNodeType": KIND,
            "Engine": "valkey",
            "EngineVersion": "8.0.1",
            "CacheClusterStatus": "available",
            "NumCacheNodes": 1,
            "CacheClusterCreateTime": created,
            "ReplicationGroupId": group,
            "ARN": arn,
        },
        wastes=case.wastes,
        fines=all_but(RULES, case.wastes, case.unknowns),
        unknowns=case.unknowns,
        saves={OVERSIZED: None},  # its figure comes from list prices, not from the bill
        trap=case.trap,
        charges=[
            Charge(
                service=SERVICE,
                meter=f"{REGION_CODES[region]}NodeUsage:{KIND}",
                operation="CreateCacheCluster:0003",
                description=f"${HOUR} per {KIND} valkey node-hour (or partial hour)",
                unit="Hrs",
                price=HOUR,
                per_day=charges.HOURS,
                first=first,
                last=last,
            )
        ],
    )
    estate.items.append(item)
    _measure(draw, estate, item, case, age=age)


def _measure(draw: Draw, estate: Estate, item: Item, case: Case, *, age: int) -> None:
    low, high, peak = case.cpu
    lost = MISSING_DAYS if case.has_missing_days else ()
    traffic = usage.counter(draw.random, low=8e9, high=4e10)
    series = {
        "CPUUtilization": usage.gauge(draw.random, low=low, high=high, peak=peak),
        "EngineCPUUtilization": usage.flat(case.commands),
        "BytesUsedForCache": usage.flat(case.memory * FOR_DATA / 100),
        "DatabaseMemoryUsagePercentage": usage.flat(case.memory if not case.was_other else case.memory * 2),
        "NetworkBytesIn": traffic,
        "NetworkBytesOut": traffic,
        "CacheHits": usage.counter(draw.random, low=700_000, high=900_000),
        "CacheMisses": usage.counter(draw.random, low=8_000, high=20_000),
        "CurrConnections": usage.gauge(draw.random, low=15, high=30, peak=45),
    }
    for metric, values in series.items():
        known = usage.without(values, lambda ago: ago in lost or ago > age)
        put(estate, item, ("AWS/ElastiCache", metric, "CacheClusterId", item.name), known)
