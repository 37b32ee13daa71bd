"""Cost Optimization Hub: the same opinions as one list, for the payer those of all members."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sandbox.aws import names, opinions
from sandbox.aws.shaped import Answered, Asked, matching
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from sandbox.aws.opinions import Opinion

SERVICE = "cost-optimization-hub"
HOME = frozenset({"us-east-1"})
# kind -> what the hub calls it, how its ARN reads
RESOURCES = {
    "instance": ("Ec2Instance", "arn:aws:ec2:{region}:{account}:instance/{id}"),
    "volume": ("EbsVolume", "arn:aws:ec2:{region}:{account}:volume/{id}"),
    "nat_gateway": ("NatGateway", "arn:aws:ec2:{region}:{account}:natgateway/{id}"),
    "database": ("RdsDbInstance", "{id}"),
}
# action -> effort, whether it restarts something, whether it can be taken back
ACTIONS = {
    "Rightsize": ("Medium", True, True),
    "Stop": ("VeryLow", True, True),
    "Upgrade": ("VeryLow", False, True),
    "Delete": ("VeryLow", False, False),
}
FILTERS = {
    "accountIds": "accountId",
    "regions": "region",
    "resourceTypes": "currentResourceType",
    "actionTypes": "actionType",
    "resourceIds": "resourceId",
    "resourceArns": "resourceArn",
    "implementationEfforts": "implementationEffort",
    "recommendationIds": "recommendationId",
}


def _statuses(asked: Asked) -> dict[str, Any]:
    status = {
        "accountId": asked.account,
        "status": "Active" if asked.account in opinions.ENROLLED else "Inactive",
        "lastUpdatedTimestamp": asked.estate.as_of - timedelta(days=120),
        "createdTimestamp": asked.estate.as_of - timedelta(days=120),
    }
    return {"items": [status], "includeMemberAccounts": asked.account == names.PAYER}


def _recommendations(asked: Asked) -> dict[str, Any]:
    if asked.account not in opinions.ENROLLED:
        raise Refusal("AccessDeniedException", "The account is not enrolled in Cost Optimization Hub.")
    seen = [one for one in opinions.all_of(asked.estate) if asked.account in {names.PAYER, one.item.account}]
    if not asked.parameters.get("includeAllRecommendations"):
        seen = _largest(seen)
    rows = [_row(opinion, asked) for opinion in seen]
    given = asked.parameters.get("filter", {})
    for name in sorted(set(given) - set(FILTERS)):
        raise Refusal("ValidationException", f"The sandbox knows no filter {name}.")
    return {"items": matching(rows, {FILTERS[name]: values for name, values in given.items()})}


def _largest(seen: list[Opinion]) -> list[Opinion]:
    """Of what excludes each other on one resource, the advice that is worth most."""
    best: dict[str, Opinion] = {}
    for opinion in seen:
        known = best.get(opinion.item.native_id)
        if known is None or opinion.saving > known.saving:
            best[opinion.item.native_id] = opinion
    return list(best.values())


def _row(opinion: Opinion, asked: Asked) -> dict[str, Any]:
    item = opinion.item
    kind, arn = RESOURCES[item.kind]
    effort, restarts, returns = ACTIONS[opinion.action]
    summary = str(item.facts.get("type") or item.facts.get("class") or kind)
    row: dict[str, Any] = {
        "recommendationId": hashlib.sha256(f"{item.native_id}/{opinion.action}".encode()).hexdigest()[:32],
        "accountId": item.account,
        "region": item.region,
        "resourceId": item.name if item.kind == "database" else item.native_id,
        "resourceArn": arn.format(region=item.region, account=item.account, id=item.native_id),
        "currentResourceType": kind,
        "estimatedMonthlySavings": float(opinion.after_discounts),
        "estimatedSavingsPercentage": float(opinion.percentage),
        "estimatedMonthlyCost": float(opinion.cost),
        "currencyCode": "USD",
        "implementationEffort": effort,
        "restartNeeded": restarts,
        "actionType": opinion.action,
        "rollbackPossible": returns,
        "currentResourceSummary": summary,
        "lastRefreshTimestamp": asked.estate.as_of - timedelta(hours=9),
        "recommendationLookbackPeriodInDays": opinions.LOOKBACK_DAYS,
        "source": "ComputeOptimizer",
        "tags": [{"key": key, "value": value} for key, value in item.tags.items()],
    }
    if opinion.target:
        row |= {"recommendedResourceType": kind, "recommendedResourceSummary": opinion.target}
    return row


ANSWERS = (
    Answered(
        service=SERVICE,
        operation="ListEnrollmentStatuses",
        make=_statuses,
        honours=frozenset({"includeOrganizationInfo"}),
        regions=HOME,
    ),
    Answered(
        service=SERVICE,
        operation="ListRecommendations",
        make=_recommendations,
        besides=("cost-optimization-hub:GetRecommendation",),
        honours=frozenset({"filter", "includeAllRecommendations"}),
        regions=HOME,
    ),
)
