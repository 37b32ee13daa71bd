"""Who is asking, or where to send the browser: session tokens live for a minute and are refreshed by redirect.

A document request with an expired token goes to the identity provider, which knows its own long session, and comes
back with a fresh token. Anything else (forms, polls, programs) is answered 401 and refreshes from the page.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from django.http import HttpResponseRedirect

from tenants.cookies import (
    BROWSER,
    COUNT,
    HANDSHAKE,
    Cookie,
    SessionCookie,
    bearer_token,
    session_cookie,
    session_names,
    set_cookies,
    shared_domains,
    twice,
    unverified,
)
from tenants.handover import Known, cookies_in
from tenants.identity import Carrier, Identity, SessionPending, TokenRefused, Verifier, is_same_origin
from tenants.signing_keys import FetchedKeys, PinnedKey
from tenants.visits import Visit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.conf import LazySettings
    from django.http import HttpResponse

API_VERSION = "2026-05-12"
COUNT_SECONDS = 60
MAX_REDIRECTS = 3
ANOTHER_ORGANIZATION = "active-organization-mismatch"

__all__ = [
    "NotConfigured",
    "Proceed",
    "Provider",
    "Redirect",
    "Refuse",
    "Visit",
    "configure",
    "redirect_to",
    "set_cookies",
]


class NotConfigured(Exception):
    """The identity provider's settings do not fit together. The message names the setting and the remedy."""


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
    """Answer 401. `reason` is for the log; `sign_in_url` for the page that says so.

    `pending` is somebody whose session is not complete: they may choose an organisation, and nothing else.
    `lapsed` is whose genuine token ran out: good for asking for a fresh one, and for nothing else.
    """

    reason: str
    sign_in_url: str = ""
    is_false: bool = False  # as above
    pending: Identity | None = None
    lapsed: Identity | None = None
    cookies: tuple[Cookie, ...] = ()


Decision = Proceed | Redirect | Refuse


