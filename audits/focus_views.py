"""One loaded bill as a FOCUS 1.2 file."""

from __future__ import annotations

import gzip
import io
import tempfile
from typing import IO, TYPE_CHECKING

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from audits import focus_export
from audits.models import BillLoad
from audits.spreadsheet import SPOOL_BYTES
from tenants import activity
from tenants.access import Permission, get_or_404, named, needs

if TYPE_CHECKING:
    from uuid import UUID

    from tenants.requests import TenantRequest

MOST_LINES = 300_000  # what a web process writes while somebody waits; export_focus writes any number


@needs(reading=Permission.EXPORT)
@require_safe
def bill_focus(request: TenantRequest, load_id: UUID) -> HttpResponse:
    """The lines of a load. No stream: it would be read after the organisation's scope is closed."""
    load = get_or_404(BillLoad, load_id)
    if refusal := why_not(load):
        return HttpResponse(refusal, status=409, content_type="text/plain; charset=utf-8")
    with tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES) as spool:
        written = _write(load, spool)
        spool.seek(0)
        response = HttpResponse(spool.read(), content_type="application/gzip")
    month = f"{load.billing_period:%Y-%m}"
    activity.book(
        actor=named(request.identity),
        verb="export.focus",
        subject_kind="bill",
        subject_id=load.id,
        at=timezone.now(),
        detail={"rows": str(written.rows), "month": month},
    )
    response["Content-Disposition"] = f'attachment; filename="costframe-focus-{month}.csv.gz"'
    return response


def why_not(load: BillLoad) -> str:
    """Why a load cannot be had as a file, and what to do; empty where it can."""
    if load.state != BillLoad.State.LOADED:
        return "Only the current load of a bill has lines. Take the newest one of this month."
    if load.lines_removed_at:
        return "The lines of this bill are no longer kept. Load the bill again to have them."
    if load.line_count > MOST_LINES:
        return (
            f"This bill has {load.line_count:,} lines, more than the {MOST_LINES:,} that a page gives out. "
            "Ask whoever runs the worker for manage.py export_focus."
        )
    return ""


def _write(load: BillLoad, target: IO[bytes]) -> focus_export.Written:
    with (
        gzip.GzipFile(fileobj=target, mode="wb", filename="", mtime=0) as packed,
        io.TextIOWrapper(packed, encoding="utf-8", newline="") as text,
    ):
        loads = BillLoad.objects.filter(id=load.id)
        return focus_export.write(loads, focus_export.lines_of(loads), text)
