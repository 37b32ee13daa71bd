"""A NAT gateway through which hardly anything passes costs its hours all the same."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Metric, NatGateway
from findings.nat_gateways import why_wanted
from findings.rule import UNTOLD, BillExpects, Fine, Rule, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

NAMES = ("BytesOutToDestination", "BytesInFromDestination")
TRAFFIC = tuple(Metric(name=name, statistic="Sum", unit="bytes") for name in NAMES)


def judge(
    gateway: NatGateway, *, usage: Usage, idle_days: int, max_traffic_gb: float, min_traffic_mb: float
) -> Verdict:
    if gateway.state != "available" or gateway.is_regional or gateway.connectivity == "private":
        return Fine()
    known = [value for value in usage.total(*TRAFFIC, days=idle_days) if value is not None]
    passed_gb = math.fsum(known) / 1e9
    if passed_gb >= max_traffic_gb:
        return Fine()
    if len(known) < idle_days:
        return unmeasured(gateway, since=gateway.created_at, days=idle_days, what="traffic")
    if max(known) / 1e6 < min_traffic_mb:
        return Fine("Next to nothing passes: whether it is idle takes a longer look.")
    passed = f"{passed_gb:.3f} GB passed in all of the last {counted(idle_days, 'day')}"
    return why_wanted(gateway) or Waste(saves=UNTOLD, because=f"{passed}; each of its hours is charged.")


rule = Rule(
    id="aws_vpc_nat_gateway_low_traffic",
    title="NAT gateway with little traffic",
    looks_at=NatGateway,
    settings={"idle_days": 14, "max_traffic_gb": 1, "min_traffic_mb": 1},
    action="Send its traffic through VPC endpoints or another gateway of the VPC, then delete the gateway.",
    docs="https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-pricing.html",
    judge=judge, metrics=TRAFFIC, window_days=14, implementation_effort="Medium",
    rollback="Make a new gateway and restore the routes; keep the Elastic IP if others allow its address.",
    hint="aws ec2 delete-nat-gateway --region {region} --nat-gateway-id {native_id}",
    bill=BillExpects(
        prices=("NatGateway-Bytes",),
        at_most=lambda settings: Decimal(str(settings["max_traffic_gb"])),
        says="so more passes",
    ),
)  # fmt: skip
