"""Of environments that are kept ready, those that are never at work at the same time are charged for nothing."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources.functions import Function
from findings.function_usage import AT_ONCE, CALLS, peak_at_once
from findings.rule import BillExpects, Fine, Rule, Share, Unknown, Verdict, Waste, counted

if TYPE_CHECKING:
    from audits.evidence import Usage

KEPT = "Lambda-Provisioned-Concurrency"
HEADROOM = 1.25


def judge(function: Function, *, usage: Usage, idle_days: int, max_used_percent: float) -> Verdict:
    if function.provisioned == 0:
        return Fine()
    if function.provisioned is None or function.provisioned_at is None:
        return Unknown("how many environments are kept ready for it, and since when")
    peak, is_whole = peak_at_once(usage, days=idle_days)
    since_days = (function.observed_at - function.provisioned_at).days
    if since_days < idle_days or peak > function.provisioned * max_used_percent / 100:
        return Fine(f"Kept ready as now for {counted(since_days, 'day')} only." if since_days < idle_days else "")
    if len(function.provisioned_names) > 1 or not is_whole:
        return Unknown(f"how many were at work at once for each alias, on every one of the last {idle_days} days")
    enough = math.ceil(peak * HEADROOM)
    if not peak or enough >= function.provisioned:
        return Fine("Not called: whether any is needed is the question." if not peak else "")
    return Waste(
        saves=Share(fraction=1 - Decimal(enough) / function.provisioned, part_of=(KEPT, f"{KEPT}-ARM")),
        because=f"{counted(function.provisioned, 'environment')} kept ready for {function.provisioned_names[0]}: over "
        f"the last {counted(idle_days, 'day')} no more than {peak:g} of all of the function's were at work at once. "
        f"With a quarter more than that, {enough} would do.",
    )


rule = Rule(
    id="aws_lambda_provisioned_concurrency_oversized",
    title="More provisioned concurrency than calls come at once",
    looks_at=Function,
    settings={"idle_days": 14, "max_used_percent": 50},
    action="Lower what is provisioned to the number that is named; calls beyond it start as others do.",
    docs="https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html",
    judge=judge,
    metrics=(CALLS, AT_ONCE), window_days=14, action_type="Rightsize", stage="SHRINK", implementation_effort="VeryLow",
    rollback_possible=True, rollback="Provision as many again; they are ready within minutes.",
    hint="aws lambda list-provisioned-concurrency-configs --region {region} --function-name {name}",
    bill=BillExpects(prices=(KEPT,), at_least=Decimal("0.001"), says="so nothing is kept ready"),
)  # fmt: skip
