"""Reservations that have ended, by verdict."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from audits.evidence import Bill, UncoveredDay
from connections.resources.commitments import Reservation
from findings.registry import rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, NOW, ago

RULE = rule("aws_commitment_reservation_expired")
ENDED = Reservation(
    resource_id="arn:aws:ec2:eu-west-1:111122223333:reserved-instances/11111111-2222-3333-4444-555555555555",
    of_service="ec2", listed_by="describe-reserved-instances", state="retired", item_type="m5.large", count=2,
    platform="Linux/UNIX", begins_at=ago(375), ends_at=ago(10), **ACCOUNT,
)  # fmt: skip
UNTIL = NOW.date() - timedelta(days=1)


def billed(hours=48, *, meter="EU-BoxUsage:m5.large", days=30, but=None, until=UNTIL):
    """The bill of a month in which so many hours a day were charged without a commitment, `but` on one day ago."""
    found = [
        UncoveredDay(
            charge_date=until - timedelta(days=day), usage_type=meter, billing_currency="USD",
            effective_cost=Decimal(1), quantity=Decimal(0 if day == but else hours),
        )
        for day in range(1, days + 1)
    ]  # fmt: skip
    return Bill(billed_from=until - timedelta(days=30), billed_until=until, uncovered=tuple(found))


@pytest.mark.parametrize(
    ("changed", "bill", "verdict"),
    [
        ({}, billed(), Waste),
        ({}, billed(44), Waste),
        ({"ends_at": ago(30)}, billed(), Waste),
        ({"followed_count": 1}, billed(), Waste),
        ({"item_type": "r6g.large.search"}, billed(meter="EU-ESInstance:r6g.large"), Waste),
        ({"item_type": "db.m5.large", "is_multi_az": True}, billed(meter="EU-Multi-AZUsage:db.m5.large"), Waste),
        ({"item_type": "db.r5.2xlarge"}, billed(meter="EU-InstanceUsage:db.r5.2xl"), Waste),
        ({"item_type": "db.r5.xlarge", "is_multi_az": True}, billed(meter="Multi-AZUsage:db.r5.xl"), Waste),
        ({"item_type": "db.r6g.xlarge"}, billed(meter="EU-NodeUsage:db.r6g.xlarge"), Waste),
        ({"item_type": "db.r5.xlarge"}, billed(meter="EU-InstanceUsage:db.r5.2xl"), Fine),
        ({"item_type": "db.m5.large"}, billed(meter="EU-Multi-AZUsage:db.m5.large"), Fine),
        ({"item_type": "db.m5.large", "is_multi_az": True}, billed(meter="EU-InstanceUsage:db.m5.large"), Fine),
        ({}, billed(43), Fine),
        ({}, billed(but=4), Fine),
        ({}, billed(but=20), Waste),
        ({}, billed(0), Fine),
        ({}, billed(meter="EU-BoxUsage:m5.xlarge"), Fine),
        ({}, billed(meter="EU-SpotUsage:m5.large"), Fine),
        ({}, billed(meter="EU-HostBoxUsage:m5.large"), Fine),
        ({}, billed(meter="EU-UnusedBox:m5.large"), Fine),
        ({"followed_count": 2}, billed(), Fine),
        ({"ends_at": ago(31)}, billed(), Fine),
        ({"ends_at": None}, billed(), Fine),
        ({"state": "active"}, billed(), Fine),
        ({}, Bill(), Unknown),
        ({"ends_at": ago(3)}, billed(), Unknown),
    ],
)
def test_verdict(changed, bill, verdict):
    assert isinstance(RULE.ask(replace(ENDED, **changed), usage=None, settings={}, bill=bill), verdict)


def test_it_says_what_ended_and_what_is_charged_since():
    assert RULE.ask(ENDED, usage=None, settings={}, bill=billed(50)).because == (
        "2 m5.large were reserved until 2026-07-10; since then 50 hours of the type or more are charged at full price "
        "on each of 8 days."
    )


def test_what_a_new_one_saves_has_no_invented_figure():
    assert RULE.ask(ENDED, usage=None, settings={}, bill=billed()).saves.fraction is None
