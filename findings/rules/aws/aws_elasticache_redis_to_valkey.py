"""ElastiCache lists a node that runs Valkey a fifth below the same node with Redis OSS."""

from __future__ import annotations

from decimal import Decimal

from connections.resources.caches import CacheCluster
from findings.rule import BillExpects, Fine, Rule, Share, Unknown, Verdict, Waste, counted

LOWER_BY = Decimal("0.2")  # nodes, in every region and of every type that has both
VALKEY_RUNS_ON = frozenset(
    {"c7gn", "m4", "m5", "m6g", "m7g", "r4", "r5", "r6g", "r6gd", "r7g", "t2", "t3", "t4g"}
)  # fmt: skip
ONLY_REDIS_RUNS_ON = frozenset({"c1", "m1", "m2", "m3", "r3", "t1"})


def judge(cache: CacheCluster) -> Verdict:
    if cache.state != "available" or cache.engine != "redis":
        return Fine()
    family = cache.node_type.removeprefix("cache.").partition(".")[0]
    if family in ONLY_REDIS_RUNS_ON:
        return Fine(f"{cache.node_type} is of a generation on which Valkey is not offered: its type comes first.")
    if family not in VALKEY_RUNS_ON:
        return Unknown(f"whether Valkey runs on {cache.node_type}")
    if cache.group_id and cache.is_in_global_datastore is None:
        return Unknown("whether its replication group is copied to other regions")
    if cache.is_in_global_datastore:
        return Fine("Part of a global datastore, whose regions change their engine together.")
    return Waste(
        saves=Share(fraction=LOWER_BY, to_price="Valkey", part_of=(f"NodeUsage:{cache.node_type}",), is_by_list=True),
        because=f"{counted(cache.node_count, 'node')} {cache.node_type} with Redis OSS {cache.engine_version}, "
        f"which costs a fifth less with Valkey by AWS' list prices.",
    )


rule = Rule(
    id="aws_elasticache_redis_to_valkey",
    title="ElastiCache for Redis OSS that may run Valkey",
    looks_at=CacheCluster,
    settings={},
    action="Try the application against Valkey, then upgrade the replication group's engine in its maintenance window.",
    docs="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/VersionManagement.HowTo.html",
    judge=judge,
    action_type="Upgrade",
    stage="PRICE",
    implementation_effort="Medium",
    restart_needed=True,
    rollback="Restore the snapshot taken before into a cache of Redis OSS; what was written since is lost.",
    hint="aws elasticache describe-cache-clusters --region {region} --cache-cluster-id {native_id}",
    bill=BillExpects(prices=("NodeUsage",), at_least=Decimal(0), says="so its price may not be a node hour's"),
)
