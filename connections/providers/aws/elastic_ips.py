"""Elastic IPs, which two collectors read: by themselves, and by the interfaces that hold them."""

from __future__ import annotations

from typing import Any

from connections.provider import Call, beneath

DESCRIBE_ADDRESSES = Call(
    service="ec2",
    operation="DescribeAddresses",
    action="ec2:DescribeAddresses",
    why="Lists reserved public addresses and what holds them.",
    read=beneath(
        "Addresses",
        *("AllocationId", "PublicIp", "InstanceId", "NetworkInterfaceId", "AssociationId"),
        *("PublicIpv4Pool", "CustomerOwnedIpv4Pool", "Tags.Key", "Tags.Value"),
    ),
)
OF_AMAZON = "amazon"  # the pool of addresses that AWS owns


def own_pool(item: dict[str, Any]) -> str:
    """The pool that an address comes from, "" where that is Amazon's, whose addresses alone are charged one by one."""
    pool: str = item.get("CustomerOwnedIpv4Pool") or item.get("PublicIpv4Pool") or ""
    return "" if pool == OF_AMAZON else pool
