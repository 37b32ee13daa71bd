"""What a bill alone proves: the page, and the same as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from audits import spreadsheet
from audits.models import BillUpload
from findings import bill_lists
from findings.models import BillList
from tenants import activity
from tenants.access import Permission, get_or_404, named, needs

if TYPE_CHECKING:
    from uuid import UUID

    from tenants.requests import TenantRequest


@require_safe
def bill_list(request: TenantRequest, upload_id: UUID) -> HttpResponse:
    """What the bill that was handed in proves, rule by rule, and what access would add."""
    kept = _list_of(upload_id)
    if kept is None:
        return redirect("audits:upload_detail", upload_id)  # which says how far it is, or why there is none
    return render(request, "findings/bill_list.html", {"page": bill_lists.list_page(kept)})


@needs(reading=Permission.EXPORT)
@require_safe
def bill_list_csv(request: TenantRequest, upload_id: UUID) -> HttpResponse:
    """Every row that is kept."""
    kept = _list_of(upload_id)
    if kept is None:
        raise Http404("There is no such page.")
    rows = list(bill_lists.csv_rows(kept))
    activity.book(
        actor=named(request.identity),
        verb="export.bill_list",
        subject_kind="upload",
        subject_id=upload_id,
        at=timezone.now(),
        detail={"rows": str(len(rows))},
    )
    with spreadsheet.write(bill_lists.COLUMNS, rows) as file:
        response = HttpResponse(file.read(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="costframe-bill-{kept.made_at:%Y-%m-%d}.csv"'
    return response


def _list_of(upload_id: UUID) -> BillList | None:
    """The list of an upload of the open scope; None where none was made. Raises Http404 where there is no upload."""
    upload = get_or_404(BillUpload, upload_id)
    return BillList.objects.select_related("upload__source__connection").filter(upload=upload).first()
