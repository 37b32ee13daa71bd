"""Savings plans of the account: what it is committed to, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, Scope
from connections.providers.aws.reader import clean_tags
from connections.resources.commitments import SavingsPlan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

DESCRIBE_SAVINGS_PLANS = Call(
    service="savingsplans",
    operation="DescribeSavingsPlans",
    action="savingsplans:DescribeSavingsPlans",
    why="Lists savings plans, so that what stopping a machine frees is told with the day until which it is paid for.",
    cheapest={"maxResults": 1},
    withheld=("savingsPlans.description",),
    kept={"nextToken": "Where the next page begins."},
    post_path="/DescribeSavingsPlans",
)
OVER = frozenset({"queued-deleted", "returned", "payment-failed"})
BEGUN_OR_WAITING = frozenset({"active", "queued", "payment-pending"})  # who renews in the last days need not queue
TAKES_OVER = timedelta(days=7)


def collect(reader: Reader) -> Iterator[Thing]:
    """Every plan of the account that runs, waits or has ended, each with those that take over from it."""
    plans = reader.listing(
        DESCRIBE_SAVINGS_PLANS,
        result="savingsPlans",
        row=lambda item: _plan(reader, item),
        kinds=(SavingsPlan.KIND,),
        page_size=100,
    ).rows
    for plan in plans:
        yield replace(plan, followed_by=tuple(one.resource_id for one in plans if _takes_over(one, plan)))


def _plan(reader: Reader, item: dict[str, Any]) -> SavingsPlan | None:
    if item.get("state") in OVER:
        return None
    return SavingsPlan(
        resource_id=item["savingsPlanArn"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        created_at=_moment(item.get("start")),
        tags=clean_tags([{"Key": key, "Value": value} for key, value in (item.get("tags") or {}).items()]),
        state=item.get("state", ""),
        plan_type=item.get("savingsPlanType", ""),
        hourly_commitment=item.get("commitment", ""),
        currency=item.get("currency", ""),
        begins_at=_moment(item.get("start")),
        ends_at=_moment(item.get("end")),
        payment_option=item.get("paymentOption", ""),
        instance_family=item.get("ec2InstanceFamily", ""),
        plan_region=item.get("region", ""),
    )


def _moment(text: str | None) -> datetime | None:
    """AWS gives plans' times as text, in UTC: 2026-11-25T00:00:00.000Z."""
    return datetime.fromisoformat(text) if text else None


def _takes_over(other: SavingsPlan, plan: SavingsPlan) -> bool:
    if plan.ends_at is None or other.begins_at is None or plan.resource_id == other.resource_id:
        return False
    kinds = {(one.plan_type, one.instance_family, one.plan_region) for one in (other, plan)}
    return len(kinds) == 1 and other.state in BEGUN_OR_WAITING and abs(other.begins_at - plan.ends_at) <= TAKES_OVER


COLLECTOR = Collector(
    service="savingsplans",
    needs={SavingsPlan: (DESCRIBE_SAVINGS_PLANS,)},
    calls=(DESCRIBE_SAVINGS_PLANS,),
    collect=collect,
    scope=Scope.GLOBAL,
    home_region="us-east-1",
)
