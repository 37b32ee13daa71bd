"""A serverless cache that nobody has sent a command to for two weeks is still charged for a least amount of data."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.caches import ServerlessCache
from findings.rule import ALL_OF_LATE, BillExpects, Fine, Rule, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

COMMANDS = Metric(name="TotalCmdsCount", statistic="Sum", unit="commands")
CONNECTIONS = Metric(name="CurrConnections", statistic="Maximum", unit="connections")


def judge(cache: ServerlessCache, *, usage: Usage, idle_days: int) -> Verdict:
    if cache.state != "available":
        return Fine()
    days = [value for metric in (COMMANDS, CONNECTIONS) for value in usage.days(metric, days=idle_days)]
    if any((value or 0) > 0 for value in days):
        return Fine()
    if None in days:
        return unmeasured(cache, since=cache.created_at, days=idle_days, what="commands and connections")
    return Waste(
        saves=ALL_OF_LATE,
        because=f"Serverless cache ({cache.engine}) without a command or a connection on any of the last "
        f"{counted(idle_days, 'day')}.",
    )


rule = Rule(
    id="aws_elasticache_serverless_idle",
    title="ElastiCache serverless cache that nobody uses",
    looks_at=ServerlessCache,
    settings={"idle_days": 14},
    action="Ask its owner, take a final snapshot, then delete the cache.",
    docs="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/WhatIs.corecomponents.html",
    judge=judge,
    metrics=(COMMANDS, CONNECTIONS),
    window_days=14,
    rollback_possible=True,
    rollback="Make a serverless cache again from the final snapshot; its endpoint is a new one.",
    hint="aws elasticache describe-serverless-caches --region {region} --serverless-cache-name {native_id}",
    bill=BillExpects(
        prices=("ElastiCacheProcessingUnits",),
        at_most=lambda _: Decimal(0),
        says="which it does for commands, or for a least number of them that it is kept ready for",
    ),
)
