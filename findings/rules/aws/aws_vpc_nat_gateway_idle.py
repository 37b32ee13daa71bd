"""A NAT gateway that passes next to no bytes still costs its hours."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Metric, NatGateway
from findings.rule import ALL, BillExpects, Fine, Limit, Rule, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

TRAFFIC = (
    Metric(name="BytesOutToDestination", statistic="Sum", unit="bytes"),
    Metric(name="BytesInFromDestination", statistic="Sum", unit="bytes"),
)


def judge(gateway: NatGateway, *, usage: Usage, idle_days: int, max_traffic_mb: float) -> Verdict:
    if gateway.state != "available":
        return Fine()
    known = [value / 1e6 for value in usage.total(*TRAFFIC, days=idle_days) if value is not None]
    if any(value >= max_traffic_mb for value in known):
        return Fine()
    if len(known) < idle_days:
        return unmeasured(gateway, since=gateway.created_at, days=idle_days, what="traffic")
    tables = gateway.route_table_ids
    routes = "" if tables is None else f" It is a route in {counted(len(tables), 'route table')}."
    return Waste(
        saves=ALL,
        because=f"At most {max(known):.3f} MB passed on any of the last {counted(idle_days, 'day')}.{routes}",
    )


rule = Rule(
    id="aws_vpc_nat_gateway_idle",
    title="Idle NAT gateway",
    looks_at=NatGateway,
    settings={"idle_days": 30, "max_traffic_mb": 1},
    action="Remove its routes, then delete the gateway and release its address.",
    docs="https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html",
    judge=judge,
    metrics=TRAFFIC,
    limits=(Limit(title="Traffic passed", metrics=TRAFFIC, setting="max_traffic_mb", unit="MB a day", per=1e6),),
    window_days=30,
    rollback="Make a new gateway and restore the routes; keep the Elastic IP if others allow its address.",
    hint="aws ec2 delete-nat-gateway --region {region} --nat-gateway-id {native_id}",
    bill=BillExpects(
        prices=("NatGateway-Bytes",),
        at_most=lambda settings: Decimal(str(settings["max_traffic_mb"])) / 1000,
        says="so it does pass traffic",
    ),
)
