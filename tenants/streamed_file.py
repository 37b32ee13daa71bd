"""An answer that is a file which is sent while it is written, each piece of it made inside the organisation's scope."""

from __future__ import annotations

import threading
import time
from contextvars import copy_context
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

from tenants import scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

# PostgreSQL ends the transaction of whoever takes no piece for so long, and the server its connection to them.
IDLE_SECONDS = 120
MOST_SECONDS = 600  # for a whole file, however steadily it is read: it holds a thread and a connection of the pool
MOST_AT_ONCE = 2  # files of one person, from one process: others have threads too
TOO_MANY = (
    f"You are downloading {MOST_AT_ONCE} files already. Wait until one of them is whole, or end it, then ask for this "
    "one again."
)
AGAIN_SECONDS = 30


class TookTooLong(Exception):
    """A file was not taken within MOST_SECONDS, and was broken off. Read it faster, or ask for less."""


class Sending:
    """The files that a process is sending, by person. One that nobody holds any more counts no longer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._files: dict[str, WeakSet[StreamedFile]] = {}

    def begin(self, file: StreamedFile, *, user_id: str) -> bool:
        """False where so many are being sent to this person that no other may be."""
        with self._lock:
            files = self._files.setdefault(user_id, WeakSet())
            is_one_more = len(files) < MOST_AT_ONCE
            if is_one_more:
                files.add(file)
            return is_one_more

    def end(self, file: StreamedFile, *, user_id: str) -> None:
        """One of them is over."""
        with self._lock:
            files = self._files.get(user_id, WeakSet())
            files.discard(file)
            if not files:
                self._files.pop(user_id, None)


class StreamedFile(StreamingHttpResponse):
    """A file that is as long as it takes. `pieces` is called when it is sent: what the view has written counts by then.

    `pieces` runs in a transaction of its own, of the organisation that TenantMiddleware has let in and of no other:
    without it the answer is empty. What it raises breaks the answer off, and so does whoever reads too slowly: no piece
    for IDLE_SECONDS, or not all of it in MOST_SECONDS.
    """

    def __init__(self, pieces: Callable[[], Iterator[bytes]], *, filename: str, content_type: str) -> None:
        super().__init__((), content_type=content_type)
        self["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=filename)
        self._pieces = pieces
        self._is_over: Callable[[], None] = lambda: None

    def send_for(self, organization_id: UUID, *, user_id: str, sending: Sending, socket: Any = None) -> bool:  # noqa: ANN401 - a server's
        """The middleware's word for whom it is written. False: too many are being sent to them, so it stays empty.

        `socket` is what it is sent through, where the server says: a piece that is not taken in time ends the sending.
        """
        if not sending.begin(self, user_id=user_id):
            return False
        self._is_over = lambda: sending.end(self, user_id=user_id)
        if socket is not None:
            socket.settimeout(IDLE_SECONDS)
        self.streaming_content = _outside(lambda: _inside(self._pieces, organization_id, user_id))
        return True

    def close(self) -> None:
        """The server calls this at the end, whatever that was."""
        super().close()
        self._is_over()


def too_many() -> HttpResponse:
    """429: instead of a file that is not sent beside as many others."""
    headers = {"Retry-After": str(AGAIN_SECONDS)}
    return HttpResponse(TOO_MANY, status=429, content_type="text/plain; charset=utf-8", headers=headers)


def _inside(pieces: Callable[[], Iterator[bytes]], organization_id: UUID, user_id: str) -> Iterator[bytes]:
    with scope.organization(organization_id, user_id=user_id):
        with connection.cursor() as cursor:
            cursor.execute("select set_config('idle_in_transaction_session_timeout', %s, true)", [f"{IDLE_SECONDS}s"])
        yield from pieces()


def _outside(begin: Callable[[], Iterator[bytes]]) -> Iterator[bytes]:
    """Each piece, made in a context of its own: between two of them, while one is sent, no scope is open."""
    context = copy_context()
    made, until = begin(), time.monotonic() + MOST_SECONDS
    try:
        while (piece := context.run(next, made, None)) is not None:
            if time.monotonic() > until:
                raise TookTooLong(f"A file was not taken within {MOST_SECONDS} seconds, and was broken off.")
            yield piece
    finally:
        context.run(made.close)  # type: ignore[attr-defined]  # a generator, as _inside is
