"""API Gateway: stages of REST APIs with their caches. Variables, policies and keys are not read.

Its one permission, apigateway:GET, would open everything that it keeps, API keys with their values among it. So it is
asked for two listings alone, by their addresses. HTTP and WebSocket APIs have no cache, and cost nothing unasked: they
are not read.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace
from connections.providers.aws.reader import clean_tags
from connections.resources.apis import ApiStage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

READ_ALONE = ("arn:aws:apigateway:*::/restapis", "arn:aws:apigateway:*::/restapis/*/stages")
GONE = frozenset({"NotFoundException"})
GET_APIS = Call(
    service="apigateway",
    operation="GetRestApis",
    action="apigateway:GET",
    why="Lists REST APIs by name.",
    resources=READ_ALONE,
    cheapest={"limit": 1},
    withheld=("items.apiKeySource", "items.apiStatusMessage", "items.description", "items.policy"),
)
GET_STAGES = Call(
    service="apigateway",
    operation="GetStages",
    action="apigateway:GET",
    why="Lists the stages of a REST API with their caches.",
    resources=READ_ALONE,
    cheapest={"restApiId": "0000000000"},
    answers_cheapest=GONE,
    absent=GONE,
    withheld=(
        "item.accessLogSettings",
        "item.canarySettings",
        "item.description",
        "item.documentationVersion",
        "item.variables",
    ),
)


def collect(reader: Reader) -> Iterator[Thing]:
    """Every stage of every REST API of one region."""
    apis = reader.listing(
        GET_APIS,
        result="items",
        row=lambda item: (item["id"], item.get("name", "")),
        kinds=(ApiStage.KIND,),
        page_size=500,
    ).rows
    for stages in reader.together(*(partial(_stages, reader, api_id, name) for api_id, name in apis)):
        yield from stages


def _stages(reader: Reader, api_id: str, api_name: str) -> tuple[ApiStage, ...]:
    return reader.listing(
        GET_STAGES,
        result="item",
        row=lambda item: _stage(reader, item, api_id, api_name),
        kinds=(ApiStage.KIND,),
        restApiId=api_id,
    ).rows


def _stage(reader: Reader, item: dict[str, Any], api_id: str, api_name: str) -> ApiStage:
    tags = item.get("tags") or {}
    settings = (item.get("methodSettings") or {}).values()
    return ApiStage(
        resource_id=f"arn:aws:apigateway:{reader.region}::/restapis/{api_id}/stages/{item['stageName']}",
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item["stageName"],
        created_at=item.get("createdDate"),
        tags=clean_tags([{"Key": key, "Value": value} for key, value in tags.items()]),
        api_id=api_id,
        api_name=api_name,
        cache_gb=str(item.get("cacheClusterSize", "")) if item.get("cacheClusterEnabled") else "",
        cache_state=item.get("cacheClusterStatus", ""),
        is_caching=any(one.get("cachingEnabled") for one in settings),
        updated_at=item.get("lastUpdatedDate"),
    )


def _place(stage: ApiStage) -> MetricPlace:
    """By the API's name, of which ASCII alone counts, else by its id. Two of one name are counted together."""
    named = stage.api_name.encode("ascii", "ignore").decode() or stage.api_id
    return MetricPlace(namespace="AWS/ApiGateway", dimensions=(("ApiName", named), ("Stage", stage.name)))


COLLECTOR = Collector(
    service="apigateway",
    needs={ApiStage: (GET_APIS, GET_STAGES)},
    calls=(GET_APIS, GET_STAGES),
    collect=collect,
    places={ApiStage: _place},
    billed_as=("Amazon API Gateway",),
    recorded_as={ApiStage: ("AWS::ApiGateway::Stage",)},
)
