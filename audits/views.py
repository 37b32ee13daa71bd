"""Pages of audits and of the connections that they look at: where each stands, progress, result, calls, bills."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audits import (
    bills_page,
    formats_page,
    ledger,
    load_page,
    nights,
    operations,
    progress,
    quarantine_page,
    queries,
    spreadsheet,
    upload_page,
)
from audits.forms import NightsForm
from audits.models import Audit, BillLoad
from audits.rates import display
from connections import queries as connection_queries
from connections.models import Connection
from tenants import activity
from tenants.access import Permission, get_or_404, named, needs

if TYPE_CHECKING:
    from uuid import UUID

    from tenants.requests import TenantRequest

STOP_POLLING = 286  # htmx swaps this answer and polls no more


@require_safe
def connection_list(request: TenantRequest) -> HttpResponse:
    """What can be read, what not, and when it was last looked at."""
    return render(request, "connections/list.html", {"standings": queries.standings()})


@require_safe
def connection_detail(request: TenantRequest, connection_id: UUID) -> HttpResponse:
    """One connection: its state, its audits, its access."""
    connection = get_or_404(Connection, connection_id)
    (standing,) = queries.standings([connection])
    context = {
        "connection": connection,
        "standing": standing,
        "page": connection_queries.check_page(standing.check) if standing.check else None,
        "audits": queries.recent_audits(connection),
    }
    return render(request, "connections/detail.html", context)


@needs(Permission.RUN_AUDITS)
@require_POST
def start(request: TenantRequest, connection_id: UUID) -> HttpResponse:
    """Ask for an audit."""
    connection = get_or_404(Connection, connection_id)
    try:
        audit = operations.request_audit(connection=connection, by=named(request.identity), at=timezone.now())
    except (operations.NotConnected, operations.AuditAlreadyRunning) as error:
        messages.warning(request, str(error))
        return redirect("connections:detail", connection.id)
    return redirect("audits:detail", audit.id)


@needs(Permission.CHANGE_CONNECTIONS)
@require_POST
def pause(request: TenantRequest, connection_id: UUID) -> HttpResponse:
    """No more nights until they are resumed."""
    connection = get_or_404(Connection, connection_id)
    nights.pause(connection=connection)
    _book(request, connection, "connection.paused")
    messages.success(request, f"{connection.label} is paused: no nightly audits until you resume it.")
    return redirect("connections:detail", connection.id)


@needs(Permission.CHANGE_CONNECTIONS)
@require_POST
def resume(request: TenantRequest, connection_id: UUID) -> HttpResponse:
    """Nights again."""
    connection = get_or_404(Connection, connection_id)
    nights.resume(connection=connection, at=timezone.now())
    _book(request, connection, "connection.resumed")
    messages.success(request, f"{connection.label} is looked at every night again.")
    return redirect("connections:detail", connection.id)


@needs(Permission.CHANGE_ORGANIZATION)
@require_http_methods(["GET", "HEAD", "POST"])
def organization_nights(request: TenantRequest) -> HttpResponse:
    """When the organisation's nights begin."""
    form = NightsForm(request.POST) if request.method == "POST" else NightsForm.of(request.organization)
    if form.is_bound and form.is_valid():
        at = timezone.now()
        nights.set_rhythm(by=named(request.identity), at=at, **form.cleaned_data)
        messages.success(request, "The nights are planned anew.")
        return redirect("audits:nights")
    return render(request, "audits/nights.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
def audit_list(request: TenantRequest) -> HttpResponse:
    """Whether last night ran, and on what."""
    return render(request, "audits/list.html", {"audits": queries.recent_audits(), "nights": queries.recent_nights()})


@require_safe
def audit_detail(request: TenantRequest, audit_id: UUID) -> HttpResponse:
    """Progress while it runs, polled; the result once it has ended."""
    audit = get_or_404(Audit.objects.select_related("connection"), audit_id)
    seen = progress.progress_of(audit, at=timezone.now())
    context = {
        "audit": audit,
        "progress": seen,
        "result": None if seen.is_under_way else progress.result_of(audit),
    }
    if request.htmx:
        status = 200 if seen.is_under_way else STOP_POLLING
        return render(request, "audits/_audit.html", context, status=status)
    return render(request, "audits/detail.html", context)


@needs(Permission.RUN_AUDITS)
@require_POST
def stop(request: TenantRequest, audit_id: UUID) -> HttpResponse:
    """Ask an audit to stop."""
    audit = get_or_404(Audit, audit_id)
    if operations.request_stop(audit=audit, by=named(request.identity), at=timezone.now()):
        messages.info(request, "The audit is asked to stop. Steps at work end within seconds.")
    else:
        messages.info(request, "The audit had ended already, or was asked to stop before.")
    return redirect("audits:detail", audit.id)


@require_safe
def calls(request: TenantRequest, audit_id: UUID) -> HttpResponse:
    """Every call that the audit made, to hold against the customer's own CloudTrail."""
    audit = get_or_404(Audit.objects.select_related("connection"), audit_id)
    context = {
        "audit": audit,
        "connection": audit.connection,
        "ledger": ledger.ledger_of(audit),
        "user_agent": ledger.USER_AGENT,
    }
    return render(request, "audits/calls.html", context)


@require_safe
def check_calls(request: TenantRequest, connection_id: UUID) -> HttpResponse:
    """Every call that the connection's access checks made."""
    connection = get_or_404(Connection, connection_id)
    context = {
        "connection": connection,
        "ledger": ledger.ledger_of_checks(connection),
        "user_agent": ledger.USER_AGENT,
    }
    return render(request, "audits/check_calls.html", context)


@require_safe
def bills(request: TenantRequest) -> HttpResponse:
    """Whether what was loaded equals the bill."""
    loads = bills_page.bill_loads()
    days = [row.last_day for row in loads] or [timezone.now().date()]
    shown = display(request.GET.get("in", ""), first=min(days), last=max(days))
    context = {
        "loads": bills_page.shown_in(loads, shown),
        "shown": shown,
        "uploads": upload_page.recent_uploads(),
    }
    return render(request, "audits/bills.html", context)


@require_safe
def bill(request: TenantRequest, load_id: UUID) -> HttpResponse:
    """One load of one period, as it is laid beside the invoice."""
    load = get_or_404(BillLoad.objects.select_related("source__connection"), load_id)
    return render(request, "audits/bill.html", {"page": load_page.load_page(load)})


@needs(reading=Permission.EXPORT)
@require_safe
def rows_left_out(request: TenantRequest, load_id: UUID) -> HttpResponse:
    """The rows of a bill that could not be read, for whoever mends them at their source."""
    load = get_or_404(BillLoad, load_id)
    period = f"{load.billing_period:%Y-%m}"
    activity.book(
        actor=named(request.identity),
        verb="export.rows_left_out",
        subject_kind="bill",
        subject_id=load.id,
        at=timezone.now(),
        detail={"billing_period": period},
    )
    with spreadsheet.write(quarantine_page.CSV_COLUMNS, quarantine_page.csv_rows(load)) as file:
        response = HttpResponse(file.read(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="costframe-bill-{period}-rows-left-out.csv"'
    return response


@require_safe
def bill_formats(request: TenantRequest) -> HttpResponse:
    """From which column of which format each of ours comes."""
    return render(request, "audits/bill_formats.html", {"formats": formats_page.format_tables()})


def _book(request: TenantRequest, connection: Connection, verb: str) -> None:
    activity.book(
        actor=named(request.identity),
        verb=verb,
        subject_kind="connection",
        subject_id=connection.id,
        at=timezone.now(),
        detail={"connection": connection.label},
    )
