"""A stage's cache is charged by the hour for its size, whether anything is answered by it or not."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.apis import ApiStage
from findings.rule import Fine, Rule, Share, Unknown, Verdict, Waste, counted

if TYPE_CHECKING:
    from audits.evidence import Usage

HITS = Metric(name="CacheHitCount", statistic="Sum", unit="requests answered by the cache")
MISSES = Metric(name="CacheMissCount", statistic="Sum", unit="requests")


def judge(stage: ApiStage, *, usage: Usage, idle_days: int, settled_days: int, asked_days: int) -> Verdict:
    if not stage.cache_gb or stage.cache_state != "AVAILABLE":
        return Fine()
    changed_at = stage.updated_at or stage.created_at
    if changed_at is None or (stage.observed_at - changed_at).days < settled_days:
        lately = Fine(f"Changed less than {counted(settled_days, 'day')} ago.")
        return lately if changed_at else Unknown("when the stage was last changed")
    if not stage.is_caching:
        return _waste(stage, f"A cache of {stage.cache_gb} GB is charged, and caching is on for none of its methods.")
    hits, misses = (usage.days(metric, days=idle_days) for metric in (HITS, MISSES))
    if any((value or 0) > 0 for value in hits):
        return Fine()
    # Nothing is reported of a day without requests, and nowhere does AWS say so: days with some must prove the rest.
    asked = [value for value in misses if value]
    if not usage.was_read(HITS, days=idle_days) or len(asked) < asked_days:
        return Unknown(
            f"what its cache answered: requests to it on {counted(asked_days, 'day')} of {idle_days} at least"
        )
    told = f"Not one of {sum(asked):,.0f} requests on {counted(len(asked), 'day')} of the last {idle_days}"
    return _waste(stage, f"{told} was answered by its cache of {stage.cache_gb} GB.")


def _waste(stage: ApiStage, because: str) -> Waste:
    return Waste(
        saves=Share(fraction=Decimal(1), part_of=(f"ApiGatewayCacheUsage:{stage.cache_gb}GB",)), because=because
    )


rule = Rule(
    id="aws_apigateway_stage_cache_unused", title="API cache that answers nothing", looks_at=ApiStage,
    settings={"idle_days": 30, "settled_days": 7, "asked_days": 7},
    action="See which methods were to be cached and for how long; if none is, switch the stage's cache off.",
    docs="https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html",
    judge=judge, metrics=(HITS, MISSES), window_days=30, stage="SHRINK", rollback_possible=True,
    rollback="Switch the cache on again, which takes some minutes; it begins empty.",
    hint="aws apigateway update-stage --region {region} --rest-api-id {api_id} --stage-name {name} "
    "--patch-operations op=replace,path=/cacheClusterEnabled,value=false",
)  # fmt: skip
