"""Managed databases: used, unused, replicas and their sources, stopped, too new, unmeasured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.aws import charges, names, usage
from sandbox.aws.compute import place, put, tags
from sandbox.aws.model import Item, all_but

if TYPE_CHECKING:
    from sandbox.aws.model import Draw, Estate

CASES = {
    "busy": 9,
    "idle": 4,
    "idle_until_lately": 2,
    "days_missing": 1,
    "no_metrics": 1,
    "new": 1,
    "stopped": 1,
    "source": 2,
    "replica": 2,
}
TRAPS = {
    "idle_until_lately": "one connection on one of the last 14 days",
    "days_missing": "no connections, but 2 of the last 14 days are missing",
    "no_metrics": "running, without a single data point",
    "new": "no connections, but only 4 days old",
    "stopped": "stopped: only its storage is billed",
    "source": "no connections, but a replica follows it",
    "replica": "no connections, but it is a replica",
}


def add(draw: Draw, estate: Estate) -> None:
    for case, count in CASES.items():
        for number in range(count):
            source = None
            if case == "replica":
                source = [item for item in estate.of("database") if item.case == "source"][number]
            _database(draw, estate, case, number, source)


def _database(draw: Draw, estate: Estate, case: str, number: int, source: Item | None) -> None:
    account, region = (source.account, source.region) if source else place(draw)
    kind = draw.random.choice(("db.t3.medium", "db.m5.large", "db.r5.large"))
    size = draw.random.choice((50, 100, 200, 500))
    name = f"{case.replace('_', '-')}-db-{number + 1}"
    created = draw.ago(4.3 if case == "new" else draw.days(60, 600) + 0.3)
    first, last = charges.span(created, draw.as_of)
    meters = charges.database(kind=kind, region=region, gib=size, first=first, last=last)
    arn = f"arn:aws:rds:{region}:{account}:db:{name}"
    wastes = (names.DATABASE_IDLE,) if case == "idle" else ()
    unknowns = (names.DATABASE_IDLE,) if case in {"days_missing", "no_metrics"} else ()
    item = Item(
        kind="database",
        account=account,
        region=region,
        native_id=arn,
        bill_id=arn,
        case=case,
        created_at=created,
        name=name,
        tags=tags(draw, name),
        facts={
            "class": kind,
            "size": size,
            "state": "stopped" if case == "stopped" else "available",
            "source": source.name if source else None,
            "resource_id": f"db-{draw.hex(26).upper()}",
        },
        wastes=wastes,
        fines=all_but((names.DATABASE_IDLE,), wastes, unknowns),
        unknowns=unknowns,
        trap=TRAPS.get(case, ""),
        charges=meters[1:] if case == "stopped" else meters,
    )
    estate.items.append(item)
    if case not in {"no_metrics", "stopped"}:
        _measure(draw, estate, item)


def _measure(draw: Draw, estate: Estate, item: Item) -> None:
    if item.case == "busy":
        connections = usage.gauge(draw.random, low=3, high=40, peak=90)
        processor = usage.gauge(draw.random, low=8, high=40, peak=85)
    else:
        connections = usage.flat(0.0)
        processor = usage.gauge(draw.random, low=1, high=3, peak=5)
    if item.case == "idle_until_lately":
        connections = usage.raised(connections, days_ago=[draw.days(2, 13)], to=1.0, statistics=("Maximum", "Sum"))
    age = (draw.as_of - item.created_at).days
    missing = set(draw.random.sample(range(2, 14), 2)) if item.case == "days_missing" else set()
    for metric, values in (("DatabaseConnections", connections), ("CPUUtilization", processor)):
        known = usage.without(values, lambda ago: ago in missing or ago > age)
        put(estate, item, ("AWS/RDS", metric, "DBInstanceIdentifier", item.name), known)
