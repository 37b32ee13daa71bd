"""Encryption keys that were never used."""

from dataclasses import replace

import pytest

from connections.resources.encryption import EncryptionKey
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, waste

RULE = rule("aws_kms_key_never_used")
WASTEFUL = EncryptionKey(
    **ACCOUNT,
    resource_id="arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-0000-1111-2222-333344445555",
    created_at=ago(120),
    state="Enabled",
    spec="SYMMETRIC_DEFAULT",
    origin="AWS_KMS",
    tracked_from_at=ago(120),
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"tracked_from_at": ago(200)}, Waste),
        ({"state": "Disabled"}, Waste),
        ({"state": "PendingImport", "origin": "EXTERNAL"}, Waste),
        ({"spec": "HMAC_256"}, Waste),
        ({"created_at": ago(90), "tracked_from_at": ago(90)}, Waste),
        ({"created_at": ago(89), "tracked_from_at": ago(89)}, Fine),
        ({"created_at": ago(89), "tracked_from_at": None}, Fine),
        ({"last_used_at": ago(89)}, Fine),
        ({"last_used_at": ago(89), "created_at": None, "tracked_from_at": None}, Fine),
        ({"last_used_at": ago(90)}, Unknown),
        ({"last_used_at": ago(110), "state": "Disabled"}, Unknown),
        ({"created_at": None}, Unknown),
        ({"tracked_from_at": None}, Unknown),
        ({"tracked_from_at": ago(119)}, Unknown),
        ({"is_multi_region": True}, Unknown),
        ({"spec": "RSA_2048"}, Unknown),
        ({"spec": "ECC_NIST_P256"}, Unknown),
        ({"spec": ""}, Unknown),
        ({"origin": "AWS_CLOUDHSM"}, Unknown),
        ({"origin": "EXTERNAL_KEY_STORE"}, Unknown),
        ({"origin": ""}, Unknown),
        ({"state": "PendingDeletion"}, Fine),
        ({"state": "PendingReplicaDeletion"}, Fine),
        ({"state": "Creating"}, Fine),
    ],
)
def test_only_a_key_of_which_every_use_would_be_known_and_none_is_counts_as_never_used(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


@pytest.mark.parametrize(("state", "off"), [("Enabled", ""), ("Disabled", " It is switched off.")])
def test_the_sentence_says_how_old_it_is_and_whether_it_is_switched_off(state, off):
    found = waste(RULE, replace(WASTEFUL, state=state))
    assert (found.saves, found.because) == (ALL, f"Made 120 days ago, and never used since.{off}")


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({"last_used_at": ago(110)}, "whether what it encrypts is kept; last used 110 days ago"),
        ({"tracked_from_at": ago(60)}, "whether it was used before 2026-05-21, when AWS began to keep track"),
    ],
)
def test_what_cannot_be_told_says_since_when(changed, missing):
    assert RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}) == Unknown(missing)


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=None, settings={"unused_days": 121}), Fine)
