"""Who is asking, or where to send the browser: session tokens live for a minute and are refreshed by redirect.

A document request with an expired token goes to the identity provider, which knows its own long session, and comes
back with a fresh token. Anything else (forms, polls, programs) is answered 401 and refreshes from the page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.http import HttpResponseRedirect

from tenants.identity import (
    SESSION_CATEGORIES,
    Carrier,
    Identity,
    TokenRefused,
    Verifier,
    cookie_names,
    is_same_origin,
    read_token,
)
from tenants.signing_keys import FetchedKeys, PinnedKey

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from django.conf import LazySettings
    from django.http import HttpRequest, HttpResponse

API_VERSION = "2026-05-12"
HANDSHAKE = "__clerk_handshake"
BROWSER = "__clerk_db_jwt"  # development instances know a browser by this, as their own cookie does not reach them
OWN_PARAMETERS = frozenset({HANDSHAKE, "__clerk_handshake_nonce", "__clerk_help", BROWSER})
LAST_CHANGE = "__client_uat"  # when the browser last signed in or out; 0 is signed out
COOKIE_VALUE = re.compile(r"[A-Za-z0-9_.-]*")
COUNT = "__clerk_redirect_count"
COUNT_SECONDS = 10
MAX_REDIRECTS = 3
COOKIE_SECONDS = 365 * 24 * 3600  # the cookie outlives its token, so that an expired one can be told from none


class NotConfigured(Exception):
    """The identity provider's settings do not fit together. The message names the setting and the remedy."""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """What a decision needs to know of a request. `path` is the full path with its query."""

    method: str
    path: str
    headers: Mapping[str, str]
    cookies: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, request: HttpRequest) -> Visit:
        """The facts of a Django request."""
        return cls(
            method=request.method or "GET",
            path=request.get_full_path(),
            headers=request.headers,
            cookies=request.COOKIES,
        )

    @property
    def is_document(self) -> bool:
        """Whether a browser asks for a page, and so can follow a redirect to another site and back."""
        if self.method != "GET" or "Authorization" in self.headers:
            return False
        wanted = self.headers.get("Sec-Fetch-Dest")
        if wanted is not None:
            return wanted in {"document", "iframe"}
        return self.headers.get("Accept", "").startswith("text/html")

    @property
    def redirects(self) -> int:
        """How often this browser was sent away in the last seconds without coming back signed in."""
        count = self.cookies.get(COUNT, "")
        return int(count) if count.isascii() and count.isdigit() and len(count) < len(str(10**6)) else 0

    @property
    def seems_signed_in(self) -> bool:
        """Whether the browser remembers a sign-in, though it has no token."""
        return any(name.startswith(LAST_CHANGE) and value not in {"", "0"} for name, value in self.cookies.items())

    def own_path(self) -> str:
        """The path without the provider's parameters, always below our own origin."""
        parts = urlsplit(self.path)
        kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in OWN_PARAMETERS]
        path = self.path.partition("?")[0]
        return "/" + path.lstrip("/") + (f"?{urlencode(kept)}" if kept else "")


@dataclass(frozen=True)
class Cookie:
    """A cookie to set, or to delete where `value` is None. Page scripts may read it only where `is_for_scripts`."""

    name: str
    value: str | None = field(default=None, repr=False)
    max_age: int = COOKIE_SECONDS
    is_for_scripts: bool = False


