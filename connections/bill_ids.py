"""How a resource may be called on the bill (FOCUS ResourceId): some kinds by short id, others by ARN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Address, Instance, NatGateway, Snapshot, Volume

if TYPE_CHECKING:
    from connections.resources import Thing

# AWS' own word for the kind inside an ARN of EC2.
EC2_WORDS: dict[type[Thing], str] = {
    Instance: "instance",
    Volume: "volume",
    Snapshot: "snapshot",
    Address: "elastic-ip",
    NatGateway: "natgateway",
}


def bill_ids(thing: Thing) -> tuple[str, ...]:
    """Every form under which `thing` may stand on a bill, the most usual first.

    `resource_id` is the provider's own short id (i-…, vol-…, snap-…, eipalloc-…, nat-…), or the ARN for what has no
    short id that is unique (load balancers, databases). AWS' bill has the short id for instances and volumes and the
    ARN for the rest, so both forms are given wherever there are two.
    """
    word = EC2_WORDS.get(type(thing))
    if word is None:
        return (thing.resource_id,)
    arn = f"arn:aws:ec2:{thing.region}:{thing.account_id}:{word}/{thing.resource_id}"
    return (thing.resource_id, arn) if isinstance(thing, (Instance, Volume)) else (arn, thing.resource_id)