@dataclass(frozen=True, kw_only=True)
class Provider:
    """The identity provider as this process sees it, and our own origin.

    Development instances know a browser by a cookie on our side and hand the result over in the URL.
    """

    verifier: Verifier
    public_origin: str
    cookie_names: tuple[str, ...]
    sign_in_url: str
    choose_url: str
    is_development: bool

    @property
    def suffix(self) -> str:
        """What our instance's cookies end with; empty where no publishable key is set."""
        return self.cookie_names[0].removeprefix(self.cookie_names[-1])

    @property
    def browser_cookie(self) -> str:
        """The cookie that page scripts send along to a development instance; empty in production."""
        return BROWSER + self.suffix if self.is_development else ""

    @property
    def domains(self) -> tuple[str, ...]:
        """Where the provider may set cookies that reach us too."""
        return shared_domains(*(urlsplit(url).hostname or "" for url in (self.public_origin, self.verifier.issuer)))

    def decide(self, visit: Visit, *, at: datetime) -> Decision:
        """Who asks, or what to answer instead. Lets signing_keys.KeysUnavailable through: answer 503."""
        token = bearer_token(visit.headers)
        if token is not None:
            outcome = self._verified(visit, token, Carrier.BEARER, at)
            return Proceed(identity=outcome) if isinstance(outcome, Identity) else _refused_bearer(outcome)
        if visit.is_document and (returned := self._returned(visit, at)) is not None:
            return returned
        return self._by_cookie(visit, at)

    def browser_session(self, identity: Identity, *, organization: str | None = None) -> Mapping[str, str]:
        """What static/session.js needs to keep the page signed in: attributes of its <meta> element.

        `organization` is the page's where it is not the token's.
        """
        return {
            "url": f"{self.verifier.issuer}/v1/client/sessions/{identity.session_id}/tokens",
            "session": identity.session_id,
            "organization": organization or identity.clerk_organization_id or "",
            "cookies": ",".join(self.cookie_names),
            "browser": self.browser_cookie,
            "expires": str(int(identity.expires_at.timestamp())),
        }

    def sign_in_link(self, visit: Visit) -> str:
        """Where to sign in and come back to the page that was asked for."""
        return f"{self.sign_in_url}?{urlencode({'redirect_url': self.public_origin + visit.own_path()})}"

    def ask_provider(
        self, visit: Visit, *, reason: str, back_to: str, organization: str | None = None, browser: str = ""
    ) -> Redirect:
        """To the provider, which knows its own session, and back to `back_to`, a path of ours, with a fresh token.

        `organization` becomes the active one if the person is in it. The token that comes back decides, not the wish.
        """
        query = {
            "redirect_url": self.public_origin + back_to,
            "__clerk_api_version": API_VERSION,
            "suffixed_cookies": "true" if self.suffix else "false",
            "__clerk_hs_reason": reason,
        }
        if self.is_development and (known := browser or visit.cookies.get(self.browser_cookie)):
            query[BROWSER] = known
        if organization:
            query["organization_id"] = organization
        count = Cookie(COUNT, str(visit.redirects + 1), max_age=COUNT_SECONDS)
        url = f"{self.verifier.issuer}/v1/client/handshake?{urlencode(query)}"
        return Redirect(url=url, reason=reason, cookies=(count,))

    def _by_cookie(self, visit: Visit, at: datetime) -> Decision:
        """The provider's own order of decisions for a browser."""
        held = session_cookie(
            visit.cookies,
            names=self.cookie_names,
            issuer=self.verifier.issuer,
            at=at.timestamp() if self.is_development else None,
        )
        if self.is_development and (decision := self._unless_browser_is_known(visit)) is not None:
            return decision
        if twice(visit.headers.get("Cookie", ""), self.cookie_names):
            return self._refresh(visit, reason="two-session-tokens")
        if held.token and held.last_change:
            return self._with_token(visit, held, at)
        if held.token:
            return self._refresh(visit, reason="session-token-but-no-client-uat")
        if held.last_change:
            return self._refresh(visit, reason="client-uat-but-no-session-token")
        return self._to_sign_in(visit, reason="session-token-and-uat-missing")

    def _unless_browser_is_known(self, visit: Visit) -> Decision | None:
        sent = visit.parameters.get(BROWSER)
        if visit.is_document and sent is not None:
            return self._refresh(visit, reason="dev-browser-sync", browser=sent)
        if not visit.cookies.get(self.browser_cookie):
            return self._refresh(visit, reason="dev-browser-missing")
        return None

    def _with_token(self, visit: Visit, held: SessionCookie, at: datetime) -> Decision:
        outcome = self._verified(visit, held.token, held.carrier, at)
        named = outcome if isinstance(outcome, Identity) else outcome.named
        issued = unverified(held.token).get("iat")
        if isinstance(issued, int | float) and issued < held.last_change:
            return self._refresh(visit, reason="session-token-iat-before-client-uat", lapsed=named)
        if isinstance(outcome, Identity):
            return Proceed(identity=outcome, cookies=(Cookie(COUNT),) if visit.redirects else ())
        if outcome.refresh:
            return self._refresh(visit, reason=outcome.refresh, lapsed=named)
        if isinstance(outcome, SessionPending):
            return Refuse(reason=outcome.reason, sign_in_url=self.sign_in_link(visit), pending=named)
        return replace(self._to_sign_in(visit, reason=outcome.reason, forgets=True), is_false=True)

    def _verified(self, visit: Visit, token: str, carrier: Carrier, at: datetime) -> Identity | TokenRefused:
        vouched = is_same_origin(visit.headers, origin=self.public_origin)
        try:
            return self.verifier.verify(token, carrier=carrier, method=visit.method, at=at, is_same_origin=vouched)
        except TokenRefused as refusal:
            return refusal

    def _refresh(
        self, visit: Visit, *, reason: str, lapsed: Identity | None = None, browser: str = ""
    ) -> Redirect | Refuse:
        """A page goes to the provider, in the organisation that it was in. Nothing else can be redirected."""
        if not visit.is_document or visit.redirects >= MAX_REDIRECTS:
            why = f"{reason}, and refreshing it did not help" if visit.is_document else reason
            return Refuse(reason=why, sign_in_url=self.sign_in_link(visit), lapsed=lapsed)
        wished = visit.organization if visit.is_from_our_page else None
        organization = wished or (lapsed.clerk_organization_id if lapsed else None)
        return self.ask_provider(
            visit, reason=reason, back_to=visit.own_path(), organization=organization, browser=browser
        )

    def _to_sign_in(self, visit: Visit, *, reason: str, forgets: bool = False) -> Redirect | Refuse:
        """Who has no session signs in. A token that is refused is forgotten, or it would be refused again."""
        link = self.sign_in_link(visit)
        if not visit.is_document or (forgets and visit.redirects >= MAX_REDIRECTS):
            return Refuse(reason=reason, sign_in_url=link)
        count = Cookie(COUNT, str(visit.redirects + 1), max_age=COUNT_SECONDS)
        cookies = (*(Cookie(name) for name in self.cookie_names), count) if forgets else ()
        return Redirect(url=link, reason=reason, cookies=cookies)

    def _returned(self, visit: Visit, at: datetime) -> Decision | None:
        """What follows when the browser comes back with a handshake, in the URL or in a cookie of the shared domain.

        Only where this browser was sent away: another one's handshake would sign it in as somebody else.
        """
        was_sent = visit.redirects > 0
        in_url, in_cookie = visit.parameters.get(HANDSHAKE), visit.cookies.get(HANDSHAKE)
        if in_url is not None:
            return self._came_back_by_url(visit, in_url if was_sent and self.is_development else None, at)
        if not in_cookie or not was_sent or self.is_development:
            return None
        try:
            cookies = self._handed_over(in_cookie, at)
        except TokenRefused:
            return None  # another application of the domain may be signing in too: its handshake is none of ours
        return self._as_if_held(visit, cookies, at)

    def _came_back_by_url(self, visit: Visit, token: str | None, at: datetime) -> Redirect:
        """To the clean URL. Whatever was wrong, it counts, so that it cannot go round for ever."""
        url = self.public_origin + visit.own_path()
        if token is None:
            return Redirect(url=url, reason="a handshake in the URL that nobody asked for")
        try:
            return Redirect(url=url, reason="came back", cookies=self._handed_over(token, at))
        except TokenRefused as refusal:
            count = Cookie(COUNT, str(visit.redirects + 1), max_age=COUNT_SECONDS)
            return Redirect(
                url=url, reason=f"the handshake is refused: {refusal.reason}", cookies=(count,), is_false=True
            )

    def _as_if_held(self, visit: Visit, cookies: tuple[Cookie, ...], at: datetime) -> Decision:
        """Decide as if the browser already had the cookies, and give it them. The used handshake is removed."""
        held = {name: value for name, value in visit.cookies.items() if name != HANDSHAKE}
        for cookie in cookies:
            held[cookie.name] = cookie.value or ""
        decision = self._by_cookie(replace(visit, cookies=held), at)
        used = (Cookie(HANDSHAKE), *(Cookie(HANDSHAKE, domain=domain) for domain in self.domains))
        return replace(decision, cookies=(*cookies, *used, *decision.cookies))

    def _handed_over(self, token: str, at: datetime) -> tuple[Cookie, ...]:
        known = Known(session=self.cookie_names, browser=self.browser_cookie, domains=self.domains)
        return cookies_in(token, verifier=self.verifier, known=known, at=at)


