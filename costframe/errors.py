"""The pages for a request that cannot be answered: each says what happened and what to do."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse, HttpResponseForbidden, HttpResponseNotFound, HttpResponseServerError
from django.shortcuts import render

if TYPE_CHECKING:
    from django.http import HttpRequest


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form did not carry this browser's own token; nothing was changed."""
    del reason
    return render(request, "costframe/form_refused.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The request itself is malformed."""
    del exception
    return render(request, "costframe/bad_request.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Signed in, but not allowed."""
    del exception
    return render(request, "tenants/not_allowed.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Nothing there, or not yours: the two are answered alike."""
    del exception
    return render(request, "costframe/not_found.html", status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """Our own fault. Whatever the request had written is undone."""
    return render(request, "costframe/failed.html", status=500)


def too_many(request: HttpRequest, *, seconds: float) -> HttpResponse:
    """429: this address or person asked too often. `seconds` until it may be tried again."""
    wait = math.ceil(seconds)
    if _wants_page(request):
        response = render(request, "costframe/too_many.html", {"wait": wait}, status=429)
    else:
        response = refused_plainly(429, f"Too many requests. Wait {wait} s, then try again.")
    response["Retry-After"] = str(wait)
    return response


def too_large(request: HttpRequest) -> HttpResponse:
    """413: what was sent is longer than any form of ours. It was not read."""
    if _wants_page(request):
        return render(request, "costframe/too_large.html", status=413)
    return refused_plainly(413, "That is too much to send at once. Nothing was read or changed.")


def refused_plainly(status: int, sentence: str) -> HttpResponse:
    """A refusal that needs no page."""
    return HttpResponse(f"{sentence}\n", status=status, content_type="text/plain; charset=utf-8")


def bad_request_plainly(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The request itself is malformed, in the operator process."""
    del request, exception
    return refused_plainly(400, "This request cannot be read.")


def plainly(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The operator process says no more than that."""
    del request, exception
    return HttpResponseNotFound("Not found.\n", content_type="text/plain")


def csrf_failure_plainly(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The operator's one form did not carry this browser's own token."""
    del request, reason
    return HttpResponseForbidden("The form was not sent from this page. Open it again.\n", content_type="text/plain")


def failed_plainly(request: HttpRequest) -> HttpResponse:
    """Our own fault, in the operator process."""
    del request
    return HttpResponseServerError("That failed. The log says why.\n", content_type="text/plain")


def _wants_page(request: HttpRequest) -> bool:
    """Whether a person sees the answer. The operator process has none of these pages."""
    if settings.COSTFRAME_ROLE.name == "operator" or request.headers.get("HX-Request") == "true":
        return False
    return "text/html" in request.headers.get("Accept", "")
