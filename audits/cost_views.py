"""The cost page: what was charged, by whatever is asked for, and the same as a file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from audits import spreadsheet
from audits.cost_page import cost_page
from tenants import activity
from tenants.access import Permission, named, needs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from audits.cost_page import CostPage
    from tenants.requests import TenantRequest

COLUMNS = (
    "first_day", "last_day", "currency", "cost_basis", "by", "name", "stands", "cost", "earlier_first_day",
    "earlier_last_day", "earlier_cost", "difference", "asked_for",
)  # fmt: skip


@require_safe
def costs(request: TenantRequest) -> HttpResponse:
    """What was charged, when, for what."""
    page = cost_page(request.GET)
    context = {"page": page, "csv_query": urlencode(page.choice.query)}
    return render(request, "audits/costs.html", context)


@needs(reading=Permission.EXPORT)
@require_safe
def costs_csv(request: TenantRequest) -> HttpResponse:
    """Exactly what is shown, and all rows of it. A value that cannot be used gives no file that looks complete."""
    page = cost_page(request.GET, most_rows=sys.maxsize)
    if complaints := page.form.complaints:
        return HttpResponse("\n".join(complaints), status=400, content_type="text/plain; charset=utf-8")
    at, rows = timezone.now(), list(_rows(page))
    activity.book(
        actor=named(request.identity),
        verb="export.costs",
        subject_kind="costs",
        subject_id=None,
        at=at,
        detail={"rows": str(len(rows)), "filters": urlencode(page.choice.query)},
    )
    with spreadsheet.write(COLUMNS, rows) as file:
        response = HttpResponse(file.read(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="costframe-costs-{at:%Y-%m-%d}.csv"'
    return response


def _rows(page: CostPage) -> Iterator[list[str | Decimal | None]]:
    """A row for each of the table's, sums left out: those of a currency add up to its total."""
    spans = [(page.span, page.last_day), (page.earlier, page.earlier_last_day)]
    (first, last), (earlier_first, earlier_last) = (
        (f"{span.first}", f"{day}") if span else ("", "") for span, day in spans
    )
    asked = urlencode(page.choice.query)
    for part in page.parts:
        for stands, found in (("in the sum", part.rows), ("apart", part.apart)):
            for row in found:
                yield [
                    first, last, part.currency, page.choice.cost, page.by, row.name, stands, row.cost,
                    earlier_first, earlier_last, row.earlier, row.difference, asked,
                ]  # fmt: skip
