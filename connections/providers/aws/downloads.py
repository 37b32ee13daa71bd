"""An export's files brought home: several side by side, each whole, going on where a connection broke."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from botocore.exceptions import EndpointConnectionError, HTTPClientError, IncompleteReadError

from connections.providers.aws.costs import ExportProblem, unreadable
from connections.providers.aws.reader import FAILURES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from connections.provider import ExportFile, ExportPlace
    from connections.providers.aws.session import AwsSession

CHUNK = 64 * 1024
SIDE_BY_SIDE = 4
MOST_BREAKS = 3  # in a row, each of which brought less than a chunk
BROKEN = (HTTPClientError, IncompleteReadError, EndpointConnectionError)


def download_all(
    *,
    session: AwsSession,
    place: ExportPlace,
    files: Sequence[ExportFile],
    directory: Path,
    on_chunk: Callable[[int], None] = lambda _: None,
) -> dict[str, Path]:
    """Bring the parts of a period home: where each key lies, below `directory`. The first that fails ends the others.

    `on_chunk` is called with each chunk's length, from several threads, and may raise. Raises as `download` does.
    """
    over = threading.Event()

    def one(number: int, file: ExportFile) -> Path:
        folder = directory / str(number)  # two parts may have the same name in different folders
        folder.mkdir()
        try:
            return download(session=session, place=place, file=file, directory=folder, on_chunk=go_on)
        except BaseException:
            over.set()
            raise

    def go_on(length: int) -> None:
        if over.is_set():
            raise _Over
        on_chunk(length)

    with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE, thread_name_prefix="bill") as pool:
        jobs = [pool.submit(one, number, file) for number, file in enumerate(files)]
    failures = [error for job in jobs if (error := job.exception()) is not None]
    for error in failures:
        if not isinstance(error, _Over):
            raise error
    return {file.key: job.result() for file, job in zip(files, jobs, strict=True)}


class _Over(Exception):
    """Another part has failed, so this one is not needed."""


def download(
    *,
    session: AwsSession,
    place: ExportPlace,
    file: ExportFile,
    directory: Path,
    on_chunk: Callable[[int], None] = lambda _: None,
) -> Path:
    """Bring one part home into `directory` and return where it lies. `on_chunk` gets each chunk's length; it may raise.

    It must still be the object that was listed (entity tag) and be whole (size); if not, `ExportProblem` says that it
    changed meanwhile, and the period has to be looked at anew. Where the connection breaks it goes on with the next
    byte of the same object, unless that happens `MOST_BREAKS` times with next to nothing in between.
    """
    target = directory / PurePosixPath(file.key).name
    written, breaks = 0, 0
    with target.open("wb") as out:
        while True:
            try:
                before = written
                for chunk in _body(session, place, file, first=written).iter_chunks(CHUNK):
                    written += out.write(chunk)
                    on_chunk(len(chunk))
                break
            except BROKEN as error:
                breaks = 1 if written - before >= CHUNK else breaks + 1
                if breaks >= MOST_BREAKS or not file.etag:
                    raise unreadable(error, place, file.key) from None
            except FAILURES as error:
                raise unreadable(error, place, file.key) from None
    if written != file.size:
        message = f"{file.key} ended after {written} of {file.size} bytes. It is tried again."
        raise ExportProblem("export_name", message, permanent=False)
    return target


def _body(session: AwsSession, place: ExportPlace, file: ExportFile, *, first: int) -> Any:  # noqa: ANN401 - botocore's
    """The object from its byte `first` on."""
    wanted = {"Bucket": place.bucket, "Key": file.key, **({"IfMatch": file.etag} if file.etag else {})}
    if not first:
        return session.client("s3", place.region).get_object(**wanted)["Body"]
    answer = session.client("s3", place.region).get_object(**wanted, Range=f"bytes={first}-")
    if not str(answer.get("ContentRange", "")).startswith(f"bytes {first}-"):
        message = f"{file.key} could not be read on from its byte {first}. It is tried again."
        raise ExportProblem("export_name", message, permanent=False)
    return answer["Body"]
