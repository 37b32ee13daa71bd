"""Operations that are provisioned are paid for whether they are made or not, and often cost more than the disk."""

from __future__ import annotations

from audits.billed import BilledResource, cost_of, meter_of
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted

SPEED = {
    "aws": ("EBS:VolumeP-IOPS", "EBS:VolumeP-Throughput", "RDS:PIOPS", "RDS:Multi-AZ-PIOPS"),
    "azure": ("Provisioned IOPS", "Provisioned Throughput"),
    "gcp": ("IOPS", "Throughput"),
}


def judge(resource: BilledResource, *, window_days: int, min_cost: float, min_factor: float) -> Verdict:
    words = SPEED.get(resource.cloud, ())
    lines = resource.lines(days=window_days)
    speed = [line for line in lines if any(word in meter_of(line) for word in words)]
    if not speed:
        return Fine()
    if resource.known_days < window_days:
        return Unknown(f"{counted(window_days, 'complete day')} of its bill")
    paid = cost_of(speed)
    space = cost_of(line for line in lines if line not in speed)
    if paid < min_cost or float(paid) < float(space) * min_factor:
        return Fine()
    return Waste(
        saves=UNTOLD,
        because=f"Provisioned speed cost {paid:,.2f} {speed[0].billing_currency} in the last "
        f"{counted(window_days, 'day')}, all else of it {space:,.2f}.",
    )


rule = Rule(
    id="bill_provisioned_iops",
    title="Provisioned speed costs more than the disk",
    looks_at=BilledResource,
    settings={"window_days": 14, "min_cost": 20, "min_factor": 1},
    action="Compare what is used with what is provisioned, and lower it; gp3 or a newer type may include enough.",
    action_type="Rightsize",
    stage="SHRINK",
    rollback_possible=True,
    docs="https://docs.aws.amazon.com/ebs/latest/userguide/provisioned-iops.html",
    judge=judge,
    rollback="Provision the old figure again; some providers allow one change in six hours.",
    access_adds="the operations it made at its busiest, day by day",
)
