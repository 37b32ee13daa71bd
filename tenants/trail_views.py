"""The organisation's activity trail, and whether its chain holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_safe

from tenants import chain
from tenants.models import UnsealedActivity
from tenants.paging import BadCursor, Page, page_of
from tenants.trail import NEWEST_FIRST, TrailFilter, trail_rows

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from tenants.models import Activity

PAGE_SIZE = 50
MOST_AT_ONCE = 20_000  # positions: a few seconds; longer chains are looked at in stretches


@require_safe
def trail(request: HttpRequest) -> HttpResponse:
    """Who did what, when."""
    filters = TrailFilter(request.GET)
    page, lost = _page(request, filters)
    context = {
        "filters": filters,
        "complaints": [*filters.complaints, *lost],
        "rows": trail_rows(page.rows),
        "first_url": filters.url() if page.before else "",
        "before_url": filters.url(before=page.before) if page.before else "",
        "after_url": filters.url(after=page.after) if page.after else "",
        "last": chain.last_seal(),
        "waiting": UnsealedActivity.objects.count(),
    }
    return render(request, "tenants/trail.html", context)


def _page(request: HttpRequest, filters: TrailFilter) -> tuple[Page[Activity], list[str]]:
    rows, place = filters.rows(), request.GET
    try:
        found = page_of(rows, sort=NEWEST_FIRST, size=PAGE_SIZE, after=place.get("after"), before=place.get("before"))
    except BadCursor:
        return page_of(rows, sort=NEWEST_FIRST, size=PAGE_SIZE), [
            "Page: this place is not in the trail. Here is its beginning."
        ]
    return found, []


@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Compute the chain again and compare; with a head that somebody noted, too."""
    complaints: list[str] = []
    noted = _head(request, "noted", complaints)
    after = _head(request, "after", complaints)
    report = chain.verify(noted=noted, after=after, most=MOST_AT_ONCE)
    was_compared = noted is not None and (after.position if after else 0) < noted.position <= report.head.position
    context = {
        "report": report,
        "noted": noted,
        "is_noted_held": was_compared and not report.broken,
        "noted_further_on": noted if noted and noted.position > report.head.position else None,
        "after": after,
        "complaints": complaints,
        "typed": request.GET.get("noted", "")[:200],
    }
    return render(request, "tenants/chain.html", context)


def _head(request: HttpRequest, name: str, complaints: list[str]) -> chain.Head | None:
    text = request.GET.get(name, "").strip()
    if not text:
        return None
    try:
        return chain.parse_head(text)
    except chain.NotAHead as refused:
        complaints.append(str(refused))
        return None
