"""What a worker tells of a load under way, and what a page makes of it. Each in the open scope."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from audits.load_meter import Extent, Phase
from audits.load_progress_model import LoadProgress
from audits.load_words import WORDS, Told, told
from audits.models import Step

if TYPE_CHECKING:
    from datetime import datetime

    from audits.upload_models import BillUpload

# A worker tells every other second. One that is silent for so long is dead or cut off, and its rate means nothing.
SILENT_SECONDS = 15
RUNNING = "RUNNING"  # of steps and of uploads


def tell(*, work: Step | BillUpload, extent: Extent, at: datetime) -> bool:
    """Keep how far the load of `work` is. False: it is held by another by now, so nothing is to be told any more."""
    if work.claim is None or not type(work).objects.filter(id=work.id, claim=work.claim).exists():
        return False
    figures = {
        "claim": work.claim,
        "phase": extent.phase,
        "phase_seconds": extent.seconds,
        "billing_period": extent.billing_period,
        "done_bytes": extent.done_bytes,
        "all_bytes": extent.all_bytes,
        "done_rows": extent.done_rows,
        "all_rows": extent.all_rows,
        "told_at": at,
    }
    if not LoadProgress.objects.filter(**_of(work)).update(**figures):
        LoadProgress.objects.create(**_of(work), **figures)
    return True


def forget(*, work: Step | BillUpload) -> None:
    """The load has ended, whatever came of it: what this worker told of it goes."""
    if work.claim is not None:
        LoadProgress.objects.filter(**_of(work), claim=work.claim).delete()


def told_of(work: Step | BillUpload, *, at: datetime) -> Told | None:
    """How far the load of `work` is, in words. None: it is not under way, or nobody has told yet.

    Of a worker that was not heard of for a while, the phase and since when, without figures.
    """
    if work.state != RUNNING or work.claim is None:
        return None
    row = LoadProgress.objects.filter(**_of(work), claim=work.claim).first()
    if row is None or row.phase not in set(Phase):  # told by a worker of another version
        return None
    silent = at - row.told_at
    if silent > dt.timedelta(seconds=SILENT_SECONDS):
        words = WORDS[Phase(row.phase)]
        return Told(
            title=f"{words}: the worker was last heard of at {row.told_at:%H:%M:%S} UTC", figures=(), share=None
        )
    return told(
        Extent(
            phase=Phase(row.phase),
            seconds=row.phase_seconds,
            done_bytes=row.done_bytes,
            all_bytes=row.all_bytes,
            done_rows=row.done_rows,
            all_rows=row.all_rows,
            billing_period=row.billing_period,
        )
    )


def _of(work: Step | BillUpload) -> dict[str, Step | BillUpload]:
    return {"step" if isinstance(work, Step) else "upload": work}
