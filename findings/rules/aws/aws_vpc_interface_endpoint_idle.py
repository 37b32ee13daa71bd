"""An interface endpoint through which no byte passes costs its hours in each of its subnets."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources.endpoints import VpcEndpoint
from findings.endpoint_traffic import BYTES, judge_silence
from findings.rule import BillExpects, Fine, Rule, Verdict

if TYPE_CHECKING:
    from audits.evidence import Usage


def judge(endpoint: VpcEndpoint, *, usage: Usage, idle_days: int) -> Verdict:
    if endpoint.endpoint_type != "Interface":
        return Fine()
    return judge_silence(endpoint, usage=usage, idle_days=idle_days)


rule = Rule(
    id="aws_vpc_interface_endpoint_idle",
    title="Idle interface endpoint",
    looks_at=VpcEndpoint,
    settings={"idle_days": 30},
    action="Make sure that nothing resolves its names, then delete the endpoint.",
    docs="https://docs.aws.amazon.com/vpc/latest/privatelink/delete-endpoint.html",
    judge=judge,
    metrics=(BYTES,),
    window_days=30,
    rollback="Make a new endpoint with the same service, subnets, security groups, policy and private DNS.",
    hint="aws ec2 delete-vpc-endpoints --region {region} --vpc-endpoint-ids {native_id}",
    bill=BillExpects(prices=("VpcEndpoint-Bytes",), at_most=lambda _: Decimal(0), says="so bytes do pass"),
)
