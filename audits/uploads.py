"""Files that people hand in, as rows: how much an organisation may have waiting, asking for a load, and the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.db.models import Q, Sum

from audits.models import BillSource
from audits.upload_models import BillUpload, BillUploadChunk
from tenants import activity, scope
from tenants.wake import wake_scheduler

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from audits.bill_files import HandedIn

UNDER_WAY = (BillUpload.State.REQUESTED, BillUpload.State.RUNNING)
MOST_AT_ONCE = 2  # of one organisation
ENDED_WITH_ORGANIZATION = "The organisation was deleted meanwhile."


class NoRoom(Exception):
    """The organisation has as much waiting as it may. Hand the files in when that is loaded."""


def room() -> int:
    """How many more bytes the organisation of the open scope may hand in now."""
    waiting: int = BillUpload.objects.filter(state__in=UNDER_WAY).aggregate(size=Sum("size_bytes", default=0))["size"]
    most: int = settings.UPLOAD_ORGANIZATION_BYTES
    return max(0, most - waiting)


def no_room(*, size: int, room: int) -> str:
    """Why files of so many bytes are not taken now."""
    most = settings.UPLOAD_ORGANIZATION_BYTES
    sentence = f"These files have {_megabytes(size)} MB; an organisation may hand in {_megabytes(most)} MB at a time"
    if room < most:
        return f"{sentence}, of which {_megabytes(most - room)} MB still wait to be loaded. Try again when they are."
    return f"{sentence}. Export them as Parquet or gzip, or hand them in by billing period."


def _megabytes(size: int) -> str:
    return f"{-(-size // settings.MEGABYTE):,}"


def request_upload(*, upload_id: UUID, label: str, files: Sequence[HandedIn], by: str, at: datetime) -> BillUpload:
    """Ask for a load of the files whose chunks stand under `upload_id`, inside the open scope. Raises NoRoom."""
    with connection.cursor() as cursor:  # two requests at once must not both find the same room
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"bill uploads {scope.current()}"])
    size = sum(file.size for file in files)
    if size > (left := room()):
        raise NoRoom(no_room(size=size, room=left))
    source, _ = BillSource.objects.get_or_create(connection=None, label=label, defaults={"created_at": at})
    upload = BillUpload.objects.create(
        id=upload_id,
        source=source,
        requested_by=by,
        requested_at=at,
        due_at=at,
        files=[{"name": file.name, "size": file.size} for file in files],
        size_bytes=size,
    )
    detail = {"source": label, "files": str(len(files))}
    activity.book(actor=by, verb="bill.handed_in", subject_kind="upload", subject_id=upload.id, at=at, detail=detail)
    wake_scheduler()
    return upload


def must_wait(upload: BillUpload) -> bool:
    """Whether it is not its turn: of one source the later files must win, and no organisation takes all workers.

    Only what was handed in before counts, so the first of them always goes on.
    """
    before = Q(requested_at__lt=upload.requested_at) | Q(requested_at=upload.requested_at, id__lt=upload.id)
    earlier = BillUpload.objects.filter(before, state__in=UNDER_WAY)
    if earlier.filter(source=upload.source_id).exists():
        return True
    return earlier.filter(state=BillUpload.State.RUNNING).count() >= MOST_AT_ONCE


def settle_apart(upload_id: UUID) -> None:
    """Until this transaction ends, nobody else ends the upload or asks that it stops: both ask for this first.

    Web may lock no row that it may not change; and a worker that writes a load must not keep anybody from asking.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"end of bill upload {upload_id}"])


def end(upload: BillUpload, *, state: BillUpload.State, message: str, at: datetime) -> bool:
    """End an upload that is held, and delete what its files held. False: it is held by another now, so nothing is."""
    settle_apart(upload.id)
    if not upload.settle(state=state, message=message, due_at=None, ended_at=at):
        return False
    drop_chunks([upload.id])
    activity.book(
        actor=activity.this_worker(),
        verb="bill.read",
        subject_kind="upload",
        subject_id=upload.id,
        at=at,
        detail={"source": str(upload.source), "outcome": state},
    )
    return True


def end_all(*, at: datetime) -> None:
    """End every upload of the open scope's organisation: it is deleted."""
    open_ones = BillUpload.objects.filter(state__in=UNDER_WAY)
    ids = list(open_ones.values_list("id", flat=True))
    open_ones.update(
        state=BillUpload.State.FAILED, message=ENDED_WITH_ORGANIZATION, due_at=None, claim=None, ended_at=at
    )
    drop_chunks(ids)


def drop_chunks(upload_ids: Sequence[UUID]) -> None:
    """Delete what the files of these uploads held."""
    # Straight in the table: nothing refers to a chunk, and none should be brought here to be deleted.
    BillUploadChunk.objects.filter(upload_id__in=upload_ids)._raw_delete(connection.alias)  # noqa: SLF001 - the public one would fetch every row first
