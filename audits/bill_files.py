"""Takes the files of a form into PostgreSQL while they come, a chunk at a time: no process holds a whole one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import uuid4

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload

from audits import uploads
from audits.upload_models import BillUploadChunk

if TYPE_CHECKING:
    from django.http import HttpRequest

FIELD = "parts"
LONGEST_NAME = 200


@dataclass(frozen=True, kw_only=True)
class HandedIn:
    """A file that has come in whole. Its name is a label and nothing else."""

    name: str
    size: int


class BillFiles(FileUploadHandler):
    """Writes the chunks of each file under `upload_id`, whose row the view adds, in the request's own transaction.

    `problem` says in a sentence why the rest was not taken; whatever was written must then be rolled back.
    """

    chunk_size = 1 << 18

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.upload_id = uuid4()
        self.files: list[HandedIn] = []
        self.problem = ""
        self._length = 0
        self._begin("")

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401, N803 - Django's
        """Keep what the whole request announces."""
        del input_data, META, args, kwargs
        self._length = content_length

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        """A file begins."""
        del args, kwargs
        if field_name != FIELD:
            raise SkipFile
        if len(self.files) >= settings.UPLOAD_FILES:
            self._stop(f"More than {settings.UPLOAD_FILES} files: hand them in by billing period.")
        if not self.files and self._length > (room := uploads.room()) + settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            self._stop(uploads.no_room(size=self._length, room=room))
        self._begin(label_of(file_name, taken={one.name for one in self.files}))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Some bytes of it."""
        del start
        self._size += len(raw_data)
        if self._size > settings.UPLOAD_FILE_BYTES:
            megabytes = settings.UPLOAD_FILE_BYTES // settings.MEGABYTE
            self._stop(f"{self._name} is larger than {megabytes:,} MB: export it as Parquet or gzip, or in parts.")
        self._held += raw_data
        while len(self._held) >= settings.UPLOAD_CHUNK_BYTES:
            self._write(bytes(self._held[: settings.UPLOAD_CHUNK_BYTES]))
            del self._held[: settings.UPLOAD_CHUNK_BYTES]

    def file_complete(self, file_size: int) -> None:
        """Its end has come."""
        del file_size
        if self._held:
            self._write(bytes(self._held))
        self.files.append(HandedIn(name=self._name, size=self._size))

    def upload_interrupted(self) -> None:
        """The request ended within a file."""
        self.problem = f"{self._name} did not arrive whole: hand the files in again."

    def _begin(self, name: str) -> None:
        self._name, self._size, self._chunks, self._held = name, 0, 0, bytearray()

    def _write(self, data: bytes) -> None:
        BillUploadChunk.objects.create(
            upload_id=self.upload_id, file_number=len(self.files), number=self._chunks, data=data
        )
        self._chunks += 1

    def _stop(self, problem: str) -> NoReturn:
        self.problem = problem
        raise StopUpload(connection_reset=False)  # the rest is read and dropped, so that the browser hears why


def label_of(file_name: str, *, taken: set[str]) -> str:
    """What messages call a file: its own name without folders and what cannot be seen, unlike the others'."""
    base = file_name.replace("\\", "/").rpartition("/")[2]
    name = "".join(letter for letter in base if letter.isprintable()).strip()[:LONGEST_NAME] or "file"
    number, label = 1, name
    while label in taken:
        number += 1
        label = f"{name} ({number})"
    return label
