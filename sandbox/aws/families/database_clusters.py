"""Clusters of DocumentDB and Neptune, instance by instance: used, forgotten, of several regions, stopped, too new."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import charges, usage
from sandbox.aws.compute import put, tags
from sandbox.aws.model import Charge, Item, all_but
from sandbox.aws.names import LAB, REGION_CODES, SHOP

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.usage import Values

CELLS = ((SHOP, "us-east-1"), (LAB, "eu-west-1"))
DOCUMENTS, GRAPHS = "Amazon DocumentDB (with MongoDB compatibility)", "Amazon Neptune"
SERVICES = {
    DOCUMENTS: ("Databases", "NoSQL Databases", "AmazonDocDB"),
    GRAPHS: ("Databases", "NoSQL Databases", "AmazonNeptune"),
}
RESOURCE_TYPES = {"document_instance": "DB Instance", "graph_instance": "DB Instance"}
MISSING_DAYS = (4, 9)


@dataclass(frozen=True, kw_only=True)
class Engine:
    """What tells the two services apart. `silent` metrics are not sent while they are zero."""

    name: str
    kind: str
    service: str
    rule: str
    namespace: str
    version: str
    used_by: str
    others: tuple[str, ...]
    is_silent: bool
    hour: Decimal


DOCDB = Engine(
    name="docdb",
    kind="document_instance",
    service=DOCUMENTS,
    rule="aws_docdb_instance_idle",
    namespace="AWS/DocDB",
    version="5.0.0",
    used_by="DatabaseConnectionsMax",
    others=("DatabaseConnections",),
    is_silent=False,
    hour=Decimal("0.26313"),
)
NEPTUNE = Engine(
    name="neptune",
    kind="graph_instance",
    service=GRAPHS,
    rule="aws_neptune_instance_idle",
    namespace="AWS/Neptune",
    version="1.4.5.1",
    used_by="TotalRequestsPerSec",
    others=("GremlinWebSocketOpenConnections",),
    is_silent=True,
    hour=Decimal("0.3287"),
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One way to be a cluster, of so many instances. `held` is what is seen beside requests, such as connections."""

    instances: int = 1
    used: float = 0
    held: float = 0
    lately: int | None = None
    age_days: int | None = None
    state: str = "available"
    cluster_state: str = "available"
    global_cluster: str = ""
    replica_of: str = ""
    copied_to: str = ""
    keep: bool = False
    has_missing_days: bool = False
    is_waste: bool = False
    is_unknown: bool = False
    trap: str = ""


