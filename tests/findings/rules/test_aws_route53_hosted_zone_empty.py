"""Public zones without a record."""

from dataclasses import replace

import pytest

from connections.resources.dns import HostedZone
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, waste

RULE = rule("aws_route53_hosted_zone_empty")
WASTEFUL = HostedZone(**ACCOUNT, resource_id="arn:aws:route53:::hostedzone/Z1", name="old.example", record_count=2)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"record_count": 1}, Waste),
        ({"record_count": 3}, Fine),
        ({"record_count": 400}, Fine),
        ({"is_private": True}, Fine),
        ({"is_private": True, "record_count": 9}, Fine),
        ({"managed_by": "servicediscovery.amazonaws.com"}, Fine),
        ({"managed_by": "servicediscovery.amazonaws.com", "record_count": None}, Fine),
        ({"record_count": None}, Unknown),
        ({"record_count": None, "is_private": True}, Unknown),
    ],
)
def test_a_public_zone_with_only_what_it_was_made_with_is_empty(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_all_of_it_is_saved_and_it_is_named():
    found = waste(RULE, WASTEFUL)
    assert found.saves == ALL
    assert found.because.startswith("old.example has no record beside the two it was made with;")


def test_the_hint_names_the_zone_as_its_own_calls_do():
    assert RULE.hint_for(WASTEFUL) == "aws route53 delete-hosted-zone --id Z1"
