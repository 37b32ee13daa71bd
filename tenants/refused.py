"""The answer to a request without a fresh token that cannot be redirected: nothing that was typed is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render

from tenants.identity import SESSION_CATEGORIES, TokenRefused, is_same_origin, read_token

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

    from tenants.handshake import Provider, Refuse

SECONDS_UNTIL_NOTHING = "0"  # the page's token has run out already


def expired_answer(request: HttpRequest, *, refusal: Refuse, provider: Provider) -> HttpResponse:
    """401: a page that refreshes and sends the form again, a reload for a poll, a line for a program."""
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse("The session has run out.", status=401, content_type="text/plain")
        if request.method == "GET":
            response["HX-Refresh"] = "true"  # a document request can be redirected to refresh
        return response
    wants_page = "text/html" in request.headers.get("Accept", "")
    if not wants_page or "Authorization" in request.headers:
        return HttpResponse("A fresh session token is needed.", status=401, content_type="text/plain")
    context = {
        "typed": list(_typed(request)),
        "sign_in_url": refusal.sign_in_url,
        "may_be_sent_again": request.method == "POST",
        "browser_session": _lapsed_session(request, provider),
    }
    return render(request, "tenants/session_ran_out.html", context, status=401)


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed, to be sent again; only if our own page sent it, or a stranger could fill the form."""
    if request.method != "POST" or not is_same_origin(request.headers, origin=settings.PUBLIC_ORIGIN):
        return []
    if CsrfViewMiddleware(lambda _: HttpResponse()).process_view(request, expired_answer, (), {}) is not None:
        return []
    return [(name, value) for name, values in request.POST.lists() for value in values if name != "csrfmiddlewaretoken"]


def _lapsed_session(request: HttpRequest, provider: Provider) -> Mapping[str, str] | None:
    """What session.js needs to refresh: the session of a token that is genuine but too old."""
    found = read_token(request.headers, request.COOKIES, cookie_names=provider.cookie_names)
    if found is None:
        return None
    try:
        claims = provider.verifier.signed_claims(found[0], categories=SESSION_CATEGORIES)
    except TokenRefused:
        return None
    active = claims.get("o")
    return {
        "url": f"{provider.verifier.issuer}/v1/client/sessions/{claims.get('sid', '')}/tokens",
        "organization": active.get("id", "") if isinstance(active, dict) else "",
        "cookies": ",".join(provider.cookie_names),
        "expires": SECONDS_UNTIL_NOTHING,
    }
