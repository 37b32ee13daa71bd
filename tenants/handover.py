"""What the identity provider hands over after a handshake: cookies to set, in a signed list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tenants.cookies import LAST_CHANGE, Cookie
from tenants.identity import SESSION_CATEGORIES, Carrier, SessionPending, TokenRefused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tenants.identity import Verifier

BROWSER_VALUE = re.compile(r"[A-Za-z0-9_.-]*")


@dataclass(frozen=True, kw_only=True)
class Known:
    """The cookies that may be set: the session's names (ours first), the browser's, and the marks' domains."""

    session: tuple[str, ...]
    browser: str
    domains: tuple[str, ...]

    @property
    def marks(self) -> frozenset[str]:
        """Names of the cookies that say when the browser last signed in or out."""
        return frozenset({LAST_CHANGE, LAST_CHANGE + self.session[0].removeprefix(self.session[-1])})


def cookies_in(token: str, *, verifier: Verifier, known: Known, at: datetime) -> tuple[Cookie, ...]:
    """The cookies that we know, of those that a handshake sets. Raises TokenRefused.

    Their attributes are ours, whoever wrote the list: it chooses no lifetimes, and domains only for the marks, which
    the provider itself keeps on the domain that it shares with us.
    """
    directives = verifier.signed_claims(token, categories=SESSION_CATEGORIES).get("handshake")
    if not isinstance(directives, list):
        raise TokenRefused("it holds no cookies")
    pairs = [_pair(directive) for directive in directives]
    tokens = {name: value for name, value, _ in pairs if name in known.session}
    for value in filter(None, tokens.values()):
        _refuse_wrong_session(value, verifier, at)
    return (*_session(tokens, known), *_others(pairs, known))


def _refuse_wrong_session(token: str, verifier: Verifier, at: datetime) -> None:
    try:
        # The provider's signature on the handshake vouches for it more than any cookie's name does.
        verifier.verify(token, carrier=Carrier.OWN_COOKIE, method="GET", at=at)
    except SessionPending:
        return  # the person still has to choose an organisation


def _session(tokens: dict[str, str], known: Known) -> Iterator[Cookie]:
    """Our own name is always set, also by an instance that knows the plain one only."""
    for name in known.session:
        if name in tokens or (tokens and name == known.session[0]):
            value = tokens.get(name, tokens.get(known.session[-1], ""))
            yield Cookie(name, value or None, is_for_scripts=True)


def _others(pairs: list[tuple[str, str, str]], known: Known) -> Iterator[Cookie]:
    for name, value, domain in pairs:
        if name in known.marks and (not value or (value.isascii() and value.isdecimal())):
            shared = domain if domain in known.domains else ""
            yield Cookie(name, value or None, is_for_scripts=True, domain=shared)
        elif known.browser and name == known.browser and BROWSER_VALUE.fullmatch(value):
            yield Cookie(name, value or None, is_for_scripts=True)


def _pair(directive: object) -> tuple[str, str, str]:
    """Name, value and domain of one Set-Cookie line."""
    if not isinstance(directive, str):
        raise TokenRefused("it holds no cookies")
    first, *attributes = (part.strip() for part in directive.split(";"))
    name, _, value = first.partition("=")
    named = dict(attribute.lower().partition("=")[::2] for attribute in attributes)
    return name, value, named.get("domain", "").lstrip(".")
