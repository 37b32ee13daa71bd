"""What operators see of an organisation's audits: how they went, what was missing, and what was called."""

from __future__ import annotations

from django.contrib import admin

from audits.models import ApiCall, Audit, BillLoad, BillSource, BillUpload, Gap, LostMessage, Resource, Schedule, Step
from tenants.admin import TenantAdmin, referring, tenant_site


@admin.register(Audit, site=tenant_site)
class AuditAdmin(TenantAdmin):
    """Looks at a connection."""

    hidden = ("claim",)
    list_display = [
        *("requested_at", referring("connection"), "state", "requested_by", "night_date", "started_at", "ended_at"),
        *("attempt", "due_at"),
    ]
    list_filter = ["state"]
    search_fields = ["id", "requested_by", "message"]
    ordering = ["-requested_at", "id"]


@admin.register(Step, site=tenant_site)
class StepAdmin(TenantAdmin):
    """Parts of an audit."""

    hidden = ("claim",)
    list_display = [
        *(
            "kind",
            "service",
            "region",
            referring("audit"),
            "state",
            "plan",
            "attempt",
            "due_at",
            "started_at",
            "ended_at",
        ),
        *("resource_count", "gap_count", "call_count"),
    ]
    list_filter = ["state", "kind"]
    search_fields = ["id", "service", "region", "message"]
    ordering = ["-started_at", "id"]


@admin.register(Gap, site=tenant_site)
class GapAdmin(TenantAdmin):
    """What could not be read."""

    list_display = ["service", "region", "action", "reason", referring("audit"), "message"]
    list_filter = ["reason"]
    search_fields = ["action", "service", "region", "message"]
    ordering = ["audit_id", "service", "region", "id"]


@admin.register(ApiCall, site=tenant_site)
class ApiCallAdmin(TenantAdmin):
    """What was called, how often, with which outcome."""

    list_display = ["service", "operation", "region", "outcome", "error_code", "count", "units", referring("audit")]
    list_filter = ["outcome"]
    search_fields = ["operation", "service", "region", "error_code"]
    ordering = ["audit_id", "service", "operation", "id"]


@admin.register(Resource, site=tenant_site)
class ResourceAdmin(TenantAdmin):
    """What was seen: that it is there, not what it holds. Names, tags and data are the customer's own words."""

    hidden = ("name", "tags", "data")
    list_display = [
        *("resource_id", "kind", "region", "account_id", referring("connection"), "first_seen_at", "last_seen_at"),
        "gone_at",
    ]
    list_filter = ["kind"]
    search_fields = ["resource_id", "region"]
    ordering = ["resource_id", "id"]


@admin.register(BillSource, site=tenant_site)
class BillSourceAdmin(TenantAdmin):
    """What bills come from: exports of connections, or files under a label."""

    list_display = ["id", referring("connection"), "label", "created_at"]
    ordering = ["created_at", "id"]


@admin.register(BillLoad, site=tenant_site)
class BillLoadAdmin(TenantAdmin):
    """Loads of a billing period and whether they reconcile. Its lines are in no list and in no grant."""

    list_display = [
        "billing_period",
        referring("source"),
        "state",
        "row_count",
        "line_count",
        "loaded_at",
        "message",
    ]
    list_filter = ["state"]
    ordering = ["-billing_period", "-loaded_at", "id"]


@admin.register(BillUpload, site=tenant_site)
class BillUploadAdmin(TenantAdmin):
    """Files that were handed in, and how their load went. Their names are the customer's own words."""

    hidden = ("claim", "files")
    list_display = [
        *("requested_at", referring("source"), "state", "requested_by", "steps_done", "size_bytes", "started_at"),
        *("ended_at", "attempt", "due_at", "message"),
    ]
    list_filter = ["state"]
    search_fields = ["id", "requested_by", "message"]
    ordering = ["-requested_at", "id"]


@admin.register(Schedule, site=tenant_site)
class ScheduleAdmin(TenantAdmin):
    """When the next night of each connection is due, and the organisation's own, which is of none."""

    hidden = ("claim",)
    list_display = ["id", referring("connection"), "due_at", "last_night_date", "attempt"]
    ordering = ["due_at", "id"]


@admin.register(LostMessage, site=tenant_site)
class LostMessageAdmin(TenantAdmin):
    """Dead letters: queue messages that were refused or gave up."""

    list_display = ["at", "actor", "row_id", "reason"]
    list_filter = ["actor", "reason"]
    ordering = ["-at", "id"]
