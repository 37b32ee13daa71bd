"""Locks of snapshots: which hold, until when, and what is said where nobody may ask."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from connections.providers.aws.locked_snapshots import with_locks
from connections.providers.aws.reader import Listing
from connections.resources import Snapshot

AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
SNAPSHOT = Snapshot(
    resource_id="snap-1", account_id="1", region="us-east-1", observed_at=AT, size_gib=8, state="completed"
)


class Told:
    """A reader that is told these locks, and no others."""

    def __init__(self, *locks, is_complete=True):
        self.locks, self.is_complete = locks, is_complete

    def listing(self, call, *, result, row):
        assert (call.operation, result) == ("DescribeLockedSnapshots", "Snapshots")
        return Listing(rows=tuple(made for one in self.locks if (made := row(one))), is_complete=self.is_complete)


@pytest.mark.parametrize(
    ("state", "is_locked"),
    [("compliance", True), ("compliance-cooloff", True), ("governance", True), ("expired", False)],
)
def test_a_snapshot_is_locked_in_every_state_of_a_lock_but_expired(state, is_locked):
    [found] = with_locks(Told({"SnapshotId": "snap-1", "LockState": state, "LockExpiresOn": AT}), (SNAPSHOT,))
    assert (found.is_locked, found.lock_ends_at) == (is_locked, AT if is_locked else None)


def test_where_not_all_locks_were_read_only_one_that_was_read_is_known():
    other = replace(SNAPSHOT, resource_id="snap-2")
    read = Told({"SnapshotId": "snap-1", "LockState": "governance"}, is_complete=False)
    assert [one.is_locked for one in with_locks(read, (SNAPSHOT, other))] == [True, None]


def test_without_snapshots_nobody_is_asked():
    assert list(with_locks(None, ())) == []
