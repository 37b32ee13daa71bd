"""What a decision about signing in needs to know of a request."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from tenants.cookies import BROWSER, COUNT, HANDSHAKE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from django.http import HttpRequest

PROVIDERS_PARAMETERS = frozenset({HANDSHAKE, "__clerk_handshake_nonce", "__clerk_help", BROWSER})
ORGANIZATION = "costframe_organization"  # the organisation that a link or a form is of, to be compared only
HEADER = "Costframe-Organization"  # the same, of a request that a page's script sends
ORGANIZATION_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")  # the provider's id of one, or its short name


@dataclass(frozen=True, kw_only=True)
class Visit:
    """The facts of a request. `path` is the full path with its query."""

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
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
    def is_from_our_page(self) -> bool:
        """Whether the browser says that a page of ours asks: a link elsewhere must not choose an organisation."""
        return self.headers.get("Sec-Fetch-Site") == "same-origin"

    @property
    def redirects(self) -> int:
        """How often this browser was sent away in the last minute without coming back signed in."""
        count = self.cookies.get(COUNT, "")
        return int(count) if count.isascii() and count.isdigit() and len(count) < len(str(10**6)) else 0

    @property
    def parameters(self) -> Mapping[str, str]:
        """The query. Of several of one name, the last."""
        return dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))

    @property
    def organization(self) -> str | None:
        """The organisation that the address names, if it may be a name. Never more than a wish."""
        named = self.parameters.get(ORGANIZATION, "")
        return named if ORGANIZATION_NAME.fullmatch(named) else None

    def own_path(self, *, without: Collection[str] = ()) -> str:
        """The path without the provider's parameters and those of `without`, always below our own origin."""
        return local_path(self.path, without=PROVIDERS_PARAMETERS.union(without))


def local_path(path: str, *, without: Collection[str] = (), also: Mapping[str, str] | None = None) -> str:
    """`path` as a path of ours, whatever it was: no other host, no parameter of `without`, those of `also` set."""
    before, _, query = path.partition("#")[0].partition("?")
    left_out = {*without, *(also or {})}
    kept = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] not in left_out]
    kept += (also or {}).items()
    return "/" + before.lstrip("/\\") + (f"?{urlencode(kept)}" if kept else "")
