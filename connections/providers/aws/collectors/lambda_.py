"""Lambda: functions, with what is kept ready for them. Neither code nor environment of any is parsed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace
from connections.providers.aws.agents import LIST_METRICS
from connections.providers.aws.lambda_functions import LIST_FUNCTIONS
from connections.providers.aws.tagging import GET_RESOURCES, tags_by_arn
from connections.resources.functions import Function

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Listing, Reader
    from connections.resources import Thing

LIST_PROVISIONED = Call(
    service="lambda",
    operation="ListProvisionedConcurrencyConfigs",
    action="lambda:ListProvisionedConcurrencyConfigs",
    why="Tells how many environments are kept ready for a function.",
    cheapest={"FunctionName": "costframe-none", "MaxItems": 1},
    answers_cheapest=frozenset({"ResourceNotFoundException"}),
    absent=frozenset({"ResourceNotFoundException"}),
    withheld=("ProvisionedConcurrencyConfigs.StatusReason",),
)
INSIGHTS, INSIGHTS_MEMORY = "LambdaInsights", "used_memory_max"


def collect(reader: Reader) -> Iterator[Thing]:
    """Every function of one region, but for copies at the edge, whose original stands elsewhere."""
    functions = reader.listing(
        LIST_FUNCTIONS,
        result="Functions",
        row=lambda item: _function(reader, item),
        kinds=(Function.KIND,),
        page_size=50,
    ).rows
    if not functions:
        return
    tags = tags_by_arn(reader, "lambda:function")
    measured: Listing[str] = reader.listing(
        LIST_METRICS, result="Metrics", row=_measured, Namespace=INSIGHTS, MetricName=INSIGHTS_MEMORY
    )
    whole = [
        replace(
            function,
            tags=tags.get(function.resource_id, {}),
            is_measured=function.name in measured.rows or (False if measured.is_complete else None),
        )
        for function in functions
    ]
    yield from reader.together(*(partial(_with_provisioned, reader, function) for function in whole))


def _function(reader: Reader, item: dict[str, Any]) -> Function | None:
    if item.get("MasterArn"):
        return None
    return Function(
        resource_id=item["FunctionArn"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item["FunctionName"],
        memory_mib=item["MemorySize"],
        timeout_seconds=item["Timeout"],
        package=item.get("PackageType", "Zip"),
        runtime=item.get("Runtime", ""),
        architecture=next(iter(item.get("Architectures", ())), None),
        is_on_own_machines=bool(item.get("CapacityProviderConfig")),
        has_accelerator=bool(item.get("AcceleratorConfig")),
    )


def _measured(item: dict[str, Any]) -> str | None:
    """The function that a series is of, where it is of all of its versions."""
    dimensions = {one["Name"]: one["Value"] for one in item["Dimensions"]}
    return dimensions["function_name"] if set(dimensions) == {"function_name"} else None


def _with_provisioned(reader: Reader, function: Function) -> Function:
    if kept := reader.kept(function):
        return kept
    found = reader.listing(
        LIST_PROVISIONED,
        result="ProvisionedConcurrencyConfigs",
        row=lambda item: (
            item["FunctionArn"].rpartition(":")[2],
            item.get("AllocatedProvisionedConcurrentExecutions", 0),
            datetime.fromisoformat(item["LastModified"]),
        ),
        page_size=50,
        FunctionName=function.name,
    )
    if not found.is_complete:
        return replace(function, are_details_read=False)
    return replace(
        function,
        provisioned=sum(units for _, units, _ in found.rows),
        provisioned_names=tuple(sorted(name for name, _, _ in found.rows)),
        provisioned_at=max((moment for _, _, moment in found.rows), default=None),
    )


def _place(function: Function) -> MetricPlace:
    elsewhere = {INSIGHTS: (("function_name", function.name),)} if function.is_measured else {}
    return MetricPlace(namespace="AWS/Lambda", dimensions=(("FunctionName", function.name),), elsewhere=elsewhere)


COLLECTOR = Collector(
    service="lambda",
    needs={Function: (LIST_FUNCTIONS, LIST_PROVISIONED, LIST_METRICS)},
    calls=(LIST_FUNCTIONS, LIST_PROVISIONED, LIST_METRICS, GET_RESOURCES),
    collect=collect,
    places={Function: _place},
    billed_as=("AWS Lambda",),
    recorded_as={Function: ("AWS::Lambda::Function",)},
)
