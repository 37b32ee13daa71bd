"""Trusted Advisor: one recommendation a check, with the resources that each one flags. Only a supported account is
let in.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import names, opinions, prices
from sandbox.aws.shaped import Answered, Asked, matching
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.aws.model import Estate, Item

SERVICE = "trustedadvisor"
HOME = frozenset({"us-east-1"})
HOURS = opinions.HOURS_OF_A_MONTH


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check: what it flags among the items of a kind, and what it believes one of them to cost a month."""

    id: str
    name: str
    service: str
    kind: str
    flags: Callable[[Item, Estate], bool]
    monthly: Callable[[Item], Decimal]


def _gigabytes(item: Item) -> Decimal:
    return prices.VOLUME_GIB_MONTH[item.facts["type"]][item.region] * int(item.facts["size"])


CHECKS = (
    Check(
        id="Qch7DwouX1",
        name="Low Utilization Amazon EC2 Instances",
        service="ec2",
        kind="instance",
        # It asks for 10 % on 4 of 14 days, so a peak just above ours is low to it, and so is a group's machine.
        flags=lambda item, estate: opinions.is_known(item, estate) and item.case in opinions.TOO_LARGE_TO_THEM,
        monthly=lambda item: prices.INSTANCE_HOUR[item.facts["type"]][item.region] * HOURS,
    ),
    Check(
        id="DAvU99Dc4C",
        name="Underutilized Amazon EBS Volumes",
        service="ebs",
        kind="volume",
        # A week without an attachment is enough for it.
        flags=lambda item, _: item.is_in_inventory and not item.facts["instance_id"],
        monthly=_gigabytes,
    ),
    Check(
        id="Z4AUBRNSmz",
        name="Unassociated Elastic IP Addresses",
        service="ec2",
        kind="address",
        flags=lambda item, _: item.facts["holder_id"] is None,
        monthly=lambda item: prices.ADDRESS_HOUR[item.region] * HOURS,
    ),
    Check(
        id="hjLMh88uM8",
        name="Idle Load Balancers",
        service="elb",
        kind="load_balancer",
        # It looks at classic ones only, of which the estate has none.
        flags=lambda *_: False,
        monthly=lambda item: prices.BALANCER_HOUR[item.facts["type"]][item.region] * HOURS,
    ),
    Check(
        id="Ti39halfu8",
        name="Amazon RDS Idle DB Instances",
        service="rds",
        kind="database",
        # Seven days without a connection, and no question whether a replica follows.
        flags=lambda item, _: item.case in {"idle", "source", "replica", "days_missing"},
        monthly=lambda item: prices.DATABASE_HOUR[item.facts["class"]][item.region] * HOURS,
    ),
)


def _refuse_unsupported(asked: Asked) -> None:
    if asked.account != names.SUPPORTED:
        raise Refusal(
            "AccessDeniedException",
            "Access denied due to support level",
            status=403,
        )


def _id(check: Check, account: str) -> str:
    digest = hashlib.sha256(f"{check.id}/{account}".encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-a{digest[17:20]}-{digest[20:32]}"


def _arn(check: Check, account: str) -> str:
    return f"arn:aws:trustedadvisor::{account}:recommendation/{_id(check, account)}"


def _flagged(check: Check, asked: Asked) -> list[Item]:
    """Of the whole account: it knows no regions of its own."""
    items = [item for item in asked.estate.of(check.kind) if item.account == asked.account]
    return [item for item in items if check.flags(item, asked.estate)]


def _recommendations(asked: Asked) -> dict[str, Any]:
    _refuse_unsupported(asked)
    rows = [_summary(check, asked) for check in CHECKS]
    named = asked.parameters.get
    wanted = {name: [named(name)] if named(name) else None for name in ("status", "type", "source")}
    kept = matching(rows, wanted)
    if pillar := named("pillar"):
        kept = [row for row in kept if pillar in row["pillars"]]
    if service := named("awsService"):
        kept = [row for row in kept if service in row["awsServices"]]
    if check := named("checkIdentifier"):
        kept = [row for row in kept if row["checkArn"].endswith(f"/{check.rpartition('/')[2]}")]
    return {"recommendationSummaries": kept}


def _summary(check: Check, asked: Asked) -> dict[str, Any]:
    flagged = _flagged(check, asked)
    monthly = sum((check.monthly(item) for item in flagged), Decimal(0))
    return {
        "id": _id(check, asked.account),
        "arn": _arn(check, asked.account),
        "type": "standard",
        "checkArn": f"arn:aws:trustedadvisor:::check/{check.id}",
        "status": "warning" if flagged else "ok",
        "pillars": ["cost_optimizing"],
        "source": "ta_check",
        "awsServices": [check.service],
        "name": check.name,
        "resourcesAggregates": {"okCount": 0, "warningCount": len(flagged), "errorCount": 0},
        "pillarSpecificAggregates": {
            "costOptimizing": {
                "estimatedMonthlySavings": float(monthly),
                "estimatedPercentMonthlySavings": 100.0 if flagged else 0.0,
            }
        },
        "createdAt": asked.estate.as_of - timedelta(days=300),
        "lastUpdatedAt": asked.estate.as_of - timedelta(hours=7),
    }


def _resources(asked: Asked) -> dict[str, Any]:
    _refuse_unsupported(asked)
    wanted = str(asked.parameters["recommendationIdentifier"]).rpartition("/")[2]
    check = next((one for one in CHECKS if _id(one, asked.account) == wanted), None)
    if check is None:
        raise Refusal("ResourceNotFoundException", "There is no such recommendation.", status=404)
    rows = [_resource(check, item, asked) for item in _flagged(check, asked)]
    named = asked.parameters.get
    given = {name: [named(name)] if named(name) else None for name in ("status", "regionCode")}
    return {"recommendationResourceSummaries": matching(rows, given)}


def _resource(check: Check, item: Item, asked: Asked) -> dict[str, Any]:
    digest = hashlib.sha256(f"{check.id}/{item.native_id}".encode()).hexdigest()
    return {
        "id": digest,
        "arn": f"arn:aws:trustedadvisor::{asked.account}:recommendation-resource/{_id(check, asked.account)}/{digest}",
        "awsResourceId": str(item.facts["public_ip"] if item.kind == "address" else item.name)
        if item.kind in {"address", "database"}
        else item.native_id,
        "regionCode": item.region,
        "status": "warning",
        "metadata": _columns(check, item),
        "lastUpdatedAt": asked.estate.as_of - timedelta(hours=7),
        "exclusionStatus": "included",
        "recommendationArn": _arn(check, asked.account),
    }


def _columns(check: Check, item: Item) -> dict[str, str]:
    """What stands in the check's table, by the number of the column: their API has no other names for them."""
    if item.kind == "database":
        kind, arn = str(item.facts["class"]), item.native_id
        found = ["7", str(float(check.monthly(item))), str(item.name), kind, "false", item.region, arn, "20"]
    else:
        found = ["0.0%", item.region, item.native_id, str(item.name), str(float(check.monthly(item))), "14 days"]
    return {str(number): value for number, value in enumerate(found)}


ANSWERS = (
    Answered(
        service=SERVICE,
        operation="ListRecommendations",
        make=_recommendations,
        honours=frozenset({"status", "type", "source", "pillar", "awsService", "checkIdentifier"}),
        regions=HOME,
    ),
    Answered(
        service=SERVICE,
        operation="ListRecommendationResources",
        make=_resources,
        honours=frozenset({"recommendationIdentifier", "status", "regionCode"}),
        regions=HOME,
    ),
)
