"""Clusters of RDS with their instances: used, forgotten, of several regions, asleep, stopped, without an instance."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import charges, names, usage
from sandbox.aws.cases import Case, meter, stands
from sandbox.aws.compute import put, tags
from sandbox.aws.model import Item, all_but

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Charge, Draw, Estate
    from sandbox.aws.usage import Values

IDLE, OPTION = "aws_rds_cluster_idle", "aws_rds_cluster_storage_option"
INSTANCE_IDLE = "aws_rds_cluster_instance_idle"
RESOURCE_TYPES = {"database_cluster": "DB Cluster"}
CLASS, SERVERLESS = "db.r6g.large", "db.serverless"
OLD = {"version": "5.7.mysql_aurora.2.12.5"}
DAYS = 30
# How much more AWS asks for storage and instances in whose price reads and writes are included, at most.
DEARER_STORAGE, DEARER_HOURS = Decimal("1.26"), Decimal("0.31")
MANY = 60_000_000  # reads and writes a day
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
        has={
            "told": {
                "ReadReplicaIdentifiers": ["arn:aws:rds:eu-central-1:222233334444:cluster:copy"],
                "CloneGroupId": "7f1d4c1e-0d7c-4b5e-9d61-2f3f6a1c9b10",
            }
        },
        trap="unused, but a cluster follows it; it was cloned, too",
    ),
    "aurora_green": Case(has={"name": "orders-green-x1y2z3"}, trap="the green side of a blue/green deployment"),
    "aurora_asleep": Case(count=2, has={"class": SERVERLESS, "from": 0.0}, trap="unused, and pauses by itself"),
    "aurora_kept": Case(tags={"keep": "true"}, trap="unused, but a tag asks to keep it"),
    "aurora_halted": Case(has={"state": "stopped"}, trap="stopped: only its storage is billed"),
    "aurora_fresh": Case(age_days=5, trap="nobody connected yet: five days old"),
    "aurora_read_much": Case(count=3, wastes=(OPTION,), silent=(OPTION,), has={"used": 40, "io": MANY}),
    "aurora_read_much_and_large": Case(
        has={"used": 40, "io": MANY, "gib": 3000},
        trap="reads and writes are half of what it costs, but its storage would cost more than they do",
    ),
    "aurora_read_for_a_week": Case(
        has={"used": 40, "io": MANY * 3, "io_ended": 17}, trap="many reads and writes, but of a load that is over"
    ),
    "aurora_read_of_old": Case(
        has={"used": 40, "io": MANY, "version": "8.0.mysql_aurora.3.02.2"},
        trap="many reads and writes, of a version that knows no other storage",
    ),
    "aurora_optimized": Case(has={"used": 40, "told": {"StorageType": "aurora-iopt1"}}),
    "aurora_read_unpriced": Case(
        count=2, unknowns=(OPTION,), has={"used": 40, "io": MANY, "is_unpriced": True},
        trap="many reads and writes, and no hours of its instances on the bill",
    ),
}  # fmt: skip


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        _cluster(draw, estate, stand)


def _cluster(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, stable = stand.case.has, f"cluster-{draw.hex(26).upper()}"
    billed = stand.arn("rds", f"cluster:{stable.lower()}")
    cluster = stand.item(draw, kind="database_cluster", native_id=billed, bill_id=billed, rules=(IDLE, OPTION))
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
    cluster.charges = _storage(draw, cluster, has)
    estate.items.append(cluster)
    members = [
        _member(draw, cluster, number=number + 1, kind=kind, is_unpriced=has.get("is_unpriced", False))
        for number in range(has.get("members", 2))
    ]
    estate.items.extend(members)
    cluster.saves = {IDLE: _saved_by_deletion(cluster)} if IDLE in cluster.wastes else {}
    if OPTION in cluster.wastes:
        cluster.saves = {OPTION: _saved_by_option(cluster, members)}
    age_days = stand.case.age_days
    for metric, values in _series(draw, has).items():
        known = usage.without(values, lambda ago: _is_missing(has, ago) or (age_days is not None and ago > age_days))
        put(estate, cluster, ("AWS/RDS", metric, "DBClusterIdentifier", cluster.name), known)


def _is_missing(has: Any, ago: int) -> bool:  # noqa: ANN401 - a case's words
    return ago in has.get("missing", ()) or ago < has.get("ended", 0)


def _storage(draw: Draw, cluster: Item, has: Any) -> list[Charge]:  # noqa: ANN401 - a case's words
    """What is billed under the cluster's own id: with storage in whose price reads and writes are, none of these."""
    gib, kind = has.get("gib", draw.random.choice((30, 60, 300))), cluster.shape["StorageType"]
    if kind == "gp3":
        return [_held(draw, cluster, "RDS:Multi-AZCluster-GP3-Storage", price="0.345", gib=100)]
    if kind == "aurora-iopt1":
        return [_held(draw, cluster, "Aurora:IO-OptimizedStorageUsage", price="0.225", gib=gib)]
    io = meter(draw, cluster, service=charges.RDS, name="Aurora:StorageIOUsage", unit="IOs", price="0.0000002",
               operation="CreateDBInstance", per_day=Decimal(has.get("io", 9_000)))  # fmt: skip
    return [
        _held(draw, cluster, "Aurora:StorageUsage", price="0.10", gib=gib),
        replace(io, last=draw.ago(has["io_ended"]).date()) if "io_ended" in has else io,
        _held(draw, cluster, "Aurora:BackupUsage", price="0.021", gib=60),
    ]


