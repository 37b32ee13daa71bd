"""Reservations that are paid for and not used, by verdict."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from audits.evidence import Bill, Evidence, Usage
from connections.resources.commitments import Reservation
from findings.evaluate import evaluate
from findings.registry import rule
from findings.rule import Fine, Unknown, Waste
from findings.verify import verify
from tests.findings.commitment_days import billed
from tests.findings.evidence import ACCOUNT, NOW, TODAY, ago, line

RULE = rule("aws_commitment_reservation_underused")
ACTIVE = Reservation(
    resource_id="arn:aws:ec2:eu-west-1:111122223333:reserved-instances/11111111-2222-3333-4444-555555555555",
    of_service="ec2", listed_by="describe-reserved-instances", state="active", item_type="m5.large", count=4,
    begins_at=ago(200), ends_at=NOW + timedelta(days=165), **ACCOUNT,
)  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "bill", "verdict"),
    [
        ({}, billed(used="0.9", unused="0.1"), Waste),
        ({}, billed(used="0", unused="1"), Waste),
        ({"ends_at": None, "begins_at": None}, billed(used="0.5", unused="0.5"), Waste),
        ({"begins_at": ago(15)}, billed(used="0", unused="1"), Waste),
        ({}, billed(used="0.95", unused="0.05"), Fine),
        ({}, billed(used="1", unused="0"), Fine),
        ({}, billed(used="1", unused="0", unused_earlier="1"), Fine),
        ({"begins_at": ago(14)}, billed(used="0", unused="1"), Fine),
        ({"state": "retired"}, billed(used="0", unused="1"), Fine),
        ({"state": "queued"}, Bill(), Fine),
        ({"state": "payment-pending"}, Bill(), Fine),
        ({}, Bill(), Unknown),
        ({}, billed(used="0.5", unused="0.5", days=13), Unknown),
        ({}, billed(used="0", unused="0"), Unknown),
        ({}, billed(used="0.5", unused="0.5", currency="EUR"), Unknown),
    ],
)
def test_verdict(changed, bill, verdict):
    assert isinstance(RULE.ask(replace(ACTIVE, **changed), usage=None, settings={}, bill=bill), verdict)


def test_the_unused_share_of_what_it_costs_is_saved():
    found = RULE.ask(ACTIVE, usage=None, settings={}, bill=billed(used="0.75", unused="0.25"))
    assert found.saves.fraction == Decimal("0.25")
    assert found.because == "Of 14.00 USD paid for it in the last 14 days, 3.50 (25 %) bought nothing."


def test_the_limit_is_a_setting():
    bill = billed(used="0.9", unused="0.1")
    assert isinstance(RULE.ask(ACTIVE, usage=None, settings={"max_unused_percent": 10}, bill=bill), Fine)


def test_a_fully_used_reservation_has_the_rest_of_the_month_left_and_is_in_order():
    bill = billed(used="1", unused="0")
    rest = line(TODAY - timedelta(days=13), "17", commitment_discount_status="Unused", charge_days=30)
    assert isinstance(RULE.ask(ACTIVE, usage=None, settings={}, bill=replace(bill, lines=(*bill.lines, rest))), Fine)


def test_what_is_told_of_the_months_that_are_over_is_not_verified_where_that_is_long_ago():
    bill = billed(used="0.75", unused="0.25")
    rest = line(TODAY - timedelta(days=13), "17", commitment_discount_status="Unused", charge_days=30)
    evidence = Evidence(thing=ACTIVE, usage=Usage(until=TODAY), bill=replace(bill, lines=(*bill.lines, rest)))
    [judgement] = evaluate([evidence], [RULE], {})
    found = verify(judgement)
    assert found.confidence == "ESTIMATED"
    assert "The bill tells of it until 13 days before the audit." in [proof.sentence for proof in found.proofs]
