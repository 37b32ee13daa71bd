"""Provisioned capacity is charged by the hour, whether or not anything is sent through it."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from audits.billed import BilledResource, cost_of, lacks_quantity, quantity_of
from findings.rule import Fine, Rule, Share, Unknown, Verdict, Waste, counted


class Pair(NamedTuple):
    """Capacity and its use as one bill names them; a unit of capacity carries at least `carries` units of use."""

    capacity: str
    use: str
    carries: Decimal
    words: str
    least: int  # units that are always there


PAIRS = {
    "aws": (
        Pair("Storage-ShardHour", "PutRequestPayloadUnits", Decimal(147_456), "shard-hours", 1),
        Pair("Lambda-Provisioned-Concurrency", "Lambda-Provisioned-GB-Second", Decimal(1), "GB-seconds", 0),
    ),
    "azure": (Pair("Standard Throughput Unit", "Standard Ingress Events", Decimal("0.0576"), "unit-hours", 1),),
}


def judge(resource: BilledResource, *, window_days: int, max_percent: float, min_cost: float) -> Verdict:
    for pair in PAIRS.get(resource.cloud, ()):
        if capacity := resource.lines(pair.capacity, days=window_days):
            break
    else:
        return Fine()
    if resource.known_days < window_days:
        return Unknown(f"{counted(window_days, 'complete day')} of its bill")
    use = resource.lines(pair.use, days=window_days)
    if lacks_quantity((*capacity, *use)):
        return Unknown("the quantities of its capacity and of its use")
    by_day, had, used = resource.by_day(capacity, days=window_days), quantity_of(capacity), quantity_of(use)
    needs = Decimal(pair.least * 24 * window_days) if used else Decimal(0)
    is_flat = min(by_day) * 100 >= max(by_day) * 95
    percent = used * 100 / (had * pair.carries) if had > 0 else Decimal(100)
    cost, spare = cost_of(capacity), 1 - needs / max(had, Decimal(1))
    if not is_flat or percent > Decimal(str(max_percent)) or cost * spare < Decimal(str(min_cost)):
        return Fine()
    return Waste(
        saves=Share(fraction=spare * cost / max(cost, cost_of(resource.lines(days=window_days)))),
        because=f"Charged {cost:,.2f} {capacity[0].billing_currency} for {had:,.0f} {pair.words} in the last "
        f"{counted(window_days, 'day')}, as many each day; {percent:.1f} % of what they carry was used.",
    )


rule = Rule(
    id="bill_provisioned_capacity_flat",
    title="Provisioned capacity that is hardly used",
    looks_at=BilledResource,
    settings={"window_days": 14, "max_percent": 2, "min_cost": 5},
    action="Provision less, let it scale, or change to the mode that is charged by use.",
    action_type="Rightsize",
    stage="SHRINK",
    docs="https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html",
    judge=judge,
    rollback="Provision the capacity again.",
    told_by=(
        "aws_dynamodb_table_capacity_mode",
        "aws_kinesis_stream_idle",
        "aws_lambda_provisioned_concurrency_oversized",
    ),
    access_adds="its throughput minute by minute, and the peaks that a day's sum hides",
)
