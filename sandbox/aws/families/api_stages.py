"""Stages of REST APIs: without a cache, with one that answers, and with one that never does or only seems not to."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import usage
from sandbox.aws.cases import Case, meter, stands
from sandbox.aws.compute import put
from sandbox.aws.shaped import Answered
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.shaped import Asked

UNUSED = "aws_apigateway_stage_cache_unused"
BILLED_AS = "Amazon API Gateway"
SERVICES = {BILLED_AS: ("Networking", "Application Networking", "AmazonApiGateway")}
RESOURCE_TYPES = {"api_stage": "API Stage"}
EVERY = range(1, 46)
PRICES = {"0.5": "0.02", "6.1": "0.2"}
# `hits` and `misses` days ago, the cache answered or could not; `changed` days ago the stage was deployed last.
CASES = {
    "no_cache": Case(count=6, has={"size": ""}),
    "cache_answers": Case(count=3, has={"hits": EVERY, "misses": EVERY}),
    "cache_never_answers": Case(count=3, wastes=(UNUSED,), has={"misses": EVERY}),
    "cache_for_nothing": Case(count=3, wastes=(UNUSED,), silent=(UNUSED,), has={"is_caching": False}),
    "cache_answers_monthly": Case(
        has={"hits": (24,), "misses": EVERY}, trap="its cache answered on one day of the month"
    ),
    "cache_deployed": Case(
        has={"is_caching": False, "changed": 3}, trap="on for no method yet: changed three days ago"
    ),
    "cache_being_made": Case(has={"state": "CREATE_IN_PROGRESS"}, trap="its cache is only just being made"),
    "cache_unasked": Case(
        count=2, unknowns=(UNUSED,), has={}, trap="no request at all, which CloudWatch leaves untold"
    ),
    "cache_rarely_asked": Case(
        unknowns=(UNUSED,), has={"misses": (3, 9)}, trap="requests on two days only prove little"
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        _stage(draw, estate, stand)


def _stage(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, api_id = stand.case.has, draw.hex(10)
    arn = f"arn:aws:apigateway:{stand.region}::/restapis/{api_id}/stages/prod"
    item = stand.item(draw, kind="api_stage", native_id=arn, bill_id=arn, rules=(UNUSED,))
    item.parts = {UNUSED: "ApiGatewayCacheUsage"}
    size = has.get("size", draw.random.choice(tuple(PRICES)))
    changed = has.get("changed", 40)
    item.shape = {
        "deploymentId": draw.hex(6),
        "stageName": "prod",
        "cacheClusterEnabled": bool(size),
        "cacheClusterStatus": has.get("state", "AVAILABLE") if size else "NOT_AVAILABLE",
        "methodSettings": {"*/*": {"cachingEnabled": has.get("is_caching", bool(size)), "cacheTtlInSeconds": 300}},
        "variables": {"backend_token": "s3cret"},
        "createdDate": item.created_at,
        "lastUpdatedDate": draw.ago(changed),
        "tags": item.tags,
        **({"cacheClusterSize": size} if size else {}),
    }
    item.facts["api"] = {
        "id": api_id,
        "name": item.name,
        "description": "ask checkout",
        "createdDate": item.created_at,
        "apiKeySource": "HEADER",
        "policy": '{"Statement": []}',
    }
    item.charges = [
        meter(draw, item, service=BILLED_AS, name="ApiGatewayRequest", unit="Requests", price="0.0000035",
              per_day=Decimal(9_000))
    ]  # fmt: skip
    if size and item.shape["cacheClusterStatus"] == "AVAILABLE":
        item.charges.append(
            meter(draw, item, service=BILLED_AS, name=f"ApiGatewayCacheUsage:{size}GB", unit="Hrs", price=PRICES[size],
                  per_day=Decimal(24))
        )  # fmt: skip
    estate.items.append(item)
    for word, metric in {"hits": "CacheHitCount", "misses": "CacheMissCount"}.items():
        if {"hits", "misses"} & set(has):
            _measure(draw, estate, metric, has.get(word, ()), has.get("misses", ()))


def _measure(draw: Draw, estate: Estate, metric: str, days: Iterable[int], told: Container[int]) -> None:
    """The numbers of some days; noughts on the others of which anything is told."""
    item = estate.items[-1]
    values = usage.flat(0.0)
    for ago in days:
        values = usage.raised(values, days_ago=[ago], to=float(draw.days(50, 4_000)), statistics=("Sum",))
    known = usage.without(values, lambda ago: ago not in told)
    put(estate, item, ("AWS/ApiGateway", metric, "ApiName", item.name, "Stage", "prod"), known)


def _apis(asked: Asked) -> dict[str, Any]:
    return {"items": [item.facts["api"] for item in asked.of("api_stage")]}


def _stages(asked: Asked) -> dict[str, Any]:
    wanted = asked.parameters["restApiId"]
    found = [item.shape for item in asked.of("api_stage") if item.facts["api"]["id"] == wanted]
    if not found:
        raise Refusal("NotFoundException", "Invalid API identifier specified", status=404)
    return {"item": found}


ANSWERS = (
    Answered(
        service="apigateway",
        operation="GetRestApis",
        action="apigateway:GET",
        resource="arn:aws:apigateway:{region}::/restapis",
        make=_apis,
    ),
    Answered(
        service="apigateway",
        operation="GetStages",
        action="apigateway:GET",
        resource="arn:aws:apigateway:{region}::/restapis/{restApiId}/stages",
        make=_stages,
        honours=frozenset({"restApiId"}),
        tried_with=lambda estate: {"restApiId": estate.of("api_stage")[0].facts["api"]["id"]},
    ),
)
