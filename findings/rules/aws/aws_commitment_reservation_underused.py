"""A reservation is paid for every hour, also those in which nothing runs that it could cover."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources.commitments import Reservation
from findings.rule import Rule, Verdict
from findings.unused_share import judge_use

if TYPE_CHECKING:
    from audits.evidence import Bill


def judge(reservation: Reservation, *, bill: Bill, window_days: int, max_unused_percent: int) -> Verdict:
    return judge_use(
        bill=bill,
        state=reservation.state,
        begins_at=reservation.begins_at,
        observed_at=reservation.observed_at,
        window_days=window_days,
        max_percent=max_unused_percent,
    )


rule = Rule(
    id="aws_commitment_reservation_underused",
    title="Reservation that is not fully used",
    looks_at=Reservation,
    settings={"window_days": 14, "max_unused_percent": 5},
    action="Let it cover other use: share it in the organisation, change its zone or size, exchange or sell it where "
    "AWS lets you; do not renew this share.",
    docs="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ri-modifying.html",
    judge=judge,
    reads_bill=True,
    action_type="PurchaseSavingsPlans",
    stage="PRICE",
    rollback="A reservation that was sold or exchanged does not come back; buy the share again.",
    hint="aws {of_service} {listed_by} --region {region}",
)
