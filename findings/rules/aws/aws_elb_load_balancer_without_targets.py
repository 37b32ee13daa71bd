"""A load balancer with nothing behind it has nowhere to send a request."""

from __future__ import annotations

from connections.resources import LoadBalancer
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted


def judge(balancer: LoadBalancer, *, empty_days: int) -> Verdict:
    if balancer.state != "active" or balancer.target_count:
        return Fine()
    if balancer.target_count is None and balancer.target_group_count != 0:
        return Unknown("the targets of the load balancer")
    if balancer.created_at is None:
        return Unknown("when the load balancer was made")
    days = (balancer.observed_at - balancer.created_at).days
    if days < empty_days:
        return Fine(f"Made {counted(days, 'day')} ago only.")
    groups = "no target group"
    if balancer.target_group_count:
        groups = f"{counted(balancer.target_group_count, 'target group')} and no target in them"
    return Waste(saves=ALL, because=f"A load balancer ({balancer.balancer_type}) with {groups}, {days:,} days old.")


rule = Rule(
    id="aws_elb_load_balancer_without_targets",
    title="Load balancer without targets",
    looks_at=LoadBalancer,
    settings={"empty_days": 1},
    action="Make sure that no listener only redirects, then delete the load balancer.",
    docs="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-delete.html",
    judge=judge,
    rollback="Make it again from its template; it gets a new DNS name.",
    hint="aws elbv2 delete-load-balancer --region {region} --load-balancer-arn {resource_id}",
)
