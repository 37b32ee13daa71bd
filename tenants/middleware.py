"""Who is asking, and the transaction in which everything of the request runs."""

from __future__ import annotations

import logging
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from tenants import access, files, members, scope, tabs
from tenants.handshake import Proceed, Provider, Redirect, Visit, configure, redirect_to, set_cookies
from tenants.identity import SAFE_METHODS, Carrier, Identity, is_same_origin
from tenants.organizations import organization_page
from tenants.refused import expired_answer
from tenants.sign_ins import SignIns
from tenants.signing_keys import KeysUnavailable
from tenants.streamed_file import Sending, StreamedFile, too_many
from tenants.visits import HEADER

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.http import HttpRequest
    from django.urls import ResolverMatch

    from tenants.requests import TenantRequest

log = logging.getLogger(__name__)
REFUSED, SERVER_ERROR = 400, 500
# Views that anybody may ask for. Everything else needs a token with an organisation; a test walks all URLs.
PUBLIC_VIEWS = frozenset({"health", "sign_in", "sign_out", "signed_out", "robots", "security", "clerk_webhook"})
# Views of a person, whichever organisation is active, if any. They run outside every organisation and see no rows.
PERSONAL_VIEWS = frozenset({"organization", "organization_chosen"})


class StreamingRefused(Exception):
    """A view answered with a stream, which would run after the scope is gone. Use a StreamedFile."""


class TenantMiddleware:
    """Lets a request in with a verified token only, and runs its view inside its organisation's transaction."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.sign_ins = SignIns()
        self.sending = Sending()

    @cached_property
    def provider(self) -> Provider:
        """The identity provider. Raises handshake.NotConfigured, naming the setting."""
        return configure(settings)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as the public, as a stranger, or as somebody of an organisation."""
        match = _match(request)
        if match is not None and match.view_name in PUBLIC_VIEWS:
            return self.get_response(request)
        response = self._answer(request, match)
        response.setdefault("Cache-Control", "private, no-store")
        patch_vary_headers(response, ["Cookie", "Authorization", HEADER])
        return response

    def _answer(self, request: HttpRequest, match: ResolverMatch | None) -> HttpResponse:
        visit = Visit.of(request)
        try:
            decision = self.provider.decide(visit, at=timezone.now())
        except KeysUnavailable:
            log.exception("Nobody can be let in: the identity provider's keys cannot be read.")
            return render(request, "costframe/signing_in_unavailable.html", status=503)
        request.brought_false_token = getattr(decision, "is_false", False)  # type: ignore[attr-defined]  # for limits
        if isinstance(decision, Redirect):
            return redirect_to(decision, is_secure=settings.USE_HTTPS)
        if isinstance(decision, Proceed):
            response = self._welcome(cast("TenantRequest", request), decision.identity, match)
        elif decision.pending is not None:
            response = self._welcome(cast("TenantRequest", request), decision.pending, match)
        else:
            log.info("Refused %s %s: %s.", request.method, request.path, decision.reason)
            response = expired_answer(request, refusal=decision, provider=self.provider)
        set_cookies(response, decision.cookies, is_secure=settings.USE_HTTPS)
        return response

    def _welcome(self, request: TenantRequest, identity: Identity, match: ResolverMatch | None) -> HttpResponse:
        request.identity = identity
        request.browser_session = self.provider.browser_session(identity)
        if (answer := _unless_trusted(request, identity)) is not None:
            return answer
        if match is not None and match.view_name in PERSONAL_VIEWS:
            return self.get_response(request)
        if (answer := tabs.unless_in_step(request, identity, self.provider)) is not None:
            return answer
        if identity.organization_id is None:
            return render(request, "tenants/organization.html", organization_page(request, self.provider), status=403)
        if access.role_named(identity.role) is None:
            return render(request, "tenants/no_role.html", status=403)
        return self._inside(request, identity, identity.organization_id, match)

    def _note_sign_in(self, identity: Identity, organization_id: UUID) -> None:
        """Apart from the view's transaction, which a failing page rolls back."""
        if not self.sign_ins.is_booked(identity):
            with scope.organization(organization_id, user_id=identity.user_id):
                members.come_in(identity=identity, organization_id=organization_id, at=timezone.now())
                self.sign_ins.book(identity, at=timezone.now())
            self.sign_ins.remember(identity)

    def _inside(
        self, request: TenantRequest, identity: Identity, organization_id: UUID, match: ResolverMatch | None
    ) -> HttpResponse:
        self._note_sign_in(identity, organization_id)
        with scope.organization(organization_id, user_id=identity.user_id):
            organization, member = members.come_in(
                identity=identity, organization_id=organization_id, at=timezone.now()
            )
            request.organization, request.member = organization, member
            request.permissions = access.permissions(identity=identity, member=member, organization=organization)
            response = _refusal(request, match)
            takes_files = response is None and match is not None and files.prepare(request, match.func)
            response = response or self.get_response(request)
            if isinstance(response, StreamedFile):
                if request.method != "HEAD" and not response.send_for(
                    organization_id,
                    user_id=identity.user_id,
                    sending=self.sending,
                    socket=request.META.get("gunicorn.socket"),
                ):
                    response = too_many()
                    transaction.set_rollback(True)  # what was not sent stands in no trail
            elif response.streaming:
                raise StreamingRefused(f"{request.path} answers with a stream.")
            # The view's exception arrives here as an answer, and an answer commits. Files are written while they are
            # read, before the view or the token of the form says whether they are taken.
            if response.status_code >= (REFUSED if takes_files else SERVER_ERROR):
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
    permissions: frozenset[access.Permission] = getattr(request, "permissions", frozenset())
    return {
        "identity": identity,
        "organization": getattr(request, "organization", None),
        "browser_session": getattr(request, "browser_session", None),
        "role": access.role_named(identity.role) if identity else None,
        "may": {permission.value: permission in permissions for permission in access.Permission},
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


def _match(request: HttpRequest) -> ResolverMatch | None:
    try:
        return resolve(request.path_info)
    except Resolver404:
        return None  # also what does not exist is answered to members only


def _refusal(request: TenantRequest, match: ResolverMatch | None) -> HttpResponse | None:
    """The answer to what this person may not do here, or None. What a view does not declare cannot be done."""
    if match is None:
        return None
    needs = access.needs_of(match.func)
    needed = needs.reading if request.method in SAFE_METHODS else needs.changing
    if needed is None:
        return HttpResponseNotAllowed(sorted(SAFE_METHODS))
    if needed in request.permissions:
        return None
    log.info("Refused %s %s: %s may not %s.", request.method, request.path, request.identity.user_id, needed)
    return render(request, "tenants/not_allowed.html", {"needed": access.SENTENCES[needed]}, status=403)
