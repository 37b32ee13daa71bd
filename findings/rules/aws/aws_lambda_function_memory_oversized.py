"""A function is charged for the memory that it is given, whether its calls take it or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources.functions import Function
from findings.function_memory import enough_mib, need_of, saved_share
from findings.function_usage import CALLS, MEMORY, PROCESSOR, TIME, charged_otherwise, gib_hours, total_ms
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted

if TYPE_CHECKING:
    from audits.evidence import Usage


def judge(
    function: Function, *, usage: Usage, idle_days: int, min_saved_percent: float, min_gib_hours: float
) -> Verdict:
    time_ms = total_ms(usage, days=idle_days)
    hours = None if time_ms is None else gib_hours(function, time_ms=time_ms)
    other = charged_otherwise(function)
    if other or (hours is not None and hours < min_gib_hours):
        return other or Fine("Called too little for its memory to matter.")
    if not function.is_measured:
        by_whom = "whether Lambda Insights measures its memory" if function.is_measured is None else ""
        return Unknown(by_whom or "how much memory its calls take, which Lambda Insights alone would measure")
    need = need_of(usage, days=idle_days)
    saved = saved_share(function, need)
    if saved * 100 < min_saved_percent:
        return Fine(f"Its calls take up to {need.memory_mib:,.0f} MiB of its memory.")
    if hours is None or not need.is_whole:
        return Unknown(f"its memory and processor on every one of the last {counted(idle_days, 'day')}")
    spare = saved * hours
    if spare < min_gib_hours:
        return Fine(f"{spare:,.1f} GiB-hours less are too little to matter.")
    return Waste(
        saves=UNTOLD,
        because=f"{function.memory_mib:,} MiB, of which no call of the last {counted(idle_days, 'day')} took more than "
        f"{need.memory_mib:,.0f}. With {enough_mib(function, need):,} MiB it would be charged {spare:,.1f} "
        f"GiB-hours less ({saved * 100:.0f} %), though its calls take longer with less processor.",
    )


rule = Rule(
    id="aws_lambda_function_memory_oversized",
    title="Lambda function with more memory than its calls take",
    looks_at=Function,
    settings={"idle_days": 14, "min_saved_percent": 20, "min_gib_hours": 10},
    action="Lower its memory to what is named, and watch how long its calls take.",
    docs="https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html",
    judge=judge,
    metrics=(CALLS, TIME, MEMORY, PROCESSOR), window_days=14, action_type="Rightsize", stage="SHRINK",
    rollback_possible=True,
    rollback="Set its memory back to what it was; that takes seconds.",
    hint="aws lambda update-function-configuration --region {region} --function-name {name} --memory-size MIB",
)  # fmt: skip