def _refused_bearer(refusal: TokenRefused) -> Refuse:
    return Refuse(reason=refusal.reason, is_false=not refusal.refresh)


def redirect_to(redirect: Redirect, *, is_secure: bool, status: int = 307) -> HttpResponse:
    """The answer to a Redirect. Never stored: a browser that keeps it goes round in circles."""
    response = HttpResponseRedirect(redirect.url)
    response.status_code = status
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    set_cookies(response, redirect.cookies, is_secure=is_secure)
    return response


def configure(settings: LazySettings) -> Provider:
    """The provider that the settings name. Raises NotConfigured or ValueError, naming the setting."""
    key = settings.CLERK_PUBLISHABLE_KEY
    is_development = key.startswith("pk_test_")
    if is_development and not (settings.SANDBOX or settings.DEBUG):
        raise NotConfigured("COSTFRAME_CLERK_PUBLISHABLE_KEY is a development key (pk_test_): use the live one.")
    if not key and not (settings.SANDBOX or settings.DEBUG):
        raise NotConfigured(
            "COSTFRAME_CLERK_PUBLISHABLE_KEY is not set: copy it from Clerk's dashboard. It names the session's cookie."
        )
    issuer = settings.CLERK_ISSUER.rstrip("/")
    if not issuer:
        raise NotConfigured("COSTFRAME_CLERK_ISSUER is not set: name the address of the Clerk Frontend API.")
    sent_to = {"ISSUER": issuer, "SIGN_IN_URL": settings.CLERK_SIGN_IN_URL, "CHOOSE_URL": settings.CLERK_CHOOSE_URL}
    for name, url in sent_to.items():
        if url and not url.startswith("https://") and not (settings.SANDBOX or settings.DEBUG):
            raise NotConfigured(
                f"COSTFRAME_CLERK_{name} is {url}: people are sent there, so it must start with https://."
            )
    names = session_names(cookie=settings.CLERK_COOKIE, publishable_key=key)
    keys_url = settings.CLERK_JWKS_URL or f"{issuer}/.well-known/jwks.json"
    pem = settings.CLERK_JWKS_PEM
    sign_in_url = settings.CLERK_SIGN_IN_URL or f"{issuer}/sign-in"
    return Provider(
        verifier=Verifier(
            issuer=issuer,
            keys=PinnedKey.from_pem(pem) if pem else FetchedKeys(keys_url, may_be_loopback=settings.SANDBOX),
            authorized_parties=frozenset(settings.CLERK_AUTHORIZED_PARTIES),
            needs_own_cookie=len(names) > 1,
        ),
        public_origin=settings.PUBLIC_ORIGIN,
        cookie_names=names,
        sign_in_url=sign_in_url,
        choose_url=settings.CLERK_CHOOSE_URL or f"{sign_in_url}/tasks/choose-organization",
        is_development=is_development,
    )
