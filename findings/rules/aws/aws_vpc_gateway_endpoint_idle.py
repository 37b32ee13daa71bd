"""A Gateway Load Balancer endpoint through which no byte passes costs its hours."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources.endpoints import VpcEndpoint
from findings.endpoint_traffic import BYTES, judge_silence
from findings.rule import BillExpects, Fine, Rule, Verdict

if TYPE_CHECKING:
    from audits.evidence import Usage


def judge(endpoint: VpcEndpoint, *, usage: Usage, idle_days: int) -> Verdict:
    if endpoint.endpoint_type != "GatewayLoadBalancer":
        return Fine()
    return judge_silence(endpoint, usage=usage, idle_days=idle_days)


rule = Rule(
    id="aws_vpc_gateway_endpoint_idle",
    title="Idle Gateway Load Balancer endpoint",
    looks_at=VpcEndpoint,
    settings={"idle_days": 30},
    action="Take it out of the route tables that lead to it, then delete the endpoint.",
    docs="https://docs.aws.amazon.com/vpc/latest/privatelink/vpce-gateway-load-balancer.html",
    judge=judge,
    metrics=(BYTES,),
    window_days=30,
    rollback="Make a new endpoint of the same service in the same subnet and put its routes back.",
    hint="aws ec2 delete-vpc-endpoints --region {region} --vpc-endpoint-ids {native_id}",
    bill=BillExpects(prices=("VpcEndpoint-GWLBE-Bytes",), at_most=lambda _: Decimal(0), says="so bytes do pass"),
)
