"""A second NAT gateway in a zone of a VPC costs hours that the first one's would cover."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Metric, NatGateway
from findings.nat_gateways import elders_in_use
from findings.rule import Fine, Limit, Rule, Share, Unknown, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

TRAFFIC = (
    Metric(name="BytesOutToDestination", statistic="Sum", unit="bytes"),
    Metric(name="BytesInFromDestination", statistic="Sum", unit="bytes"),
)
# What passes would pass the other one, at the same price.
HOURS = Share(fraction=Decimal(1), part_of=("NatGateway-Hours",))


def judge(gateway: NatGateway, *, usage: Usage, idle_days: int, max_traffic_gb: float) -> Verdict:
    if gateway.state != "available" or gateway.is_regional:
        return Fine()
    known = [value / 1e9 for value in usage.total(*TRAFFIC, days=idle_days) if value is not None]
    if any(value >= max_traffic_gb for value in known):
        return Fine()
    elders = elders_in_use(gateway)
    if isinstance(elders, (Fine, Unknown)):
        return elders
    if len(known) < idle_days:
        return unmeasured(gateway, since=gateway.created_at, days=idle_days, what="traffic")
    return Waste(
        saves=HOURS,
        because=f"{' and '.join(elders)} in the same zone ({gateway.zone}) of {gateway.vpc_id} can take what passes: "
        f"at most {max(known):.3f} GB on any of the last {counted(idle_days, 'day')}.",
    )


rule = Rule(
    id="aws_vpc_nat_gateway_redundant",
    title="Second NAT gateway in a zone",
    looks_at=NatGateway,
    settings={"idle_days": 14, "max_traffic_gb": 10},
    action="Point its routes to the elder gateway of the zone, then delete it and release its address.",
    docs="https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html",
    judge=judge, metrics=TRAFFIC, window_days=14, implementation_effort="Medium",
    limits=(Limit(title="Traffic passed", metrics=TRAFFIC, setting="max_traffic_gb", unit="GB a day", per=1e9),),
    rollback="Make a new gateway and restore the routes; keep the Elastic IP if others allow its address.",
    hint="aws ec2 delete-nat-gateway --region {region} --nat-gateway-id {native_id}",
    assumes="that nobody outside lets in its address and not the other's",
)  # fmt: skip
