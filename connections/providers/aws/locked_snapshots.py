"""Locks of snapshots, as EC2's collector reads them: who may delete a snapshot may not while one holds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connections.provider import Call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Listing, Reader
    from connections.resources import Snapshot

DESCRIBE_LOCKED_SNAPSHOTS = Call(
    service="ec2",
    operation="DescribeLockedSnapshots",
    action="ec2:DescribeLockedSnapshots",
    why="Tells which snapshots are locked and until when, so that nobody is told to delete what cannot be deleted.",
    cheapest={"MaxResults": 5},
    kept={"NextToken": "Where the next page begins."},
)
EXPIRED = "expired"  # of a lock that was, the only state in which a snapshot can be deleted


def with_locks(reader: Reader, snapshots: tuple[Snapshot, ...]) -> Iterator[Snapshot]:
    """Snapshots with the lock that holds each; unknown where not all could be read. Asked only where any stands."""
    if not snapshots:
        return
    listed: Listing[tuple[str, dict[str, Any]]] = reader.listing(
        DESCRIBE_LOCKED_SNAPSHOTS,
        result="Snapshots",
        row=lambda item: (item["SnapshotId"], item) if item.get("LockState") != EXPIRED else None,
    )
    locks = dict(listed.rows)
    for snapshot in snapshots:
        lock = locks.get(snapshot.resource_id)
        if lock is None:
            yield replace(snapshot, is_locked=False if listed.is_complete else None)
        else:
            yield replace(snapshot, is_locked=True, lock_ends_at=lock.get("LockExpiresOn"))
