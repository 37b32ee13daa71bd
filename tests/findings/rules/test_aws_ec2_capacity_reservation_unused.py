"""Reserved capacity is unused where some of it was free at every moment of the window, and is still."""

from dataclasses import replace
from decimal import Decimal

import pytest

from connections.resources.capacity import CapacityReservation
from findings.registry import rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_ec2_capacity_reservation_unused")
RESERVED = CapacityReservation(
    **ACCOUNT,
    resource_id="cr-1",
    created_at=ago(90),
    state="active",
    instance_type="m5.large",
    total_count=4,
    available_count=3,
)


def free(*least, most=3.0, days=14):
    series = [least[0]] * (days - len(least) + 1) + list(least[1:])
    return usage_of({"AvailableInstanceCount.Minimum": series, "AvailableInstanceCount.Maximum": [most] * days})


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, free(3.0), Waste),
        ({}, free(3.0, 1.0), Waste),
        ({}, free(3.0, 0.0), Fine),
        ({}, free(3.0, 0.0, None), Fine),
        ({}, free(3.0, None), Unknown),
        ({}, free(3.0, days=13), Unknown),
        ({}, usage_of({}), Unknown),
        ({"created_at": ago(2)}, usage_of({}), Fine),
        ({"created_at": None}, usage_of({}), Unknown),
        ({"available_count": 0}, free(3.0), Fine),
        ({"available_count": None}, free(3.0), Unknown),
        ({"state": "cancelled"}, free(3.0), Fine),
        ({"state": "expired"}, free(3.0), Fine),
        ({"state": "scheduled"}, free(3.0), Fine),
        ({"is_block": True}, free(3.0), Fine),
        ({"commitment_ends_at": ago(-1)}, free(3.0), Fine),
        ({"commitment_ends_at": ago(-90), "ends_at": ago(-90)}, free(3.0), Fine),
        ({"commitment_ends_at": ago(-1)}, usage_of({}), Fine),
        ({"commitment_ends_at": ago(1)}, free(3.0), Waste),
        ({"ends_at": ago(-29.9)}, free(3.0), Fine),
        ({"ends_at": ago(-30)}, free(3.0), Waste),
    ],
)
def test_what_was_free_at_every_moment_is_unused(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(RESERVED, **changed), usage=seen, settings={}), verdict)


def test_the_fleet_that_made_it_is_named_since_it_would_make_it_again():
    own = waste(RULE, RESERVED, seen=free(3.0)).because
    found = waste(RULE, replace(RESERVED, fleet_id="crf-1"), seen=free(3.0)).because
    assert found == f"{own} The fleet crf-1 made it, and may make it again: lower the fleet's target first."


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        (
            {"commitment_ends_at": ago(-60), "ends_at": ago(-10)},
            "Committed until 2026-09-18: it cannot be made smaller before, and cancelling it is charged.",
        ),
        ({"ends_at": ago(-10)}, "Ends by itself on 2026-07-30."),
        ({"is_block": True, "ends_at": ago(-10)}, "A capacity block was paid for beforehand and ends by itself."),
        ({"is_lent": True}, "What another reservation lends: given up, it goes back there and is charged on."),
    ],
)
def test_what_cannot_be_given_up_or_ends_anyway_says_until_when(changed, because):
    assert RULE.ask(replace(RESERVED, **changed), usage=free(3.0), settings={}) == Fine(because)


@pytest.mark.parametrize(
    ("changed", "seen", "share", "unused"),
    [
        ({}, free(3.0), Decimal(1), "3 never ran"),
        ({}, free(3.0, 1.0), Decimal(1) / 3, "1 never ran"),
        ({"available_count": 2}, free(3.0), Decimal(2) / 3, "2 never ran"),
        ({"available_count": 4}, free(3.0), Decimal(3) / 4, "3 never ran"),
    ],
)
def test_it_saves_no_more_than_what_was_never_used_of_what_is_charged(changed, seen, share, unused):
    found = waste(RULE, replace(RESERVED, **changed), seen=seen)
    assert found.saves.fraction == share
    assert f"Of 4 reserved machines of type m5.large, {unused} in the last 14 days." == found.because