@dataclass(frozen=True, kw_only=True)
class Proceed:
    """Answer the request as this person. Put `cookies` on the answer with `set_cookies`."""

    identity: Identity
    cookies: tuple[Cookie, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Redirect:
    """Send the browser elsewhere: `redirect_to` makes the answer."""

    url: str = field(repr=False)
    reason: str
    cookies: tuple[Cookie, ...] = ()
    is_false: bool = False  # a token was brought that is not genuine, for whoever counts such


@dataclass(frozen=True, kw_only=True)
class Refuse:
    """Answer 401. `reason` is for the log; `sign_in_url` for the page that says so."""

    reason: str
    sign_in_url: str = ""
    is_false: bool = False  # as above


@dataclass(frozen=True, kw_only=True)
class Provider:
    """The identity provider as this process sees it, and our own origin."""

    verifier: Verifier
    public_origin: str
    cookie_names: tuple[str, ...]
    sign_in_url: str
    accepts_in_url: bool  # development instances hand the result over in the URL

    @property
    def suffix(self) -> str:
        """What our instance's cookies end with; empty where no publishable key is set."""
        return self.cookie_names[0].removeprefix(self.cookie_names[-1])

    @property
    def browser_cookie(self) -> str:
        """The cookie that page scripts send along to a development instance; empty in production."""
        return BROWSER + self.suffix if self.accepts_in_url else ""

    def decide(self, visit: Visit, *, at: datetime) -> Proceed | Redirect | Refuse:
        """Who asks, or what to answer instead. Lets signing_keys.KeysUnavailable through: answer 503."""
        if visit.is_document and (returned := self._returned(visit, at)) is not None:
            return returned
        found = read_token(visit.headers, visit.cookies, cookie_names=self.cookie_names)
        refusal = TokenRefused("no token")
        if found is not None:
            token, carrier = found
            try:
                identity = self.verifier.verify(
                    token,
                    carrier=carrier,
                    method=visit.method,
                    at=at,
                    is_same_origin=is_same_origin(visit.headers, origin=self.public_origin),
                )
            except TokenRefused as error:
                refusal = error
            else:
                return Proceed(identity=identity, cookies=(Cookie(COUNT),) if visit.redirects else ())
        may_refresh = refusal.is_expired or (found is None and visit.seems_signed_in)
        decision = self._answer_stranger(visit, reason=refusal.reason, may_refresh=may_refresh)
        return replace(decision, is_false=found is not None and not refusal.is_expired)

    def browser_session(self, identity: Identity) -> Mapping[str, str]:
        """What static/session.js needs to keep the page signed in: attributes of its <meta> element."""
        return {
            "url": f"{self.verifier.issuer}/v1/client/sessions/{identity.session_id}/tokens",
            "organization": identity.clerk_organization_id or "",
            "cookies": ",".join(self.cookie_names),
            "expires": str(int(identity.expires_at.timestamp())),
        }

    def sign_in_link(self, visit: Visit) -> str:
        """Where to sign in and come back to the page that was asked for."""
        return f"{self.sign_in_url}?{urlencode({'redirect_url': self.public_origin + visit.own_path()})}"

    def _answer_stranger(self, visit: Visit, *, reason: str, may_refresh: bool) -> Redirect | Refuse:
        link = self.sign_in_link(visit)
        if not visit.is_document:
            return Refuse(reason=reason, sign_in_url=link)
        if not may_refresh:
            return Redirect(url=link, reason=reason)
        if visit.redirects >= MAX_REDIRECTS:
            return Refuse(reason=f"{reason}, and refreshing it did not help", sign_in_url=link)
        query = {
            "redirect_url": self.public_origin + visit.own_path(),
            "__clerk_api_version": API_VERSION,
            "suffixed_cookies": "true" if len(self.cookie_names) > 1 else "false",
            "__clerk_hs_reason": "session-token-expired" if reason == "expired" else "session-token-missing",
        }
        count = Cookie(COUNT, str(visit.redirects + 1), max_age=COUNT_SECONDS)
        url = f"{self.verifier.issuer}/v1/client/handshake?{urlencode(query)}"
        return Redirect(url=url, reason=reason, cookies=(count,))

    def _returned(self, visit: Visit, at: datetime) -> Redirect | None:
        """The way to the clean URL when the browser comes back, with the cookies that it was given."""
        parameters = dict(parse_qsl(urlsplit(visit.path).query, keep_blank_values=True))
        token = parameters.get(HANDSHAKE)
        if token is None:
            return None
        url = self.public_origin + visit.own_path()
        if not self.accepts_in_url:
            return Redirect(url=url, reason="a handshake in the URL, which only development instances send")
        try:
            cookies = tuple(self._cookies_in(token, at))
        except TokenRefused as refusal:
            # Cleaning the URL goes on with the cookies of before, and counts, so that it cannot go round for ever.
            count = Cookie(COUNT, str(visit.redirects + 1), max_age=COUNT_SECONDS)
            why = f"the handshake is refused: {refusal.reason}"
            return Redirect(url=url, reason=why, cookies=(count,), is_false=True)
        return Redirect(url=url, reason="came back", cookies=cookies)

    def _cookies_in(self, token: str, at: datetime) -> Iterator[Cookie]:
        """The cookies that we know, of those that the handshake sets. Raises TokenRefused.

        Their attributes are ours: whoever can write such a token shall not choose domains or lifetimes.
        """
        directives = self.verifier.signed_claims(token, categories=SESSION_CATEGORIES).get("handshake")
        if not isinstance(directives, list) or not all(isinstance(directive, str) for directive in directives):
            raise TokenRefused("it holds no cookies")
        pairs = dict(cast("str", directive).partition(";")[0].strip().partition("=")[::2] for directive in directives)
        marks = {LAST_CHANGE, LAST_CHANGE + self.suffix}
        for name, value in pairs.items():
            if name in self.cookie_names:
                if value:
                    # The provider's signature on the handshake vouches for it more than any cookie's name does.
                    self.verifier.verify(value, carrier=Carrier.OWN_COOKIE, method="GET", at=at)
                yield Cookie(name, value or None, is_for_scripts=True)
            elif name in marks and value.isascii() and value.isdigit():
                yield Cookie(name, value, is_for_scripts=True)
            elif name == self.browser_cookie and COOKIE_VALUE.fullmatch(value):
                yield Cookie(name, value or None, is_for_scripts=True)


def redirect_to(redirect: Redirect, *, is_secure: bool) -> HttpResponse:
    """The answer to a Redirect. Never stored: a browser that keeps it goes round in circles."""
    response = HttpResponseRedirect(redirect.url)
    response.status_code = 307
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    set_cookies(response, redirect.cookies, is_secure=is_secure)
    return response


def set_cookies(response: HttpResponse, cookies: tuple[Cookie, ...], *, is_secure: bool) -> None:
    """Put `cookies` on an answer. Page scripts may write the token's cookie, as they refresh it."""
    for cookie in cookies:
        if cookie.value is None:
            response.delete_cookie(cookie.name, samesite="Lax")
            continue
        response.set_cookie(
            cookie.name,
            cookie.value,
            max_age=cookie.max_age,
            samesite="Lax",
            secure=is_secure,
            httponly=not cookie.is_for_scripts,
        )


def configure(settings: LazySettings) -> Provider:
    """The provider that the settings name. Raises NotConfigured or ValueError, naming the setting."""
    key = settings.CLERK_PUBLISHABLE_KEY
    is_development = key.startswith("pk_test_")
    if is_development and not (settings.SANDBOX or settings.DEBUG):
        raise NotConfigured("COSTFRAME_CLERK_PUBLISHABLE_KEY is a development key (pk_test_): use the live one.")
    issuer = settings.CLERK_ISSUER.rstrip("/")
    if not issuer:
        raise NotConfigured("COSTFRAME_CLERK_ISSUER is not set: name the address of the Clerk Frontend API.")
    names = cookie_names(cookie=settings.CLERK_COOKIE, publishable_key=key)
    keys_url = settings.CLERK_JWKS_URL or f"{issuer}/.well-known/jwks.json"
    pem = settings.CLERK_JWKS_PEM
    return Provider(
        verifier=Verifier(
            issuer=issuer,
            keys=PinnedKey.from_pem(pem) if pem else FetchedKeys(keys_url, may_be_loopback=settings.SANDBOX),
            authorized_parties=frozenset(settings.CLERK_AUTHORIZED_PARTIES),
            needs_own_cookie=len(names) > 1,
        ),
        public_origin=settings.PUBLIC_ORIGIN,
        cookie_names=names,
        sign_in_url=settings.CLERK_SIGN_IN_URL or f"{issuer}/sign-in",
        accepts_in_url=settings.SANDBOX or is_development,
    )
