"""Lightsail: machines and static addresses. Who logs in, with which key, is not even parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector
from connections.providers.aws.reader import clean_tags
from connections.resources.lightsail import LightsailAddress, LightsailInstance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

GET_INSTANCES = Call(
    service="lightsail",
    operation="GetInstances",
    action="lightsail:GetInstances",
    why="Lists machines of Lightsail with their price plan and state.",
    withheld=(
        "instances.addOns",
        "instances.hardware",
        "instances.metadataOptions",
        "instances.networking",
        "instances.sshKeyName",
        "instances.supportCode",
        "instances.username",
    ),
)
GET_STATIC_IPS = Call(
    service="lightsail",
    operation="GetStaticIps",
    action="lightsail:GetStaticIps",
    why="Lists static addresses of Lightsail and whether they are attached.",
    withheld=("staticIps.supportCode",),
)


def collect(reader: Reader) -> Iterator[Thing]:
    """Every machine and every static address of one region."""
    yield from reader.listing(
        GET_INSTANCES,
        result="instances",
        row=lambda item: _instance(reader, item),
        kinds=(LightsailInstance.KIND,),
    ).rows
    yield from reader.listing(
        GET_STATIC_IPS,
        result="staticIps",
        row=lambda item: LightsailAddress(
            **_base(reader, item), is_attached=item.get("isAttached"), public_ip=item.get("ipAddress", "")
        ),
        kinds=(LightsailAddress.KIND,),
    ).rows


def _base(reader: Reader, item: dict[str, Any]) -> dict[str, Any]:
    return {
        "resource_id": item["arn"],
        "account_id": reader.account_id,
        "region": reader.region,
        "observed_at": reader.at,
        "name": item.get("name", ""),
        "created_at": item.get("createdAt"),
    }


def _instance(reader: Reader, item: dict[str, Any]) -> LightsailInstance:
    tags = [{"Key": one.get("key", ""), "Value": one.get("value", "")} for one in item.get("tags", ())]
    return LightsailInstance(
        **_base(reader, item),
        tags=clean_tags(tags),
        state=item.get("state", {}).get("name", ""),
        bundle=item.get("bundleId", ""),
    )


COLLECTOR = Collector(
    service="lightsail",
    needs={LightsailInstance: (GET_INSTANCES,), LightsailAddress: (GET_STATIC_IPS,)},
    calls=(GET_INSTANCES, GET_STATIC_IPS),
    collect=collect,
    billed_as=("Amazon Lightsail",),
)
