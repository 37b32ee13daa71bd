"""Real RS256 keys and session tokens for the tests of identity."""

from __future__ import annotations

import base64
import datetime as dt
import json
from functools import cache

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from tenants.identity import Carrier, Verifier
from tenants.signing_keys import NoSuchKey

ISSUER = "https://clerk.example.test"
ORIGIN = "https://app.example.test"
AT = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
NOW = int(AT.timestamp())
KEY_ID = "ins_ours"
SESSION = "cl_B7d4PD111AAA"
OUR_ORGANIZATION = "org_ours"


@cache
def private_key(name="ours", bits=2048):
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


class OneKey:
    """A key set with our one key."""

    def key_for(self, key_id):
        if key_id != KEY_ID:
            raise NoSuchKey("The token is signed by a key that the provider does not publish.")
        return private_key().public_key()


VERIFIER = Verifier(issuer=ISSUER, keys=OneKey(), authorized_parties={ORIGIN})

CLAIMS = {
    "v": 2,
    "iss": ISSUER,
    "sub": "user_ada",
    "sid": "sess_1",
    "azp": ORIGIN,
    "iat": NOW - 5,
    "nbf": NOW - 15,
    "exp": NOW + 55,
    "sts": "active",
    "o": {"id": OUR_ORGANIZATION, "slg": "ours", "rol": "engineer"},
}
FIRST_VERSION = {"v": None, "o": None, "org_id": OUR_ORGANIZATION, "org_slug": "ours", "org_role": "org:engineer"}


def claims(**changes):
    """The claims of a good token with changes; None leaves a claim out."""
    return {name: value for name, value in {**CLAIMS, **changes}.items() if value is not None}


def part(content):
    """One part of a token."""
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def signed(payload, *, key=None, algorithm="RS256", **headers):
    """A token, however wrong; a header given as None is left out. No library helps, as it would refuse to."""
    wanted = {"alg": algorithm, "kid": KEY_ID, "typ": "JWT", "cat": SESSION, **headers}
    head = part({name: value for name, value in wanted.items() if value is not None})
    signature = jwt.get_algorithm_by_name(algorithm).sign(f"{head}.{part(payload)}".encode(), key or private_key())
    return f"{head}.{part(payload)}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def token(**changes):
    return signed(claims(**changes))


def verify(text, *, carrier=Carrier.BEARER, method="GET", at=AT, verifier=VERIFIER, is_same_origin=False):
    return verifier.verify(text, carrier=carrier, method=method, at=at, is_same_origin=is_same_origin)


def organization_of(text):
    return verify(text).organization_id
