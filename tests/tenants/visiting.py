"""A provider as production and development instances are, and visits to it."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from tenants.handshake import Provider
from tenants.visits import Visit
from tests.tenants.tokens import AT, ISSUER, NOW, ORIGIN, VERIFIER, token

OWN, SHARED = "__session_abcdefgh", "__session"
OWN_MARK, SHARED_MARK = "__client_uat_abcdefgh", "__client_uat"
BROWSER = "__clerk_db_jwt_abcdefgh"
LONG_AGO = str(NOW - 3600)
PRODUCTION = Provider(
    verifier=replace(VERIFIER, needs_own_cookie=True),
    public_origin=ORIGIN,
    cookie_names=(OWN, SHARED),
    sign_in_url=f"{ISSUER}/sign-in",
    choose_url=f"{ISSUER}/choose",
    is_development=False,
)
DEVELOPMENT = replace(PRODUCTION, is_development=True)
DOCUMENT = {"Sec-Fetch-Dest": "document", "Accept": "text/html"}


def holding(session, *, since=LONG_AGO, **more):
    """The cookies of a browser that signed in a while ago. A name given as None is left out."""
    held = {OWN: session, OWN_MARK: since, **more}
    return {name: value for name, value in held.items() if value is not None}


FRESH = holding(token(azp=None))
EXPIRED = holding(token(azp=None, exp=NOW - 60, iat=NOW - 120))


def visit(*, method="GET", path="/findings/?region=eu-west-1", headers=None, cookies=None):
    """A visit; the raw Cookie header is made from `cookies` unless `headers` holds one."""
    sent = DOCUMENT if headers is None else headers
    raw = "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())
    return Visit(method=method, path=path, headers={"Cookie": raw, **sent}, cookies=cookies or {})


def decide(provider=PRODUCTION, **facts):
    return provider.decide(visit(**facts), at=AT)


def query_of(url):
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query, keep_blank_values=True).items()}


def set_by(decision):
    """The cookies that a decision sets or deletes, by name and domain."""
    return {(cookie.name, cookie.domain): cookie.value for cookie in decision.cookies}
