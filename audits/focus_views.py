"""One loaded bill as a FOCUS 1.2 file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from audits import focus_export
from audits.bills_page import load_row
from audits.focus_notes import notes_of
from audits.load_page import FINAL, period_state, state_words
from audits.models import BillLoad
from tenants import activity
from tenants.access import Permission, get_or_404, named, needs
from tenants.streamed_file import StreamedFile

if TYPE_CHECKING:
    from uuid import UUID

    from tenants.requests import TenantRequest

MOST_LINES = 300_000  # what a web process writes while somebody waits; export_focus writes any number


@needs(reading=Permission.EXPORT)
@require_safe
def bill_export(request: TenantRequest, load_id: UUID) -> HttpResponse:
    """What the file of a load will lack, beside the button that gives it. The file itself holds no notes."""
    load = get_or_404(BillLoad.objects.select_related("source__connection"), load_id)
    row = load_row(load)
    state = period_state(load, row)
    refusal = why_not(load)
    context = {
        "row": row,
        "state": state,
        "state_words": state_words(state, row),
        "is_final": state == FINAL,
        "refusal": refusal,
        "notes": None if refusal else notes_of(load),
    }
    return render(request, "audits/bill_export.html", context)


@needs(reading=Permission.EXPORT)
@require_safe
def bill_focus(request: TenantRequest, load_id: UUID) -> HttpResponseBase:
    """The lines of a load, as a file that is sent while they are read."""
    load = get_or_404(BillLoad, load_id)
    if refusal := why_not(load):
        return HttpResponse(refusal, status=409, content_type="text/plain; charset=utf-8")
    month = f"{load.billing_period:%Y-%m}"
    activity.book(
        actor=named(request.identity),
        verb="export.focus",
        subject_kind="bill",
        subject_id=load.id,
        at=timezone.now(),
        detail={"rows": str(load.line_count), "month": month},
    )
    return StreamedFile(
        lambda: focus_export.stream(load),
        filename=f"costframe-focus-{month}.csv.gz",
        content_type="application/gzip",
    )


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
