"""What operators see of an organisation's findings."""

from __future__ import annotations

from django.contrib import admin

from findings.models import Finding
from tenants.admin import TenantAdmin, referring, tenant_site


@admin.register(Finding, site=tenant_site)
class FindingAdmin(TenantAdmin):
    """Not the frozen evidence, which holds tags and bill lines, nor what the customer calls the resource."""

    hidden = (
        *("evidence", "resource_name", "cash_monthly_savings", "freed_commitment_monthly", "savings_sort"),
        *("action", "action_type", "implementation_effort", "restart_needed", "rollback_possible"),
        *("cost_since", "cost_since_date", "rests_from", "rests_until", "confidence_points"),
        *("further_monthly_savings", "further_currency", "apart"),
    )
    list_display = [
        *("rule_id", "provider_resource_id", "region", "state", "confidence", "saving", "currency"),
        *(referring("connection"), "opened_at", "last_seen_at", "resolved_at"),
    ]
    list_filter = ["state", "confidence", "rule_id"]
    search_fields = ["id", "provider_resource_id", "rule_id"]
    ordering = ["-opened_at", "id"]

    @admin.display(description="Saving a month", ordering="estimated_monthly_savings")
    def saving(self, finding: Finding) -> str:
        """To the cent; not known is not 0."""
        amount = finding.estimated_monthly_savings
        return "not known" if amount is None else f"{amount:.2f}"
