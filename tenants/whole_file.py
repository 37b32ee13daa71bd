"""An answer that is a file: sent piece by piece after its view, since nothing of the organisation is read any more."""

from __future__ import annotations

from typing import IO

from django.http import FileResponse


class WholeFile(FileResponse):
    """A file that the view has written to its end: sent from its beginning, and closed then.

    It is the only stream that TenantMiddleware lets out. A generator would run after the organisation's scope, and
    is none: it has no beginning to go back to.
    """

    def __init__(self, file: IO[bytes], *, filename: str, content_type: str) -> None:
        file.seek(0)
        super().__init__(file, as_attachment=True, filename=filename, content_type=content_type)
