"""ElastiCache lists a serverless cache that runs Valkey a third below one with Redis OSS."""

from __future__ import annotations

from decimal import Decimal

from connections.resources.caches import ServerlessCache
from findings.rule import BillExpects, Fine, Rule, Share, Verdict, Waste

# AWS says 33 %. 0.084 against 0.125 USD a GB-hour, and 0.0023 against 0.0034 a million units, are a little less.
LOWER_BY = Decimal("0.32")
STORED, SENT = "CachedData:Redis", "ElastiCacheProcessingUnits:Redis"


def judge(cache: ServerlessCache) -> Verdict:
    if cache.engine != "redis" or cache.state != "available":
        return Fine()
    return Waste(
        saves=Share(fraction=LOWER_BY, to_price="Valkey", part_of=(STORED, SENT), is_by_list=True),
        because=f"Serverless cache with Redis OSS {cache.engine_version}, which costs a third less with Valkey by AWS' "
        "list prices. Besides, Valkey is charged for 0.1 GB of data at least, Redis OSS for 1 GB.",
    )


rule = Rule(
    id="aws_elasticache_serverless_to_valkey",
    title="ElastiCache serverless cache for Redis OSS that may run Valkey",
    looks_at=ServerlessCache,
    settings={},
    action="Try the application against Valkey, then change the engine of the serverless cache.",
    docs="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/VersionManagement.HowTo.html",
    judge=judge,
    action_type="Upgrade",
    stage="PRICE",
    implementation_effort="Medium",
    rollback="Restore the snapshot taken before into a cache of Redis OSS; what was written since is lost.",
    hint="aws elasticache describe-serverless-caches --region {region} --serverless-cache-name {native_id}",
    bill=BillExpects(prices=(STORED,), at_least=Decimal(0), says="so its price may not be that of data in Redis OSS"),
)