def _held(draw: Draw, cluster: Item, name: str, *, price: str, gib: int) -> Charge:
    per_day = (Decimal(gib) / DAYS).quantize(Decimal("1e-6"))  # of more digits a Parquet file's double has others
    return meter(draw, cluster, service=charges.RDS, name=name, unit="GB-Mo", price=price,
                 operation="CreateDBInstance", per_day=per_day)  # fmt: skip


def _saved_by_deletion(cluster: Item) -> Decimal:
    """All of the cluster's own cost but that of backups, which outlive it."""
    costs = {one.meter: Decimal(one.per_day or 0) * one.price for one in cluster.charges}
    return sum((cost for meter, cost in costs.items() if "BackupUsage" not in meter), Decimal(0)) / sum(costs.values())


def _saved_by_option(cluster: Item, members: list[Item]) -> Decimal:
    """The share of the cluster's own cost that is saved where reads and writes are in the price of all else."""
    stored, io, kept = ((one.per_day or 0) * one.price for one in cluster.charges)
    hours = sum((one.per_day or 0) * one.price for member in members for one in member.charges)
    return (io - DEARER_STORAGE * stored - DEARER_HOURS * hours) / (stored + io + kept)


def _member(draw: Draw, cluster: Item, *, number: int, kind: str, is_unpriced: bool) -> Item:
    """An instance of a cluster, billed for itself and used as a part of the whole."""
    wastes = (INSTANCE_IDLE,) if IDLE in cluster.wastes else ()
    unknowns = (INSTANCE_IDLE,) if IDLE in cluster.unknowns else ()
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
        wastes=wastes,
        fines=all_but((*names.DATABASE_RULES, names.DATABASE_PREVIOUS, INSTANCE_IDLE), wastes, unknowns),
        unknowns=unknowns,
    )
    item.charges = [] if is_unpriced else _hours(draw, item, kind=kind, cluster=shape)
    return item


def _hours(draw: Draw, item: Item, *, kind: str, cluster: dict[str, Any]) -> list[Charge]:
    """What it is billed by the hour: nothing of one that is stopped or asleep."""
    is_asleep = cluster.get("ServerlessV2ScalingConfiguration", {}).get("MinCapacity") == 0
    if item.facts["state"] == "stopped" or is_asleep:
        return []
    words = {"aurora": "InstanceUsage", "aurora-iopt1": "InstanceUsageIOOptimized", "gp3": "Multi-AZClusterUsage"}
    hours, name, price, unit = charges.HOURS, f"{words[cluster['StorageType']]}:{kind}", "0.26", "Hrs"
    if kind == SERVERLESS:
        hours, name, price, unit = Decimal(12), "Aurora:ServerlessV2Usage", "0.12", "ACU-Hr"
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
