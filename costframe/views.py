"""The page that touches every app: deleting a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from audits.models import Audit
from audits.operations import UNDER_WAY
from connections.kits.aws import ROLE_NAME, STACK_NAME
from connections.models import Connection
from costframe.deletion import delete_connection
from findings.models import Finding
from tenants.access import Permission, get_or_404, named, needs

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from tenants.requests import TenantRequest


@needs(Permission.CHANGE_CONNECTIONS, reading=Permission.CHANGE_CONNECTIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: TenantRequest, connection_id: UUID) -> HttpResponse:
    """Ask, then purge. The name typed in guards against the wrong row."""
    connection = get_or_404(Connection.objects.exclude(state=Connection.State.DELETED), connection_id)
    typed = request.POST.get("label", "").strip()
    if request.method == "POST" and typed == connection.label.strip():
        delete_connection(connection=connection, by=named(request.identity), at=timezone.now())
        messages.success(
            request, f"{connection.label} is deleted: its credential is purged and its open findings are closed."
        )
        return redirect("connections:detail", connection.id)
    context = {
        "connection": connection,
        "typed": typed,
        "is_wrong": request.method == "POST",
        "open_count": Finding.objects.filter(connection=connection, state=Finding.State.OPEN).count(),
        "is_under_way": Audit.objects.filter(connection=connection, state__in=UNDER_WAY).exists(),
        "role_name": ROLE_NAME,
        "stack_name": STACK_NAME,
    }
    return render(request, "connections/delete.html", context, status=422 if request.method == "POST" else 200)
