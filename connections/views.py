"""The connect wizard: name, kit, role, access check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connections import operations, queries
from connections.forms import AccessForm, DraftForm
from connections.kit_page import KITS, kit_page
from connections.models import AccessCheck, Connection
from connections.seal import CannotSeal, parse_public_key
from tenants.access import Permission, get_or_404, named, needs

if TYPE_CHECKING:
    from uuid import UUID

    from tenants.requests import TenantRequest

STOP_POLLING = 286  # htmx swaps this answer and polls no more
SUBMITTED = "Access was sealed. Our workers are trying it now."


@needs(Permission.CHANGE_CONNECTIONS, reading=Permission.CHANGE_CONNECTIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: TenantRequest) -> HttpResponse:
    """The wizard's first step."""
    form = DraftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        connection = operations.make_draft(
            label=form.cleaned_data["label"],
            regions=form.cleaned_data["regions"],
            export=form.export,
            by=named(request.identity),
            at=timezone.now(),
        )
        return redirect("connections:kit", connection.id)
    return render(request, "connections/new.html", {"form": form, "step": 1}, status=_status(form))


@require_safe
def kit(request: TenantRequest, connection_id: UUID, name: str = "cloudformation") -> HttpResponse:
    """The second step: what to run on the customer's side."""
    connection = _live(connection_id)
    context = {"connection": connection, "kit": kit_page(connection, name), "step": 2}
    return render(request, "connections/kit.html", context)


@require_safe
def kit_file(request: TenantRequest, connection_id: UUID, name: str) -> HttpResponse:
    """The kit as a file."""
    del request
    page = kit_page(_live(connection_id), name)
    response = HttpResponse(page.text, content_type="text/plain; charset=utf-8", status=200 if page.text else 409)
    response["Content-Disposition"] = f'attachment; filename="{KITS[name].file_name}"'
    return response


@needs(Permission.CHANGE_CONNECTIONS, reading=Permission.CHANGE_CONNECTIONS)
@sensitive_post_parameters("role_arn")
@sensitive_variables("form")
@require_http_methods(["GET", "HEAD", "POST"])
def access(request: TenantRequest, connection_id: UUID) -> HttpResponse:
    """The third step: the role's ARN, sealed before it is used for anything."""
    connection = _live(connection_id)
    if request.method == "POST":
        form = AccessForm(request.POST)
        if form.is_valid() and _submit(request, connection, form):
            messages.info(request, SUBMITTED)
            return redirect("connections:check", connection.id)
    else:
        form = AccessForm.of(connection)
    refused = queries.refusals_by_field(queries.latest_check(connection))
    context = {"connection": connection, "form": form, "refused": refused, "step": 3}
    return render(request, "connections/access.html", context, status=_status(form))


@sensitive_variables("form")
def _submit(request: TenantRequest, connection: Connection, form: AccessForm) -> bool:
    """Whether it was stored; else the form says at which field and why not."""
    try:
        operations.submit_access(
            connection_id=connection.id,
            role_arn=form.cleaned_data["role_arn"],
            regions=form.cleaned_data["regions"],
            export=form.export,
            public_key=parse_public_key(settings.SEALING_PUBLIC_KEY),
            by=named(request.identity),
            at=timezone.now(),
        )
    except (operations.NotARoleArn, operations.OtherAccount, operations.AccountAlreadyConnected) as error:
        form.add_error("role_arn", str(error))
    except operations.ConnectionDeleted as error:
        form.add_error(None, str(error))
    except CannotSeal as error:
        form.add_error(None, f"Nothing was stored, because it could not be sealed. For your operator: {error}")
    return not form.errors


@require_safe
def check(request: TenantRequest, connection_id: UUID) -> HttpResponse:
    """The fourth step: how the access check goes, and its matrix. Polled until it has ended."""
    connection = _live(connection_id)
    latest = queries.latest_check(connection)
    if latest is None:
        return redirect("connections:access", connection.id)
    page = queries.check_page(latest)
    context = {"connection": connection, "page": page, "check": latest, "step": 4, "states": AccessCheck.State}
    if request.htmx:
        status = 200 if page.is_under_way else STOP_POLLING
        return render(request, "connections/_check.html", context, status=status)
    return render(request, "connections/check.html", context)


@needs(Permission.CHANGE_CONNECTIONS)
@require_POST
def check_again(request: TenantRequest, connection_id: UUID) -> HttpResponse:
    """Try the stored access once more."""
    connection = _live(connection_id)
    try:
        operations.check_again(connection=connection, by=named(request.identity), at=timezone.now())
    except operations.NothingSubmitted as error:
        messages.warning(request, str(error))
        return redirect("connections:access", connection.id)
    return redirect("connections:check", connection.id)


def _live(connection_id: UUID) -> Connection:
    return get_or_404(Connection.objects.exclude(state=Connection.State.DELETED), connection_id)


def _status(form: DraftForm | AccessForm) -> int:
    return 422 if form.is_bound and form.errors else 200
