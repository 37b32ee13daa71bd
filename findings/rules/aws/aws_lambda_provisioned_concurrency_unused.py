"""Environments that are kept ready for a function are charged by the second, called or not."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources.functions import Function
from findings.function_usage import CALLS
from findings.rule import BillExpects, Fine, Rule, Share, Unknown, Verdict, Waste, counted

if TYPE_CHECKING:
    from audits.evidence import Usage

KEPT = "Lambda-Provisioned-Concurrency"


def judge(function: Function, *, usage: Usage, idle_days: int) -> Verdict:
    if function.provisioned == 0:
        return Fine()
    if function.provisioned is None or function.provisioned_at is None:
        return Unknown("how many environments are kept ready for it, and since when")
    since_days = (function.observed_at - function.provisioned_at).days
    if since_days < idle_days:
        return Fine(f"Kept ready as now for {counted(since_days, 'day')} only.")
    calls = usage.days(CALLS, days=idle_days)
    if any(calls):
        return Fine()
    if None in calls:
        return Unknown(f"its calls on every one of the last {counted(idle_days, 'day')}")
    kept, names = counted(function.provisioned, "environment"), ", ".join(function.provisioned_names)
    return Waste(
        saves=Share(fraction=Decimal(1), part_of=(KEPT, f"{KEPT}-ARM")),
        because=f"{kept} of {function.memory_mib:,} MiB kept ready for {names}, and no version of the function was "
        f"called over the last {counted(idle_days, 'day')}.",
    )


rule = Rule(
    id="aws_lambda_provisioned_concurrency_unused",
    title="Provisioned concurrency of a function that nobody calls",
    looks_at=Function,
    settings={"idle_days": 30},
    action="Make sure that it does not stand by for another region, then delete its provisioned concurrency.",
    docs="https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html",
    judge=judge,
    metrics=(CALLS,), window_days=30, stage="SHRINK", implementation_effort="VeryLow", rollback_possible=True,
    rollback="Provision as many again; they are ready within minutes.",
    hint="aws lambda list-provisioned-concurrency-configs --region {region} --function-name {name}",
    bill=BillExpects(prices=(KEPT,), at_least=Decimal("0.001"), says="so nothing is kept ready"),
)  # fmt: skip
