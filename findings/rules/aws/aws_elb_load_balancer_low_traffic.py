"""An Application Load Balancer that hardly anybody asks costs its hours all the same."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import LoadBalancer, Metric
from findings.rule import ALL, UNTOLD, BillExpects, Fine, Limit, Rule, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

# Reported while there are any; a redirect and a fixed answer are no request of the first one's.
NAMES = ("RequestCount", "HTTP_Redirect_Count", "HTTP_Fixed_Response_Count")
ANSWERED = tuple(Metric(name=name, statistic="Sum", unit="requests", is_silent_at_zero=True) for name in NAMES)
BYTES = Metric(name="ProcessedBytes", statistic="Sum", unit="bytes", is_silent_at_zero=True)
UNITS = Metric(name="ConsumedLCUs", statistic="Maximum", unit="units")  # always reported: it proves the silence


def judge(balancer: LoadBalancer, *, usage: Usage, idle_days: int, max_requests: int, max_traffic_gb: float) -> Verdict:
    if balancer.balancer_type != "application" or balancer.state != "active":
        return Fine()
    if balancer.healthy_target_count == 0:
        return Fine("Nothing behind it could answer: that is another matter.")
    requests = [value for value in usage.total(*ANSWERED, days=idle_days) if value is not None]
    gb = [value / 1e9 for value in usage.days(BYTES, days=idle_days) if value is not None]
    if any(value >= max_requests for value in requests) or any(value >= max_traffic_gb for value in gb):
        return Fine()
    units = [value for value in usage.days(UNITS, days=idle_days) if value is not None]
    if min(len(requests), len(gb), len(units)) < idle_days:
        return unmeasured(balancer, since=balancer.created_at, days=idle_days, what="requests, bytes and units")
    return Waste(
        saves=UNTOLD if max(requests) or max(gb) else ALL,
        because=f"At most {max(requests):,.0f} requests and {max(gb):.3f} GB on any of the last "
        f"{counted(idle_days, 'day')}.",
    )


rule = Rule(
    id="aws_elb_load_balancer_low_traffic",
    title="Application Load Balancer with little traffic",
    looks_at=LoadBalancer,
    settings={"idle_days": 14, "max_requests": 100, "max_traffic_gb": 0.1},
    action="Lead what still comes to another load balancer, then delete it.",
    docs="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html",
    judge=judge, metrics=(*ANSWERED, BYTES, UNITS), window_days=14, implementation_effort="Medium",
    limits=(Limit(title="Requests", metrics=ANSWERED, setting="max_requests", unit="requests a day"),),
    rollback="Make a new load balancer with the same listeners, rules and target groups; its name in DNS is new.",
    hint="aws elbv2 delete-load-balancer --region {region} --load-balancer-arn {resource_id}",
    bill=BillExpects(prices=("LCUUsage",), at_most=lambda _: Decimal(1), says="so it does work"),
)  # fmt: skip
