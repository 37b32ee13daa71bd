"""Who a session token speaks for: our own verifier of the identity provider's (Clerk's) tokens."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import jwt

from tenants.organization_ids import organization_id_for
from tenants.signing_keys import ALGORITHM, NoSuchKey
from tenants.token_permissions import permissions_in

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from tenants.signing_keys import KeySource

MAX_TOKEN_CHARACTERS = 16_000
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# All classes of token are signed by the same key; only the header's category tells them apart.
SESSION_CATEGORIES = frozenset({"cl_B7d4PD111AAA", "cl_I7d4PD111III"})
SECOND_VERSION = 2
FACTORS = 2
MOST_OF_A_NAME = 100  # the trail has room for it and the id behind it
# The provider's name for a token that is too old and that nothing refreshed on the way: web holds no secret for that.
EXPIRED = "session-token-expired-refresh-non-eligible-no-refresh-cookie"


class Carrier(StrEnum):
    """How the token came."""

    BEARER = "BEARER"
    COOKIE = "COOKIE"
    OWN_COOKIE = "OWN_COOKIE"  # its name has our instance's suffix, so no other application of the domain set it


class TokenRefused(Exception):
    """The token lets nobody in. `reason` is for the log.

    `refresh` is the provider's name for a time that does not fit, where all else was right and a fresh token helps;
    `named` is then who the token was for: good for asking for a fresh one, and for nothing else.
    """

    def __init__(self, reason: str, *, refresh: str = "", named: Identity | None = None) -> None:
        super().__init__(reason)
        self.reason, self.refresh, self.named = reason, refresh, named


class SessionPending(TokenRefused):
    """A good token of a session that is not complete: its person, `named`, has to choose an organisation first."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A person in an organisation, as a verified token says. `organization_id` is None where none is active.

    `role` is the organisation's role without the provider's `org:` prefix, `permissions` the provider's own, as
    `feature:permission`. `impersonator` is the subject that acts as this person, or None; such a token must not reach
    anything of the operator's. `second_factor_minutes` is how long ago, when the token was minted, a second factor was
    given; None where it never was.
    """

    user_id: str
    session_id: str
    issuer: str
    clerk_organization_id: str | None
    organization_id: UUID | None
    organization_slug: str | None
    role: str | None
    name: str | None
    issued_at: dt.datetime
    expires_at: dt.datetime
    carrier: Carrier
    permissions: frozenset[str] = frozenset()
    impersonator: str | None = None
    second_factor_minutes: int | None = None

    @property
    def is_impersonated(self) -> bool:
        """Whether somebody else acts as this person."""
        return self.impersonator is not None


@dataclass(frozen=True, kw_only=True)
class Verifier:
    """Verifies session tokens of one issuer. `needs_own_cookie` is set where our cookies carry a suffix."""

    issuer: str
    keys: KeySource = field(repr=False)
    authorized_parties: Collection[str]
    leeway_seconds: float = 5
    needs_own_cookie: bool = False

    def verify(
        self, token: str, *, carrier: Carrier, method: str, at: dt.datetime, is_same_origin: bool = False
    ) -> Identity:
        """The identity that the token proves at `at`. Raises TokenRefused, and SessionPending, which is one.

        signing_keys.KeysUnavailable passes through.

        `is_same_origin` says that the browser vouches for the request's origin (see `is_same_origin`): a cookie's
        token without `azp`, as the provider mints them on redirects, may change something only then.
        """
        claims = self.signed_claims(token, categories=SESSION_CATEGORIES)
        if claims.get("iss") != self.issuer:
            raise TokenRefused("another issuer")
        if "aud" in claims:
            raise TokenRefused("made for another audience")
        status = claims.get("sts", "active")
        if status not in ("active", "pending"):
            raise TokenRefused("the session is not active")
        self._refuse_foreign_party(claims, carrier=carrier, method=method, is_same_origin=is_same_origin)
        identity = self._identity(claims, carrier)
        self._refuse_wrong_time(claims, identity, at)
        if status == "pending":
            raise SessionPending("the session is pending", named=_without_organization(identity))
        return identity

    def signed_claims(self, token: str, *, categories: Collection[str]) -> Mapping[str, Any]:
        """The claims under a valid signature of one of the categories. Nothing else is judged. Raises TokenRefused."""
        if len(token) > MAX_TOKEN_CHARACTERS:
            raise TokenRefused("too long")
        try:
            header = jwt.get_unverified_header(token)
            self._refuse_header(header, categories)
            key = self.keys.key_for(header.get("kid"))
            claims: Mapping[str, Any] = jwt.decode(token, key, algorithms=[ALGORITHM], options=_SIGNATURE_ONLY)
        except NoSuchKey as error:
            raise TokenRefused(str(error)) from None
        except (jwt.PyJWTError, ValueError, TypeError):
            raise TokenRefused("malformed or not signed by the issuer") from None
        return claims

    @staticmethod
    def _refuse_header(header: Mapping[str, Any], categories: Collection[str]) -> None:
        if header.get("alg") != ALGORITHM:
            raise TokenRefused("another algorithm")
        if header.get("typ", "JWT") != "JWT" or "crit" in header:
            raise TokenRefused("another type of token")
        if "cat" in header and header["cat"] not in categories:
            raise TokenRefused("another category of token")

    def _refuse_foreign_party(
        self, claims: Mapping[str, Any], *, carrier: Carrier, method: str, is_same_origin: bool
    ) -> None:
        party = claims.get("azp")
        if party is not None:
            if not isinstance(party, str) or party not in self.authorized_parties:
                raise TokenRefused("minted for another origin")
            return
        if carrier is Carrier.BEARER:
            raise TokenRefused("a bearer token that names no origin")
        if self.needs_own_cookie and carrier is not Carrier.OWN_COOKIE:
            raise TokenRefused("a shared cookie's token that names no origin")
        if method not in SAFE_METHODS and not is_same_origin:
            raise TokenRefused("a token that names no origin, in a request that changes something")

    def _identity(self, claims: Mapping[str, Any], carrier: Carrier) -> Identity:
        clerk_id, slug, role = _organization(claims)
        return Identity(
            user_id=_text(claims, "sub"),
            session_id=_text(claims, "sid"),
            issuer=self.issuer,
            clerk_organization_id=clerk_id,
            organization_id=organization_id_for(issuer=self.issuer, clerk_id=clerk_id) if clerk_id else None,
            organization_slug=slug,
            role=role,
            name=_name(claims),
            issued_at=_time(claims, "iat"),
            expires_at=_time(claims, "exp"),
            carrier=carrier,
            permissions=permissions_in(claims, version=claims.get("v", 1)) if clerk_id else frozenset(),
            impersonator=_impersonator(claims),
            second_factor_minutes=_second_factor_minutes(claims),
        )

    def _refuse_wrong_time(self, claims: Mapping[str, Any], identity: Identity, at: dt.datetime) -> None:
        leeway = dt.timedelta(seconds=self.leeway_seconds)
        if identity.expires_at <= at - leeway:
            raise TokenRefused("expired", refresh=EXPIRED, named=identity)
        if _time(claims, "nbf") > at + leeway:
            raise TokenRefused("not valid yet", refresh="session-token-nbf", named=identity)
        if identity.issued_at > at + leeway:
            raise TokenRefused("issued in the future", refresh="session-token-iat-in-the-future", named=identity)


_SIGNATURE_ONLY: Any = {
    "verify_signature": True,
    **dict.fromkeys(("verify_exp", "verify_nbf", "verify_iat", "verify_aud", "verify_iss"), False),
    **dict.fromkeys(("verify_sub", "verify_jti"), False),
}


def _organization(claims: Mapping[str, Any]) -> tuple[str | None, str | None, str | None]:
    """Organisation id, slug and role, from the one place that the token's version says, and from no other.

    On a version 2 token `org_id` may be a custom claim that the user filled in.
    """
    version = claims.get("v")
    if version is None:
        if "org_id" not in claims:
            return None, None, None
        return _text(claims, "org_id"), _optional_text(claims, "org_slug"), _role(claims, "org_role")
    if type(version) is not int or version != SECOND_VERSION:
        raise TokenRefused("a version of token that is not known")
    if "o" not in claims:
        return None, None, None
    organization = claims["o"]
    if not isinstance(organization, dict):
        raise TokenRefused("o is not an organisation")
    return _text(organization, "id"), _optional_text(organization, "slg"), _role(organization, "rol")


def _without_organization(identity: Identity) -> Identity:
    nothing: dict[str, Any] = dict.fromkeys(("clerk_organization_id", "organization_id", "organization_slug", "role"))
    return replace(identity, permissions=frozenset(), **nothing)


def _role(claims: Mapping[str, Any], name: str) -> str | None:
    role = _optional_text(claims, name)
    return role.removeprefix("org:") if role else None


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise TokenRefused(f"{name} is missing")
    return value


def _optional_text(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    return value if isinstance(value, str) and value else None


def _name(claims: Mapping[str, Any]) -> str | None:
    """The name that people gave themselves, on one line, without what cannot be stored and what turns text round."""
    said = _optional_text(claims, "name") or ""
    shown = " ".join("".join(one if one.isprintable() else " " for one in said).split())
    return shown[:MOST_OF_A_NAME].strip() or None


def _time(claims: Mapping[str, Any], name: str) -> dt.datetime:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenRefused(f"{name} is missing")
    try:
        return dt.datetime.fromtimestamp(value, tz=dt.UTC)
    except (OverflowError, ValueError, OSError):
        raise TokenRefused(f"{name} is no time") from None


def _impersonator(claims: Mapping[str, Any]) -> str | None:
    if "act" not in claims:
        return None
    actor = claims["act"]
    # Whatever its shape, an actor means that this is not the person alone.
    return (_optional_text(actor, "sub") if isinstance(actor, dict) else None) or "unknown"


def _second_factor_minutes(claims: Mapping[str, Any]) -> int | None:
    """The second of `fva`, minutes since each factor was verified; -1 is never, and so is whatever is no such pair."""
    ages = claims.get("fva")
    if not isinstance(ages, list) or len(ages) != FACTORS or any(type(age) is not int for age in ages):
        return None
    return ages[1] if ages[1] >= 0 else None


def is_same_origin(headers: Mapping[str, str], *, origin: str) -> bool:
    """Whether the browser says that the request comes from our own pages: by Origin, else by Sec-Fetch-Site."""
    if "Origin" in headers:
        return _origin_of(headers["Origin"]) == _origin_of(origin)
    return headers.get("Sec-Fetch-Site") == "same-origin"


def _origin_of(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
