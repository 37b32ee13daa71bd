"""Endpoints of Comprehend: asked, forgotten, and those that only seem forgotten."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import usage
from sandbox.aws.cases import Case, meter, stands
from sandbox.aws.compute import put
from sandbox.aws.shaped import Answered

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.shaped import Asked

IDLE = "aws_comprehend_endpoint_idle"
BILLED_AS = "Amazon Comprehend"
SERVICES = {BILLED_AS: ("AI and Machine Learning", "Natural Language Processing", "comprehend")}
RESOURCE_TYPES = {"language_endpoint": "Endpoint"}
STILL = {"is_still": True}
CASES = {
    "asked": Case(count=3),
    "unasked": Case(count=3, wastes=(IDLE,), has=STILL),
    "asked_monthly": Case(has={"days_ago": (28,)}, trap="still, but for one day of the month"),
    "unasked_new": Case(age_days=8, has=STILL, trap="nobody asks, but it is eight days old"),
    "being_made": Case(age_days=0, has=STILL | {"state": "CREATING"}, trap="nobody asks, but it is being made"),
    "broken": Case(has=STILL | {"state": "FAILED"}, trap="nobody asks, but it failed and holds nothing ready"),
    "season": Case(tags={"do-not-delete": "true"}, has=STILL, trap="nobody asks, but it is to be kept"),
    "unanswered": Case(
        count=2, unknowns=(IDLE,), has=STILL | {"is_unanswered": True}, trap="CloudWatch fails on its requests"
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        _endpoint(draw, estate, stand)


def _endpoint(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, arn = stand.case.has, stand.arn("comprehend", f"document-classifier-endpoint/{stand.label}")
    item = stand.item(draw, kind="language_endpoint", native_id=arn, bill_id=arn, rules=(IDLE,))
    state = has.get("state", "IN_SERVICE")
    units = {"CREATING": 0, "FAILED": 0}.get(state, 1)
    item.shape = {
        "EndpointArn": arn,
        "Status": state,
        "ModelArn": stand.arn("comprehend", "document-classifier/northwind/version/3"),
        "DesiredInferenceUnits": 1,
        **({"CurrentInferenceUnits": units} if units else {}),
        "CreationTime": item.created_at,
        "LastModifiedTime": item.created_at,
    }
    if units:
        item.charges = [
            meter(draw, item, service=BILLED_AS, name="IU-Seconds", unit="Second", price="0.0005",
                  operation="Endpoint", per_day=Decimal(86_400))
        ]  # fmt: skip
    estate.items.append(item)
    if has.get("is_unanswered"):
        estate.unanswered.add(arn)
    if has.get("is_still"):
        return  # CloudWatch tells nothing of an endpoint that nobody asks
    values = usage.counter(draw.random, low=40, high=900)
    if "days_ago" in has:
        values = usage.without(values, lambda ago: ago not in has["days_ago"])
    put(estate, item, ("AWS/Comprehend", "ConsumedInferenceUnits", "EndpointArn", arn), values)


def _listed(asked: Asked) -> dict[str, Any]:
    return {"EndpointPropertiesList": [item.shape for item in asked.of("language_endpoint")]}


ANSWERS = (Answered(service="comprehend", operation="ListEndpoints", make=_listed),)
