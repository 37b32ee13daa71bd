"""Pages of findings: what to do, why it is true, and by which rules."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from audits.exchange import MOST_AGE_DAYS
from audits.rates import display
from findings.bill_standing import resting
from findings.detail import detail_of
from findings.filters import FindingFilter
from findings.forms import RulesForm
from findings.models import Finding
from findings.opinion_page import agreeing
from findings.queries import HEAVY, SORTS, account_labels, action_rows, totals_of, why_empty
from findings.reports import csv_file
from findings.rules_page import ORDERS, in_order, narrowed, rule_rows
from findings.together import together
from tenants import activity
from tenants.access import Permission, get_or_404, named, needs
from tenants.paging import BadCursor, Page, Sort, page_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from audits.rates import Display
    from tenants.requests import TenantRequest

PAGE_SIZE = 50
DEFAULT_SORT = "saving"
DEFAULT_ORDER = "rule"


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A column's heading: where it leads to and, on the sorted column only, its aria-sort."""

    url: str
    aria: str = ""


@require_safe
def action_list(request: HttpRequest) -> HttpResponse:
    """What to do, in which order, worth what."""
    at, labels = timezone.now(), account_labels()
    filters = FindingFilter(request.GET, labels=labels)
    complaints, found = filters.complaints, filters.qs
    shown = _display(request, at=at)
    query = {**filters.query, **shown.query}
    sort, complaint = _sort(request.GET.get("sort", ""))
    page, lost = _page(request, found, sort)
    totals = totals_of(found)
    standings, not_final = resting(found)
    context = {
        "filters": filters.form,
        "order": sort.parameter,
        "complaints": [*complaints, *complaint, *lost, *filter(None, [shown.complaint])],
        "rows": action_rows(
            page.rows, labels=labels, at=at, standings=standings, shown=shown, said_by=agreeing(page.rows)
        ),
        "totals": totals,
        "shown": shown,
        "together": together(totals, shown, day=at.date()),
        "most_age_days": MOST_AGE_DAYS,
        "not_final": not_final,
        "headings": {name: _heading(name, sort, query) for name in SORTS},
        "first_url": _url(query, sort) if page.before else "",
        "before_url": _url(query, sort, before=page.before) if page.before else "",
        "after_url": _url(query, sort, after=page.after) if page.after else "",
        "csv_query": urlencode(query),
        "is_narrowed": filters.is_narrowed,
        "why_empty": None if totals.count or filters.is_narrowed else why_empty(),
        "at": at,
    }
    return render(request, "findings/list.html", context)


