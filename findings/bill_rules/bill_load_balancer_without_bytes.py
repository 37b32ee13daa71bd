"""A load balancer is charged by the hour, whether or not it balances anything."""

from __future__ import annotations

from audits.billed import BilledResource, quantity_of
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted

# By cloud and by what the resource's id must hold: the meters of its hours and of its traffic. Traffic of () is every
# other meter: Azure names those of its gateways in too many ways to list them without leaving one out.
METERS = {
    "aws": (("", ("LoadBalancerUsage",), ("LCUUsage", "ReservedLCUUsage", "DataProcessing-Bytes", "DataTransfer-")),),
    "azure": (
        (
            "/loadbalancers/",
            ("Standard Included LB Rules and Outbound Rules", "Standard Overage LB Rules and Outbound Rules"),
            (),
        ),
        ("/applicationgateways/", ("Standard Fixed Cost", "Basic Fixed Cost", "WAF Fixed Cost", "Fixed Cost"), ()),
    ),
}


def judge(resource: BilledResource, *, window_days: int, max_traffic: float) -> Verdict:
    kinds = METERS.get(resource.cloud, ())
    hour_meters, traffic_meters = next(
        ((hours, traffic) for part, hours, traffic in kinds if part in resource.resource_id.lower()), (("-",), ())
    )
    hours = resource.lines(*hour_meters, days=window_days)
    if not hours:
        return Fine()
    traffic = [line for line in resource.lines(*traffic_meters, days=window_days) if line not in hours]
    if missing := resource.lacks((*hours, *traffic), days=window_days):
        return Unknown(missing)
    if not all(resource.by_day(hours, days=window_days)) or quantity_of(traffic) > max_traffic:
        return Fine()
    return Waste(
        saves=ALL,
        because=f"Charged for {quantity_of(hours):,.0f} hours and {quantity_of(traffic):,.3f} units of traffic "
        f"(GB or capacity unit hours) in the last {counted(window_days, 'day')}.",
    )


rule = Rule(
    id="bill_load_balancer_without_bytes",
    title="Load balancer with hours but no traffic",
    looks_at=BilledResource,
    settings={"window_days": 14, "max_traffic": 0.01},
    action="Check that no name points to it, then delete it and release its addresses.",
    docs="https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/load-balancer-billing-usage-reports.html",
    judge=judge,
    rollback="Make a new load balancer with the same listeners and targets, and point the name to it.",
    told_by=("aws_elb_load_balancer_low_traffic", "aws_elb_classic_low_traffic"),
    access_adds="its listeners, its targets and their health, and its requests day by day",
)
