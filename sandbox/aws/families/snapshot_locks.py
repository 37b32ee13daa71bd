"""Locks of snapshots, as EC2 lists them: of those that stand, these alone are locked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sandbox.aws.shaped import Answered, Pages

if TYPE_CHECKING:
    from sandbox.aws.model import Item
    from sandbox.aws.shaped import Asked

LOCKED_DAYS = 3_650


def _lock(item: Item) -> dict[str, Any]:
    return {
        "SnapshotId": item.native_id,
        "OwnerId": item.account,
        "LockState": "compliance",
        "LockDuration": LOCKED_DAYS,
        "LockCreatedOn": item.created_at,
        "LockDurationStartTime": item.created_at,
        "LockExpiresOn": item.created_at + timedelta(days=LOCKED_DAYS),
    }


def _locked(asked: Asked) -> dict[str, Any]:
    return {"Snapshots": [_lock(item) for item in asked.of("snapshot") if item.case == "locked"]}


ANSWERS = (
    Answered(
        service="ec2",
        operation="DescribeLockedSnapshots",
        make=_locked,
        pages=Pages(
            token="NextToken",  # noqa: S106 - a page token
            limit="MaxResults",
            next_token="NextToken",  # noqa: S106 - a page token
            items="Snapshots",
            largest=1000,
        ),
    ),
)
