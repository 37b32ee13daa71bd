"""Caches and databases in memory: used, unused, standing by, published through, too new, of an engine with a twin."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import charges, usage
from sandbox.aws.compute import put, tags
from sandbox.aws.model import Charge, Item, all_but
from sandbox.aws.names import LAB, REGION_CODES, SHOP
from sandbox.aws.shaped import Answered, Asked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.usage import Values

IDLE, VALKEY = "aws_elasticache_cluster_idle", "aws_elasticache_redis_to_valkey"
MEMCACHED_IDLE = "aws_elasticache_memcached_idle"
MEMORY_IDLE = "aws_memorydb_cluster_idle"
CACHE_RULES = (IDLE, VALKEY, MEMCACHED_IDLE)
CELLS = ((SHOP, "us-east-1"), (LAB, "eu-west-1"))
ELASTICACHE, MEMORYDB = "Amazon ElastiCache", "Amazon MemoryDB"
SERVICES = {
    ELASTICACHE: ("Databases", "Caching", "AmazonElastiCache"),
    MEMORYDB: ("Databases", "NoSQL Databases", "AmazonMemoryDB"),
}
RESOURCE_TYPES = {"cache_cluster": "Cache Cluster", "memory_cluster": "MemoryDB Cluster"}
# An hour of a node with Redis OSS or Memcached; Valkey is a fifth lower.
NODE_HOUR: Mapping[str, tuple[str, str]] = {
    "cache.t3.medium": ("0.068", "0.073"),
    "cache.m5.large": ("0.156", "0.174"),
    "cache.r6g.large": ("0.206", "0.229"),
    "cache.m3.medium": ("0.09", "0.1"),
    "cache.m8g.large": ("0.15", "0.166"),
    "db.t4g.medium": ("0.078", "0.086"),
    "db.r6g.large": ("0.309", "0.344"),
}
OPERATIONS = {"memcached": "0001", "redis": "0002", "valkey": "0003"}
VERSIONS = {"memcached": "1.6.22", "redis": "7.1.0", "valkey": "8.0.1"}
MISSING_DAYS = (3, 9)


@dataclass(frozen=True, kw_only=True)
class Cache:
    """One way to be a cache. `commands` are those of a day by metric, `clients` connections beside the service's own;
    `lately` is a day on which it was still used.
    """

    count: int
    engine: str = "valkey"
    kind: str = "cache.t3.medium"
    nodes: int = 1
    members: int = 1
    commands: Mapping[str, float] | None = None
    clients: int = 0
    lately: int | None = None
    state: str = "available"
    age_days: int | None = None
    has_missing_days: bool = False
    is_global: bool = False
    wastes: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    trap: str = ""


BUSY = {"CacheHits": 900_000, "CacheMisses": 20_000, "GetTypeCmds": 920_000, "SetTypeCmds": 40_000}
CACHES: dict[str, Cache] = {
    "redis_busy": Cache(count=2, engine="redis", kind="cache.m5.large", commands=BUSY, clients=30, wastes=(VALKEY,)),
    "redis_idle": Cache(count=2, engine="redis", wastes=(IDLE, VALKEY)),
    "valkey_idle": Cache(count=2, kind="cache.r6g.large", wastes=(IDLE,)),
    "valkey_busy": Cache(count=1, commands=BUSY, clients=12),
    "memcached_idle": Cache(count=3, engine="memcached", nodes=2, wastes=(MEMCACHED_IDLE,)),
    "memcached_busy": Cache(
        count=1, engine="memcached", commands={"CmdGet": 8_000, "CmdSet": 900}, trap="a Memcached that is used"
    ),
    "memcached_days_missing": Cache(
        count=2,
        engine="memcached",
        has_missing_days=True,
        unknowns=(MEMCACHED_IDLE,),
        trap="looks idle, but 2 of the last 14 days are missing",
    ),
    "standing_by": Cache(count=2, members=2, trap="no command reaches it, but it is one of two that copy each other"),
    "copied_elsewhere": Cache(count=1, is_global=True, trap="idle here, but part of a global datastore"),
    "redis_copied_elsewhere": Cache(
        count=1, engine="redis", commands=BUSY, is_global=True, trap="Redis OSS, but part of a global datastore"
    ),
    "used_lately": Cache(count=2, lately=11, trap="idle but for one day of the last 14"),
    "connected": Cache(count=1, clients=3, trap="no command, but three clients wait on it"),
    "published": Cache(
        count=1, commands={"PubSubBasedCmds": 400}, trap="nobody reads or writes a key: it passes messages on"
    ),
    "counting": Cache(count=1, commands={"EvalBasedCmds": 60}, trap="only scripts run, which count as no command"),
    "snapshotting": Cache(count=1, state="snapshotting", trap="idle, and a snapshot is being taken"),
    "days_missing": Cache(
        count=2, has_missing_days=True, unknowns=(IDLE,), trap="looks idle, but 2 of the last 14 days are missing"
    ),
    "new": Cache(count=1, age_days=5, trap="no command yet, but five days old"),
    "redis_of_a_new_type": Cache(
        count=2,
        engine="redis",
        kind="cache.m8g.large",
        commands=BUSY,
        clients=4,
        unknowns=(VALKEY,),
        trap="Redis OSS on a type of which nobody has written down whether Valkey runs there",
    ),
    "redis_of_an_old_type": Cache(
        count=1, engine="redis", kind="cache.m3.medium", commands=BUSY, trap="Redis OSS on a type without Valkey"
    ),
}
MEMORY_BUSY = {"KeyspaceHits": 50_000, "KeyspaceMisses": 100, "GetTypeCmds": 50_100, "SetTypeCmds": 8_000}
MEMORY: dict[str, Cache] = {
    "memory_idle": Cache(count=3, kind="db.t4g.medium", wastes=(MEMORY_IDLE,)),
    "memory_busy": Cache(count=1, kind="db.r6g.large", commands=MEMORY_BUSY, clients=20),
    "memory_written": Cache(
        count=1, kind="db.t4g.medium", commands={"SetTypeCmds": 12}, trap="a dozen writes a day, and no read"
    ),
    "memory_connected": Cache(count=1, kind="db.t4g.medium", clients=2, trap="no command, but somebody is connected"),
    "memory_in_two_regions": Cache(
        count=1, kind="db.r6g.large", is_global=True, trap="idle here, but part of a cluster of several regions"
    ),
    "memory_new": Cache(count=1, kind="db.t4g.medium", age_days=6, trap="no command yet, but six days old"),
    "memory_days_missing": Cache(
        count=2,
        kind="db.t4g.medium",
        has_missing_days=True,
        unknowns=(MEMORY_IDLE,),
        trap="looks idle, but 2 of the last 14 days are missing",
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    for name, cache in CACHES.items():
        for number in range(cache.count):
            _cache(draw, estate, name, cache, number)
    for name, cluster in MEMORY.items():
        for number in range(cluster.count):
            _memory(draw, estate, name, cluster, number)


def _cache(draw: Draw, estate: Estate, case: str, cache: Cache, number: int) -> None:
    # The members of a group stand together; the others by turns in either place.
    account, region = CELLS[0 if cache.members > 1 else number % len(CELLS)]
    created = draw.ago(cache.age_days + 0.3 if cache.age_days else draw.days(60, 600) + 0.3)
    group = case.replace("_", "-") if cache.engine != "memcached" else ""
    group += f"-{number + 1}" if group and cache.members == 1 else ""
    name = f"{group}-{number % cache.members + 1:03}" if group else f"{case.replace('_', '-')}-{number + 1}"
    arn = f"arn:aws:elasticache:{region}:{account}:cluster:{name}"
    shape = {
        "CacheClusterId": name,
        "CacheNodeType": cache.kind,
        "Engine": cache.engine,
        "EngineVersion": VERSIONS[cache.engine],
        "CacheClusterStatus": cache.state,
        "NumCacheNodes": cache.nodes,
        "PreferredAvailabilityZone": f"{region}a",
        "CacheClusterCreateTime": created,
        "CacheSubnetGroupName": "caches",
        "AutoMinorVersionUpgrade": True,
        "AuthTokenEnabled": False,
        "TransitEncryptionEnabled": cache.engine != "memcached",
        "AtRestEncryptionEnabled": True,
        "ARN": arn,
    } | ({"ReplicationGroupId": group} if group else {})
    item = Item(
        kind="cache_cluster",
        account=account,
        region=region,
        native_id=arn,
        bill_id=arn,
        case=case,
        created_at=created,
        name=name,
        tags=tags(draw, name),
        facts={"group": group, "is_global": cache.is_global},
        shape=shape,
        wastes=cache.wastes,
        fines=all_but(CACHE_RULES, cache.wastes, cache.unknowns),
        unknowns=cache.unknowns,
        saves={VALKEY: None},
        trap=cache.trap,
        charges=[_node_hours(ELASTICACHE, cache, cache.nodes, region, charges.span(created, draw.as_of))],
    )
    estate.items.append(item)
    own = ("CacheClusterId", name)
    names = ("CmdGet", "CmdSet") if cache.engine == "memcached" else ("CacheHits", "CacheMisses")
    _measure(draw, estate, item, cache, ("AWS/ElastiCache", own, names))


def _memory(draw: Draw, estate: Estate, case: str, cluster: Cache, number: int) -> None:
    account, region = CELLS[number % len(CELLS)]
    created = draw.ago(cluster.age_days + 0.3 if cluster.age_days else draw.days(60, 600) + 0.3)
    name = f"{case.replace('_', '-')}-{number + 1}"
    arn = f"arn:aws:memorydb:{region}:{account}:cluster/{name}"
    nodes = [
        {
            "Name": f"{name}-0001-{one:03}",
            "Status": "available",
            "AvailabilityZone": f"{region}{'ab'[one - 1]}",
            "CreateTime": created,
        }
        for one in (1, 2)
    ]
    shape = {
        "Name": name,
        "Status": cluster.state,
        "NumberOfShards": 1,
        "Shards": [{"Name": "0001", "Status": "available", "Slots": "0-16383", "Nodes": nodes, "NumberOfNodes": 2}],
        "NodeType": cluster.kind,
        "Engine": "valkey",
        "EngineVersion": "7.3",
        "TLSEnabled": True,
        "ARN": arn,
        "ACLName": "open-access",
    } | ({"MultiRegionClusterName": f"ldgnf-{name}"} if cluster.is_global else {})
    item = Item(
        kind="memory_cluster",
        account=account,
        region=region,
        native_id=arn,
        bill_id=arn,
        case=case,
        created_at=created,
        name=name,
        tags=tags(draw, name),
        shape=shape,
        wastes=cluster.wastes,
        fines=all_but((MEMORY_IDLE,), cluster.wastes, cluster.unknowns),
        unknowns=cluster.unknowns,
        trap=cluster.trap,
        charges=[_node_hours(MEMORYDB, cluster, 2, region, charges.span(created, draw.as_of))],
    )
    estate.items.append(item)
    _measure(draw, estate, item, cluster, ("AWS/MemoryDB", ("ClusterName", name), ("KeyspaceHits", "KeyspaceMisses")))


def _node_hours(service: str, cache: Cache, nodes: int, region: str, span: tuple[date, date]) -> Charge:
    price = Decimal(NODE_HOUR[cache.kind][0 if region == "us-east-1" else 1])
    price *= Decimal("0.8") if cache.engine == "valkey" else 1
    return Charge(
        service=service,
        meter=f"{REGION_CODES[region]}NodeUsage:{cache.kind}",
        operation=f"CreateCacheCluster:{OPERATIONS[cache.engine]}",
        description=f"${price} per {cache.kind} {cache.engine} node-hour (or partial hour)",
        unit="Hrs",
        price=price,
        per_day=charges.HOURS * nodes,
        first=span[0],
        last=span[1],
    )


def _measure(
    draw: Draw, estate: Estate, item: Item, cache: Cache, kept: tuple[str, tuple[str, str], tuple[str, ...]]
) -> None:
    """Connections, and commands: some are always counted, at 0 too, and others only where there are any."""
    namespace, own, always = kept
    age = (draw.as_of - item.created_at).days
    missing = MISSING_DAYS if cache.has_missing_days else ()
    connections = usage.gauge(draw.random, low=4 + cache.clients, high=5 + cache.clients, peak=6 + cache.clients)
    series: dict[str, Values] = {"CurrConnections": connections}
    for metric in dict.fromkeys((*always, *(cache.commands or ()))):
        sent = (cache.commands or {}).get(metric, 0)
        series[metric] = usage.counter(draw.random, low=sent * 0.7, high=sent * 1.3) if sent else usage.flat(0.0)
    if cache.lately:
        series[always[0]] = usage.raised(series[always[0]], days_ago=[cache.lately], to=7.0, statistics=("Sum",))
    for metric, values in series.items():
        known = usage.without(values, lambda ago: ago in missing or ago > age)
        put(estate, item, (namespace, metric, *own), known)


def _cache_clusters(asked: Asked) -> dict[str, Any]:
    return {"CacheClusters": [item.shape for item in asked.of("cache_cluster")]}


def _replication_groups(asked: Asked) -> dict[str, Any]:
    members: dict[str, list[Item]] = {}
    for item in asked.of("cache_cluster"):
        if item.facts["group"]:
            members.setdefault(item.facts["group"], []).append(item)
    return {"ReplicationGroups": [_group(name, items) for name, items in members.items()]}


def _group(name: str, items: list[Item]) -> dict[str, Any]:
    first = items[0]
    joined = {"GlobalReplicationGroupId": f"ldgnf-{name}", "GlobalReplicationGroupMemberRole": "SECONDARY"}
    return {
        "ReplicationGroupId": name,
        "Description": "sessions",
        "Status": "available",
        "MemberClusters": [item.name for item in items],
        "GlobalReplicationGroupInfo": joined if first.facts["is_global"] else {},
        "AutomaticFailover": "enabled" if len(items) > 1 else "disabled",
        "ClusterEnabled": False,
        "CacheNodeType": first.shape["CacheNodeType"],
        "ARN": f"arn:aws:elasticache:{first.region}:{first.account}:replicationgroup:{name}",
        "Engine": first.shape["Engine"],
    }


def _memory_clusters(asked: Asked) -> dict[str, Any]:
    """Shards only where they are asked for."""
    is_shown = bool(asked.parameters.get("ShowShardDetails"))
    shapes = [item.shape for item in asked.of("memory_cluster")]
    return {"Clusters": [one if is_shown else {k: v for k, v in one.items() if k != "Shards"} for one in shapes]}


ANSWERS = (
    Answered(service="elasticache", operation="DescribeCacheClusters", make=_cache_clusters),
    Answered(service="elasticache", operation="DescribeReplicationGroups", make=_replication_groups),
    Answered(
        service="memorydb",
        operation="DescribeClusters",
        make=_memory_clusters,
        honours=frozenset({"ShowShardDetails"}),
    ),
)
