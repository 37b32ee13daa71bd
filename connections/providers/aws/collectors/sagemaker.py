"""SageMaker: endpoints with the machines behind them, and notebooks. No model, image, configuration, captured data,
code or address is parsed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace
from connections.providers.aws.tagging import GET_RESOURCES, tags_by_arn
from connections.resources.models import ModelEndpoint
from connections.resources.notebooks import Notebook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

NOBODYS = "costframe-none"
LIST_ENDPOINTS = Call(
    service="sagemaker",
    operation="ListEndpoints",
    action="sagemaker:ListEndpoints",
    why="Lists model endpoints with their states.",
    cheapest={"MaxResults": 1},
)
DESCRIBE_ENDPOINT = Call(
    service="sagemaker",
    operation="DescribeEndpoint",
    action="sagemaker:DescribeEndpoint",
    why="Tells how many machines stand behind a model endpoint.",
    cheapest={"EndpointName": NOBODYS},
    answers_cheapest=frozenset({"ValidationException"}),
    withheld=(
        "DataCaptureConfig",
        "ExplainerConfig",
        "FailureReason",
        "LastDeploymentConfig",
        "PendingDeploymentSummary",
        "ProductionVariants.DeployedImages",
        "ShadowProductionVariants",
    ),
)
LIST_COMPONENTS = Call(
    service="sagemaker",
    operation="ListInferenceComponents",
    action="sagemaker:ListInferenceComponents",
    why="Tells which model endpoints are shared by several models.",
    cheapest={"MaxResults": 1},
)
LIST_NOTEBOOKS = Call(
    service="sagemaker",
    operation="ListNotebookInstances",
    action="sagemaker:ListNotebookInstances",
    why="Lists notebooks with their machines and states; not what is written on them.",
    cheapest={"MaxResults": 1},
    withheld=(
        "NotebookInstances.AdditionalCodeRepositories",
        "NotebookInstances.DefaultCodeRepository",
        "NotebookInstances.Url",
    ),
)


def collect(reader: Reader) -> Iterator[Thing]:
    """Every model endpoint and notebook of one region. More is asked for only where there is one."""
    yield from _endpoints(reader)
    notebooks = reader.listing(
        LIST_NOTEBOOKS,
        result="NotebookInstances",
        row=lambda item: _notebook(reader, item),
        kinds=(Notebook.KIND,),
        page_size=100,
    ).rows
    tags = tags_by_arn(reader, "sagemaker:notebook-instance") if notebooks else {}
    for notebook in notebooks:
        yield replace(notebook, tags=tags.get(notebook.resource_id, {}))


def _notebook(reader: Reader, item: dict[str, Any]) -> Notebook:
    return Notebook(
        resource_id=item["NotebookInstanceArn"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item["NotebookInstanceName"],
        created_at=item.get("CreationTime"),
        state=item.get("NotebookInstanceStatus", ""),
        instance_type=item.get("InstanceType", ""),
        changed_at=item.get("LastModifiedTime"),
        has_lifecycle=bool(item.get("NotebookInstanceLifecycleConfigName")),
    )


def _endpoints(reader: Reader) -> Iterator[Thing]:
    endpoints = reader.listing(
        LIST_ENDPOINTS,
        result="Endpoints",
        row=lambda item: _endpoint(reader, item),
        kinds=(ModelEndpoint.KIND,),
        page_size=100,
    ).rows
    if not endpoints:
        return
    tags = tags_by_arn(reader, "sagemaker:endpoint")
    components = reader.listing(
        LIST_COMPONENTS, result="InferenceComponents", row=lambda item: str(item["EndpointName"]), page_size=100
    )
    counted = Counter(components.rows) if components.is_complete else None
    for endpoint in reader.together(*(partial(_with_variants, reader, endpoint) for endpoint in endpoints)):
        own = tags.get(endpoint.resource_id, {})
        yield replace(endpoint, tags=own, component_count=None if counted is None else counted[endpoint.name])


def _endpoint(reader: Reader, item: dict[str, Any]) -> ModelEndpoint:
    return ModelEndpoint(
        resource_id=item["EndpointArn"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item["EndpointName"],
        created_at=item.get("CreationTime"),
        changed_at=item.get("LastModifiedTime"),
        state=item.get("EndpointStatus", ""),
    )


def _with_variants(reader: Reader, endpoint: ModelEndpoint) -> ModelEndpoint:
    answer = reader.one(DESCRIBE_ENDPOINT, EndpointName=endpoint.name)
    if answer is None:
        return endpoint
    variants = answer.get("ProductionVariants", [])
    return replace(
        endpoint,
        variant_names=tuple(variant["VariantName"] for variant in variants),
        instance_count=sum(variant.get("CurrentInstanceCount", 0) for variant in variants),
        is_serverless=any(variant.get("CurrentServerlessConfig") for variant in variants),
        is_async=bool(answer.get("AsyncInferenceConfig")),
        is_counted_by_machine=bool((answer.get("MetricsConfig") or {}).get("EnableEnhancedMetrics")),
    )


def _place(endpoint: ModelEndpoint) -> MetricPlace | None:
    """Calls are counted by variant: of an endpoint with several nothing is asked for, and it is not judged."""
    if endpoint.variant_names is None or len(endpoint.variant_names) != 1:
        return None
    dimensions = (("EndpointName", endpoint.name), ("VariantName", endpoint.variant_names[0]))
    return MetricPlace(namespace="AWS/SageMaker", dimensions=dimensions)


COLLECTOR = Collector(
    service="sagemaker",
    needs={ModelEndpoint: (LIST_ENDPOINTS, DESCRIBE_ENDPOINT, LIST_COMPONENTS), Notebook: (LIST_NOTEBOOKS,)},
    calls=(LIST_ENDPOINTS, DESCRIBE_ENDPOINT, LIST_COMPONENTS, LIST_NOTEBOOKS, GET_RESOURCES),
    collect=collect,
    places={ModelEndpoint: _place},
    billed_as=("Amazon SageMaker",),
)
