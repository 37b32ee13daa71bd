"""A call that ends in an error is charged as one that does its work, and is often made again."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from connections.resources.functions import Function
from findings.function_usage import OUTCOMES, charged_otherwise, days_all, gib_hours
from findings.rule import UNTOLD, Fine, Rule, Verdict, Waste, counted

if TYPE_CHECKING:
    from audits.evidence import Usage


def judge(
    function: Function, *, usage: Usage, idle_days: int, max_error_percent: float, min_gib_hours: float
) -> Verdict:
    if other := charged_otherwise(function):
        return other
    found = days_all(
        usage,
        days=idle_days,
        are=lambda day: day.is_failing(percent=max_error_percent) and not day.is_timed_out(function),
    )
    if not isinstance(found, tuple):
        return found
    calls, errors, time_ms = (
        math.fsum(values) for values in zip(*((day.calls, day.errors, day.time_ms) for day in found), strict=True)
    )
    wasted = gib_hours(function, time_ms=time_ms * min(1.0, errors / calls))
    if wasted < min_gib_hours:
        return Fine("Too little time to matter.")
    return Waste(
        saves=UNTOLD,
        because=f"{errors:,.0f} of {calls:,.0f} calls ended in an error, and more than {max_error_percent:g} % on all "
        f"{len(found)} of the last {counted(idle_days, 'day')} on which it was called: {wasted:,.1f} GiB-hours, if "
        "such a call takes as long as another.",
    )


rule = Rule(
    id="aws_lambda_function_failing",
    title="Lambda function that keeps failing",
    looks_at=Function,
    settings={"idle_days": 7, "max_error_percent": 10, "min_gib_hours": 5},
    action="Read its log, mend what fails, and bound how often a failed call is made again.",
    docs="https://docs.aws.amazon.com/lambda/latest/dg/invocation-retries.html",
    judge=judge,
    metrics=OUTCOMES, window_days=7, action_type="Upgrade", stage="PRICE", implementation_effort="Medium",
    rollback_possible=True,
    rollback="Publish the version before, or point the alias back at it.",
    hint="aws logs filter-log-events --region {region} --log-group-name /aws/lambda/{name} --filter-pattern ERROR",
)  # fmt: skip
