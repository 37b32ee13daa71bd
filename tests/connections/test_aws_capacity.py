"""What is read of a capacity reservation."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

from connections.providers.aws import capacity

AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
READER = SimpleNamespace(account_id="1", region="eu-west-1", at=AT)
ITEM = {"CapacityReservationId": "cr-1", "State": "active"}


def test_a_reservation_says_when_it_ends_and_until_when_it_is_committed():
    committed, ends = AT + dt.timedelta(days=14), AT + dt.timedelta(days=60)
    item = ITEM | {"EndDate": ends, "CommitmentInfo": {"CommittedInstanceCount": 32, "CommitmentEndDate": committed}}
    found = capacity._reservation(READER, item)
    assert (found.ends_at, found.commitment_ends_at) == (ends, committed)


def test_a_reservation_that_began_at_once_is_committed_to_nothing():
    found = capacity._reservation(READER, ITEM)
    assert (found.ends_at, found.commitment_ends_at) == (None, None)


def test_what_another_reservation_lends_is_told_from_what_is_reserved_for_itself():
    lends = ITEM | {"InterruptibleCapacityAllocation": {"InstanceCount": 2, "Status": "active"}}
    found = [capacity._reservation(READER, item) for item in (ITEM | {"Interruptible": True}, ITEM, lends)]
    assert [one.is_lent for one in found] == [True, False, False]


def test_a_reservation_of_a_fleet_names_it():
    found = [capacity._reservation(READER, item) for item in (ITEM, ITEM | {"CapacityReservationFleetId": "crf-1"})]
    assert [one.fleet_id for one in found] == ["", "crf-1"]
