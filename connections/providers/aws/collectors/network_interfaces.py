"""Network interfaces, those alone that hold an Elastic IP: whether they are attached to anything."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, beneath
from connections.providers.aws.reader import clean_tags
from connections.providers.aws.tagging import GET_RESOURCES, tags_by_arn
from connections.resources.addresses import HeldAddress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

DESCRIBE_INTERFACES = Call(
    service="ec2",
    operation="DescribeNetworkInterfaces",
    action="ec2:DescribeNetworkInterfaces",
    why="Tells which Elastic IPs are held by an interface that is attached to nothing.",
    cheapest={"MaxResults": 5},
    read=beneath(
        "NetworkInterfaces",
        *("NetworkInterfaceId", "Status", "RequesterManaged", "TagSet.Key", "TagSet.Value"),
        *("Association.AllocationId", "Association.PublicIp"),
    ),
)
OWNER_OF_ADDRESS = "association.ip-owner-id"  # the account, of an Elastic IP; AWS of any other public address


def collect(reader: Reader) -> Iterator[Thing]:
    """Every Elastic IP of this account that an interface holds, of one region, with the tags of both."""
    held = reader.listing(
        DESCRIBE_INTERFACES,
        result="NetworkInterfaces",
        row=lambda item: _address(reader, item),
        kinds=(HeldAddress.KIND,),
        page_size=1000,
        Filters=[{"Name": OWNER_OF_ADDRESS, "Values": [reader.account_id]}],
    ).rows
    if not held:
        return
    tags = tags_by_arn(reader, "ec2:elastic-ip")
    for address in held:
        arn = address.ARN.format(region=address.region, account_id=address.account_id, resource_id=address.resource_id)
        yield with_tags(address, tags.get(arn, {}))


def with_tags(address: HeldAddress, own: dict[str, str]) -> HeldAddress:
    """The address with its own tags over those of its interface: what either asks to keep is kept."""
    tags = {**address.tags, **own}
    return replace(address, tags=tags, name=tags.get("Name", ""))


def _address(reader: Reader, item: dict[str, Any]) -> HeldAddress | None:
    held = item.get("Association", {})
    if not held.get("AllocationId"):
        return None
    tags = clean_tags(item.get("TagSet"))
    return HeldAddress(
        resource_id=held["AllocationId"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=tags.get("Name", ""),
        tags=tags,
        public_ip=held.get("PublicIp", ""),
        interface_id=item["NetworkInterfaceId"],
        interface_state=item.get("Status", ""),
        is_requester_managed=bool(item.get("RequesterManaged")),
    )


COLLECTOR = Collector(
    service="network-interfaces",
    needs={HeldAddress: (DESCRIBE_INTERFACES,)},
    calls=(DESCRIBE_INTERFACES, GET_RESOURCES),
    collect=collect,
    billed_as=("Amazon Elastic Compute Cloud", "Amazon Virtual Private Cloud"),
    recorded_as={HeldAddress: ("AWS::EC2::EIP",)},
)
