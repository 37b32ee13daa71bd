"""Tokens that prove nothing, by what is wrong with them, and the reason that the log gives."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.tenants.tokens import FIRST_VERSION, ISSUER, KEY_ID, NOW, claims, part, private_key, signed, token

MALFORMED = "malformed or not signed by the issuer"
ALGORITHM = "another algorithm"
TYPE = "another type of token"
CATEGORY = "another category of token"
NO_KEY = "The token is signed by a key that the provider does not publish."
PUBLIC_PEM = (
    private_key().public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
)


def unsigned(alg, signature=""):
    return f"{part({'alg': alg, 'typ': 'JWT', 'kid': KEY_ID})}.{part(claims())}.{signature}"


def parts(head=None, payload=None, signature=None):
    good = token().split(".")
    return ".".join(new or old for new, old in zip((head, payload, signature), good, strict=True))


def hmac_with(secret, alg="HS256"):
    text = f"{part({'alg': alg, 'typ': 'JWT', 'kid': KEY_ID})}.{part(claims())}"
    digest = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}[alg]
    return f"{text}.{base64.urlsafe_b64encode(hmac.digest(secret, text.encode(), digest)).decode().rstrip('=')}"


def theirs(**headers):
    return signed(claims(), key=private_key("attacker"), **headers)


def jwk(key):
    return json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))


VICTIM = {"id": "org_victim", "slg": "victim", "rol": "admin"}
CURVE = ec.generate_private_key(ec.SECP256R1())

SHAPES = {
    "no token": ("", MALFORMED),
    "not a token": ("a.b.c", MALFORMED),
    "one part": ("abc", MALFORMED),
    "two parts": (".".join(token().split(".")[:2]), MALFORMED),
    "four parts": (token() + ".x", MALFORMED),
    "five parts, as of an encrypted one": (token() + ".x.y", MALFORMED),
    "a number for a payload": (signed(5), MALFORMED),
    "a list for a payload": (signed([claims()]), MALFORMED),
    "text for a payload": (signed("user_ada"), MALFORMED),
    "a header that is a list": (parts(head=part(["RS256"])), MALFORMED),
    "a header that is no JSON": (parts(head="e30x"), MALFORMED),
    "letters of no alphabet": ("é" + token(), MALFORMED),
    "a space in front of the signature": (token().replace(".", ". "), MALFORMED),
    "a NUL at the end": (token() + "\0", MALFORMED),
    "too long": (token(padding="x" * 20_000), "too long"),
}
ALGORITHMS = {
    "algorithm none": (unsigned("none"), ALGORITHM),
    "algorithm None": (unsigned("None"), ALGORITHM),
    "algorithm NONE": (unsigned("NONE"), ALGORITHM),
    "algorithm none with a signature": (unsigned("none", "c2ln"), ALGORITHM),
    "no algorithm": (signed(claims(), alg=None), ALGORITHM),
    "algorithm rs256 in small letters": (signed(claims(), alg="rs256"), ALGORITHM),
    "algorithm as a list": (signed(claims(), alg=["RS256"]), ALGORITHM),
    "RS384 with our key": (signed(claims(), algorithm="RS384"), ALGORITHM),
    "RS512 with our key": (signed(claims(), algorithm="RS512"), ALGORITHM),
    "PS256 with our key": (signed(claims(), algorithm="PS256"), ALGORITHM),
    "PS256 that says RS256": (signed(claims(), algorithm="PS256", alg="RS256"), MALFORMED),
    "RS512 that says RS256": (signed(claims(), algorithm="RS512", alg="RS256"), MALFORMED),
    "ES256": (signed(claims(), algorithm="ES256", key=CURVE), ALGORITHM),
    "ES256 that says RS256": (signed(claims(), algorithm="ES256", key=CURVE, alg="RS256"), MALFORMED),
    "HMAC with our public key": (hmac_with(PUBLIC_PEM), ALGORITHM),
    "HMAC with our public key, 384": (hmac_with(PUBLIC_PEM, "HS384"), ALGORITHM),
    "HMAC with our public key, 512": (hmac_with(PUBLIC_PEM, "HS512"), ALGORITHM),
    "HMAC with nothing": (hmac_with(b""), ALGORITHM),
    "HMAC with our key's id": (hmac_with(KEY_ID.encode()), ALGORITHM),
}
KEYS = {
    "signature left out": (unsigned("RS256"), MALFORMED),
    "signature of zeros": (unsigned("RS256", "A" * 342), MALFORMED),
    "another token's signature": (parts(signature=token(sub="user_eve").split(".")[2]), MALFORMED),
    "payload swapped": (parts(payload=part(claims(o=VICTIM))), MALFORMED),
    "header swapped": (parts(head=part({"alg": "RS256", "kid": KEY_ID, "typ": "JWT", "x": 1})), MALFORMED),
    "another key under our id": (theirs(), MALFORMED),
    "another key id": (signed(claims(), kid="ins_other"), NO_KEY),
    "an empty key id": (signed(claims(), kid=""), NO_KEY),
    "our key id with a space": (signed(claims(), kid=f"{KEY_ID} "), NO_KEY),
    "a path for a key id": (signed(claims(), kid="../../etc/passwd"), NO_KEY),
    "SQL for a key id": (signed(claims(), kid="' or 1=1 --"), NO_KEY),
    "a list for a key id": (signed(claims(), kid=[KEY_ID]), MALFORMED),
    "a number for a key id": (signed(claims(), kid=1), MALFORMED),
    "no key id": (signed(claims(), kid=None), NO_KEY),
    "the attacker's key in the header": (theirs(jwk=jwk(private_key("attacker"))), MALFORMED),
    "the attacker's key set by address": (theirs(jku="https://evil.example/jwks.json"), MALFORMED),
    "the attacker's certificate": (theirs(x5c=["MIIB"], x5u="https://evil.example/x.pem"), MALFORMED),
    "a critical header we do not know": (signed(claims(), crit=["exp"]), MALFORMED),
    "an empty list of critical headers": (signed(claims(), crit=[]), MALFORMED),
    "a payload that is not encoded": (signed(claims(), b64=False, crit=["b64"]), MALFORMED),
    "another type": (signed(claims(), typ="at+jwt"), TYPE),
    "a type as a list": (signed(claims(), typ=["JWT"]), TYPE),
    "a JWT template's token": (signed(claims(), cat="cl_B7d4PD222AAA"), CATEGORY),
    "a machine's token": (signed(claims(), cat="cl_B7d4PD333AAA"), CATEGORY),
    "an unknown category": (signed(claims(), cat="cl_later"), CATEGORY),
    "an empty category": (signed(claims(), cat=""), CATEGORY),
    "a list for a category": (signed(claims(), cat=["cl_B7d4PD111AAA"]), MALFORMED),
    "a number for a category": (signed(claims(), cat=0), CATEGORY),
}
CLAIMS = {
    "another issuer": (token(iss="https://clerk.evil.test"), "another issuer"),
    "issuer with a slash more": (token(iss=f"{ISSUER}/"), "another issuer"),
    "issuer in capitals": (token(iss=ISSUER.upper()), "another issuer"),
    "issuer without TLS": (token(iss=ISSUER.replace("https", "http")), "another issuer"),
    "issuer as a list": (token(iss=[ISSUER]), "another issuer"),
    "no issuer": (token(iss=None), "another issuer"),
    "an audience": (token(aud="api"), "made for another audience"),
    "ourselves as the audience": (token(aud=["https://app.example.test"]), "made for another audience"),
    "no expiry": (token(exp=None), "exp is missing"),
    "expiry as text": (token(exp=str(NOW + 60)), "exp is missing"),
    "expiry as true": (token(exp=True), "exp is missing"),
    "expiry beyond all years": (token(exp=10**300), "exp is no time"),
    "expiry that is no number": (token(exp=float("nan")), "exp is no time"),
    "expiry without end": (token(exp=float("inf")), "exp is no time"),
    "expired": (token(exp=NOW - 6), "expired"),
    "expired at the birth of computers": (token(exp=0), "expired"),
    "not yet valid": (token(nbf=NOW + 6), "not valid yet"),
    "no start": (token(nbf=None), "nbf is missing"),
    "issued in the future": (token(iat=NOW + 6), "issued in the future"),
    "no time of issue": (token(iat=None), "iat is missing"),
    "no subject": (token(sub=None), "sub is missing"),
    "an empty subject": (token(sub=""), "sub is missing"),
    "subject as a list": (token(sub=["user_ada"]), "sub is missing"),
    "subject as a number": (token(sub=1), "sub is missing"),
    "no session": (token(sid=None), "sid is missing"),
    "an empty session": (token(sid=""), "sid is missing"),
    "a pending session": (token(sts="pending"), "the session is pending"),
    "an ended session": (token(sts="ended"), "the session is not active"),
    "a status as a list": (token(sts=["active"]), "the session is not active"),
    "an empty status": (token(sts=""), "the session is not active"),
    "another origin": (token(azp="https://evil.example.test"), "minted for another origin"),
    "a prefix of our origin": (token(azp="https://app.example.tes"), "minted for another origin"),
    "our origin with a slash": (token(azp="https://app.example.test/"), "minted for another origin"),
    "our origin without TLS": (token(azp="http://app.example.test"), "minted for another origin"),
    "an empty origin": (token(azp=""), "minted for another origin"),
    "our origin as a list": (token(azp=["https://app.example.test"]), "minted for another origin"),
    "a bearer token without an origin": (token(azp=None), "a bearer token that names no origin"),
    "version as text": (token(v="2"), "a version of token that is not known"),
    "version as 2.0": (token(v=2.0), "a version of token that is not known"),
    "version true": (token(v=True), "a version of token that is not known"),
    "version 1": (token(v=1), "a version of token that is not known"),
    "version 3": (token(v=3), "a version of token that is not known"),
    "organisation as text": (token(o="org_victim"), "o is not an organisation"),
    "organisation as a list": (token(o=[VICTIM]), "o is not an organisation"),
    "organisation without an id": (token(o={"rol": "admin"}), "id is missing"),
    "organisation with an empty id": (token(o={**VICTIM, "id": ""}), "id is missing"),
    "organisation id as a list": (token(o={**VICTIM, "id": ["org_victim"]}), "id is missing"),
    "first version, organisation as a number": (token(**{**FIRST_VERSION, "org_id": 7}), "org_id is missing"),
    "first version, an empty organisation": (token(**{**FIRST_VERSION, "org_id": ""}), "org_id is missing"),
}
TABLES: dict[str, dict[str, tuple[str, str]]] = {
    "shapes": SHAPES,
    "algorithms": ALGORITHMS,
    "keys": KEYS,
    "claims": CLAIMS,
}
