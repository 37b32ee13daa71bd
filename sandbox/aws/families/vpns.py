"""VPN connections, which nobody reads, for a listing of them tells their keys: their bill alone tells of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.aws import charges, names
from sandbox.aws.model import Charge, Item

if TYPE_CHECKING:
    from sandbox.aws.model import Draw, Estate

SILENT = "bill_vpn_without_bytes"
HOURS = "VPN-Usage-Hours"
CELLS = ((names.SHOP, "us-east-1"), (names.LAB, "eu-west-1"))
RESOURCE_TYPES = {"vpn_connection": "VPN Connection"}
HOUR, GIB = Decimal("0.05"), Decimal("0.09")
STOPPED_DAYS = 19
# case: how many, whether bytes were ever charged under its name, and whether they have stopped
CASES = {"vpn_silent": (2, True, True), "vpn_used": (2, True, False), "vpn_never_told": (1, False, True)}


def add(draw: Draw, estate: Estate) -> None:
    for account, region in CELLS:
        for case, (count, _, _) in CASES.items():
            estate.items.extend(_item(draw, case, account, region) for _ in range(count))


def _item(draw: Draw, case: str, account: str, region: str) -> Item:
    _, has_bytes, is_silent = CASES[case]
    vpn_id, created = draw.id("vpn"), draw.ago(400)
    first, last = charges.span(created, draw.as_of)
    last_byte = last - timedelta(days=STOPPED_DAYS) if is_silent else last
    code = names.REGION_CODES[region]
    hours = _charge(f"{code}{HOURS}:ipsec.1", "Hrs", HOUR, 24)
    found = [replace(hours, first=first, last=last)]
    if has_bytes:
        passing = _charge(f"{code}DataTransfer-Out-Bytes", "GB", GIB, 2)
        found.append(replace(passing, first=first, last=last_byte))
    return Item(
        kind="vpn_connection",
        account=account,
        region=region,
        native_id=vpn_id,
        bill_id=f"arn:aws:ec2:{region}:{account}:vpn-connection/{vpn_id}",
        case=case,
        created_at=created,
        charges=found,
        facts={"billed_wastes": (SILENT,) if has_bytes and is_silent else ()},
        parts={SILENT: HOURS},
        trap="" if is_silent else "a VPN connection that is used",
        is_in_inventory=False,
    )


def _charge(meter: str, unit: str, price: Decimal, per_day: int) -> Charge:
    return Charge(
        service=charges.VPC,
        meter=meter,
        operation="CreateVpnConnection",
        description=f"${price} per {unit} of VPN connection",
        unit=unit,
        price=price,
        per_day=Decimal(per_day),
        first=date.min,
        last=date.max,
    )
