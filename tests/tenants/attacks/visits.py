"""Requests that bring a token in a way that it must not come, and what they are answered."""

from __future__ import annotations

from typing import Any

from tests.tenants.tokens import NOW, ORIGIN, claims, private_key, signed, token
from tests.tenants.visiting import DOCUMENT, FRESH, OWN, OWN_MARK, SHARED, SHARED_MARK, holding

EVIL = "https://evil.example.test"
GOOD, NO_ORIGIN = token(), token(azp=None)
FORGED = signed(claims(azp=None), key=private_key("attacker"))
ELSEWHERE = token(iss="https://clerk.other.test", azp=None)
SIGN_IN, HANDSHAKE = "sign-in", "handshake"
OURS = {"Origin": ORIGIN}
NO_AZP_CHANGES = "a token that names no origin, in a request that changes something"
NO_AZP_SHARED = "a shared cookie's token that names no origin"
MALFORMED = "malformed or not signed by the issuer"
NOTHING = "session-token-and-uat-missing"


def bearer(text):
    return {**DOCUMENT, "Authorization": text}


def twice(*values, name=OWN):
    """One name with two values, as a neighbour's cookie of the shared domain arrives."""
    return {**DOCUMENT, "Cookie": "; ".join(f"{name}={value}" for value in values)}


