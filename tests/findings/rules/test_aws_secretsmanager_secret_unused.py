"""Secrets that nothing reads."""

from dataclasses import replace

import pytest

from connections.resources.secrets import Secret
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, waste

RULE = rule("aws_secretsmanager_secret_unused")
WASTEFUL = Secret(
    **ACCOUNT,
    resource_id="arn:aws:secretsmanager:us-east-1:111122223333:secret:northwind/old-AbCdEf",
    name="northwind/old",
    created_at=ago(300),
    last_changed_at=ago(300),
    last_read_at=ago(118),
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"last_read_at": ago(90)}, Waste),
        ({"last_read_at": None}, Waste),
        ({"last_read_at": None, "last_changed_at": None}, Waste),
        ({"last_read_at": ago(89)}, Fine),
        ({"last_read_at": ago(0)}, Fine),
        ({"last_changed_at": ago(89)}, Fine),
        ({"last_read_at": None, "created_at": ago(89), "last_changed_at": None}, Fine),
        ({"managed_by": "rds"}, Fine),
        ({"primary_region": "eu-west-1"}, Fine),
        ({"primary_region": "us-east-1"}, Unknown),
        ({"primary_region": "us-east-1", "last_read_at": ago(3)}, Fine),
        ({"deleted_at": ago(3)}, Fine),
        ({"created_at": None}, Unknown),
        ({"name": "AmazonMSK_shop"}, Unknown),
        ({"name": "AmazonMSK_shop", "last_read_at": ago(3)}, Fine),
        ({"name": "shop/AmazonMSK_"}, Waste),
        ({"created_at": None, "managed_by": "rds"}, Fine),
    ],
)
def test_ninety_days_unread_and_unchanged_are_enough_for_a_secret_of_its_own(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({}, "Last read 118 days ago, and not changed for 118."),
        ({"last_read_at": None}, "Never read since it was made 300 days ago."),
    ],
)
def test_the_sentence_says_when_it_was_read(changed, because):
    found = waste(RULE, replace(WASTEFUL, **changed))
    assert (found.saves, found.because) == (ALL, because)


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=None, settings={"unread_days": 119}), Fine)
