"""What an operator may see of findings. Not the frozen evidence, which holds tags and bill lines."""

from django.db import migrations

from tenants.operator_reads import LetOperatorRead

FINDING = (
    *("id", "organization_id", "connection_id", "resource_id", "audit_id", "opened_audit_id", "rule_id"),
    *("state", "resolution", "confidence", "because", "account_id", "region", "provider_resource_id"),
    *("currency", "gross_monthly_savings", "estimated_monthly_savings", "absorbed_by", "price_source"),
    *("lookback_period_days", "first_seen_at", "opened_at", "last_seen_at", "resolved_at", "reopened_count"),
    "evidence_hash",
)


class Migration(migrations.Migration):
    dependencies = [("findings", "0002_walls"), ("tenants", "0021_trail_walls")]

    operations = [LetOperatorRead("findings_finding", FINDING)]