# name: (visit, where the answer leads or None for 401, reason)
CARRIERS = {
    "a broken bearer token beside a good cookie": ({"headers": bearer("Bearer x"), "cookies": FRESH}, None, MALFORMED),
    "an empty bearer token beside a good cookie": ({"headers": bearer("Bearer "), "cookies": FRESH}, None, MALFORMED),
    "a bearer token after spaces": ({"headers": bearer(f"  Bearer {GOOD}")}, None, NOTHING),
    "a bare token for a header": ({"headers": bearer(GOOD)}, None, NOTHING),
    "basic authentication with a token": ({"headers": bearer(f"Basic {GOOD}")}, None, NOTHING),
    "two tokens in one header": ({"headers": bearer(f"Bearer {GOOD}, Bearer {GOOD}")}, None, MALFORMED),
    "an API key for a bearer token": ({"headers": bearer("Bearer ak_live_1")}, None, MALFORMED),
    "a machine token's prefix": ({"headers": bearer("Bearer m2m_1")}, None, MALFORMED),
    "an OAuth token's prefix": ({"headers": bearer("Bearer oat_1")}, None, MALFORMED),
    "a bearer token without origin": (
        {"headers": bearer(f"Bearer {NO_ORIGIN}")},
        None,
        "a bearer token that names no origin",
    ),
    "a token in the query": ({"path": f"/?token={GOOD}"}, SIGN_IN, NOTHING),
    "a session in the query": ({"path": f"/?__session={GOOD}"}, SIGN_IN, NOTHING),
    "a token in another header": ({"headers": {**DOCUMENT, "X-Session-Token": GOOD}}, SIGN_IN, NOTHING),
    "a token in a proxy's header": (
        {"headers": {**DOCUMENT, "Proxy-Authorization": f"Bearer {GOOD}"}},
        SIGN_IN,
        NOTHING,
    ),
}
COOKIES = {
    "another suffix": (
        {"cookies": {"__session_EVIL": GOOD, OWN_MARK: "1"}},
        HANDSHAKE,
        "client-uat-but-no-session-token",
    ),
    "a longer suffix": ({"cookies": {f"{OWN}i": GOOD}}, SIGN_IN, NOTHING),
    "our suffix in capitals": ({"cookies": {OWN.upper(): GOOD}}, SIGN_IN, NOTHING),
    "a prefix of the name": ({"cookies": {"__sessio": GOOD}}, SIGN_IN, NOTHING),
    "a prefixed name": ({"cookies": {f"__Host-{OWN}": GOOD}}, SIGN_IN, NOTHING),
    "a shared cookie without origin": (
        {"cookies": {SHARED: NO_ORIGIN, SHARED_MARK: "1"}},
        SIGN_IN,
        NO_AZP_SHARED,
    ),
    "another issuer's shared cookie": (
        {"cookies": {SHARED: ELSEWHERE, SHARED_MARK: "1"}},
        SIGN_IN,
        NOTHING,
    ),
    "our own cookie forged": ({"cookies": holding(FORGED)}, SIGN_IN, MALFORMED),
    "our own cookie of another issuer": ({"cookies": holding(ELSEWHERE)}, SIGN_IN, "another issuer"),
    "our own cookie minted elsewhere": ({"cookies": holding(token(azp=EVIL))}, SIGN_IN, "minted for another origin"),
    "a newer shared cookie without origin": (
        {"cookies": holding(token(azp=None, iat=NOW - 30), **{SHARED: token(azp=None, iat=NOW - 1), SHARED_MARK: "1"})},
        SIGN_IN,
        NO_AZP_SHARED,
    ),
    "a planted second cookie first": (
        {"headers": twice(FORGED, NO_ORIGIN), "cookies": FRESH},
        HANDSHAKE,
        "two-session-tokens",
    ),
    "a planted second cookie last": (
        {"headers": twice(NO_ORIGIN, FORGED), "cookies": holding(FORGED)},
        HANDSHAKE,
        "two-session-tokens",
    ),
    "a planted second shared cookie": (
        {"headers": twice(GOOD, FORGED, name=SHARED), "cookies": FRESH},
        HANDSHAKE,
        "two-session-tokens",
    ),
    "a token without a mark": (
        {"cookies": holding(NO_ORIGIN, since=None)},
        SIGN_IN,
        NOTHING,
    ),
    "a token after signing out": (
        {"cookies": holding(NO_ORIGIN, since="0", **{SHARED_MARK: "0"})},
        HANDSHAKE,
        "session-token-but-no-client-uat",
    ),
    "a token after signing out of our application alone": (
        {"cookies": holding(NO_ORIGIN, since="0")},
        SIGN_IN,
        NOTHING,
    ),
    "a mark that is no number": (
        {"cookies": holding(NO_ORIGIN, since="x")},
        HANDSHAKE,
        "session-token-but-no-client-uat",
    ),
    "a mark in other digits": (
        {"cookies": holding(NO_ORIGIN, since="٣")},
        HANDSHAKE,
        "session-token-but-no-client-uat",
    ),
    "a mark beyond all numbers": (
        {"cookies": holding(NO_ORIGIN, since="9" * 5000)},
        HANDSHAKE,
        "session-token-but-no-client-uat",
    ),
    "a token of before the last sign-in": (
        {"cookies": holding(NO_ORIGIN, since=str(NOW - 4))},
        HANDSHAKE,
        "session-token-iat-before-client-uat",
    ),
    "a forged token of before the last sign-in": (
        {"cookies": holding(FORGED, since=str(NOW - 4))},
        HANDSHAKE,
        "session-token-iat-before-client-uat",
    ),
    "rubbish for a token": ({"cookies": holding("rubbish")}, SIGN_IN, MALFORMED),
    "a JWT template's token": (
        {"cookies": holding(signed(claims(azp=None), cat="cl_B7d4PD222AAA"), since=str(NOW))},
        SIGN_IN,
        "another category of token",
    ),
}
# The same token, in a request that would change something: without the browser's word it is not enough.
CHANGES = {
    "no word from the browser": ({"method": "POST", "headers": {}, "cookies": FRESH}, None, NO_AZP_CHANGES),
    "another site": ({"method": "POST", "headers": {"Origin": EVIL}, "cookies": FRESH}, None, NO_AZP_CHANGES),
    "an unsaid site": ({"method": "POST", "headers": {"Origin": "null"}, "cookies": FRESH}, None, NO_AZP_CHANGES),
    "our site without TLS": (
        {"method": "POST", "headers": {"Origin": ORIGIN.replace("https", "http")}, "cookies": FRESH},
        None,
        NO_AZP_CHANGES,
    ),
    "our site at another port": (
        {"method": "POST", "headers": {"Origin": f"{ORIGIN}:8443"}, "cookies": FRESH},
        None,
        NO_AZP_CHANGES,
    ),
    "a site that begins as ours": (
        {"method": "POST", "headers": {"Origin": f"{ORIGIN}.evil.test"}, "cookies": FRESH},
        None,
        NO_AZP_CHANGES,
    ),
    "a neighbour of the domain": (
        {"method": "POST", "headers": {"Sec-Fetch-Site": "same-site"}, "cookies": FRESH},
        None,
        NO_AZP_CHANGES,
    ),
    "a foreign Origin against a good Sec-Fetch-Site": (
        {"method": "POST", "headers": {"Origin": EVIL, "Sec-Fetch-Site": "same-origin"}, "cookies": FRESH},
        None,
        NO_AZP_CHANGES,
    ),
    "a method that nobody knows": ({"method": "EAT", "headers": {}, "cookies": FRESH}, None, NO_AZP_CHANGES),
    "a method in small letters": ({"method": "get", "headers": {}, "cookies": FRESH}, None, NO_AZP_CHANGES),
    "an expired token in a form": (
        {"method": "POST", "headers": OURS, "cookies": holding(token(exp=NOW - 60))},
        None,
        "session-token-expired-refresh-non-eligible-no-refresh-cookie",
    ),
    "nothing in a form": ({"method": "POST", "headers": OURS}, None, NOTHING),
}
TABLES: dict[str, dict[str, Any]] = {"carriers": CARRIERS, "cookies": COOKIES, "changes": CHANGES}
