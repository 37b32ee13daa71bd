"""An Elastic IP that nothing uses costs the same as one in use."""

from __future__ import annotations

from connections.resources import Address
from findings.rule import ALL, Fine, Rule, Verdict, Waste


def judge(address: Address) -> Verdict:
    if address.associated_with is not None:
        return Fine()
    if address.pool:
        return Fine(f"Of the pool {address.pool}: of a range of its owner's, no address is charged by itself.")
    return Waste(saves=ALL, because=f"{address.public_ip} is held by nothing; AWS does not say since when.")


rule = Rule(
    id="aws_vpc_address_unassociated",
    title="Elastic IP associated with nothing",
    looks_at=Address,
    settings={},
    action="Release the address.",
    docs="https://docs.aws.amazon.com/vpc/latest/userguide/WorkWithEIPs.html",
    judge=judge,
    implementation_effort="VeryLow",
    rollback="Ask for the same address again with allocate-address --address, as long as nobody else was given it.",
    hint="aws ec2 release-address --region {region} --allocation-id {native_id}",
)
