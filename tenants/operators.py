"""The operator process's door: verified, on the list, acting as nobody else, and reading only."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseNotAllowed, HttpResponseNotFound
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from tenants.handshake import Provider, Redirect, Refuse, Visit, configure, redirect_to, set_cookies
from tenants.signing_keys import KeysUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from tenants.identity import Identity

log = logging.getLogger(__name__)
PUBLIC_VIEWS = frozenset({"health"})
READS = ("GET", "HEAD")


@dataclass(frozen=True, kw_only=True)
class Operator:
    """The signed-in operator as Django's admin wants a user. Lives for one request; there is no such table."""

    identity: Identity
    is_active: bool = True
    is_staff: bool = True
    is_authenticated: bool = True
    is_anonymous: bool = False

    def get_username(self) -> str:
        return self.identity.user_id

    def get_short_name(self) -> str:
        return self.identity.name or self.identity.user_id

    def has_perm(self, permission: str, obj: object = None) -> bool:
        """May view, and nothing else."""
        del obj
        return permission.rpartition(".")[2].startswith("view_")

    def has_module_perms(self, app_label: str) -> bool:
        del app_label
        return True


class OperatorMiddleware:
    """Answers operators; to everybody else who is signed in there is nothing here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    @cached_property
    def provider(self) -> Provider:
        """The identity provider. Raises handshake.NotConfigured, naming the setting."""
        return configure(settings)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let operators read, send strangers to sign in, and tell others nothing."""
        if _view_name(request) in PUBLIC_VIEWS:
            return self.get_response(request)
        response = self._answer(request)
        response.setdefault("Cache-Control", "private, no-store")
        patch_vary_headers(response, ["Cookie"])
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        try:
            decision = self.provider.decide(Visit.of(request), at=timezone.now())
        except KeysUnavailable:
            log.exception("Nobody can be let in: the identity provider's keys cannot be read.")
            return HttpResponse("Nobody can be let in at the moment.\n", status=503, content_type="text/plain")
        request.brought_false_token = getattr(decision, "is_false", False)  # type: ignore[attr-defined]  # for limits
        if isinstance(decision, Redirect):
            return redirect_to(decision, is_secure=settings.USE_HTTPS)
        if isinstance(decision, Refuse):
            return HttpResponse("Sign in again.\n", status=401, content_type="text/plain")
        if not is_operator(decision.identity):
            log.warning("%s is no operator and asked for %s.", decision.identity.user_id, request.path)
            return HttpResponseNotFound("Not found.\n", content_type="text/plain")
        if request.method not in READS:
            return HttpResponseNotAllowed(READS)
        request.user = Operator(identity=decision.identity)  # type: ignore[assignment]  # the admin asks no more of it
        response = self.get_response(request)
        set_cookies(response, decision.cookies, is_secure=settings.USE_HTTPS)
        return response


def is_operator(identity: Identity) -> bool:
    """Whether this person is on the list, and is not somebody else acting as them."""
    return identity.user_id in settings.PLATFORM_ADMIN_USER_IDS and not identity.is_impersonated


def operator_in_templates(request: HttpRequest) -> dict[str, Any]:
    """The admin's templates greet the user."""
    return {"user": getattr(request, "user", None)}


def _view_name(request: HttpRequest) -> str | None:
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return None
