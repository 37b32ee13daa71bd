"""What becomes of a membership: the same in whatever order webhooks come, and however often."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from tenants.clerk_events import MembershipEvent
from tenants.standing import Standing

START = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
SEEN = Standing(role="viewer")  # as web writes somebody down whose token it saw


def minute(number):
    return START + dt.timedelta(minutes=number)


def event(*, role="engineer", joined=0, updated=None, removed=None):
    return MembershipEvent(
        clerk_id="org_a",
        user_id="user_a",
        name="Ada",
        role=role,
        joined_at=None if joined is None else minute(joined),
        updated_at=minute(joined if updated is None else updated) if joined is not None else None,
        removed_at=None if removed is None else minute(removed),
    )


def after(*events, standing=SEEN):
    for one in events:
        standing = standing.after(one)
    return standing


def test_news_set_the_role_and_say_since_when():
    assert after(event()) == Standing(role="engineer", joined_at=minute(0), updated_at=minute(0))
    changed = after(event(), event(role="admin", updated=5))
    assert (changed.role, changed.updated_at) == ("admin", minute(5))


def test_stale_news_change_nothing():
    current = after(event(), event(role="viewer", updated=5))
    assert current.after(event(role="admin", updated=4)) == current
    assert current.after(event(role="admin", updated=5)) == current


def test_an_ending_removes_and_nothing_older_brings_back():
    gone = after(event(), event(removed=9))
    assert gone.removed_at == minute(9)
    for late in (event(), event(role="admin", updated=8), event(role="admin", updated=60)):
        assert gone.after(late) == gone


def test_who_was_removed_before_anybody_knew_them_stays_removed_when_the_news_come_late():
    gone = after(event(removed=9))
    assert gone.after(event()).removed_at == minute(9)


def test_only_a_later_membership_brings_back():
    again = after(event(), event(removed=9), event(role="viewer", joined=10))
    assert (again.removed_at, again.role) == (None, "viewer")


def test_the_ending_of_an_earlier_membership_leaves_the_later_one():
    again = after(event(joined=10))
    assert again.after(event(joined=0, removed=9)) == again


def test_an_ending_that_does_not_say_which_ends_the_one_that_had_begun():
    current = after(event(joined=10))
    assert current.after(event(joined=None, removed=20)).removed_at == minute(20)
    assert current.after(event(joined=None, removed=9)) == current


HISTORY = st.lists(st.lists(st.sampled_from(["viewer", "engineer", "admin"]), min_size=1, max_size=3), max_size=4)


@given(HISTORY.filter(bool), st.booleans(), st.randoms(use_true_random=False))
def test_in_any_order_and_any_number_of_times_the_same_comes_of_it(memberships, is_removed, chance):
    events, clock = [], 0
    for number, roles in enumerate(memberships):
        joined = clock
        for role in roles:
            events.append(event(role=role, joined=joined, updated=clock))
            clock += 1
        if is_removed or number < len(memberships) - 1:
            events.append(event(role=roles[-1], joined=joined, updated=clock - 1, removed=clock))
            clock += 1
    in_order = after(*events)
    found = after(*chance.sample(events, k=len(events)), *chance.choices(events, k=5))
    assert (found.removed_at, found.joined_at) == (in_order.removed_at, in_order.joined_at)
    assert found.removed_at is not None or found.role == in_order.role == memberships[-1][-1]
