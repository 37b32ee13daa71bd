"""Cost Optimization Hub: the account's own list of what could be saved, whoever found it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, Scope
from connections.providers.aws.advice import amount, kind_of, last_part
from connections.resources.opinions import CostHubOpinion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

LIST_ENROLLMENTS = Call(
    service="cost-optimization-hub",
    operation="ListEnrollmentStatuses",
    action="cost-optimization-hub:ListEnrollmentStatuses",
    why="Tells whether Cost Optimization Hub is switched on, without which it advises nothing.",
)
LIST_RECOMMENDATIONS = Call(
    service="cost-optimization-hub",
    operation="ListRecommendations",
    action="cost-optimization-hub:ListRecommendations",
    why="Reads what Cost Optimization Hub advises, to show it beside our own findings.",
    cheapest={"maxResults": 1},
    absent_words=("not enrolled",),
    besides=("cost-optimization-hub:GetRecommendation",),
    withheld=("items.tags",),
)
ACTIVE = "Active"
NOT_ENROLLED = "This account is not enrolled in Cost Optimization Hub, so there is nothing of it to compare with."


def collect(reader: Reader) -> Iterator[Thing]:
    """What it advises for this account, all of it: also what excludes other advice on the same resource."""
    kinds = (CostHubOpinion.KIND,)
    statuses = reader.listing(LIST_ENROLLMENTS, result="items", row=lambda item: str(item.get("status")), kinds=kinds)
    if not statuses.is_complete:
        return
    if ACTIVE not in statuses.rows:
        reader.note(NOT_ENROLLED)
        return
    yield from reader.listing(
        LIST_RECOMMENDATIONS,
        result="items",
        row=lambda item: _opinion(reader, item),
        kinds=kinds,
        page_size=1000,
        includeAllRecommendations=True,
        filter={"accountIds": [reader.account_id]},
    ).rows


def _opinion(reader: Reader, item: dict[str, Any]) -> CostHubOpinion:
    arn, action = item.get("resourceArn", ""), item.get("actionType", "")
    summary, kind = item.get("currentResourceSummary", ""), item.get("currentResourceType", "")
    return CostHubOpinion(
        resource_id=item["recommendationId"],
        account_id=item.get("accountId") or reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        their_id=item["recommendationId"],
        about_id=item.get("resourceId") or last_part(arn),
        about_arn=arn if arn.startswith("arn:") else "",
        about_kind=kind_of(kind),
        about_type=kind,
        about_region=item.get("region", ""),
        action=action,
        advice=f"{action}: {summary}" if summary else action,
        target=item.get("recommendedResourceSummary", ""),
        saving=amount(item.get("estimatedMonthlySavings")),
        monthly_cost=amount(item.get("estimatedMonthlyCost")),
        currency=item.get("currencyCode", ""),
        lookback_days=item.get("recommendationLookbackPeriodInDays"),
        refreshed_at=item.get("lastRefreshTimestamp"),
        origin=item.get("source", ""),
    )


COLLECTOR = Collector(
    service="cost-optimization-hub",
    needs={CostHubOpinion: (LIST_ENROLLMENTS, LIST_RECOMMENDATIONS)},
    calls=(LIST_ENROLLMENTS, LIST_RECOMMENDATIONS),
    collect=collect,
    scope=Scope.GLOBAL,
    home_region="us-east-1",
)
