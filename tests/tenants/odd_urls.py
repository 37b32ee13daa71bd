"""Views that misbehave, for the tests of what the middleware does about it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.urls import include, path

from costframe.urls import handler400, handler403, handler404, handler500
from tenants import activity
from tests.conftest import AT

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def write():
    activity.book(actor="a test", verb="odd.written", subject_kind="test", subject_id=None, at=AT)


def writes(_request):
    write()
    return HttpResponse("written")


def writes_and_raises(_request, kind):
    write()
    raise {"failure": RuntimeError, "lost": Http404, "forbidden": PermissionDenied}[kind]("as asked")


def writes_and_answers(_request, status):
    write()
    return HttpResponse("an answer", status=status)


def streams(_request):
    write()
    return StreamingHttpResponse(iter(["one", "two"]))


urlpatterns = [
    path("odd/writes/", writes),
    path("odd/raises/<str:kind>/", writes_and_raises),
    path("odd/answers/<int:status>/", writes_and_answers),
    path("odd/streams/", streams),
    path("", include("costframe.urls")),
]
