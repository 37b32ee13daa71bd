"""A machine's public IPv4 address is charged by the hour, also where no route leads from its subnet to the Internet."""

from __future__ import annotations

from decimal import Decimal

from connections.resources.addresses import GivenAddress
from findings.meters.addresses import IN_USE
from findings.rule import BillExpects, Fine, Rule, Share, Unknown, Verdict, Waste, counted

ADDRESS, MOST_OF_A_DAY = Share(fraction=Decimal(1), part_of=(IN_USE,)), Decimal(23)


def judge(address: GivenAddress, *, settled_days: int) -> Verdict:
    if address.is_requester_managed or not address.instance_id:
        return Fine("A service keeps the interface, and says which addresses it has.")
    if address.is_routed or address.interface_state not in {"", "in-use"}:
        return Fine()
    if not address.interface_state or address.is_routed is None or address.created_at is None:
        return Unknown(_missing(address))
    days = (address.observed_at - address.created_at).days
    if days < settled_days:
        return Fine(f"Attached for {counted(days, 'day')} only: its network may still be built.")
    return Waste(
        saves=ADDRESS,
        because=f"No route for IPv4 leads from {address.subnet_id} to an Internet gateway, or to a firewall or machine "
        f"that may stand before one: by {address.public_ip} {address.instance_id} can ask and answer nobody.",
    )


def _missing(address: GivenAddress) -> str:
    if not address.interface_state:
        return "whether the interface that has it is attached to anything"
    return "where its subnet's routes lead" if address.is_routed is None else "since when its interface is attached"


rule = Rule(
    id="aws_vpc_public_address_unrouted",
    title="Public IPv4 address in a subnet without a way to the Internet",
    looks_at=GivenAddress,
    settings={"settled_days": 7},
    action="Take the address from the interface, and give none to machines that start in this subnet.",
    docs="https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html",
    judge=judge,
    action_type="Delete",
    implementation_effort="Low",
    rollback_possible=True,
    rollback="Give the interface an address again; it will be another one.",
    hint="aws ec2 describe-network-interfaces --region {region} --network-interface-ids {resource_id}",
    bill=BillExpects(prices=ADDRESS.part_of, at_least=MOST_OF_A_DAY, says="so it was not charged for all of that day"),
)
