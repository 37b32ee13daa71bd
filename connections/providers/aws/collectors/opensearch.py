"""OpenSearch Service: domains of OpenSearch and Elasticsearch."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace
from connections.providers.aws.tagging import GET_RESOURCES, tags_by_arn
from connections.resources.search import SearchDomain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Listing, Reader
    from connections.resources import Thing

LIST_DOMAIN_NAMES = Call(
    service="opensearch",
    operation="ListDomainNames",
    action="es:ListDomainNames",
    why="Lists search domains.",
)
DESCRIBE_DOMAINS = Call(
    service="opensearch",
    operation="DescribeDomains",
    action="es:DescribeDomains",
    why="Tells the size and state of search domains.",
    cheapest={"DomainNames": ["costframe-none"]},
    withheld=(
        "DomainStatusList.AccessPolicies",
        "DomainStatusList.AdvancedOptions",
        "DomainStatusList.AdvancedSecurityOptions",
        "DomainStatusList.ChangeProgressDetails",
        "DomainStatusList.ModifyingProperties",
        "DomainStatusList.ServiceSoftwareOptions",
    ),
    post_path="/2021-01-01/opensearch/domain-info",
)
AT_ONCE = 5  # what DescribeDomains takes


def collect(reader: Reader) -> Iterator[Thing]:
    """Every domain of one region. Serverless collections have a collector of their own."""
    names = reader.listing(
        LIST_DOMAIN_NAMES, result="DomainNames", row=lambda item: item["DomainName"], kinds=(SearchDomain.KIND,)
    ).rows
    if not names:
        return
    batches = [list(names[at : at + AT_ONCE]) for at in range(0, len(names), AT_ONCE)]
    tags = tags_by_arn(reader, "es:domain")
    for found in reader.together(*(partial(_described, reader, some) for some in batches)):
        for domain in found.rows:
            yield replace(domain, tags=tags.get(domain.resource_id, {}))


def _described(reader: Reader, names: list[str]) -> Listing[SearchDomain]:
    return reader.listing(
        DESCRIBE_DOMAINS,
        result="DomainStatusList",
        row=lambda item: _domain(reader, item),
        kinds=(SearchDomain.KIND,),
        DomainNames=names,
    )


def _domain(reader: Reader, item: dict[str, Any]) -> SearchDomain:
    nodes: dict[str, Any] = item.get("ClusterConfig", {})
    return SearchDomain(
        resource_id=item["ARN"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item["DomainName"],
        state=_state(item),
        engine_version=item.get("EngineVersion", ""),
        instance_type=nodes.get("InstanceType", ""),
        instance_count=nodes.get("InstanceCount", 0),
    )


def _state(item: dict[str, Any]) -> str:
    """What AWS is doing with it; older domains have no word for it, only yes and no."""
    if item.get("Deleted"):
        return "Deleting"
    if not item.get("Created"):
        return "Creating"
    return str(item.get("DomainProcessingStatus") or ("Modifying" if item.get("Processing") else "Active"))


def _place(domain: SearchDomain) -> MetricPlace:
    return MetricPlace(namespace="AWS/ES", dimensions=(("DomainName", domain.name), ("ClientId", domain.account_id)))


COLLECTOR = Collector(
    service="opensearch",
    needs={SearchDomain: (LIST_DOMAIN_NAMES, DESCRIBE_DOMAINS)},
    calls=(LIST_DOMAIN_NAMES, DESCRIBE_DOMAINS, GET_RESOURCES),
    collect=collect,
    places={SearchDomain: _place},
    billed_as=("Amazon OpenSearch Service", "Amazon Elasticsearch Service"),
)
