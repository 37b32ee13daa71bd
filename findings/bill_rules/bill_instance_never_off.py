"""A machine that runs around the clock at the full price could be off at night and on weekends."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from audits.billed import BilledResource, cost_of, lacks_quantity, meter_of
from findings.rule import Fine, Rule, Share, Unknown, Verdict, Waste, counted

if TYPE_CHECKING:
    from audits.evidence import DayCost

WEEK_HOURS, DAY_HOURS = 168, 24
LEFT_OVER = ("Spot", "Low Priority")


def judge(
    machine: BilledResource, *, window_days: int, min_hours: float, min_cost: float, on_hours_a_week: int
) -> Verdict:
    hours = _machine_hours(machine, window_days)
    if not hours or any(line.commitment_discount_id for line in machine.lines(days=window_days)):
        return Fine()
    if machine.known_days < window_days:
        return Unknown(f"{counted(window_days, 'complete day')} of its bill")
    if lacks_quantity(hours):
        return Unknown("the hours of each day")
    by_day, cost = machine.by_day(hours, days=window_days), cost_of(hours)
    if not all(min_hours <= of_day <= 2 * DAY_HOURS - min_hours for of_day in by_day) or cost < min_cost:
        return Fine()
    off = 1 - Decimal(on_hours_a_week) / WEEK_HOURS
    return Waste(
        saves=Share(fraction=off * cost / max(cost, cost_of(machine.lines(days=window_days)))),
        because=f"Charged for {sum(by_day) / window_days:.1f} hours on each of the last {counted(window_days, 'day')}, "
        f"weekends as weekdays: {cost:,.2f} {hours[0].billing_currency} without a commitment. An estimate: on for "
        f"{on_hours_a_week} of the {WEEK_HOURS} hours of a week it would cost {off * 100:.0f} % less.",
    )


def _machine_hours(machine: BilledResource, days: int) -> list[DayCost]:
    if machine.cloud == "aws":
        return [line for line in machine.lines("BoxUsage", days=days) if line.pricing_category != "Committed"]
    if machine.cloud != "azure" or "/microsoft.compute/virtualmachines/" not in machine.resource_id.lower():
        return []
    lines = [line for line in machine.lines(days=days) if line.service_name == "Virtual Machines"]
    return [line for line in lines if _is_hours(line) and not any(word in meter_of(line) for word in LEFT_OVER)]


def _is_hours(line: DayCost) -> bool:
    return "hour" in line.consumed_unit.lower()


rule = Rule(
    id="bill_instance_never_off",
    title="Machine that is never off, at the full price",
    looks_at=BilledResource,
    settings={"window_days": 28, "min_hours": 23.5, "min_cost": 25, "on_hours_a_week": 60},
    action="If nobody needs it at night and on weekends, stop it by a schedule; if it must run, commit to it.",
    action_type="Stop",
    stage="SHRINK",
    restart_needed=True,
    rollback_possible=True,
    docs="https://docs.aws.amazon.com/solutions/latest/instance-scheduler-on-aws/solution-overview.html",
    judge=judge,
    rollback="Take the schedule away and start it.",
    assumes="that nobody needs it outside of sixty hours a week",
    told_by=("aws_ec2_instance_off_hours",),
    access_adds="its CPU and network hour by hour: whether anything uses it at night and on weekends",
)
