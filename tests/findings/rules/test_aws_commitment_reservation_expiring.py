"""Reservations about to end, by verdict."""

from dataclasses import replace
from datetime import timedelta

import pytest

from connections.resources.commitments import Reservation
from findings.registry import rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, NOW, ago

RULE = rule("aws_commitment_reservation_expiring")
WASTEFUL = Reservation(
    resource_id="arn:aws:ec2:eu-west-1:111122223333:reserved-instances/11111111-2222-3333-4444-555555555555",
    of_service="ec2", listed_by="describe-reserved-instances", state="active", item_type="m5.large", count=4,
    platform="Linux/UNIX", begins_at=ago(345), ends_at=NOW + timedelta(days=20, hours=5), **ACCOUNT,
)  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"ends_at": NOW + timedelta(days=30, hours=5)}, Waste),
        ({"ends_at": NOW + timedelta(minutes=5)}, Waste),
        ({"followed_count": 3}, Waste),
        ({"ends_at": NOW + timedelta(days=31)}, Fine),
        ({"ends_at": NOW - timedelta(minutes=5)}, Fine),
        ({"state": "retired"}, Fine),
        ({"state": "queued"}, Fine),
        ({"state": "payment-pending"}, Fine),
        ({"followed_count": 4}, Fine),
        ({"ends_at": None}, Unknown),
    ],
)
def test_verdict(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_it_says_what_ends_when_and_for_how_many_nothing_follows():
    assert RULE.ask(replace(WASTEFUL, followed_count=1), usage=None, settings={}).because == (
        "4 m5.large reserved until 2026-08-09, in 20 days, and nothing of the same kind is bought to follow for 3 of "
        "them."
    )


def test_the_lost_discount_has_no_invented_figure():
    assert RULE.ask(WASTEFUL, usage=None, settings={}).saves.fraction is None


def test_another_bound_is_kept_to():
    assert isinstance(RULE.ask(WASTEFUL, usage=None, settings={"days_left": 10}), Fine)
