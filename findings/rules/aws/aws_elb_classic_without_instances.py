"""A Classic Load Balancer with which no instance is registered has nowhere to send a request."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.classic_balancers import ClassicLoadBalancer
from findings.rule import ALL, BillExpects, Fine, Rule, Unknown, Verdict, Waste, counted

if TYPE_CHECKING:
    from audits.evidence import Usage

# Reported while instances are registered, and not at all while none is.
HOSTS = tuple(
    Metric(name=name, statistic="Maximum", unit="instances", is_silent_at_zero=True)
    for name in ("HealthyHostCount", "UnHealthyHostCount")
)


def judge(balancer: ClassicLoadBalancer, *, usage: Usage, idle_days: int) -> Verdict:
    if balancer.instance_count:
        return Fine()
    seen = [usage.days(metric, days=idle_days) for metric in HOSTS]
    if any(any(days) for days in seen):
        return Fine(
            f"Instances were registered within the last {counted(idle_days, 'day')}: a group may bring them back."
        )
    if balancer.created_at is None:
        return Unknown("when the load balancer was made")
    age_days = (balancer.observed_at - balancer.created_at).days
    if age_days < idle_days:
        return Fine(f"There for {counted(age_days, 'day')} only.")
    if any(None in days for days in seen):
        return Unknown(f"whether any instance was registered on each of the last {counted(idle_days, 'day')}")
    return Waste(
        saves=ALL,
        because=f"No instance is registered with it, nor was one on any of the last {counted(idle_days, 'day')}.",
    )


rule = Rule(
    id="aws_elb_classic_without_instances",
    title="Classic Load Balancer without instances",
    looks_at=ClassicLoadBalancer,
    settings={"idle_days": 14},
    action="Make sure that no name leads to it, then delete it.",
    docs="https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-deregister-register-instances.html",
    judge=judge,
    metrics=HOSTS,
    window_days=14,
    rollback="Make a new load balancer with the same listeners, subnets and security groups; its name in DNS is new.",
    hint="aws elb delete-load-balancer --region {region} --load-balancer-name {name}",
    bill=BillExpects(prices=("DataProcessing-Bytes",), at_most=lambda _: Decimal("0.1"), says="so bytes do pass"),
)
