"""Fast snapshot restores, as EC2's collector reads them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connections.provider import Call, MetricPlace
from connections.resources.fast_restores import FastRestore

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from connections.providers.aws.reader import Listing, Reader
    from connections.resources import Snapshot

DESCRIBE_FAST_RESTORES = Call(
    service="ec2",
    operation="DescribeFastSnapshotRestores",
    action="ec2:DescribeFastSnapshotRestores",
    why="Lists snapshots that are kept ready for fast restores, which is charged by the hour and zone.",
    cheapest={"MaxResults": 1},
)
CHARGED = frozenset({"optimizing", "enabled"})


def fast_restores(reader: Reader) -> Listing[FastRestore]:
    """Those that this account switched on, of its own snapshots and of such as others share with it."""
    return reader.listing(
        DESCRIBE_FAST_RESTORES,
        result="FastSnapshotRestores",
        row=lambda item: _restore(reader, item) if item.get("OwnerId") == reader.account_id else None,
        kinds=(FastRestore.KIND,),
        page_size=100,
    )


def with_snapshots(restores: Iterable[FastRestore], snapshots: Iterable[Snapshot]) -> Iterator[FastRestore]:
    """Each with its snapshot's tags, and with the number of zones in which that is kept ready."""
    rows, tags = tuple(restores), {one.resource_id: one.tags for one in snapshots}
    zones = Counter(one.name for one in rows if one.state in CHARGED)
    for one in rows:
        yield replace(one, tags=tags.get(one.name, {}), zone_count=max(1, zones[one.name]))


def place(restore: FastRestore) -> MetricPlace | None:
    """Where CloudWatch keeps how many volumes could be made at once."""
    if restore.state != "enabled":
        return None
    dimensions = (("SnapshotId", restore.name), ("AvailabilityZone", restore.zone))
    return MetricPlace(namespace="AWS/EBS", dimensions=dimensions)


def _restore(reader: Reader, item: dict[str, Any]) -> FastRestore:
    return FastRestore(
        resource_id=f"{item['SnapshotId']}/{item['AvailabilityZone']}",
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item["SnapshotId"],
        created_at=item.get("EnabledTime"),
        state=item["State"],
        zone=item["AvailabilityZone"],
    )