@needs(reading=Permission.EXPORT)
@require_safe
def action_list_csv(request: TenantRequest) -> HttpResponse:
    """Exactly what is filtered, all pages of it. A filter that cannot be used gives no file that looks complete."""
    at, labels = timezone.now(), account_labels()
    filters = FindingFilter(request.GET, labels=labels)
    sort, complaint = _sort(request.GET.get("sort", ""))
    shown = _display(request, at=at)
    if complaints := [*filters.complaints, *complaint, *filter(None, [shown.complaint])]:
        return HttpResponse("\n".join(map(str, complaints)), status=400, content_type="text/plain; charset=utf-8")
    found = filters.qs.defer(*HEAVY).order_by(*(f"-{name}" if sort.runs_down else name for name in sort.fields))
    standings, _ = resting(filters.qs)
    rows = action_rows(
        found.iterator(chunk_size=2000), labels=labels, at=at, standings=standings, shown=shown, said_by=agreeing()
    )
    asked = urlencode({**filters.query, **shown.query})
    _note_export(request, "export.csv", at=at, rows=str(len(rows)), filters=asked)
    with csv_file.write(rows, into=shown.into) as file:
        response = HttpResponse(file.read(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="costframe-actions-{at:%Y-%m-%d}.csv"'
    return response


@require_safe
def finding(request: HttpRequest, finding_id: UUID) -> HttpResponse:
    """Whether it is true, whether it is safe, and what the bill says."""
    return _finding_page(request, get_or_404(Finding, finding_id), at=timezone.now())


def _finding_page(request: HttpRequest, found: Finding, *, at: datetime) -> HttpResponse:
    return render(request, "findings/finding.html", {"detail": detail_of(found, at=at)})


@needs(reading=Permission.EXPORT)
@require_safe
def evidence(request: TenantRequest, finding_id: UUID) -> HttpResponse:
    """The evidence as it was frozen, for whoever wants to compute its hash again."""
    found = get_or_404(Finding, finding_id)
    _note_export(
        request,
        "export.evidence",
        at=timezone.now(),
        finding=found,
        rule=found.rule_id,
        resource=found.provider_resource_id,
    )
    text = json.dumps(
        {"sha256": found.evidence_hash, "evidence": found.evidence}, indent=1, sort_keys=True, ensure_ascii=False
    )
    response = HttpResponse(text, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="costframe-evidence-{found.id}.json"'
    return response


def _note_export(
    request: TenantRequest, verb: str, *, at: datetime, finding: Finding | None = None, **detail: str
) -> None:
    activity.book(
        actor=named(request.identity),
        verb=verb,
        subject_kind="finding" if finding else "action list",
        subject_id=finding.id if finding else None,
        at=at,
        detail=detail,
    )


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """What is looked at, and how strictly."""
    rows = rule_rows()
    form = RulesForm(request.GET, kinds=[row.looks_at for row in rows])
    query = form.query
    by, is_reversed, complaint = _order(request.GET.get("sort", ""), among=ORDERS, default=DEFAULT_ORDER)
    context = {
        "filters": form,
        "order": f"-{by}" if is_reversed else by,
        "complaints": [*form.complaints, *complaint],
        "all_count": len(rows),
        "rules": in_order(
            narrowed(rows, words=query.get("q", ""), kind=query.get("kind", ""), has=query.get("has", "")),
            by=by,
            is_reversed=is_reversed,
        ),
        "headings": {name: _rule_heading(name, query, by=by, is_reversed=is_reversed) for name in ORDERS},
    }
    return render(request, "findings/rules.html", context)


def _rule_heading(name: str, query: dict[str, str], *, by: str, is_reversed: bool) -> Heading:
    url = "?" + urlencode({**query, "sort": f"-{name}" if name == by and not is_reversed else name})
    if name != by:
        return Heading(url=url)
    falls = is_reversed if name == DEFAULT_ORDER else not is_reversed
    return Heading(url=url, aria="descending" if falls else "ascending")


def _display(request: HttpRequest, *, at: datetime) -> Display:
    """The currency to show savings in too. A month's saving is of no day, so the newest rates count."""
    return display(request.GET.get("in", ""), first=at.date(), last=at.date())


def _sort(asked: str) -> tuple[Sort, list[str]]:
    name, is_reversed, complaint = _order(asked, among=SORTS, default=DEFAULT_SORT)
    return replace(SORTS[name], is_reversed=is_reversed), complaint


def _order(asked: str, *, among: Collection[str], default: str) -> tuple[str, bool, list[str]]:
    """What to order by and whether the other way round, as the URL asks for it, and what is wrong with that."""
    name = asked.removeprefix("-") or default
    if name not in among:
        return default, False, [f"Sort: {asked[:80]} is not there to choose."]
    return name, asked.startswith("-"), []


def _page(request: HttpRequest, found: QuerySet[Finding], sort: Sort) -> tuple[Page[Finding], list[str]]:
    rows = found.defer(*HEAVY)
    try:
        return page_of(
            rows, sort=sort, size=PAGE_SIZE, after=request.GET.get("after"), before=request.GET.get("before")
        ), []
    except BadCursor:
        return page_of(rows, sort=sort, size=PAGE_SIZE), ["Page: this place is not in the list. Here is its beginning."]


def _heading(name: str, sort: Sort, query: dict[str, str]) -> Heading:
    if name != sort.name:
        return Heading(url=_url(query, SORTS[name]))
    return Heading(url=_url(query, replace(sort, is_reversed=not sort.is_reversed)), aria=sort.aria)


def _url(query: dict[str, str], sort: Sort, **place: Any) -> str:  # noqa: ANN401 - a place is text or None
    asked = {} if sort.parameter == DEFAULT_SORT else {"sort": sort.parameter}
    return "?" + urlencode({**query, **asked, **{name: value for name, value in place.items() if value}})
