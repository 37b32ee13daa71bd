"""An answer that is a file which is sent while it is written, each piece of it made inside the organisation's scope."""

from __future__ import annotations

from contextvars import copy_context
from typing import TYPE_CHECKING

from django.db import connection
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from tenants import scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

# PostgreSQL ends the transaction of whoever takes no piece for so long: nobody holds one open by reading slowly.
IDLE_SECONDS = 120


class StreamedFile(StreamingHttpResponse):
    """A file that is as long as it takes. `pieces` is called when it is sent: what the view has written counts by then.

    `pieces` runs in a transaction of its own, of the organisation that TenantMiddleware has let in and of no other:
    without it the answer is empty. What it raises breaks the answer off, and so does whoever reads too slowly.
    """

    def __init__(self, pieces: Callable[[], Iterator[bytes]], *, filename: str, content_type: str) -> None:
        super().__init__((), content_type=content_type)
        self["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=filename)
        self._pieces = pieces

    def send_for(self, organization_id: UUID, *, user_id: str) -> None:
        """The middleware's word for whom it is written."""
        self.streaming_content = _outside(lambda: _inside(self._pieces, organization_id, user_id))


def _inside(pieces: Callable[[], Iterator[bytes]], organization_id: UUID, user_id: str) -> Iterator[bytes]:
    with scope.organization(organization_id, user_id=user_id):
        with connection.cursor() as cursor:
            cursor.execute("select set_config('idle_in_transaction_session_timeout', %s, true)", [f"{IDLE_SECONDS}s"])
        yield from pieces()


def _outside(begin: Callable[[], Iterator[bytes]]) -> Iterator[bytes]:
    """Each piece, made in a context of its own: between two of them, while one is sent, no scope is open."""
    context = copy_context()
    made = begin()
    try:
        while (piece := context.run(next, made, None)) is not None:
            yield piece
    finally:
        context.run(made.close)  # type: ignore[attr-defined]  # a generator, as _inside is
