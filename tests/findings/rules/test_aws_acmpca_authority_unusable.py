"""Private certificate authorities that can do nothing any longer."""

from dataclasses import replace

import pytest

from connections.resources.secrets import CertificateAuthority
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, waste

RULE = rule("aws_acmpca_authority_unusable")
WASTEFUL = CertificateAuthority(
    **ACCOUNT,
    resource_id="arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/1b2c",
    created_at=ago(800),
    state="EXPIRED",
    state_since_at=ago(60),
    ends_at=ago(60),
)
PENDING = {"state": "PENDING_CERTIFICATE", "ends_at": None}
OFF = {"state": "DISABLED", "state_since_at": ago(300)}


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"authority_type": "ROOT"}, Waste),
        ({"state_since_at": ago(30)}, Waste),
        ({"state_since_at": ago(29)}, Fine),
        ({"state_since_at": None}, Unknown),
        (PENDING, Waste),
        (PENDING | {"state_since_at": ago(29)}, Fine),
        (PENDING | {"state_since_at": None}, Unknown),
        (OFF, Waste),
        (OFF | {"state_since_at": None}, Waste),
        (OFF | {"ends_at": ago(29)}, Fine),
        (OFF | {"ends_at": ago(-1)}, Unknown),
        (OFF | {"ends_at": None}, Unknown),
        ({"state": "ACTIVE"}, Fine),
        ({"state": "CREATING"}, Fine),
        ({"state": "FAILED"}, Fine),
        ({"state": "DELETED"}, Fine),
        ({"state": ""}, Fine),
    ],
)
def test_what_can_neither_issue_nor_vouch_is_of_no_use_and_what_may_still_vouch_is_not_judged(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({}, "Its certificate ran out, and it has issued and vouched for nothing for 60 days."),
        (PENDING, "It was never given a certificate, and has been of no use for 60 days."),
        (OFF, "Switched off, and all that it ever issued has been over, with its own certificate, for 60 days."),
    ],
)
def test_the_sentence_says_why_and_for_how_long(changed, because):
    found = waste(RULE, replace(WASTEFUL, **changed))
    assert (found.saves, found.because) == (ALL, because)


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=None, settings={"useless_days": 61}), Fine)
