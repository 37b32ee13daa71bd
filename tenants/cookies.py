"""The identity provider's cookies: their names, which of two to believe, and setting them."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from http.cookies import Morsel
from typing import TYPE_CHECKING, Any

import jwt

from tenants.identity import SESSION_CATEGORIES, Carrier

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.http import HttpResponse

HANDSHAKE = "__clerk_handshake"
BROWSER = "__clerk_db_jwt"  # development instances know a browser by this, as their own cookie does not reach them
LAST_CHANGE = "__client_uat"  # when the browser last signed in or out; 0 is signed out
COUNT = "__clerk_redirect_count"
YEAR_SECONDS = 365 * 24 * 3600  # the cookie outlives its token, so that an expired one can be told from none
FIRST_MOMENT = "Thu, 01 Jan 1970 00:00:00 GMT"


@dataclass(frozen=True)
class Cookie:
    """A cookie to set, or to delete where `value` is None. Page scripts may read it only where `is_for_scripts`.

    `domain` is empty for a cookie of our own host only.
    """

    name: str
    value: str | None = field(default=None, repr=False)
    max_age: int = YEAR_SECONDS
    is_for_scripts: bool = False
    domain: str = ""


@dataclass(frozen=True)
class SessionCookie:
    """The session token that a browser holds, how it came, and when the browser last signed in or out (0: never)."""

    token: str = field(repr=False)
    carrier: Carrier
    last_change: int


def session_names(*, cookie: str = "__session", publishable_key: str = "") -> tuple[str, ...]:
    """The session cookie's names, the one with our instance's suffix first. Others that begin alike are not ours.

    Raises ValueError for a publishable key that is not one.
    """
    if not publishable_key:
        return (cookie,)
    _refuse_other_keys(publishable_key)
    digest = base64.urlsafe_b64encode(hashlib.sha1(publishable_key.encode(), usedforsecurity=False).digest())
    return (f"{cookie}_{digest.decode()[:8]}", cookie)


def _refuse_other_keys(publishable_key: str) -> None:
    kind, _, encoded = publishable_key.rpartition("_")
    try:
        decoded = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode()
    except ValueError:
        decoded = ""
    host = decoded.removesuffix("$")
    if kind not in {"pk_live", "pk_test"} or decoded != f"{host}$" or "." not in host or "$" in host:
        raise ValueError("COSTFRAME_CLERK_PUBLISHABLE_KEY is not a publishable key: copy it from Clerk's dashboard.")


def bearer_token(headers: Mapping[str, str]) -> str | None:
    """The token of an Authorization header, or None. It wins over cookies, even when it is broken."""
    scheme, _, value = headers.get("Authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else None


def session_cookie(
    cookies: Mapping[str, str], *, names: tuple[str, ...], issuer: str, at: float | None
) -> SessionCookie:
    """What the browser holds of our instance. `names` as from `session_names`.

    `at` is the time in seconds for a development instance, whose suffixed marks may be stale, and None in production.
    """
    own, shared = names[0], names[-1]
    is_own = own != shared and _trusts_suffixed(cookies, own=own, shared=shared, issuer=issuer, at=at)
    name = own if is_own else shared
    return SessionCookie(
        token=cookies.get(name, ""),
        carrier=Carrier.OWN_COOKIE if is_own else Carrier.COOKIE,
        last_change=_seconds(cookies.get(_mark(name, shared=shared), "")),
    )


def _trusts_suffixed(cookies: Mapping[str, str], *, own: str, shared: str, issuer: str, at: float | None) -> bool:
    """The provider's own table: older scripts, and other applications of the domain, know the plain names only."""
    plain = unverified(cookies.get(shared, ""))
    ours = unverified(cookies.get(own, ""))
    own_mark, shared_mark = cookies.get(_mark(own, shared=shared), ""), cookies.get(LAST_CHANGE, "")
    if cookies.get(shared) and plain.get("iss") != issuer:
        return True  # another application's, or rubbish
    if not own_mark and not cookies.get(own):
        return False
    is_plain_newer = _number(plain.get("iat")) > _number(ours.get("iat"))
    if own_mark != "0" and shared_mark != "0" and is_plain_newer:
        return False
    if own_mark == "0" and shared_mark != "0":
        return False
    is_stale = at is not None and bool(ours) and _number(ours.get("exp")) <= at
    if own_mark != "0" and shared_mark == "0" and is_stale:
        return False
    return bool(own_mark) or not cookies.get(own)


def _mark(name: str, *, shared: str) -> str:
    return LAST_CHANGE + name.removeprefix(shared)


def unverified(token: str) -> Mapping[str, Any]:
    """The claims of a session token, whoever signed it: to choose what to verify. Empty where it is none."""
    try:
        content = jwt.decode_complete(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, TypeError):
        return {}
    category = content["header"].get("cat")
    is_session = category is None or (isinstance(category, str) and category in SESSION_CATEGORIES)
    claims: Mapping[str, Any] = content["payload"]
    return claims if is_session else {}


def _number(value: object) -> float:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else 0


def _seconds(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= len("1763640000000") else 0


def twice(header: str, names: Iterable[str]) -> bool:
    """Whether a Cookie header holds one of `names` with two values: a neighbour of the domain may have planted one."""
    values: dict[str, set[str]] = {name: set() for name in names}
    for pair in header.split(";"):
        name, _, value = pair.strip().partition("=")
        if name in values:
            values[name].add(value.strip())
    return any(len(found) > 1 for found in values.values())


def set_cookies(response: HttpResponse, cookies: Iterable[Cookie], *, is_secure: bool) -> None:
    """Put `cookies` on an answer. Page scripts may write the token's cookie, as they refresh it.

    Django keeps one cookie of a name, while a browser has one for each domain: so they are filed by name and domain.
    """
    for cookie in cookies:
        morsel: Morsel[str] = Morsel()
        morsel.set(cookie.name, cookie.value or "", cookie.value or '""')
        morsel.update({"path": "/", "samesite": "Lax", "domain": cookie.domain})
        morsel["secure"] = is_secure  # also to delete one: a browser takes a __Host- cookie in no other way
        if cookie.value is None:
            morsel.update({"max-age": "0", "expires": FIRST_MOMENT})
        else:
            morsel.update({"max-age": str(cookie.max_age)})
            morsel["httponly"] = not cookie.is_for_scripts
        dict.__setitem__(response.cookies, f"{cookie.name} {cookie.domain}".rstrip(), morsel)


def shared_domains(host: str, other: str) -> tuple[str, ...]:
    """The domains above two hosts on which one may set a cookie for the other, the nearest first."""
    ours, theirs = host.split("."), other.split(".")
    parents = [".".join(ours[start:]) for start in range(len(ours) - 1)]
    return tuple(domain for domain in parents if f".{'.'.join(theirs)}".endswith(f".{domain}"))
