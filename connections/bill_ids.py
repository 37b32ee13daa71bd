"""How a resource may be called on the bill (FOCUS ResourceId): some kinds by short id, others by ARN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources.databases import DatabaseCluster
from connections.resources.functions import Function

if TYPE_CHECKING:
    from connections.resources import Thing


def bill_ids(thing: Thing) -> tuple[str, ...]:
    """Every form under which `thing` may stand on a bill, the most usual first.

    `resource_id` is the provider's own short id (i-…, vol-…, snap-…, eipalloc-…, nat-…), or the ARN for what has no
    short id that is unique (load balancers, databases). AWS' bill has the short id for instances and volumes and the
    ARN for the rest, so both forms are given wherever its type declares an ARN beside the id. What is kept ready for an
    alias of a function may stand under the function or under the alias, of which AWS says nothing.
    """
    if isinstance(thing, Function):
        return (thing.resource_id, *(f"{thing.resource_id}:{name}" for name in thing.provisioned_names))
    if not thing.ARN:
        return (thing.resource_id,)
    arn = thing.ARN.format(
        region=thing.region, account_id=thing.account_id, resource_id=thing.resource_id, name=thing.name
    )
    return (arn, thing.resource_id) if thing.IS_BILLED_BY_ARN else (thing.resource_id, arn)


def beside_ids(thing: Thing) -> tuple[str, ...]:
    """What a bill calls the instances that serve a cluster of databases, each billed for itself; of all else, none."""
    if not isinstance(thing, DatabaseCluster):
        return ()
    place = thing.resource_id.partition(":cluster:")[0]
    return tuple(f"{place}:db:{name}" for name in thing.member_ids)
