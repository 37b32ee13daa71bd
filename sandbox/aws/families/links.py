"""Links to other networks: VPN connections and ports of Direct Connect, up, down, and those that only seem down."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.aws import charges, usage
from sandbox.aws.cases import Case, meter, stands
from sandbox.aws.compute import put
from sandbox.aws.shaped import Answered, camel_pages

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate

VPN_IDLE, PORT_DOWN = "aws_vpc_vpn_connection_idle", "aws_directconnect_connection_down"
DIRECT = "AWS Direct Connect"
SERVICES = {DIRECT: ("Networking", "Network Connectivity", "AWSDirectConnect")}
RESOURCE_TYPES = {"vpn_connection": "VPN Connection", "direct_connection": "Direct Connect Connection"}
# `up` is what a day's best minute was: 1 with both tunnels or the port up. `silent` days ago, nothing was reported.
VPNS = {
    "vpn_up": Case(count=3, has={"up": 1.0}),
    "vpn_down": Case(count=4, wastes=(VPN_IDLE,), has={"up": 0.0}),
    "vpn_one_tunnel": Case(has={"up": 0.5}, trap="one of its tunnels is down, the other is not"),
    "vpn_up_once": Case(has={"up": 0.0, "once": 21}, trap="down, but for one day of the month"),
    "vpn_days_missing": Case(
        unknowns=(VPN_IDLE,), has={"up": 0.0, "silent": (3, 8)}, trap="down, but 2 of the last 30 days are missing"
    ),
    "vpn_new": Case(
        age_days=12,
        unknowns=(VPN_IDLE,),
        has={"up": 0.0},
        trap="never up, but there for twelve days only",
    ),
    "vpn_gone": Case(
        unknowns=(VPN_IDLE,),
        has={"up": 0.0, "silent": range(1, 6)},
        trap="deleted five days ago, and still among what CloudWatch lists",
    ),
}
PORTS = {
    "port_up": Case(count=3, has={"up": 1.0}),
    "port_down": Case(count=3, wastes=(PORT_DOWN,), has={"up": 0.0}),
    "port_down_of_group": Case(wastes=(PORT_DOWN,), has={"up": 0.0, "lagId": "dxlag-fg5678gh"}),
    "port_down_lately": Case(has={"up": 0.0, "once": 9}, trap="down, but it was up nine days ago"),
    "port_being_laid": Case(has={"up": 0.0, "approved": 40}, trap="down, but its cable was approved 40 days ago only"),
    "port_ordered": Case(has={"state": "requested"}, trap="not up, but only just asked for"),
    "port_deleted": Case(has={"state": "deleted"}, trap="deleted, and listed for a while"),
    "port_of_partner": Case(has={"up": 0.0, "owner": "444455556666"}, trap="down, but another account pays for it"),
    "port_days_missing": Case(
        unknowns=(PORT_DOWN,), has={"up": 0.0, "silent": (4,)}, trap="down, but one of the last 30 days is missing"
    ),
    "port_untold": Case(unknowns=(PORT_DOWN,), has={"state": "unknown"}, trap="AWS does not say whether it is up"),
}
SPEEDS = {"1Gbps": "0.30", "10Gbps": "2.25"}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, VPNS):
        _vpn(draw, estate, stand)
    for stand in stands(draw, PORTS):
        _port(draw, estate, stand)


def _vpn(draw: Draw, estate: Estate, stand: Stand) -> None:
    vpn_id = draw.id("vpn")
    arn = stand.arn("ec2", f"vpn-connection/{vpn_id}")
    item = stand.item(draw, kind="vpn_connection", native_id=vpn_id, bill_id=arn, rules=(VPN_IDLE,))
    item.charges = [
        meter(draw, item, service=charges.VPC, name="VPN-Usage-Hours:ipsec.1", unit="Hrs", price="0.05",
              operation="CreateVpnConnection", per_day=Decimal(24))
    ]  # fmt: skip
    estate.items.append(item)
    _measure(draw, estate, stand, ("AWS/VPN", "TunnelState", "VpnId", vpn_id))


def _port(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, port_id = stand.case.has, f"dxcon-{draw.hex(8)}"
    arn = stand.arn("directconnect", f"dxcon/{port_id}")
    item = stand.item(draw, kind="direct_connection", native_id=port_id, bill_id=arn, rules=(PORT_DOWN,))
    speed = draw.random.choice(tuple(SPEEDS))
    item.shape = {
        "ownerAccount": has.get("owner", stand.account),
        "connectionId": port_id,
        "connectionName": item.name,
        "connectionState": has.get("state") or ("available" if has["up"] else "down"),
        "region": stand.region,
        "location": "EqDC2",
        "bandwidth": speed,
        "loaIssueTime": draw.ago(has["approved"]) if "approved" in has else item.created_at,
        "macSecKeys": [{"secretARN": stand.arn("secretsmanager", f"secret:directconnect!{port_id}"), "ckn": "0123"}],
        "tags": [{"key": key, "value": value} for key, value in item.tags.items()],
        **({"lagId": has["lagId"]} if "lagId" in has else {}),
    }
    if has.get("state") == "deleted":
        item.is_in_inventory, item.fines = False, ()
    is_charged = item.shape["connectionState"] not in {"requested", "deleted"} and not {"owner", "approved"} & set(has)
    item.charges = [
        meter(draw, item, service=DIRECT, name=f"EqDC2-PortUsage:{speed}", unit="Hrs", price=SPEEDS[speed],
              operation="CreateConnection", per_day=Decimal(24))
    ] if is_charged else []  # fmt: skip
    estate.items.append(item)
    if "up" in has:
        _measure(draw, estate, stand, ("AWS/DX", "ConnectionState", "ConnectionId", port_id))


def _measure(draw: Draw, estate: Estate, stand: Stand, key: tuple[str, ...]) -> None:
    has, age = stand.case.has, (draw.as_of - stand.created_at).days
    values = usage.flat(has["up"])
    if "once" in has:
        values = usage.raised(values, days_ago=[has["once"]], to=1.0, statistics=("Maximum",))
    known = usage.without(values, lambda ago: ago in has.get("silent", ()) or ago > age)
    put(estate, estate.items[-1], key, known)


ANSWERS = (
    Answered(
        service="directconnect",
        operation="DescribeConnections",
        make=lambda asked: {"connections": [item.shape for item in asked.of("direct_connection")]},
        pages=camel_pages("connections"),
    ),
)
