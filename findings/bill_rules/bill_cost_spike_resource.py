"""A resource that costs far more than on the same weekdays before deserves a look before the month is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.billed import BilledResource
from findings.rises import judge_rise
from findings.rule import Rule

if TYPE_CHECKING:
    from findings.rule import Verdict


def judge(
    resource: BilledResource,
    *,
    recent_days: int,
    history_weeks: int,
    mad_times: float,
    min_percent: float,
    min_extra: float,
) -> Verdict:
    return judge_rise(
        resource,
        recent_days=recent_days,
        history_weeks=history_weeks,
        mad_times=mad_times,
        min_percent=min_percent,
        min_extra=min_extra,
    )


rule = Rule(
    id="bill_cost_spike_resource",
    title="Resource that costs more than usual",
    looks_at=BilledResource,
    settings={"recent_days": 3, "history_weeks": 6, "mad_times": 5, "min_percent": 50, "min_extra": 30},
    action="Look what changed on the first of these days; take it back where nobody wanted it.",
    action_type="Rightsize",
    stage="SHRINK",
    implementation_effort="Medium",
    docs="https://www.finops.org/framework/capabilities/anomaly-management/",
    judge=judge,
    rollback="Nothing has to be undone.",
    assumes="that nobody wanted what makes it dearer",
    access_adds="what was changed and by whom on the first of these days",
)
