"""A service that costs far more than on the same weekdays before deserves a look before the month is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.billed import BilledService
from findings.rises import judge_rise
from findings.rule import Rule

if TYPE_CHECKING:
    from findings.rule import Verdict


def judge(
    service: BilledService,
    *,
    recent_days: int,
    history_weeks: int,
    mad_times: float,
    min_percent: float,
    min_extra: float,
) -> Verdict:
    return judge_rise(
        service,
        recent_days=recent_days,
        history_weeks=history_weeks,
        mad_times=mad_times,
        min_percent=min_percent,
        min_extra=min_extra,
    )


rule = Rule(
    id="bill_cost_spike_service",
    title="Service that costs more than usual",
    looks_at=BilledService,
    settings={"recent_days": 3, "history_weeks": 6, "mad_times": 5, "min_percent": 50, "min_extra": 100},
    action="Look which of its resources and meters grew on the first of these days; take back what nobody wanted.",
    action_type="Rightsize",
    stage="SHRINK",
    implementation_effort="Medium",
    docs="https://www.finops.org/framework/capabilities/anomaly-management/",
    judge=judge,
    rollback="Nothing has to be undone.",
    assumes="that nobody wanted what makes it dearer",
    access_adds="which resources came or grew on the first of these days",
)
