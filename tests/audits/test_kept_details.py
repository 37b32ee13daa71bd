"""Details that nothing asks for are read anew after a week at the latest, a share of them each night."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from audits import collect
from audits.kept_details import NIGHTS, as_of_tonight, is_its_turn, with_one_asked
from connections.resources import LoadBalancer
from connections.resources.buckets import Bucket
from connections.resources.databases import DatabaseSnapshot

AT = dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC)
NIGHT = dt.timedelta(days=1)
BUCKET = Bucket(account_id="111122223333", region="us-east-1", resource_id="logs", observed_at=AT, versioning="Enabled")


def test_each_resource_has_its_turn_on_one_night_of_a_week_and_each_night_a_share_of_all_has():
    names = [f"bucket-{number}" for number in range(700)]
    nights = [{name for name in names if is_its_turn(name, at=AT + night * NIGHT)} for night in range(NIGHTS)]
    assert set.union(*nights) == set(names)
    assert sum(map(len, nights)) == len(names)
    assert min(map(len, nights)) > len(names) / NIGHTS / 2


def other_turn(at):
    """A bucket whose turn is not at that time."""
    return next(
        one for number in range(99) if not is_its_turn((one := f"bucket-{number}"), at=at)
    )  # fmt: skip


def test_what_stands_in_tonight_says_when_it_was_first_read():
    second, third = AT + NIGHT, AT + 2 * NIGHT
    name = next(f"b{n}" for n in range(99) if not any(is_its_turn(f"b{n}", at=at) for at in (second, third)))
    first = Bucket(**{**vars(BUCKET), "resource_id": name})
    kept = as_of_tonight(first, at=second)
    assert (kept.observed_at, kept.details_read_at, kept.versioning) == (second, AT, "Enabled")
    again = as_of_tonight(kept, at=third)
    assert (again.observed_at, again.details_read_at) == (third, AT)


@pytest.mark.parametrize(("nights", "is_kept"), [(0, True), (NIGHTS - 1, True), (NIGHTS, False), (40, False)])
def test_nothing_older_than_a_week_stands_in(nights, is_kept):
    at = AT + nights * NIGHT
    earlier = Bucket(**{**vars(BUCKET), "resource_id": other_turn(at)})
    assert (as_of_tonight(earlier, at=at) is not None) is is_kept


def test_a_step_says_of_how_many_resources_details_were_taken_over_and_since_when():
    fresh, old = replace(BUCKET, resource_id="fresh"), replace(BUCKET, details_read_at=AT - 3 * NIGHT)
    older = replace(BUCKET, details_read_at=AT - 5 * NIGHT)
    assert collect._taken_over([fresh]) == ()
    [told] = collect._taken_over([fresh, old, older])
    assert told.endswith("taken over for 2 of 3; no finding rests on it. It was read on 2026-11-15 or later.")


def known(things):
    return {(one.KIND, one.resource_id): one for one in things}


BUCKETS = [replace(BUCKET, resource_id=f"b{number}") for number in range(5)]


def test_where_nothing_of_a_kind_would_be_asked_one_resource_is_and_another_one_on_another_night():
    left_out = set()
    for night in range(20):
        kept = with_one_asked(known(BUCKETS), among=BUCKETS, at=AT + night * NIGHT)
        [asked] = known(BUCKETS).keys() - kept.keys()
        left_out.add(asked)
    assert len(left_out) > 2
    [(only, thing)] = known(BUCKETS[:1]).items()
    assert with_one_asked({only: thing}, among=BUCKETS[:1], at=AT) == {}


def test_where_one_that_could_be_read_is_asked_anyway_no_other_is():
    kept = known(BUCKETS[1:])
    assert with_one_asked(kept, among=BUCKETS, at=AT) == kept


BALANCER = LoadBalancer(
    account_id="111122223333", region="us-east-1", resource_id="", observed_at=AT, balancer_type="application",
    state="active", target_group_count=0,
)  # fmt: skip
SNAPSHOT = DatabaseSnapshot(
    account_id="111122223333", region="us-east-1", resource_id="", observed_at=AT, state="available", engine="mysql",
    source_name="d", size_gib=1, snapshot_of="db",
)  # fmt: skip


@pytest.mark.parametrize(
    ("thing", "other"),
    [
        pytest.param(SNAPSHOT, {"snapshot_of": "db-cluster"}, id="snapshots of databases and of clusters"),
        pytest.param(BALANCER, {"target_group_count": 2}, id="balancers without targets to ask for and with"),
    ],
)
def test_of_what_other_calls_tell_one_is_asked_too(thing, other):
    things = [replace(thing, resource_id=f"a{n}") for n in range(3)]
    things += [replace(thing, resource_id=f"o{n}", **other) for n in range(3)]
    kept = with_one_asked(known(things), among=things, at=AT)
    assert sorted(resource_id[0] for _, resource_id in known(things).keys() - kept.keys()) == ["a", "o"]
