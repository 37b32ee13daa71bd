"""The operator process's door: verified, on the list, acting as nobody else, and reading only.

A page of an organisation is answered below /organizations/<id>/ only, once its view is in the organisation's trail.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.http import HttpResponse, HttpResponseNotAllowed, HttpResponseNotFound, HttpResponseRedirect
from django.shortcuts import render
from django.urls import Resolver404, get_script_prefix, resolve, set_script_prefix
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode

from tenants import scope
from tenants.handshake import Provider, Redirect, Refuse, Visit, configure, redirect_to, set_cookies
from tenants.identity import is_same_origin
from tenants.models import Organization
from tenants.refused import lapsed_session, typed_by_visitor
from tenants.signing_keys import KeysUnavailable
from tenants.viewing import NotBooked, Place, book_view, place_of, reason_in, viewer

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from tenants.identity import Identity
    from tenants.requests import OperatorRequest

log = logging.getLogger(__name__)
PUBLIC_VIEWS = frozenset({"health"})
READS = ("GET", "HEAD")
REASON_PAGE = "/reason/"  # the only page that takes a form
TENANT_URLS = "costframe.operator_tenant_urls"


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
        if _view_name(request.path_info) in PUBLIC_VIEWS:
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
            return _say("Nobody can be let in at the moment.", status=503)
        request.brought_false_token = getattr(decision, "is_false", False)  # type: ignore[attr-defined]  # for limits
        if isinstance(decision, Redirect):
            return redirect_to(decision, is_secure=settings.USE_HTTPS)
        if isinstance(decision, Refuse):
            return self._ran_out(request, decision)
        if fault := fault_of(decision.identity):
            log.warning("%s asked for %s: %s.", decision.identity.user_id, request.path, fault)
            return _nothing_here()
        response = self._welcome(cast("OperatorRequest", request), decision.identity)
        set_cookies(response, decision.cookies, is_secure=settings.USE_HTTPS)
        return response

    def _ran_out(self, request: HttpRequest, refusal: Refuse) -> HttpResponse:
        """A reason that was typed is kept; it is all that an operator can type."""
        typed = typed_by_visitor(request)
        if typed is None:
            return _say("Sign in again.", status=401)
        context = {
            "title": "Your session ran out",
            "typed": typed,
            "sign_in_url": refusal.sign_in_url,
            "browser_session": lapsed_session(request, refusal, self.provider),
        }
        return render(request, "tenants/operator_ran_out.html", context, status=401)

    def _welcome(self, request: OperatorRequest, identity: Identity) -> HttpResponse:
        request.user = Operator(identity=identity)
        request.browser_session = self.provider.browser_session(identity)
        request.organization = request.reason = None
        place = place_of(request.path_info)
        if place is None:
            return self.get_response(request) if request.method in READS else HttpResponseNotAllowed(READS)
        request.organization = Organization.across_tenants.filter(id=place.organization_id).first()
        if request.organization is None:
            return _nothing_here()
        if place.rest == REASON_PAGE:
            return self._hear_reason(request)
        if _view_name(place.rest, TENANT_URLS) is None:
            return _nothing_here()
        if request.method not in READS:
            return HttpResponseNotAllowed(READS)
        return self._show(request, place, identity)

    def _hear_reason(self, request: OperatorRequest) -> HttpResponse:
        if request.method not in {*READS, "POST"}:
            return HttpResponseNotAllowed([*READS, "POST"])
        if request.method == "POST" and not is_same_origin(request.headers, origin=settings.PUBLIC_ORIGIN):
            return _say("The form was not sent from this page. Open it again.", status=403)
        return self.get_response(request)

    def _show(self, request: OperatorRequest, place: Place, identity: Identity) -> HttpResponse:
        """The page, after its view is committed to the trail: no line, no page."""
        page = place.rest + (f"?{query}" if (query := request.META.get("QUERY_STRING", "")) else "")
        organization_id = place.organization_id
        request.reason = reason_in(
            request.COOKIES, identity=identity, organization_id=organization_id, at=timezone.now()
        )
        if request.reason is None:
            return HttpResponseRedirect(f"{place.prefix[:-1]}{REASON_PAGE}?{urlencode({'next': page})}")
        try:
            ticket = book_view(
                organization_id=organization_id, viewer=viewer(identity), page=page, reason=request.reason.text
            )
        except NotBooked:
            log.exception("A view of organisation %s was not booked, so nothing was shown.", organization_id)
            return _say("The view could not be written to the organisation's activity trail: nothing is shown.", 503)
        with scope.viewing(organization_id, ticket=ticket):
            return self._below(request, place)

    def _below(self, request: OperatorRequest, place: Place) -> HttpResponse:
        """Answer with the organisation's own addresses, every link among them leading to the same organisation."""
        outer = get_script_prefix()
        request.path_info, request.urlconf = place.rest, TENANT_URLS
        set_script_prefix(outer[:-1] + place.prefix)
        try:
            return self.get_response(request)
        finally:
            set_script_prefix(outer)


def fault_of(identity: Identity) -> str:
    """Why this person may not come in, for the log; "" where they may: on the list, as nobody else, and known by a
    second factor that is not older than the setting allows.
    """
    if identity.user_id not in settings.PLATFORM_ADMIN_USER_IDS:
        return "not an operator"
    if identity.is_impersonated:
        return "somebody acts as this operator"
    most, minutes = settings.OPERATOR_SECOND_FACTOR_MINUTES, identity.second_factor_minutes
    if most and (minutes is None or minutes > most):
        return f"no second factor in the last {most} minutes"
    return ""


def operator_in_templates(request: OperatorRequest) -> dict[str, Any]:
    """The admin's templates greet the user; ours say whose rows these are, and why they are read."""
    return {
        "user": getattr(request, "user", None),
        "organization": getattr(request, "organization", None),
        "reason": getattr(request, "reason", None),
        "browser_session": getattr(request, "browser_session", None),
    }


def _nothing_here() -> HttpResponse:
    return HttpResponseNotFound("Not found.\n", content_type="text/plain")


def _say(sentence: str, status: int) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", status=status, content_type="text/plain")


def _view_name(path: str, urlconf: str | None = None) -> str | None:
    try:
        return resolve(path, urlconf).view_name
    except Resolver404:
        return None
