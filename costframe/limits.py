"""How often one address or one person may ask for what is worth attacking or costs much: 429 beyond it.

The bounds hold for each process by itself (docs/decisions/0050). No limit stands before a page of somebody who is
signed in, so one person's flood does not lock out the colleagues behind the same address.
"""

from __future__ import annotations

import enum
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings

from audits.cost_choice import asks_for_two_tags
from costframe.buckets import Buckets, Limit
from costframe.client_address import client_address
from costframe.errors import too_many
from tenants.cookies import COUNT, HANDSHAKE

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from django.http import HttpRequest, HttpResponse, QueryDict

log = logging.getLogger(__name__)


class By(enum.Enum):
    """Whom a limit is counted for."""

    ADDRESS = "address"
    PERSON = "person"  # of the verified token; where there is none, the address


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A limit, and whom it is counted for; where `asks` is given, of those requests alone whose query it is true of."""

    by: By
    limit: Limit
    asks: Callable[[QueryDict], bool] = lambda _: True


# An office of hundreds comes from one address: what is counted by address is generous.
RULES: Mapping[str, Rule] = {
    "sign_in": Rule(by=By.ADDRESS, limit=Limit(burst=120, per_minute=120)),
    "clerk_webhook": Rule(by=By.ADDRESS, limit=Limit(burst=300, per_minute=600)),
    "findings:csv": Rule(by=By.PERSON, limit=Limit(burst=10, per_minute=6)),
    # Two tags are crossed by each line of two bills; what else the page shows are sums.
    "audits:costs": Rule(by=By.PERSON, limit=Limit(burst=20, per_minute=12), asks=asks_for_two_tags),
    "audits:costs_csv": Rule(by=By.PERSON, limit=Limit(burst=10, per_minute=6)),
    "audits:rows_left_out": Rule(by=By.PERSON, limit=Limit(burst=10, per_minute=6)),
    "audits:bill_export": Rule(by=By.PERSON, limit=Limit(burst=20, per_minute=12)),  # it counts each line
    "audits:bill_focus": Rule(by=By.PERSON, limit=Limit(burst=4, per_minute=2)),  # it writes each line
    "audits:upload": Rule(by=By.PERSON, limit=Limit(burst=20, per_minute=6)),
    "bill_list:csv": Rule(by=By.PERSON, limit=Limit(burst=10, per_minute=6)),
    "activity_chain": Rule(by=By.PERSON, limit=Limit(burst=10, per_minute=10)),
}
RETURNING = Limit(burst=300, per_minute=300)
REFUSED_TOKENS = Limit(burst=120, per_minute=60)


class LimitMiddleware:
    """Counts, and answers 429 where somebody asks too often."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.buckets = Buckets()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """A flood of returns from signing in, or of tokens that nobody issued, is answered shortly."""
        if _comes_back(request):
            answer = self._unless_allowed(request, ("returning", _address(request)), RETURNING)
            if answer is not None:
                return answer
        response = self.get_response(request)
        if getattr(request, "brought_false_token", False):
            return self._unless_allowed(request, ("refused token", _address(request)), REFUSED_TOKENS) or response
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Before the view runs, and after somebody was let in."""
        del view, args, kwargs
        name = request.resolver_match.view_name if request.resolver_match else ""
        rule = RULES.get(name)
        if rule is None or not rule.asks(request.GET):
            return None
        return self._unless_allowed(request, (name, _key(request, rule.by)), rule.limit)

    def _unless_allowed(self, request: HttpRequest, key: Hashable, limit: Limit) -> HttpResponse | None:
        wait = self.buckets.take(key, limit)
        if not wait:
            return None
        log.info("Too many requests: %s.", key)
        return too_many(request, seconds=wait)


def _comes_back(request: HttpRequest) -> bool:
    """Whether a browser brings a handshake, in the address, or in a cookie after we sent it away for one.

    One that another application of the domain left behind is not looked at (tenants.handshake), so it costs nothing.
    """
    return HANDSHAKE in request.GET or {HANDSHAKE, COUNT} <= request.COOKIES.keys()


def _key(request: HttpRequest, by: By) -> Hashable:
    identity = getattr(request, "identity", None)
    if by is By.PERSON and identity is not None:
        return (identity.organization_id, identity.user_id)
    return _address(request)


def _address(request: HttpRequest) -> str:
    return client_address(request.META, trusted_proxies=settings.TRUSTED_PROXIES)
