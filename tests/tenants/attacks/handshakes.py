"""Handshakes that prove nothing: how they come, and that no session comes of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.tenants.tokens import NOW, claims, private_key, signed, token
from tests.tenants.visiting import OWN, OWN_MARK, SHARED

SESSION = token(azp=None, sub="user_eve")
GIVEN = [f"{OWN}={SESSION}; Path=/", f"{OWN_MARK}={NOW - 5}; Path=/"]
JUST_SENT = {"__clerk_redirect_count": "1"}


def handshake(directives=GIVEN, **headers):
    return signed({"handshake": directives}, **headers)


@dataclass(kw_only=True)
class Handshake:
    """One that comes back: its token, what the browser holds beside it, and headers of the request."""

    token: str
    cookies: dict[str, str] = field(default_factory=lambda: dict(JUST_SENT))
    facts: dict[str, Any] = field(default_factory=dict)


WITH_SESSION = {
    "an expired session": token(azp=None, exp=NOW - 60),
    "a session of another issuer": token(azp=None, iss="https://evil.test"),
    "a session minted elsewhere": token(azp="https://evil.test"),
    "a forged session": signed(claims(azp=None), key=private_key("attacker")),
    "a JWT template's token for a session": signed(claims(azp=None), cat="cl_B7d4PD222AAA"),
    "a session without an end": token(azp=None, exp=None),
    "a session without a person": token(azp=None, sub=None),
    "rubbish for a session": "rubbish",
}
PROVES_NOTHING = {
    "the attacker's key": Handshake(token=handshake(key=private_key("attacker"))),
    "another key id": Handshake(token=handshake(kid="ins_other")),
    "a JWT template's handshake": Handshake(token=handshake(cat="cl_B7d4PD222AAA")),
    "a machine's handshake": Handshake(token=handshake(cat="cl_B7d4PD333AAA")),
    "another type": Handshake(token=handshake(typ="at+jwt")),
    "another algorithm": Handshake(token=handshake(algorithm="RS512")),
    "a session token in place of a handshake": Handshake(token=SESSION),
    "text for the list": Handshake(token=handshake(f"{OWN}={SESSION}")),
    "numbers in the list": Handshake(token=handshake([5])),
    "no list": Handshake(token=handshake(None)),
    "rubbish": Handshake(token="rubbish"),
    "nothing": Handshake(token=""),
    **{name: Handshake(token=handshake([f"{OWN}={session}"])) for name, session in WITH_SESSION.items()},
    "a forged session beside a good one": Handshake(
        token=handshake([*GIVEN, f"{SHARED}={WITH_SESSION['a forged session']}"])
    ),
    "one that nobody asked for": Handshake(token=handshake(), cookies={}),
    "one after the count ran out": Handshake(token=handshake(), cookies={"__clerk_redirect_count": "0"}),
    "one with a count that is no number": Handshake(token=handshake(), cookies={"__clerk_redirect_count": "x"}),
    "one in a poll": Handshake(token=handshake(), facts={"headers": {"Sec-Fetch-Dest": "empty"}}),
    "one in a form": Handshake(token=handshake(), facts={"method": "POST"}),
    "one beside a bearer token": Handshake(token=handshake(), facts={"headers": {"Authorization": "Bearer x"}}),
}
# Cookies that a genuine handshake may not set, whoever got the provider to sign them.
NOT_OURS = (
    "sessionid=planted; Path=/",
    "__session_EVIL=planted",
    f"{OWN}i=planted",
    "costframe_csrf=planted; Domain=.example.test",
    "__clerk_redirect_count=9",
    "__client_uat_abcdefghi=1",
    f"{OWN_MARK}=-1",
    f"{OWN_MARK}=٣",
    "__clerk_db_jwt=planted",
    "__Host-other=planted",
    "=planted",
    "",
)
# Where an address may lead the browser back to after signing in: below our own origin, whatever it says.
ADDRESSES = {
    "/": "/",
    "//evil.test/x": "/evil.test/x",
    "///evil.test/x": "/evil.test/x",
    "/\\evil.test/x": "/evil.test/x",
    "\\\\evil.test/x": "/evil.test/x",
    "@evil.test/": "/@evil.test/",
    ".evil.test/": "/.evil.test/",
    "https://evil.test/": "/https://evil.test/",
    "/x?next=https://evil.test": "/x?next=https%3A%2F%2Fevil.test",
    "/x?a=1#@evil.test": "/x?a=1",
    "/x?__clerk_db_jwt=a&b=1&__clerk_help=c": "/x?b=1",
    "/x?__clerk_handshake_nonce=n": "/x",
}
