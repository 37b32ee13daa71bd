"""Managed databases: used, unused, hardly used, replicas and their sources, stopped, with a standby, too new,
unmeasured.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sandbox.aws import charges, names, usage
from sandbox.aws.compute import place, put, tags
from sandbox.aws.model import Charge, Item, all_but
from sandbox.aws.storage import UNANSWERED_CELL

if TYPE_CHECKING:
    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.usage import Values

CASES = {
    "busy": 9,
    "idle": 4,
    "idle_until_lately": 2,
    "days_missing": 1,
    "no_metrics": 1,
    "new": 1,
    "stopped": 3,
    "source": 2,
    "replica": 2,
    "stopped_for_a_time": 2,
    "stopped_restarted": 1,
    "stopped_unanswered": 2,
    "quiet": 3,
    "quiet_memory_class": 1,
    "quiet_but_one_day": 2,
    "doubled_dev": 3,
    "doubled_prod": 2,
    "doubled_staging": 1,
    "doubled_untagged": 1,
    "idle_with_operations": 2,
}
TRAPS = {
    "idle_until_lately": "one connection on one of the last 14 days",
    "days_missing": "no connections, but 2 of the last 14 days are missing",
    "no_metrics": "running, without a single data point",
    "new": "no connections, but only 4 days old",
    "stopped": "stopped: only its storage is billed",
    "source": "no connections, but a replica follows it",
    "replica": "no connections, but it is a replica",
    "stopped_for_a_time": "stopped, but used until five days ago",
    "stopped_restarted": "stopped: AWS started it after seven days, and nobody connected until it was stopped again",
    "stopped_unanswered": "stopped, but CloudWatch fails on its usage, so nothing says whether it is used in between",
    "quiet_memory_class": "its processor is hardly busy, but it is of a class that is taken for its memory",
    "quiet_but_one_day": "its processor was busy at 35 % on one of the last 30 days",
    "doubled_staging": "a standby in staging, where a failover may be rehearsed",
    "idle_with_operations": "no connections, but 90 reads and writes a second",
    "doubled_untagged": "a standby, and no tag that says what it is for",
}
# Reads, and as many writes, a second: what the engine does for itself, and where something else does more.
OPERATIONS, OPERATIONS_OF = 0.4, {"idle_with_operations": 45.0, "busy": 60.0}
KINDS = ("db.t4g.medium", "db.m6g.large", "db.r6g.large")
KIND_OF = dict.fromkeys(("quiet", "quiet_but_one_day", "days_missing", "no_metrics"), "db.m6g.large") | {
    "quiet_memory_class": "db.r6g.large"
}
ENVIRONMENT_OF = {"doubled_dev": "dev", "doubled_prod": "prod", "doubled_staging": "staging"}
WASTES = {
    "idle": names.DATABASE_IDLE,
    "quiet": names.DATABASE_LOW_CPU,
    "idle_until_lately": names.DATABASE_LOW_CPU,
    "stopped": names.DATABASE_STOPPED,
    "stopped_restarted": names.DATABASE_STOPPED,
    "doubled_dev": names.DATABASE_STANDBY,
}
UNKNOWNS = {
    "idle_with_operations": (names.DATABASE_IDLE,),
    "days_missing": (names.DATABASE_IDLE, names.DATABASE_LOW_CPU),
    "no_metrics": (names.DATABASE_IDLE, names.DATABASE_LOW_CPU),
    "stopped_unanswered": (names.DATABASE_STOPPED,),
}
UNMEASURED, LITTLE_STORAGE = ("days_missing", "no_metrics"), 100  # of no more GiB than that nobody asks how full it is


def add(draw: Draw, estate: Estate) -> None:
    for case, count in CASES.items():
        for number in range(count):
            source = None
            if case == "replica":
                source = [item for item in estate.of("database") if item.case == "source"][number]
            _database(draw, estate, case, number, source)


def _database(draw: Draw, estate: Estate, case: str, number: int, source: Item | None) -> None:
    account, region = (source.account, source.region) if source else place(draw)
    if case == "stopped_unanswered":
        account, region = UNANSWERED_CELL
    drawn = draw.random.choice(KINDS)
    kind, size = KIND_OF.get(case, drawn), draw.random.choice((50, 100, 200, 500))
    name = f"{case.replace('_', '-')}-db-{number + 1}"
    created = draw.ago(4.3 if case == "new" else draw.days(60, 600) + 0.3)
    first, last = charges.span(created, draw.as_of)
    is_doubled = case.startswith("doubled")
    meters = charges.database(kind=kind, region=region, gib=size, first=first, last=last, is_multi_az=is_doubled)
    arn = f"arn:aws:rds:{region}:{account}:db:{name}"
    is_large = kind == "db.r6g.large"
    wastes = () if case not in WASTES or (case == "idle_until_lately" and is_large) else (WASTES[case],)
    unknowns = UNKNOWNS.get(case, ())
    unknowns += (names.DATABASE_STORAGE,) if case in UNMEASURED and size > LITTLE_STORAGE else ()
    item = Item(
        kind="database",
        account=account,
        region=region,
        native_id=arn,
        bill_id=arn,
        case=case,
        created_at=created,
        name=name,
        tags=_tags(draw, case, name),
        facts={
            "class": kind,
            "size": size,
            "state": "stopped" if case.startswith("stopped") else "available",
            "source": source.name if source else None,
            "resource_id": f"db-{draw.hex(26).upper()}",
            "is_multi_az": is_doubled,
        },
        wastes=wastes,
        fines=all_but(names.DATABASE_RULES, wastes, unknowns),
        unknowns=unknowns,
        saves=dict.fromkeys((names.DATABASE_LOW_CPU, names.DATABASE_STOPPED, names.DATABASE_STANDBY)),
        trap=TRAPS.get(case, ""),
        charges=_stopped(draw, case, meters),
    )
    estate.items.append(item)
    if case == "stopped_unanswered":
        estate.unanswered.add(name)
    elif case not in {"no_metrics", "stopped"}:
        _measure(draw, estate, item)


def _tags(draw: Draw, case: str, name: str) -> dict[str, str]:
    drawn = tags(draw, name)
    if not case.startswith("doubled"):
        return drawn
    told = {key: value for key, value in drawn.items() if key != "env"}
    return told | ({"env": ENVIRONMENT_OF[case]} if case in ENVIRONMENT_OF else {})


def _stopped(draw: Draw, case: str, meters: list[Charge]) -> list[Charge]:
    """Without its hours where it is stopped; until five days ago where it was used until then."""
    if case == "stopped_for_a_time":
        return [replace(meters[0], last=draw.ago(6).date()), *meters[1:]]
    return meters[1:] if case.startswith("stopped") else meters


def _measure(draw: Draw, estate: Estate, item: Item) -> None:
    connections, processor = _series(draw, item.case)
    age = (draw.as_of - item.created_at).days
    missing = set(draw.random.sample(range(2, 14), 2)) if item.case == "days_missing" else set()
    if item.case == "stopped_for_a_time":
        missing = set(range(1, 6))
    if item.case == "stopped_restarted":
        missing = set(range(1, 46)) - {draw.days(2, 6), draw.days(10, 13)}
    operations = usage.flat(OPERATIONS_OF.get(item.case, OPERATIONS))
    series = {"DatabaseConnections": connections, "CPUUtilization": processor}
    for metric, values in (series | {"ReadIOPS": operations, "WriteIOPS": operations}).items():
        known = usage.without(values, lambda ago: ago in missing or ago > age)
        put(estate, item, ("AWS/RDS", metric, "DBInstanceIdentifier", item.name), known)


def _series(draw: Draw, case: str) -> tuple[Values, Values]:
    """Connections and processor, as busy as the case says."""
    if case == "busy" or case.startswith("doubled") or case == "stopped_for_a_time":
        connections = usage.gauge(draw.random, low=3, high=40, peak=90)
        return connections, usage.gauge(draw.random, low=8, high=40, peak=85)
    if case.startswith("quiet"):
        connections = usage.gauge(draw.random, low=2, high=9, peak=20)
        processor = usage.gauge(draw.random, low=1, high=6, peak=16)
        if case == "quiet_but_one_day":
            processor = usage.raised(processor, days_ago=[draw.days(2, 29)], to=35.0, statistics=("Maximum",))
        return connections, processor
    connections = usage.flat(0.0)
    processor = usage.gauge(draw.random, low=1, high=3, peak=5)
    if case == "idle_until_lately":
        connections = usage.raised(connections, days_ago=[draw.days(2, 13)], to=1.0, statistics=("Maximum", "Sum"))
    return connections, processor
