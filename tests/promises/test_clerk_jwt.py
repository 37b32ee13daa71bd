"""Every request carries a session token, and the organisation comes from the verified token only: the attacks."""

import base64
import json

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from tenants.identity import TokenRefused
from tenants.organization_ids import organization_id_for
from tests.tenants.tokens import (
    FIRST_VERSION,
    ISSUER,
    NOW,
    OUR_ORGANIZATION,
    claims,
    organization_of,
    part,
    private_key,
    signed,
    token,
    verify,
)

OURS = organization_id_for(issuer=ISSUER, clerk_id=OUR_ORGANIZATION)
PUBLIC_PEM = (
    private_key().public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
)


def unsigned(alg):
    return f"{part({'alg': alg, 'typ': 'JWT', 'kid': 'ins_ours'})}.{part(claims())}."


def with_payload_swapped():
    head, _, signature = token().split(".")
    return f"{head}.{part(claims(o={'id': 'org_victim', 'rol': 'admin'}))}.{signature}"


def hmac_with_the_public_key():
    import hashlib
    import hmac

    text = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': 'ins_ours'})}.{part(claims())}"
    mac = base64.urlsafe_b64encode(hmac.digest(PUBLIC_PEM, text.encode(), hashlib.sha256)).decode().rstrip("=")
    return f"{text}.{mac}"


def own_key_in_the_header():
    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(private_key("attacker").public_key()))
    return signed(claims(), key=private_key("attacker"), jwk=jwk, jku="https://evil.example/jwks.json")


ATTACKS = {
    "no token": "",
    "not a token": "a.b.c",
    "four parts": token() + ".x",
    "a number for a payload": signed(5),
    "too long": token(padding="x" * 20_000),
    "algorithm none": unsigned("none"),
    "algorithm None": unsigned("None"),
    "signature left out": unsigned("RS256"),
    "payload swapped": with_payload_swapped(),
    "HMAC with our public key": hmac_with_the_public_key(),
    "RS512 with our key": signed(claims(), algorithm="RS512"),
    "PS256 with our key": signed(claims(), algorithm="PS256"),
    "another key under our id": signed(claims(), key=private_key("attacker")),
    "another key id": signed(claims(), kid="ins_other"),
    "a list for a key id": signed(claims(), kid=["ins_ours"]),
    "a list for a category": signed(claims(), cat=["cl_B7d4PD111AAA"]),
    "no key id": signed(claims(), kid=None),
    "the attacker's key in the header": own_key_in_the_header(),
    "a critical header we do not know": signed(claims(), crit=["exp"]),
    "another type": signed(claims(), typ="at+jwt"),
    "a JWT template's token": signed(claims(), cat="cl_B7d4PD222AAA"),
    "a machine's token": signed(claims(), cat="cl_B7d4PD333AAA"),
    "an unknown category": signed(claims(), cat="cl_later"),
    "an empty category": signed(claims(), cat=""),
    "another issuer": token(iss="https://clerk.evil.test"),
    "issuer with a slash more": token(iss=f"{ISSUER}/"),
    "issuer as a list": token(iss=[ISSUER]),
    "no issuer": token(iss=None),
    "an audience": token(aud="api"),
    "no expiry": token(exp=None),
    "expiry as text": token(exp=str(NOW + 60)),
    "expiry as true": token(exp=True),
    "expiry beyond all years": token(exp=10**300),
    "expired": token(exp=NOW - 6),
    "not yet valid": token(nbf=NOW + 6),
    "no start": token(nbf=None),
    "issued in the future": token(iat=NOW + 6),
    "no time of issue": token(iat=None),
    "no subject": token(sub=None),
    "an empty subject": token(sub=""),
    "subject as a list": token(sub=["user_ada"]),
    "no session": token(sid=None),
    "a pending session": token(sts="pending"),
    "another origin": token(azp="https://evil.example.test"),
    "a prefix of our origin": token(azp="https://app.example.tes"),
    "our origin as a list": token(azp=["https://app.example.test"]),
    "a bearer token without an origin": token(azp=None),
    "version as text": token(v="2"),
    "version as 2.0": token(v=2.0),
    "version true": token(v=True),
    "version 3": token(v=3),
    "organisation as text": token(o="org_victim"),
    "organisation without an id": token(o={"rol": "admin"}),
    "organisation id as a list": token(o={"id": ["org_victim"]}),
    "first version with an organisation that is no text": token(**{**FIRST_VERSION, "org_id": 7}),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_an_attackers_token_is_refused(attack):
    with pytest.raises(TokenRefused) as refusal:
        verify(attack)
    assert attack == "" or attack not in str(refusal.value)


def test_a_good_token_is_accepted():
    """Without this, refusing everything would pass the table above."""
    identity = verify(token())
    assert (identity.user_id, identity.organization_id, identity.role) == ("user_ada", OURS, "engineer")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"org_id": "org_victim", "org_role": "org:admin"}, OURS, id="v2 ignores org_id beside o"),
        pytest.param({"o": None, "org_id": "org_victim"}, None, id="v2 without o has no organisation"),
        pytest.param({**FIRST_VERSION, "o": {"id": "org_victim"}}, OURS, id="v1 ignores o"),
        pytest.param({**FIRST_VERSION, "org_id": None, "o": {"id": "org_victim"}}, None, id="v1 never falls back to o"),
        pytest.param({"organization_id": "org_victim", "organization": {"id": "org_victim"}}, OURS, id="look-alikes"),
    ],
)
def test_the_organisation_comes_from_the_place_that_the_version_says(changes, expected):
    assert organization_of(token(**changes)) == expected


def test_the_same_organisation_of_another_issuer_is_another_one():
    assert organization_id_for(issuer="https://clerk.other.test", clerk_id=OUR_ORGANIZATION) != OURS


def test_an_impersonated_session_says_so():
    identity = verify(token(act={"iss": "https://dashboard.clerk.com", "sub": "user_support", "sid": "sess_9"}))
    assert identity.is_impersonated
    assert identity.impersonator == "user_support"


@pytest.mark.parametrize("actor", [{}, "user_support", {"sub": ""}, []])
def test_an_actor_of_any_shape_counts_as_impersonation(actor):
    assert verify(token(act=actor)).is_impersonated
