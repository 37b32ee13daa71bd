"""A Classic Load Balancer that hardly anybody asks costs its hours all the same."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.classic_balancers import ClassicLoadBalancer
from findings.rule import ALL, UNTOLD, BillExpects, Fine, Limit, Rule, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

# The one is reported while requests come, the other while instances are registered: where it is, silence is no request.
REQUESTS = Metric(name="RequestCount", statistic="Sum", unit="requests", is_silent_at_zero=True)
HOSTS = Metric(name="HealthyHostCount", statistic="Maximum", unit="instances", is_silent_at_zero=True)


def judge(balancer: ClassicLoadBalancer, *, usage: Usage, idle_days: int, max_requests: int) -> Verdict:
    if not balancer.instance_count or not set(balancer.protocols) <= {"HTTP", "HTTPS"}:
        return Fine()
    requests = [value for value in usage.days(REQUESTS, days=idle_days) if value is not None]
    if any(value >= max_requests for value in requests):
        return Fine()
    answering = [value for value in usage.days(HOSTS, days=idle_days) if value]
    if min(len(requests), len(answering)) < idle_days or not balancer.protocols:
        what = "requests, with a healthy instance to answer them,"
        return unmeasured(balancer, since=balancer.created_at, days=idle_days, what=what)
    most = max(requests)
    return Waste(
        saves=UNTOLD if most else ALL,
        because=f"{balancer.instance_count} registered, at least one of them healthy, and at most {most:,.0f} requests "
        f"on any of the last {counted(idle_days, 'day')}.",
    )


rule = Rule(
    id="aws_elb_classic_low_traffic",
    title="Classic Load Balancer with little traffic",
    looks_at=ClassicLoadBalancer,
    settings={"idle_days": 14, "max_requests": 100},
    action="Lead what still comes to another load balancer, or straight to its instances, then delete it.",
    docs="https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-cloudwatch-metrics.html",
    judge=judge, metrics=(REQUESTS, HOSTS), window_days=14, implementation_effort="Medium",
    limits=(Limit(title="Requests", metrics=(REQUESTS,), setting="max_requests", unit="requests a day"),),
    rollback="Make a new load balancer with the same listeners, subnets and security groups; its name in DNS is new.",
    hint="aws elb delete-load-balancer --region {region} --load-balancer-name {name}",
    bill=BillExpects(prices=("DataProcessing-Bytes",), at_most=lambda _: Decimal(1), says="so more passes"),
)  # fmt: skip