CLUSTERS = {
    "forgotten": Case(instances=3, is_waste=True),
    "forgotten_small": Case(is_waste=True),
    "serving": Case(instances=2, used=40, held=12),
    "serving_little": Case(used=0.002, trap="a handful of requests a day"),
    "held_open": Case(held=2, trap="nobody asks it anything, but a client holds connections open"),
    "asked_lately": Case(lately=12, trap="unused but for one day of the last 14"),
    "of_the_world": Case(
        global_cluster="catalogue",
        copied_to="arn:aws:rds:eu-west-1:111122223333:cluster:of-the-world",
        trap="unused here, but it stands by for another region",
    ),
    "following": Case(
        replica_of="arn:aws:rds:eu-central-1:222233334444:cluster:main", trap="unused, but it follows a cluster"
    ),
    "kept": Case(keep=True, trap="unused, but a tag of its cluster asks to keep it"),
    "halted": Case(state="stopped", cluster_state="stopped", trap="stopped: only its storage is billed"),
    "changing": Case(cluster_state="upgrading", is_unknown=True, trap="unused, but its cluster is being upgraded"),
    "fresh": Case(age_days=5, trap="nobody used it yet: five days old"),
    "gaps": Case(
        instances=2, has_missing_days=True, is_unknown=True, trap="looks unused, but 2 of the last 14 days are missing"
    ),
    "followed": Case(
        copied_to="arn:aws:rds:eu-central-1:222233334444:cluster:copy", trap="unused, but a cluster follows it"
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    for engine in (DOCDB, NEPTUNE):
        for at, (name, case) in enumerate(CLUSTERS.items()):
            _cluster(draw, estate, engine, name=name, case=case, where=CELLS[at % len(CELLS)])


def _cluster(draw: Draw, estate: Estate, engine: Engine, *, name: str, case: Case, where: tuple[str, str]) -> None:
    account, region = where
    label = f"{name.replace('_', '-')}-{engine.name}"
    age = case.age_days or draw.days(60, 600)
    created = draw.ago(age + 0.3)
    cluster = {
        "DBClusterIdentifier": label,
        "DBClusterArn": f"arn:aws:rds:{region}:{account}:cluster:{label}",
        "DbClusterResourceId": f"cluster-{draw.hex(26).upper()}",
        "Engine": engine.name,
        "EngineVersion": engine.version,
        "Status": case.cluster_state,
        "MasterUsername": "northwind",
        "ClusterCreateTime": created,
        "DBClusterMembers": [
            {"DBInstanceIdentifier": f"{label}-{one}", "IsClusterWriter": one == 1, "PromotionTier": 1}
            for one in range(1, case.instances + 1)
        ],
        "TagList": [{"Key": "keep", "Value": "true"}] if case.keep else [],
    }
    cluster |= {"GlobalClusterIdentifier": case.global_cluster} if case.global_cluster else {}
    cluster |= {"ReplicationSourceIdentifier": case.replica_of} if case.replica_of else {}
    cluster |= {"ReadReplicaIdentifiers": [case.copied_to]} if case.copied_to else {}
    for one in range(1, case.instances + 1):
        estate.items.append(_instance(draw, engine, f"{label}-{one}", case=case, cluster=cluster, where=where))
    missing = MISSING_DAYS if case.has_missing_days else ()
    for metric, values in _series(draw, engine, case).items():
        known = usage.without(values, lambda ago: ago in missing or ago > age)
        put(estate, estate.items[-1], (engine.namespace, metric, "DBClusterIdentifier", label), known)


def _instance(
    draw: Draw, engine: Engine, name: str, *, case: Case, cluster: dict[str, Any], where: tuple[str, str]
) -> Item:
    account, region = where
    arn = f"arn:aws:rds:{region}:{account}:db:{name}"
    created = cluster["ClusterCreateTime"]
    wastes = (engine.rule,) if case.is_waste else ()
    unknowns = (engine.rule,) if case.is_unknown else ()
    own_tags = tags(draw, name)
    shape = {
        "DBInstanceIdentifier": name,
        "DBInstanceClass": "db.r6g.large",
        "Engine": engine.name,
        "EngineVersion": engine.version,
        "DBInstanceStatus": case.state,
        "InstanceCreateTime": created,
        "BackupRetentionPeriod": 7,
        "DBClusterIdentifier": cluster["DBClusterIdentifier"],
        "DbiResourceId": f"db-{draw.hex(26).upper()}",
        "DBInstanceArn": arn,
        "TagList": [{"Key": key, "Value": value} for key, value in own_tags.items()],
    }
    return Item(
        kind=engine.kind,
        account=account,
        region=region,
        native_id=arn,
        bill_id=arn,
        case=name,
        created_at=created,
        name=name,
        tags=own_tags,
        facts={"cluster": cluster},
        shape=shape,
        wastes=wastes,
        fines=all_but((engine.rule,), wastes, unknowns),
        unknowns=unknowns,
        trap=case.trap,
        charges=[_hours(draw, engine, created, region)] if case.state == "available" else [],
    )


def _hours(draw: Draw, engine: Engine, created: datetime, region: str) -> Charge:
    first, last = charges.span(created, draw.as_of)
    return Charge(
        service=engine.service,
        meter=f"{REGION_CODES[region]}InstanceUsage:db.r6g.large",
        operation="CreateDBInstance",
        description=f"${engine.hour} per hour of db.r6g.large",
        unit="Hrs",
        price=engine.hour,
        per_day=charges.HOURS,
        first=first,
        last=last,
    )


def _series(draw: Draw, engine: Engine, case: Case) -> dict[str, Values]:
    """Requests or connections, and that it ran. What is not sent while it is zero has no value then."""
    used, held = case.used, case.held
    if not engine.is_silent:
        used, held = max(used, held), max(used, held)
    series = {engine.used_by: _gauge(draw, used), **{name: _gauge(draw, held) for name in engine.others}}
    if case.lately:
        lifted = usage.raised(
            series[engine.used_by], days_ago=[case.lately], to=1.0, statistics=("Minimum", "Average", "Maximum")
        )
        series[engine.used_by] = lifted
    if engine.is_silent:
        series = {name: _unsent_at_zero(values) for name, values in series.items()}
    if case.state == "available":
        series["CPUUtilization"] = usage.gauge(draw.random, low=2, high=9, peak=20)
    return series


def _unsent_at_zero(values: Values) -> Values:
    return {
        statistic: [one if highest else None for one, highest in zip(of_days, values["Maximum"], strict=True)]
        for statistic, of_days in values.items()
    }


def _gauge(draw: Draw, amount: float) -> Values:
    return usage.gauge(draw.random, low=amount / 2, high=amount, peak=amount * 2) if amount else usage.flat(0.0)
