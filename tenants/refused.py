"""The answer to a request without a fresh token that cannot be redirected: nothing that was typed is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render

from tenants import files
from tenants.cookies import bearer_token
from tenants.identity import is_same_origin
from tenants.visits import HEADER, ORGANIZATION, ORGANIZATION_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

    from tenants.handshake import Provider, Refuse

SECONDS_UNTIL_NOTHING = "0"  # the page's token has run out already


def expired_answer(request: HttpRequest, *, refusal: Refuse, provider: Provider) -> HttpResponse:
    """401: a page that refreshes and sends the form again, a reload for a poll, a line for a program."""
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse("The session has run out.", status=401, content_type="text/plain")
        if request.method == "GET" and bearer_token(request.headers) is None:
            response["HX-Refresh"] = "true"  # a document request can be redirected to refresh
        return response
    wants_page = "text/html" in request.headers.get("Accept", "")
    if not wants_page or "Authorization" in request.headers:
        return HttpResponse("A fresh session token is needed.", status=401, content_type="text/plain")
    context = {
        "typed": typed_by_visitor(request),
        "form_mark": form_mark(request),
        "sign_in_url": refusal.sign_in_url,
        "browser_session": lapsed_session(request, refusal, provider),
    }
    return render(request, "tenants/session_ran_out.html", context, status=401)


def claimed(request: HttpRequest) -> tuple[str, str]:
    """The organisation whose page sent this request, as it says: id and name. Empty where it does not say."""
    said = request.headers.get(HEADER) or form_mark(request)
    organization, _, name = said.partition(" ")
    return (organization, name) if ORGANIZATION_NAME.fullmatch(organization) else ("", "")


def form_mark(request: HttpRequest) -> str:
    """What a form says of the organisation that its page was of. One with files says it in its address."""
    if request.method != "POST":
        return ""
    if files.are_taken_at(request.path_info):
        return request.GET.get(ORGANIZATION, "")  # its body is not read before this is compared
    return request.GET.get(ORGANIZATION) or request.POST.get(ORGANIZATION, "")


def typed_by_visitor(request: HttpRequest) -> list[tuple[str, str]] | None:
    """What was typed, to be sent again. None if our own page did not send it, or a stranger could fill the form.

    Of a form with files too: they are not read, and a browser keeps none to be sent again.
    """
    if request.method != "POST" or ORGANIZATION in request.GET or files.are_taken_at(request.path_info):
        return None
    if not is_same_origin(request.headers, origin=settings.PUBLIC_ORIGIN):
        return None
    if CsrfViewMiddleware(lambda _: HttpResponse()).process_view(request, expired_answer, (), {}) is not None:
        return None
    made_by_us = {"csrfmiddlewaretoken", ORGANIZATION}
    return [(name, value) for name, values in request.POST.lists() for value in values if name not in made_by_us]


def lapsed_session(request: HttpRequest, refusal: Refuse, provider: Provider) -> Mapping[str, str] | None:
    """What session.js needs to refresh: the session of a genuine token that ran out, in the form's organisation."""
    if refusal.lapsed is None:
        return None
    organization, _ = claimed(request)
    session = provider.browser_session(refusal.lapsed, organization=organization or None)
    return {**session, "expires": SECONDS_UNTIL_NOTHING}
