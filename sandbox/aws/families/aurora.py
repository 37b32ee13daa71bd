"""Clusters of RDS with their instances: used, forgotten, of several regions, asleep, stopped, without an instance."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import charges, names, usage
from sandbox.aws.cases import Case, meter, stands
from sandbox.aws.compute import put, tags
from sandbox.aws.model import Item

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Charge, Draw, Estate
    from sandbox.aws.usage import Values

IDLE = "aws_rds_cluster_idle"
RESOURCE_TYPES = {"database_cluster": "DB Cluster"}
CLASS, SERVERLESS = "db.r6g.large", "db.serverless"
OLD = {"version": "5.7.mysql_aurora.2.12.5"}
THREE_ZONES = {"engine": "mysql", "version": "8.4.3", "class": "db.m6gd.large", "members": 3}
CASES = {
    # Of the first three, instances stand in the estate for what is kept of databases.
    "orders": Case(has={"name": "orders", "members": 0, "used": 40, **OLD}),
    "stock_one": Case(has={"name": "stock-1", "members": 0, "used": 40}),
    "stock_two": Case(has={"name": "stock-2", "members": 0, "used": 40}),
    "aurora_serving": Case(count=2, has={"used": 40}),
    "aurora_forgotten": Case(count=2, wastes=(IDLE,)),
    "aurora_forgotten_alone": Case(wastes=(IDLE,), has={"members": 1}),
    "aurora_forgotten_awake": Case(
        wastes=(IDLE,), has={"class": SERVERLESS, "from": 0.5}, trap="serverless, but it never pauses: half a unit"
    ),
    "zones_forgotten": Case(wastes=(IDLE,), has=THREE_ZONES, trap="three instances in three zones, of MySQL"),
    "aurora_without_instance": Case(
        count=2, wastes=(IDLE,), silent=(IDLE,), has={"members": 0, "is_silent": True},
        trap="without an instance for months: only its storage is billed",
    ),
    "aurora_instance_gone": Case(
        unknowns=(IDLE,), has={"members": 0, "ended": 5}, trap="its last instance was deleted four days ago"
    ),
    "aurora_gaps": Case(unknowns=(IDLE,), has={"missing": (4, 9)}, trap="unused, but 2 of the last 14 days lack data"),
    "aurora_fed": Case(
        unknowns=(IDLE,), has={"operations": 45.0}, trap="no connections, but 90 reads and writes a second"
    ),
    "aurora_changing": Case(unknowns=(IDLE,), has={"state": "upgrading"}, trap="unused, but it is being upgraded"),
    "aurora_asked_lately": Case(has={"lately": 12}, trap="unused but for one day of the last 14"),
    "aurora_of_the_world": Case(
        has={"told": {"GlobalClusterIdentifier": "catalogue"}}, trap="unused here, but part of a global database"
    ),
    "aurora_headless": Case(
        has={"members": 0, "is_silent": True, "told": {"GlobalClusterIdentifier": "catalogue"}},
        trap="without an instance, as the far side of a global database may be",
    ),
    "aurora_following": Case(
        has={"told": {"ReplicationSourceIdentifier": "arn:aws:rds:eu-central-1:222233334444:cluster:main"}},
        trap="unused, but it follows a cluster",
    ),
    "aurora_followed": Case(
        has={"told": {"ReadReplicaIdentifiers": ["arn:aws:rds:eu-central-1:222233334444:cluster:copy"]}},
        trap="unused, but a cluster follows it",
    ),
    "aurora_green": Case(has={"name": "orders-green-x1y2z3"}, trap="the green side of a blue/green deployment"),
    "aurora_asleep": Case(count=2, has={"class": SERVERLESS, "from": 0.0}, trap="unused, and pauses by itself"),
    "aurora_kept": Case(tags={"keep": "true"}, trap="unused, but a tag asks to keep it"),
    "aurora_halted": Case(has={"state": "stopped"}, trap="stopped: only its storage is billed"),
    "aurora_fresh": Case(age_days=5, trap="nobody connected yet: five days old"),
}  # fmt: skip


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        _cluster(draw, estate, stand)


def _cluster(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, stable = stand.case.has, f"cluster-{draw.hex(26).upper()}"
    billed = stand.arn("rds", f"cluster:{stable.lower()}")
    cluster = stand.item(draw, kind="database_cluster", native_id=billed, bill_id=billed, rules=(IDLE,))
    cluster.name = has.get("name", cluster.name)
    kind, engine = has.get("class", CLASS), has.get("engine", "aurora-mysql")
    cluster.shape = {
        "DBClusterIdentifier": cluster.name,
        "DBClusterArn": stand.arn("rds", f"cluster:{cluster.name}"),
        "DbClusterResourceId": stable,
        "Engine": engine,
        "EngineVersion": has.get("version", "8.0.mysql_aurora.3.08.0"),
        "EngineMode": "provisioned",
        "Status": has.get("state", "available"),
        "StorageType": "aurora" if engine.startswith("aurora") else "gp3",
        "ClusterCreateTime": cluster.created_at,
        **has.get("told", {}),
    }
    if kind == SERVERLESS:
        cluster.shape["ServerlessV2ScalingConfiguration"] = {"MinCapacity": has["from"], "MaxCapacity": 8.0}
    cluster.charges = _storage(draw, cluster, engine)
    estate.items.append(cluster)
    for number in range(has.get("members", 2)):
        estate.items.append(_member(draw, cluster, number=number + 1, kind=kind))
    age_days = stand.case.age_days
    for metric, values in _series(draw, has).items():
        known = usage.without(values, lambda ago: _is_missing(has, ago) or (age_days is not None and ago > age_days))
        put(estate, cluster, ("AWS/RDS", metric, "DBClusterIdentifier", cluster.name), known)


def _is_missing(has: Any, ago: int) -> bool:  # noqa: ANN401 - a case's words
    return ago in has.get("missing", ()) or ago < has.get("ended", 0)


def _storage(draw: Draw, cluster: Item, engine: str) -> list[Charge]:
    if not engine.startswith("aurora"):
        name, price = "RDS:Multi-AZCluster-GP3-Storage", "0.345"
        return [meter(draw, cluster, service=charges.RDS, name=name, unit="GB-Mo", price=price, held=Decimal(100))]
    return [
        meter(draw, cluster, service=charges.RDS, name="Aurora:StorageUsage", unit="GB-Mo", price="0.10",
              operation="CreateDBInstance", held=Decimal(draw.random.choice((12, 40, 300)))),
        meter(draw, cluster, service=charges.RDS, name="Aurora:StorageIOUsage", unit="IOs", price="0.0000002",
              operation="CreateDBInstance", per_day=Decimal(9_000)),
        meter(draw, cluster, service=charges.RDS, name="Aurora:BackupUsage", unit="GB-Mo", price="0.021",
              operation="CreateDBInstance", held=Decimal(5)),
    ]  # fmt: skip


def _member(draw: Draw, cluster: Item, *, number: int, kind: str) -> Item:
    """An instance of a cluster, billed for itself. Each rule on databases leaves it to its cluster."""
    name = f"{cluster.name}-{number}"
    arn = f"arn:aws:rds:{cluster.region}:{cluster.account}:db:{name}"
    shape = cluster.shape
    item = Item(
        kind="database",
        account=cluster.account,
        region=cluster.region,
        native_id=arn,
        bill_id=arn,
        case=f"member_of_{cluster.case}",
        created_at=cluster.created_at,
        name=name,
        tags=tags(draw, name),
        facts={
            "class": kind,
            "size": 1,
            "state": shape["Status"],
            "source": None,
            "is_multi_az": False,
            "resource_id": f"db-{draw.hex(26).upper()}",
            "engine": shape["Engine"],
            "version": shape["EngineVersion"],
            "cluster": cluster.name,
        },
        fines=(*names.DATABASE_RULES, names.DATABASE_PREVIOUS),
    )
    item.charges = _hours(draw, item, kind=kind, bounds=shape.get("ServerlessV2ScalingConfiguration", {}))
    return item


def _hours(draw: Draw, item: Item, *, kind: str, bounds: dict[str, float]) -> list[Charge]:
    """What it is billed by the hour: nothing of one that is stopped or asleep."""
    if item.facts["state"] == "stopped" or bounds.get("MinCapacity") == 0:
        return []
    if kind == SERVERLESS:
        hours, name, price, unit = Decimal(12), "Aurora:ServerlessV2Usage", "0.12", "ACU-Hr"
    else:
        is_aurora = item.facts["engine"].startswith("aurora")
        word = "InstanceUsage" if is_aurora else "Multi-AZClusterUsage"
        hours, name, price, unit = charges.HOURS, f"{word}:{kind}", "0.26", "Hrs"
    return [meter(draw, item, service=charges.RDS, name=name, unit=unit, price=price,
                  operation="CreateDBInstance:0016", per_day=hours)]  # fmt: skip


def _series(draw: Draw, has: Any) -> dict[str, Values]:  # noqa: ANN401 - a case's words
    """Connections, and what is read and written, of all instances together; nothing where there is none."""
    if has.get("is_silent"):
        return {}
    used, operations = has.get("used", 0), has.get("operations", 0.4)
    connections = usage.gauge(draw.random, low=used / 4, high=used, peak=used * 2) if used else usage.flat(0.0)
    if "lately" in has:
        connections = usage.raised(connections, days_ago=[has["lately"]], to=1.0, statistics=("Maximum",))
    return {
        "DatabaseConnections": connections,
        "ReadIOPS": usage.flat(operations),
        "WriteIOPS": usage.flat(operations),
    }
