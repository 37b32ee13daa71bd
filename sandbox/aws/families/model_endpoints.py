"""Model endpoints: called, forgotten, shared, and those that only seem forgotten."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import usage
from sandbox.aws.cases import Case, meter, stands
from sandbox.aws.compute import put
from sandbox.aws.shaped import Answered
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.shaped import Asked

IDLE = "aws_sagemaker_endpoint_idle"
BILLED_AS = "Amazon SageMaker"
SERVICES = {BILLED_AS: ("AI and Machine Learning", "AI Platforms", "AmazonSageMaker")}
RESOURCE_TYPES = {"model_endpoint": "Endpoint"}
STILL = {"is_still": True}
CASES = {
    "called": Case(count=3),
    "forgotten": Case(count=4, wastes=(IDLE,), has=STILL),
    "called_monthly": Case(has={"days_ago": (26,)}, trap="still, but for one day of the month"),
    "forgotten_new": Case(age_days=12, has=STILL, trap="nobody calls, but it is twelve days old"),
    "scaled_to_none": Case(has={"machines": 0} | STILL, trap="nobody calls, but no machine runs"),
    "serverless": Case(has={"is_serverless": True} | STILL, trap="nobody calls, but it has no machines"),
    "two_variants": Case(
        count=2, unknowns=(IDLE,), has={"variants": ("blue", "green")} | STILL, trap="its calls are counted by variant"
    ),
    "shared": Case(
        count=2, unknowns=(IDLE,), has={"components": 2} | STILL, trap="its calls are counted by the models on it"
    ),
    "queued": Case(unknowns=(IDLE,), has={"is_async": True} | STILL, trap="takes its calls from a queue"),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        _endpoint(draw, estate, stand)


def _endpoint(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, name = stand.case.has, stand.label
    arn = stand.arn("sagemaker", f"endpoint/{name}")
    item = stand.item(draw, kind="model_endpoint", native_id=arn, bill_id=arn, rules=(IDLE,))
    moments = {"CreationTime": item.created_at, "LastModifiedTime": item.created_at}
    item.shape = {"EndpointName": name, "EndpointArn": arn, "EndpointStatus": "InService", **moments}
    machines, variants = has.get("machines", 1), has.get("variants", ("all",))
    behind = {"CurrentInstanceCount": machines, "DesiredInstanceCount": machines}
    if has.get("is_serverless"):
        behind = {"CurrentServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}
        machines = 0
    queue = {"AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://northwind-models/out"}}}
    item.facts |= {
        "described": {
            **item.shape,
            "EndpointConfigName": name,
            "ProductionVariants": [{"VariantName": variant, **behind} for variant in variants],
            **(queue if has.get("is_async") else {}),
        },
        "components": [
            {
                "InferenceComponentArn": stand.arn("sagemaker", f"inference-component/{name}-{number}"),
                "InferenceComponentName": f"{name}-{number}",
                "EndpointArn": arn,
                "EndpointName": name,
                "VariantName": variants[0],
                **moments,
            }
            for number in range(has.get("components", 0))
        ],
    }
    if machines:
        hours = Decimal(24 * machines * len(variants))
        item.charges = [
            meter(draw, item, service=BILLED_AS, name="Host:ml.m5.xlarge", unit="Hrs", price="0.23",
                  operation="RunInstance", per_day=hours)
        ]  # fmt: skip
    estate.items.append(item)
    if has.get("is_still"):
        return  # CloudWatch tells nothing of an endpoint that nobody calls
    values = usage.counter(draw.random, low=200, high=90_000)
    if "days_ago" in has:
        values = usage.without(values, lambda ago: ago not in has["days_ago"])
    put(estate, item, ("AWS/SageMaker", "Invocations", "EndpointName", name, "VariantName", variants[0]), values)


def _listed(asked: Asked) -> dict[str, Any]:
    return {"Endpoints": [item.shape for item in asked.of("model_endpoint")]}


def _described(asked: Asked) -> dict[str, Any]:
    for item in asked.of("model_endpoint"):
        if item.name == asked.parameters["EndpointName"]:
            return dict(item.facts["described"])
    raise Refusal("ValidationException", "Could not find endpoint.")


def _components(asked: Asked) -> dict[str, Any]:
    found = [component for item in asked.of("model_endpoint") for component in item.facts["components"]]
    return {"InferenceComponents": found}


ANSWERS = (
    Answered(service="sagemaker", operation="ListEndpoints", make=_listed),
    Answered(
        service="sagemaker",
        operation="DescribeEndpoint",
        make=_described,
        honours=frozenset({"EndpointName"}),
        tried_with=lambda estate: {"EndpointName": estate.of("model_endpoint")[0].name},
    ),
    Answered(service="sagemaker", operation="ListInferenceComponents", make=_components),
)
