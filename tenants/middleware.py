"""Who is asking, and the transaction in which everything of the request runs."""

from __future__ import annotations

import logging
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from tenants import access, scope, tabs
from tenants.handshake import Proceed, Provider, Redirect, Visit, configure, redirect_to, set_cookies
from tenants.identity import SAFE_METHODS, Carrier, Identity, is_same_origin
from tenants.models import Organization
from tenants.organizations import organization_page
from tenants.refused import expired_answer
from tenants.signing_keys import KeysUnavailable
from tenants.visits import HEADER

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.http import HttpRequest

    from tenants.requests import TenantRequest

log = logging.getLogger(__name__)
SERVER_ERROR = 500
# Views that anybody may ask for. Everything else needs a token with an organisation; a test walks all URLs.
PUBLIC_VIEWS = frozenset({"health", "sign_in", "sign_out", "signed_out"})
# Views of a person, whichever organisation is active, if any. They run outside every organisation and see no rows.
PERSONAL_VIEWS = frozenset({"organization", "organization_chosen"})


class StreamingRefused(Exception):
    """A view answered with a stream, which would run after the scope is gone. Write it to memory or a file first."""


class TenantMiddleware:
    """Lets a request in with a verified token only, and runs its view inside its organisation's transaction."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    @cached_property
    def provider(self) -> Provider:
        """The identity provider. Raises handshake.NotConfigured, naming the setting."""
        return configure(settings)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as the public, as a stranger, or as somebody of an organisation."""
        if _view_name(request) in PUBLIC_VIEWS:
            return self.get_response(request)
        response = self._answer(request)
        response.setdefault("Cache-Control", "private, no-store")
        patch_vary_headers(response, ["Cookie", "Authorization", HEADER])
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        visit = Visit.of(request)
        try:
            decision = self.provider.decide(visit, at=timezone.now())
        except KeysUnavailable:
            log.exception("Nobody can be let in: the identity provider's keys cannot be read.")
            return render(request, "costframe/signing_in_unavailable.html", status=503)
        if isinstance(decision, Redirect):
            return redirect_to(decision, is_secure=settings.USE_HTTPS)
        if isinstance(decision, Proceed):
            response = self._welcome(cast("TenantRequest", request), decision.identity)
        elif decision.pending is not None:
            response = self._welcome(cast("TenantRequest", request), decision.pending)
        else:
            log.info("Refused %s %s: %s.", request.method, request.path, decision.reason)
            response = expired_answer(request, refusal=decision, provider=self.provider)
        set_cookies(response, decision.cookies, is_secure=settings.USE_HTTPS)
        return response

    def _welcome(self, request: TenantRequest, identity: Identity) -> HttpResponse:
        request.identity = identity
        request.browser_session = self.provider.browser_session(identity)
        if (answer := _unless_trusted(request, identity)) is not None:
            return answer
        if _view_name(request) in PERSONAL_VIEWS:
            return self.get_response(request)
        if (answer := tabs.unless_in_step(request, identity, self.provider)) is not None:
            return answer
        if identity.organization_id is None:
            return render(request, "tenants/organization.html", organization_page(request, self.provider), status=403)
        if request.method not in SAFE_METHODS and not access.may_write(identity):
            return render(request, "tenants/may_not_write.html", status=403)
        return self._inside(request, identity, identity.organization_id)

    def _inside(self, request: TenantRequest, identity: Identity, organization_id: UUID) -> HttpResponse:
        with scope.organization(organization_id):
            request.organization = _organization(identity, organization_id)
            response = self.get_response(request)
            if response.streaming:
                raise StreamingRefused(f"{request.path} answers with a stream.")
            # The view's exception arrives here as an answer, and an answer commits.
            if response.status_code >= SERVER_ERROR:
                transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Whatever a view wrote before it raised is undone, also when its exception becomes a 404."""
        del request, exception
        if scope.is_open():
            transaction.set_rollback(True)


def identity_in_templates(request: HttpRequest) -> dict[str, Any]:
    """Who is signed in, what they may do, and what the page needs to stay signed in. No queries."""
    identity: Identity | None = getattr(request, "identity", None)
    return {
        "identity": identity,
        "organization": getattr(request, "organization", None),
        "browser_session": getattr(request, "browser_session", None),
        "may_write": identity is not None and access.may_write(identity),
    }


def _unless_trusted(request: HttpRequest, identity: Identity) -> HttpResponse | None:
    """The answer to a request that changes something and does not come from a form of ours, or None."""
    if request.method in SAFE_METHODS:
        return None
    if identity.carrier is Carrier.BEARER:
        line = "A bearer token only reads. Change things in the pages, where you are asked first."
        return HttpResponse(line, status=403, content_type="text/plain")
    if not is_same_origin(request.headers, origin=settings.PUBLIC_ORIGIN):
        return render(request, "costframe/form_refused.html", status=403)
    return None


def _view_name(request: HttpRequest) -> str | None:
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return None  # also what does not exist is answered to members only


def _organization(identity: Identity, organization_id: UUID) -> Organization:
    found = Organization.objects.filter(id=organization_id).first()
    if found is not None:
        return found
    clerk_id = identity.clerk_organization_id or ""
    first_seen = Organization(
        id=organization_id,
        issuer=identity.issuer,
        clerk_id=clerk_id,
        name=identity.organization_slug or clerk_id,
        created_at=timezone.now(),
    )
    Organization.objects.bulk_create([first_seen], ignore_conflicts=True)  # two first requests at once are no error
    return Organization.objects.get(id=organization_id)
