"""Machines of Lightsail and its static addresses: attached, attached to nothing, just made, untold."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws.cases import Case, meter, stands
from sandbox.aws.shaped import Answered

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Charge, Draw, Estate, Item
    from sandbox.aws.shaped import Asked

UNATTACHED = "aws_lightsail_static_ip_unattached"
BILLED_AS = "Amazon Lightsail"
SERVICES = {BILLED_AS: ("Compute", "Virtual Machines", "AmazonLightsail")}
RESOURCE_TYPES = {"lightsail_instance": "Lightsail Instance", "lightsail_address": "Lightsail Static IP"}
MACHINES = {"lightsail": Case(count=4)}
ADDRESSES = {
    "lightsail_ip_attached": Case(count=4, has={"attached": True}),
    "lightsail_ip_unattached": Case(count=3, wastes=(UNATTACHED,)),
    "lightsail_ip_new": Case(age_days=0, trap="attached to nothing, but made some hours ago"),
    "lightsail_ip_undated": Case(unknowns=(UNATTACHED,), has={"created": False}, trap="nobody says when it was made"),
    "lightsail_ip_untold": Case(
        unknowns=(UNATTACHED,), has={"attached": None}, trap="whether it is attached is untold"
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, MACHINES):
        item = _item(draw, estate, stand, kind="lightsail_instance", word="Instance", rules=())
        item.shape |= {
            "bundleId": "small_3_0",
            "blueprintId": "debian_12",
            "state": {"code": 16, "name": "running"},
            "username": "admin",
            "sshKeyName": "northwind",
            "tags": [{"key": key, "value": value} for key, value in item.tags.items()],
        }
        item.charges = [_hours(draw, item, "BundleUsage:2GB", "0.0161")]
    for stand in stands(draw, ADDRESSES):
        item = _item(draw, estate, stand, kind="lightsail_address", word="StaticIp", rules=(UNATTACHED,))
        attached = stand.case.has.get("attached", False)
        item.tags = {}
        item.shape |= {"ipAddress": f"198.51.102.{len(estate.of('lightsail_address'))}"}
        item.shape |= {} if attached is None else {"isAttached": attached}
        if not attached:
            item.charges = [_hours(draw, item, "UnusedStaticIP", "0.005")]


def _item(draw: Draw, estate: Estate, stand: Stand, *, kind: str, word: str, rules: tuple[str, ...]) -> Item:
    own = "-".join(draw.hex(length) for length in (8, 4, 4, 4, 12))
    arn = stand.arn("lightsail", f"{word}/{own}")
    item = stand.item(draw, kind=kind, native_id=arn, bill_id=arn, rules=rules)
    item.shape = {"name": item.name, "arn": arn, "supportCode": "1/2", "resourceType": word}
    if stand.case.has.get("created", True):
        item.shape["createdAt"] = item.created_at
    estate.items.append(item)
    return item


def _hours(draw: Draw, item: Item, name: str, price: str) -> Charge:
    return meter(draw, item, service=BILLED_AS, name=name, unit="Hrs", price=price, per_day=Decimal(24))


def _listed(kind: str, name: str) -> Callable[[Asked], dict[str, Any]]:
    def make(asked: Asked) -> dict[str, Any]:
        return {name: [item.shape for item in asked.of(kind)]}

    return make


ANSWERS = (
    Answered(service="lightsail", operation="GetInstances", make=_listed("lightsail_instance", "instances")),
    Answered(service="lightsail", operation="GetStaticIps", make=_listed("lightsail_address", "staticIps")),
)
