"""The pages for a request that cannot be answered: each says what happened and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseForbidden, HttpResponseNotFound, HttpResponseServerError
from django.shortcuts import render

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


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
