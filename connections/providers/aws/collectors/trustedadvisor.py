"""Trusted Advisor: what its cost checks flag, where the account's support plan lets it be read."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, Scope
from connections.providers.aws.advice import amount, last_part
from connections.resources.opinions import TrustedAdvisorOpinion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

ARN = "arn:aws:trustedadvisor::{account_id}:recommendation/00000000-0000-4000-a000-000000000000"
NO_PLAN = ("support level", "support plan")  # in its refusal of an account that pays for no such plan
LIST_RECOMMENDATIONS = Call(
    service="trustedadvisor",
    operation="ListRecommendations",
    action="trustedadvisor:ListRecommendations",
    why="Lists which of Trusted Advisor's cost checks flag something.",
    cheapest={"maxResults": 1, "pillar": "cost_optimizing"},
    absent_words=NO_PLAN,
)
LIST_RESOURCES = Call(
    service="trustedadvisor",
    operation="ListRecommendationResources",
    action="trustedadvisor:ListRecommendationResources",
    why="Reads which resources those checks flag, to show it beside our own findings.",
    cheapest={"maxResults": 1, "recommendationIdentifier": ARN},
    answers_cheapest=frozenset({"ResourceNotFoundException"}),
    absent_words=NO_PLAN,
)
# check -> our kind, what it advises in Cost Optimization Hub's words. Others are shown by their names.
CHECKS = {
    "Qch7DwouX1": ("instance", "Stop"),
    "DAvU99Dc4C": ("volume", "Delete"),
    "Z4AUBRNSmz": ("address", "Delete"),
    "hjLMh88uM8": ("load_balancer", "Delete"),
    "Ti39halfu8": ("database", "Stop"),
    "COr6dfpM03": ("volume", "Rightsize"),
    "COr6dfpM05": ("", "Rightsize"),
    "c2vlfg022t": ("nat_gateway", "Delete"),
}
FLAGGED = ("warning", "error")
NO_SUPPORT_PLAN = "This account's support plan does not include Trusted Advisor's cost checks."
CENT = Decimal("0.01")


def collect(reader: Reader) -> Iterator[Thing]:
    """What the account's cost checks flag, in every region, one after the other."""
    plan = reader.one(LIST_RECOMMENDATIONS, kinds=(TrustedAdvisorOpinion.KIND,), pillar="cost_optimizing", maxResults=1)
    if plan is None:
        return
    if "recommendationSummaries" not in plan:
        reader.note(NO_SUPPORT_PLAN)
        return
    flagged = reader.listing(
        LIST_RECOMMENDATIONS,
        result="recommendationSummaries",
        row=lambda item: item if item.get("status") in FLAGGED else None,
        kinds=(TrustedAdvisorOpinion.KIND,),
        page_size=200,
        pillar="cost_optimizing",
    ).rows
    for opinions in reader.together(*(partial(_opinions, reader, check) for check in flagged)):
        yield from opinions


def _opinions(reader: Reader, recommendation: dict[str, Any]) -> list[TrustedAdvisorOpinion]:
    found = reader.listing(
        LIST_RESOURCES,
        result="recommendationResourceSummaries",
        row=lambda item: item,
        kinds=(TrustedAdvisorOpinion.KIND,),
        page_size=1000,
        recommendationIdentifier=recommendation["arn"],
    )
    rows = [one for one in found.rows if is_flagged(one)]
    total = recommendation.get("pillarSpecificAggregates", {}).get("costOptimizing", {}).get("estimatedMonthlySavings")
    figures = figures_of([one.get("metadata", {}) for one in rows], total=total if found.is_complete else None)
    return [_opinion(reader, recommendation, row, figure) for row, figure in zip(rows, figures, strict=True)]


def is_flagged(row: Mapping[str, Any]) -> bool:
    """Whether a check flags a resource that nobody has taken out of it."""
    return row.get("status") in FLAGGED and row.get("exclusionStatus") != "excluded"


def figures_of(rows: Sequence[dict[str, str]], *, total: float | None) -> list[str | None]:
    """What each flagged resource saves a month: the one column of `rows` that adds up to the check's `total`.

    The columns have numbers for names, and AWS does not say which holds the figure. Nones where none adds up, or where
    columns do that do not say the same.
    """
    expected = amount(total)
    columns = set.intersection(*(set(row) for row in rows)) if rows else set()
    nothing: list[str | None] = [None] * len(rows)
    if expected is None:
        return nothing
    told: set[tuple[str, ...]] = set()
    for column in columns:
        amounts = [amount(row[column]) for row in rows]
        known = tuple(one for one in amounts if one is not None)
        if len(known) == len(rows) and abs(sum(map(Decimal, known)) - Decimal(expected)) <= CENT * len(rows):
            told.add(known)
    return list(told.pop()) if len(told) == 1 else nothing


def _opinion(
    reader: Reader, recommendation: dict[str, Any], row: dict[str, Any], figure: str | None
) -> TrustedAdvisorOpinion:
    check = last_part(recommendation.get("checkArn", ""))
    kind, action = CHECKS.get(check, ("", ""))
    name = row.get("awsResourceId", "")
    arn = next((one for one in (name, *row.get("metadata", {}).values()) if one.startswith("arn:")), "")
    return TrustedAdvisorOpinion(
        resource_id=row["arn"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        their_id=row["arn"],
        about_id=last_part(name) or last_part(arn),
        about_arn=arn,
        about_kind=kind,
        about_type=", ".join(recommendation.get("awsServices", ())),
        about_region=row.get("regionCode", ""),
        action=action,
        advice=recommendation.get("name", ""),
        before_discounts=figure,
        currency="USD" if figure else "",
        refreshed_at=row.get("lastUpdatedAt"),
        origin=recommendation.get("source", ""),
    )


COLLECTOR = Collector(
    service="trustedadvisor",
    needs={TrustedAdvisorOpinion: (LIST_RECOMMENDATIONS, LIST_RESOURCES)},
    calls=(LIST_RECOMMENDATIONS, LIST_RESOURCES),
    collect=collect,
    scope=Scope.GLOBAL,
    home_region="us-east-1",
)
