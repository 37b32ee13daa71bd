"""Savings plans about to end, by verdict."""

from dataclasses import replace
from datetime import timedelta

import pytest

from connections.resources.commitments import SavingsPlan
from findings.registry import rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, NOW, ago

RULE = rule("aws_commitment_savings_plan_expiring")
WASTEFUL = SavingsPlan(
    resource_id="arn:aws:savingsplans::111122223333:savingsplan/11111111-2222-3333-4444-555555555555",
    state="active", plan_type="Compute", hourly_commitment="1.5", currency="USD", begins_at=ago(345),
    ends_at=NOW + timedelta(days=20, hours=5), payment_option="No Upfront", **ACCOUNT,
)  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"ends_at": NOW + timedelta(days=30, hours=5)}, Waste),
        ({"ends_at": NOW + timedelta(minutes=5)}, Waste),
        ({"ends_at": NOW + timedelta(days=31)}, Fine),
        ({"ends_at": NOW - timedelta(minutes=5)}, Fine),
        ({"state": "retired"}, Fine),
        ({"state": "queued"}, Fine),
        ({"state": "payment-pending"}, Fine),
        ({"state": "pending-return"}, Fine),
        ({"followed_by": ("arn:next",)}, Fine),
        ({"ends_at": None}, Unknown),
    ],
)
def test_verdict(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_it_says_what_ends_and_when():
    found = RULE.ask(WASTEFUL, usage=None, settings={})
    assert found.because == (
        "Compute plan, 1.5 USD an hour, ends on 2026-08-09, in 20 days, and no plan of the same kind is bought to follow."
    )
    family = replace(WASTEFUL, plan_type="EC2Instance", instance_family="m5", plan_region="eu-west-1")
    assert "EC2Instance plan of m5 in eu-west-1, 1.5 USD" in RULE.ask(family, usage=None, settings={}).because


def test_the_lost_discount_has_no_invented_figure():
    assert RULE.ask(WASTEFUL, usage=None, settings={}).saves.fraction is None


def test_another_bound_is_kept_to():
    assert isinstance(RULE.ask(WASTEFUL, usage=None, settings={"days_left": 10}), Fine)
