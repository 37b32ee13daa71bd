"""A call that a function's time limit cuts off is charged for all of that time, and for its repetition."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from connections.resources.functions import Function
from findings.function_usage import OUTCOMES, TENTH, charged_otherwise, days_all, gib_hours
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted

if TYPE_CHECKING:
    from audits.evidence import Usage


def judge(function: Function, *, usage: Usage, idle_days: int, min_gib_hours: float) -> Verdict:
    if other := charged_otherwise(function):
        return other
    found = days_all(usage, days=idle_days, are=lambda day: day.is_timed_out(function))
    if not isinstance(found, tuple):
        return found
    if any(day.is_beyond(function) for day in found):  # the list of functions tells of the latest version alone
        return Unknown("the time limit of what it runs: calls took longer than that of its latest version")
    calls = math.fsum(day.calls for day in found)
    wasted = gib_hours(function, time_ms=TENTH * calls * function.timeout_seconds * 1000)
    if wasted < min_gib_hours:
        return Fine("Too little time to matter.")
    return Waste(
        saves=UNTOLD,
        because=f"On all {len(found)} of the last {counted(idle_days, 'day')} on which it was called, a tenth of the "
        f"calls and more ended at its limit of {counted(function.timeout_seconds, 'second')}: {wasted:,.1f} GiB-hours "
        f"at least, of {calls:,.0f} calls.",
    )


rule = Rule(
    id="aws_lambda_function_timing_out",
    title="Lambda function whose calls are cut off",
    looks_at=Function,
    settings={"idle_days": 7, "min_gib_hours": 5},
    action="Find what the calls wait for; then give what they wait for a shorter limit, or the function a longer one.",
    docs="https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html",
    judge=judge,
    metrics=OUTCOMES, window_days=7, action_type="Rightsize", stage="PRICE", implementation_effort="Medium",
    rollback_possible=True,
    rollback="Set the time limit back to what it was.",
    hint="aws lambda update-function-configuration --region {region} --function-name {name} --timeout SECONDS",
)  # fmt: skip
