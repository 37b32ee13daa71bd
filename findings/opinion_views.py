"""What the provider's own advisors say: a page, and the same as a file. Theirs, in no sum of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from audits import spreadsheet
from findings.filters import Complaint, OpinionFilter
from findings.models import Opinion
from findings.opinion_page import BY_SAVING, COLUMNS, csv_rows, opinion_rows
from findings.queries import account_labels
from tenants import activity
from tenants.access import Permission, named, needs
from tenants.paging import BadCursor, page_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from tenants.requests import TenantRequest

PAGE_SIZE = 50
LOST = "Page: this place is not in the list. Here is its beginning."


@require_safe
def opinions(request: HttpRequest) -> HttpResponse:
    """What they say, the largest figure of theirs first."""
    labels = account_labels()
    filters = OpinionFilter(request.GET, labels=labels)
    complaints, found = filters.complaints, filters.qs
    try:
        page = page_of(
            found, sort=BY_SAVING, size=PAGE_SIZE, after=request.GET.get("after"), before=request.GET.get("before")
        )
    except BadCursor:
        page = page_of(found, sort=BY_SAVING, size=PAGE_SIZE)
        complaints = [*complaints, Complaint(sentence=LOST)]
    query = filters.query
    context = {
        "filters": filters.form,
        "complaints": complaints,
        "rows": opinion_rows(page.rows, labels=labels),
        "count": found.count(),
        "has_any": Opinion.objects.exists(),
        "first_url": "?" + urlencode(query) if page.before else "",
        "before_url": "?" + urlencode({**query, "before": page.before}) if page.before else "",
        "after_url": "?" + urlencode({**query, "after": page.after}) if page.after else "",
        "csv_query": urlencode(query),
    }
    return render(request, "findings/opinions.html", context)


@needs(reading=Permission.EXPORT)
@require_safe
def opinions_csv(request: TenantRequest) -> HttpResponse:
    """Exactly what is filtered, all pages of it. A filter that cannot be used gives no file that looks complete."""
    labels, at = account_labels(), timezone.now()
    filters = OpinionFilter(request.GET, labels=labels)
    if complaints := filters.complaints:
        return HttpResponse("\n".join(map(str, complaints)), status=400, content_type="text/plain; charset=utf-8")
    rows = opinion_rows(filters.qs.order_by("-savings_sort", "-id").iterator(chunk_size=2000), labels=labels)
    activity.book(
        actor=named(request.identity),
        verb="export.opinions",
        subject_kind="opinions",
        subject_id=None,
        at=at,
        detail={"rows": str(len(rows)), "filters": urlencode(filters.query)},
    )
    with spreadsheet.write(COLUMNS, csv_rows(rows)) as file:
        response = HttpResponse(file.read(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="costframe-opinions-{at:%Y-%m-%d}.csv"'
    return response
