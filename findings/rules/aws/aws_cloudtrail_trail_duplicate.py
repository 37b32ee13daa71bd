"""The first copy of management events in a region is free; each further trail that logs the same ones is charged."""

from __future__ import annotations

from decimal import Decimal

from connections.resources.trails import Trail
from findings.rule import BillExpects, Fine, Rule, Share, Unknown, Verdict, Waste

COPIES = "PaidEventsRecorded"


def judge(trail: Trail) -> Verdict:
    if left := _why_left(trail):
        return Fine(left)
    if trail.is_logging is None or trail.logs is None:
        return Unknown("whether it logs, and what")
    if trail.doubled_by is None:
        return Unknown("whether another trail logs the same management events")
    if not trail.doubled_by:
        return Fine()
    others = ", ".join(trail.doubled_by)
    if trail.feeds_alone:
        return Unknown(f"whether what reads its log group or topic could read {others} instead")
    kinds = " and ".join(trail.logs)
    return Waste(
        saves=Share(fraction=Decimal(1), part_of=(COPIES,)),
        because=f"All of the {kinds} management events that it logs are logged by {others} as well.",
    )


def _why_left(trail: Trail) -> str:
    if trail.is_organization:
        return "It is the organisation's, for all of its accounts."
    if trail.is_logging is False:
        return "It is switched off."
    return "It logs no management events." if trail.logs == () else ""


rule = Rule(
    id="aws_cloudtrail_trail_duplicate", title="Trail that logs the same management events as another",
    looks_at=Trail, settings={},
    action="Point whatever reads it at the other trail, then leave management events out of it, or delete it.",
    docs="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-trail-manage-costs.html",
    judge=judge, implementation_effort="Medium", rollback_possible=True,
    rollback="Let the trail log management events again; what happened meanwhile stands in the other trail alone.",
    hint="aws cloudtrail get-event-selectors --region {region} --trail-name {resource_id}",
    bill=BillExpects(prices=(COPIES,), at_least=Decimal(1), says="so its copy may be the one that is free"),
)  # fmt: skip
