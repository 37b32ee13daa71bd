"""Comprehend: endpoints that hold throughput ready for a customer's own model. No model and no text is read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace
from connections.providers.aws.tagging import GET_RESOURCES, tags_by_arn
from connections.resources.language import LanguageEndpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

LIST_ENDPOINTS = Call(
    service="comprehend",
    operation="ListEndpoints",
    action="comprehend:ListEndpoints",
    why="Lists endpoints of language models with the throughput that they hold ready.",
    cheapest={"MaxResults": 1},
    withheld=("EndpointPropertiesList.Message",),
)
TYPES = ("comprehend:document-classifier-endpoint", "comprehend:entity-recognizer-endpoint")


def collect(reader: Reader) -> Iterator[Thing]:
    """Every endpoint of one region. Tags are asked for only where there is one."""
    endpoints = reader.listing(
        LIST_ENDPOINTS,
        result="EndpointPropertiesList",
        row=lambda item: _endpoint(reader, item),
        kinds=(LanguageEndpoint.KIND,),
        page_size=100,
    ).rows
    tags = tags_by_arn(reader, *TYPES) if endpoints else {}
    for endpoint in endpoints:
        yield replace(endpoint, tags=tags.get(endpoint.resource_id, {}))


def _endpoint(reader: Reader, item: dict[str, Any]) -> LanguageEndpoint:
    arn = item["EndpointArn"]
    return LanguageEndpoint(
        resource_id=arn,
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=arn.rpartition("/")[2],
        created_at=item.get("CreationTime"),
        state=item.get("Status", ""),
        unit_count=item.get("CurrentInferenceUnits"),
    )


def _place(endpoint: LanguageEndpoint) -> MetricPlace:
    return MetricPlace(namespace="AWS/Comprehend", dimensions=(("EndpointArn", endpoint.resource_id),))


COLLECTOR = Collector(
    service="comprehend",
    needs={LanguageEndpoint: (LIST_ENDPOINTS,)},
    calls=(LIST_ENDPOINTS, GET_RESOURCES),
    collect=collect,
    places={LanguageEndpoint: _place},
    billed_as=("Amazon Comprehend",),
)
