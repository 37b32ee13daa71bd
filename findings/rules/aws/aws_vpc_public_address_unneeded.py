"""An Elastic IP on a network interface that is attached to nothing is charged, and leads nowhere."""

from __future__ import annotations

from decimal import Decimal

from connections.resources.addresses import HeldAddress
from findings.rule import ALL, BillExpects, Fine, Rule, Unknown, Verdict, Waste

IDLE, MOST_OF_A_DAY = ("PublicIPv4:IdleAddress", "ElasticIP:IdleAddress"), Decimal(23)


def judge(address: HeldAddress) -> Verdict:
    if address.is_requester_managed:
        return Fine("A service keeps the interface that holds it.")
    if not address.interface_state:
        return Unknown("whether the interface that holds it is attached to anything")
    if address.interface_state != "available":
        return Fine()
    if address.pool is None:
        return Unknown("whether it comes from a range of its owner's, of which no address is charged by itself")
    if address.pool:
        return Fine(f"Of the pool {address.pool}: of a range of its owner's, no address is charged by itself.")
    return Waste(
        saves=ALL,
        because=f"{address.public_ip} is held by {address.interface_id}, which is attached to nothing; AWS does not say"
        " since when.",
    )


rule = Rule(
    id="aws_vpc_public_address_unneeded",
    title="Elastic IP on an interface attached to nothing",
    looks_at=HeldAddress,
    settings={},
    action="Make sure that nothing takes the interface over when something fails, then release the address.",
    docs="https://docs.aws.amazon.com/vpc/latest/userguide/WorkWithEIPs.html",
    judge=judge,
    implementation_effort="VeryLow",
    rollback="Ask for the same address again with allocate-address --address, as long as nobody else was given it.",
    hint="aws ec2 describe-addresses --region {region} --allocation-ids {resource_id}",
    bill=BillExpects(prices=IDLE, at_least=MOST_OF_A_DAY, says="so it was in use for a part of that day"),
)
