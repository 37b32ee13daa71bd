"""Stopping files that were handed in: somebody asks, and a worker ends them and deletes what they held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits import uploads
from audits.upload_models import BillUpload, BillUploadStop
from tenants import activity
from tenants.wake import wake_scheduler

if TYPE_CHECKING:
    from datetime import datetime

UNLOADED = "It was stopped before it was loaded: nothing was changed, and nothing of the files is kept."
LOADED = (
    "It was stopped after it was loaded: the bill stays loaded, and what it alone proves was not looked for to the end."
)


def request_stop(*, upload: BillUpload, by: str, at: datetime) -> bool:
    """Ask that an upload of the open scope stops. False: it had ended, or somebody had asked already.

    Files that wait are ended by the next worker that looks at them, files that are read by the one that reads them,
    each within seconds. What is being written just then is undone before it counts. However many ask at once, and
    whoever ends it meanwhile: one of them is told True, and it stands in the trail once.
    """
    uploads.settle_apart(upload.id)
    if is_asked(upload) or not BillUpload.objects.filter(id=upload.id, state__in=uploads.UNDER_WAY).exists():
        return False
    BillUploadStop.objects.create(upload=upload, requested_at=at)
    activity.book(
        actor=by,
        verb="bill.stop_requested",
        subject_kind="upload",
        subject_id=upload.id,
        at=at,
        detail={"source": str(upload.source)},
    )
    wake_scheduler()
    return True


def is_asked(upload: BillUpload) -> bool:
    """Whether somebody has asked by now."""
    return BillUploadStop.objects.filter(upload=upload).exists()


def end(upload: BillUpload, *, at: datetime) -> bool:
    """End an upload that is held, as asked. False: it is held by another now, so nothing is."""
    is_loaded = bool(BillUpload.objects.values_list("load_ids", flat=True).get(id=upload.id))
    return uploads.end(upload, state=BillUpload.State.STOPPED, message=LOADED if is_loaded else UNLOADED, at=at)
