"""A load balancer with nothing behind it has nowhere to send a request."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import LoadBalancer, Metric
from findings.rule import ALL, UNTOLD, BillExpects, Fine, Limit, Rule, Unknown, Verdict, Waste, counted

if TYPE_CHECKING:
    from audits.evidence import Usage

# Each is reported while there are any. The first two count what a target was chosen for: then there was one.
REQUESTS, FLOWS, REDIRECTS, FIXED = (
    Metric(name=name, statistic="Sum", unit="requests", is_silent_at_zero=True)
    for name in ("RequestCount", "NewFlowCount", "HTTP_Redirect_Count", "HTTP_Fixed_Response_Count")
)


def judge(balancer: LoadBalancer, *, usage: Usage, empty_days: int, idle_days: int, max_requests: int) -> Verdict:
    if balancer.state != "active" or balancer.target_count:
        return Fine()
    if balancer.target_count is None and balancer.target_group_count != 0:
        return Unknown("the targets of the load balancer")
    if balancer.created_at is None:
        return Unknown("when the load balancer was made")
    days = (balancer.observed_at - balancer.created_at).days
    if days < empty_days:
        return Fine(f"Made {counted(days, 'day')} ago only.")
    number = balancer.target_group_count
    groups = f"{counted(number, 'target group')} and no target in them" if number else "no target group"
    because = f"A load balancer ({balancer.balancer_type}) with {groups}, {days:,} days old."
    return _by_traffic(usage, days=idle_days, most=max_requests, because=because)


def _by_traffic(usage: Usage, *, days: int, most: int, because: str) -> Verdict:
    alone = usage.total(REDIRECTS, FIXED, days=days)
    if any((*usage.days(REQUESTS, days=days), *usage.days(FLOWS, days=days))):
        return Fine(f"It had targets within the last {counted(days, 'day')}: they may come back.")
    if any((value or 0) >= most for value in alone):
        return Fine("It needs no target: its listeners redirect or answer by themselves.")
    if None in (*usage.total(REQUESTS, FLOWS, days=days), *alone):
        return Unknown(f"whether anything was answered on each of the last {counted(days, 'day')}")
    still = max(value or 0 for value in alone)
    told = f" Its listeners answered at most {still:,.0f} requests a day by themselves." if still else ""
    return Waste(saves=UNTOLD if still else ALL, because=because + told)


rule = Rule(
    id="aws_elb_load_balancer_without_targets", title="Load balancer without targets", looks_at=LoadBalancer,
    settings={"empty_days": 1, "idle_days": 14, "max_requests": 100}, metrics=(REQUESTS, FLOWS, REDIRECTS, FIXED),
    action="Make sure that no listener only redirects, then delete the load balancer.",
    docs="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-delete.html",
    judge=judge, window_days=14, rollback="Make it again from its template; it gets a new DNS name.",
    limits=(Limit(title="Answered", metrics=(REDIRECTS, FIXED), setting="max_requests", unit="requests a day"),),
    hint="aws elbv2 delete-load-balancer --region {region} --load-balancer-arn {resource_id}",
    bill=BillExpects(prices=("LCUUsage",), at_most=lambda _: Decimal(1), says="so it does work"),
)  # fmt: skip
