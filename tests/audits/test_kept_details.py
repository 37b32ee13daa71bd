"""Details that nothing asks for are read anew after a week at the latest, a share of them each night."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from audits import collect
from audits.kept_details import NIGHTS, as_of_tonight, is_its_turn
from connections.resources.buckets import Bucket

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
