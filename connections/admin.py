"""What operators see of an organisation's connections. Sealed credentials are in no list and in no grant."""

from __future__ import annotations

from django.contrib import admin

from connections.models import AccessCheck, Connection
from tenants.admin import TenantAdmin, referring, tenant_site


@admin.register(Connection, site=tenant_site)
class ConnectionAdmin(TenantAdmin):
    """The External ID is half of what lets us in, and an operator does not need it."""

    hidden = ("external_id",)
    list_display = ["label", "provider", "account_id", "state", "is_paused", "created_at", "checked_at", "deleted_at"]
    list_filter = ["state", "is_paused"]
    search_fields = ["label", "account_id", "id"]
    ordering = ["label", "id"]


@admin.register(AccessCheck, site=tenant_site)
class AccessCheckAdmin(TenantAdmin):
    """Tries of an access."""

    hidden = ("claim",)
    list_display = ["requested_at", referring("connection"), "generation", "state", "ended_at", "attempt", "due_at"]
    list_filter = ["state"]
    ordering = ["-requested_at", "id"]
