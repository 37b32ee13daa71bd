"""Files that were handed in, as their page shows them: how far they are, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audits import upload_stop, uploads
from audits.bills_page import load_row
from audits.load_progress import told_of
from audits.models import BillLoad
from audits.upload_models import BillUpload

if TYPE_CHECKING:
    from datetime import datetime

    from audits.bills_page import LoadRow
    from audits.load_words import Told

STEPS = ("handed in", "brought to a worker", "read, compared and loaded", "judged")
MOST_UPLOADS = 10
POLL_SECONDS, SLOW_POLL_SECONDS, SLOW_AFTER_SECONDS = 2, 10, 120
STOPPING = (
    "It is asked to stop: a worker ends it within seconds, or as soon as what it is writing can be undone, and deletes "
    "what the files held."
)
WORDS = {
    BillUpload.State.REQUESTED: ("waiting", "plain"),
    BillUpload.State.RUNNING: ("loading", "info"),
    BillUpload.State.DONE: ("loaded", "good"),
    BillUpload.State.STOPPED: ("stopped", "plain"),
    BillUpload.State.REFUSED: ("refused, nothing was changed", "bad"),
    BillUpload.State.FAILED: ("failed", "bad"),
}


@dataclass(frozen=True, kw_only=True)
class UploadPage:
    """All that the page of an upload shows. `steps` are (what, whether it is done); `told`: how far the next is."""

    upload: BillUpload
    word: str
    tone: str
    is_under_way: bool
    steps: tuple[tuple[str, bool], ...]
    doing: str
    told: Told | None
    may_be_stopped: bool
    poll_seconds: int
    loads: tuple[LoadRow, ...]


def upload_page(upload: BillUpload, *, at: datetime) -> UploadPage:
    """The page of an upload of the open scope."""
    word, tone = WORDS[BillUpload.State(upload.state)]
    loads = BillLoad.objects.select_related("source__connection").filter(id__in=upload.load_ids)
    is_under_way = upload.state in uploads.UNDER_WAY
    is_stopping = is_under_way and upload_stop.is_asked(upload)
    is_slow = (at - upload.requested_at).total_seconds() > SLOW_AFTER_SECONDS
    return UploadPage(
        upload=upload,
        word=word,
        tone=tone,
        is_under_way=is_under_way,
        steps=tuple((step, number < upload.steps_done) for number, step in enumerate(STEPS)),
        doing=STOPPING if is_stopping else _doing(upload),
        told=told_of(upload, at=at),
        may_be_stopped=is_under_way and not is_stopping,
        poll_seconds=SLOW_POLL_SECONDS if is_slow else POLL_SECONDS,
        loads=tuple(load_row(load) for load in loads.order_by("billing_period", "id")),
    )


def _doing(upload: BillUpload) -> str:
    if upload.state == BillUpload.State.REQUESTED and uploads.must_wait(upload):
        return "It waits for files that were handed in before."
    if upload.state == BillUpload.State.REQUESTED:
        return "A worker takes it within seconds."
    return f"Next: {STEPS[upload.steps_done]}." if upload.steps_done < len(STEPS) else ""


def recent_uploads() -> list[tuple[BillUpload, str, str]]:
    """The newest uploads of the open scope, each with its state in a word and the word's tone."""
    newest = BillUpload.objects.select_related("source__connection").order_by("-requested_at", "id")
    return [(one, *WORDS[BillUpload.State(one.state)]) for one in newest[:MOST_UPLOADS]]
