"""Databases that have more than they use, and those of which that only seems so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.aws import charges, names, usage
from sandbox.aws.compute import put, tags
from sandbox.aws.model import HISTORY_DAYS, Item, all_but
from sandbox.aws.usage import MIB

if TYPE_CHECKING:
    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.usage import Values

OVERSIZED, STORAGE = "aws_rds_database_oversized", names.DATABASE_STORAGE
CELLS = ((names.SHOP, "us-east-1"), (names.SHOP, "eu-west-1"))
KIND, GIB_OF_KIND = "db.m6g.2xlarge", 32
MISSING_DAYS = (6, 13)
BUSY_DAY = 11
LARGER_BEFORE, GIB_BEFORE = 12, 58.0


@dataclass(frozen=True, kw_only=True)
class Case:
    """One way to be a database. `cpu` is its average, low and high, and its peak; `used_gib` the memory in use."""

    count: int
    cpu: tuple[float, float, float] = (3, 9, 18)
    used_gib: float = 10
    connections: int = 60
    disk_mb: float = 15
    wastes: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    engine: str = "postgres"
    version: str = "16.4"
    is_multi_az: bool = False
    has_missing_days: bool = False
    is_busy_once: bool = False
    was_larger: bool = False
    age_days: int | None = None
    trap: str = ""


DATABASES = {
    "size_too_large": Case(count=3, wastes=(OVERSIZED,)),
    "size_too_large_twice": Case(count=1, is_multi_az=True, wastes=(OVERSIZED,)),
    "size_two_too_large": Case(count=1, cpu=(1, 3, 8), used_gib=4, wastes=(OVERSIZED,)),
    "size_memory_in_use": Case(count=2, used_gib=22, trap="idle processors, but a full memory"),
    "size_many_connections": Case(
        count=1, engine="mysql", version="8.4.3", connections=1200, trap="idle, but more connections than half takes"
    ),
    "size_disks_in_use": Case(count=1, disk_mb=120, trap="idle processors, but busy disks"),
    "size_busy_once": Case(count=2, is_busy_once=True, trap="one busy day in a month"),
    "size_new": Case(count=1, age_days=8, trap="too large, but there for 8 days only"),
    "size_days_missing": Case(
        count=2,
        has_missing_days=True,
        unknowns=(OVERSIZED, STORAGE),
        trap="looks too large, but 2 of the last 30 days are missing",
    ),
    "size_larger_before": Case(
        count=1, was_larger=True, unknowns=(OVERSIZED,), trap="it was larger until twelve days ago, and quiet then"
    ),
    "size_full": Case(count=3, cpu=(30, 55, 88), used_gib=26, connections=300),
}


def add(draw: Draw, estate: Estate) -> None:
    for name, case in DATABASES.items():
        for number in range(case.count):
            _database(draw, estate, name, case, number)


def _database(draw: Draw, estate: Estate, name: str, case: Case, number: int) -> None:
    account, region = CELLS[number % len(CELLS)]
    age = case.age_days or draw.days(60, 600)
    created = draw.ago(age + 0.3)
    label = f"{name.replace('_', '-')}-{number + 1}"
    arn = f"arn:aws:rds:{region}:{account}:db:{label}"
    first, last = charges.span(created, draw.as_of)
    item = Item(
        kind="database",
        account=account,
        region=region,
        native_id=arn,
        bill_id=arn,
        case=name,
        created_at=created,
        name=label,
        tags=tags(draw, label) | {"env": "prod"},
        facts={
            "class": KIND,
            "size": 200,
            "state": "available",
            "source": None,
            "is_multi_az": case.is_multi_az,
            "resource_id": f"db-{draw.hex(26).upper()}",
            "engine": case.engine,
            "version": case.version,
        },
        wastes=case.wastes,
        fines=all_but((*names.DATABASE_RULES, OVERSIZED), case.wastes, case.unknowns),
        unknowns=case.unknowns,
        saves={OVERSIZED: None},  # its figure comes from list prices, not from the bill
        trap=case.trap,
        charges=charges.database(
            kind=KIND, region=region, gib=200, first=first, last=last, is_multi_az=case.is_multi_az
        ),
    )
    estate.items.append(item)
    missing = MISSING_DAYS if case.has_missing_days else ()
    for metric, values in _series(draw, case).items():
        known = usage.without(values, lambda ago: ago in missing or ago > age)
        put(estate, item, ("AWS/RDS", metric, "DBInstanceIdentifier", label), known)


def _series(draw: Draw, case: Case) -> dict[str, Values]:
    low, high, peak = case.cpu
    processor = usage.gauge(draw.random, low=low, high=high, peak=peak)
    if case.is_busy_once:
        processor = usage.raised(processor, days_ago=[BUSY_DAY], to=96.0, statistics=("Maximum",))
    free = usage.flat((GIB_OF_KIND - case.used_gib) * 1024 * MIB)
    if case.was_larger:
        days = range(LARGER_BEFORE, HISTORY_DAYS + 1)
        free = usage.raised(
            free, days_ago=days, to=GIB_BEFORE * 1024 * MIB, statistics=("Minimum", "Average", "Maximum")
        )
    busiest = usage.flat(case.disk_mb * 1e6)
    return {
        "CPUUtilization": processor,
        "FreeableMemory": free,
        "DatabaseConnections": usage.gauge(
            draw.random, low=case.connections * 0.5, high=case.connections * 0.8, peak=case.connections
        ),
        "NetworkReceiveThroughput": usage.flat(6e6),
        "NetworkTransmitThroughput": usage.flat(9e6),
        "ReadThroughput": busiest,
        "WriteThroughput": busiest,
        "ReadIOPS": usage.flat(35.0),
        "WriteIOPS": usage.flat(12.0),
    }
