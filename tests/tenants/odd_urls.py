"""Views that misbehave, for the tests of what the middleware does about it."""

from __future__ import annotations

import contextvars
import threading

from asgiref.sync import sync_to_async
from django.core.exceptions import PermissionDenied
from django.db import connections, transaction
from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import include, path

from costframe.urls import handler400, handler403, handler404, handler500
from tenants import activity
from tenants.models import Activity
from tenants.streamed_file import StreamedFile
from tests.conftest import AT
from tests.tenants.pooled import who_is_here

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


def streams_a_file(_request):
    write()
    return FileResponse(iter([b"one"]))


def gives_a_streamed_file(_request, kind):
    """What is read while it is sent is the organisation's own; `breaks` raises before its end."""
    write()

    def pieces():
        for row in Activity.objects.order_by("at", "id").iterator():
            hear()
            yield f"{row.verb}\n".encode()
        if kind == "breaks":
            raise RuntimeError("as asked")

    return StreamedFile(pieces, filename="one.txt", content_type="text/plain")


async def streams_later():
    yield "one"


def streams_async(_request):
    write()
    return StreamingHttpResponse(streams_later())


HEARD: list[dict[str, object]] = []  # what code that a view has left behind could see


def hear():
    try:
        HEARD.append(who_is_here())
    finally:
        if threading.current_thread() is not threading.main_thread():
            connections.close_all()


def leaves_behind(_request):
    """Threads and a hook; they say what they see once the view is done."""
    write()
    gone = threading.Event()
    copied = contextvars.copy_context()
    later = [
        threading.Thread(target=lambda: gone.wait(10) and hear()),
        threading.Thread(target=lambda: gone.wait(10) and copied.run(hear)),
    ]

    def after():
        hear()
        gone.set()
        for one in later:
            one.join(10)

    for one in later:
        one.start()
    transaction.on_commit(after)
    return HttpResponse("an answer")


async def works_async(_request):
    await sync_to_async(write)()
    await sync_to_async(hear)()
    await sync_to_async(hear, thread_sensitive=False)()
    return HttpResponse("an answer")


def is_rendered_late(request):
    """The rows are read while the template is filled in, after the view."""
    write()
    template = engines["django"].from_string("{% for row in rows %}{{ row.verb }}{% endfor %}")
    return TemplateResponse(request, template, {"rows": Activity.objects.all()})


def is_generated(_request):
    write()
    return HttpResponse(row.verb for row in Activity.objects.iterator())


urlpatterns = [
    path("odd/writes/", writes),
    path("odd/raises/<str:kind>/", writes_and_raises),
    path("odd/answers/<int:status>/", writes_and_answers),
    path("odd/streams/", streams),
    path("odd/streams/file/", streams_a_file),
    path("odd/streams/async/", streams_async),
    path("odd/streamed/<str:kind>/", gives_a_streamed_file),
    path("odd/leaves-behind/", leaves_behind),
    path("odd/async/", works_async),
    path("odd/rendered-late/", is_rendered_late),
    path("odd/generated/", is_generated),
    path("", include("costframe.urls")),
]
