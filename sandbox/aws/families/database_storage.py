"""Databases with storage that they do not fill, and those of which that only seems so."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.aws import charges, names, usage
from sandbox.aws.compute import put, tags
from sandbox.aws.model import HISTORY_DAYS, Item, all_but

if TYPE_CHECKING:
    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.usage import Values

STORAGE = names.DATABASE_STORAGE
FREE_OF_FULL = 0.08
CELLS = ((names.SHOP, "us-east-1"), (names.SHOP, "eu-west-1"))
KIND, GIB = "db.m6g.large", 1024**3
MISSING_DAYS = (8, 15)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One way to be a database; `gained_gib` is what it fills more each day, `keeps` of its cost what acting leaves."""

    count: int
    gib: int = 600
    used_gib: float = 60
    gained_gib: float = 0
    operations: float = 120
    storage_type: str = "gp2"
    keeps: int = 100
    has_missing_days: bool = False
    age_days: int | None = None
    wastes: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    trap: str = ""


DATABASES = {
    "storage_empty": Case(count=3, wastes=(STORAGE,)),
    "storage_filled": Case(count=2, used_gib=480),
    "storage_filling": Case(count=2, gained_gib=0.8, trap="a tenth of its storage is filled, but it fills quickly"),
    "storage_for_operations": Case(
        count=1, operations=900, trap="a tenth is filled, but its size gives it the operations that it uses"
    ),
    "storage_by_operations": Case(
        count=1, storage_type="io1", trap="a tenth is filled, but operations are what it pays for"
    ),
    "storage_little": Case(count=1, gib=90, used_gib=5, trap="hardly filled, but 90 GiB in all"),
    "storage_new": Case(count=1, age_days=9, trap="hardly filled, but nine days old"),
    "storage_gaps": Case(
        count=2, has_missing_days=True, unknowns=(STORAGE,), trap="hardly filled, as far as is known: days are missing"
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    _fill_the_others(estate)
    for name, case in DATABASES.items():
        for number in range(case.count):
            _database(draw, estate, name, case, number)


def _fill_the_others(estate: Estate) -> None:
    """Every database that tells anything tells its free storage too: those that are here already are nearly full."""
    for item in estate.of("database"):
        own = ("DBInstanceIdentifier", item.name)
        if any(key[2:] == own for key in estate.series.get((item.account, item.region), {})):
            put(
                estate, item, ("AWS/RDS", "FreeStorageSpace", *own), usage.flat(item.facts["size"] * GIB * FREE_OF_FULL)
            )


def _database(draw: Draw, estate: Estate, name: str, case: Case, number: int) -> None:
    account, region = CELLS[number % len(CELLS)]
    age = case.age_days or draw.days(60, 600)
    created = draw.ago(age + 0.3)
    label = f"{name.replace('_', '-')}-{number + 1}"
    arn = f"arn:aws:rds:{region}:{account}:db:{label}"
    first, last = charges.span(created, draw.as_of)
    estate.items.append(
        item := Item(
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
                "size": case.gib,
                "state": "available",
                "source": None,
                "is_multi_az": False,
                "resource_id": f"db-{draw.hex(26).upper()}",
            },
            shape={"StorageType": case.storage_type},
            wastes=case.wastes,
            fines=all_but((*names.DATABASE_RULES, STORAGE), case.wastes, case.unknowns),
            unknowns=case.unknowns,
            saves={STORAGE: 1 - Decimal(case.keeps) / case.gib},
            parts={STORAGE: "-Storage"},
            trap=case.trap,
            charges=charges.database(kind=KIND, region=region, gib=case.gib, first=first, last=last),
        )
    )
    missing = MISSING_DAYS if case.has_missing_days else ()
    for metric, values in _series(draw, case).items():
        known = usage.without(values, lambda ago: ago > age)
        if metric == "FreeStorageSpace":  # of all else each day is there
            known = usage.without(known, lambda ago: ago in missing)
        put(estate, item, ("AWS/RDS", metric, "DBInstanceIdentifier", label), known)


def _series(draw: Draw, case: Case) -> dict[str, Values]:
    free: list[float | None] = [(case.gib - case.used_gib - case.gained_gib * day) * GIB for day in range(HISTORY_DAYS)]
    operations = usage.gauge(draw.random, low=case.operations * 0.1, high=case.operations * 0.2, peak=case.operations)
    steady = usage.gauge(draw.random, low=20, high=45, peak=80)
    return {
        "FreeStorageSpace": dict.fromkeys(("Average", "Minimum", "Maximum"), free),
        "ReadIOPS": operations,
        "WriteIOPS": operations,
        "ReadThroughput": usage.flat(6e6),
        "WriteThroughput": usage.flat(4e6),
        "CPUUtilization": steady,
        "DatabaseConnections": usage.gauge(draw.random, low=5, high=20, peak=40),
    }
