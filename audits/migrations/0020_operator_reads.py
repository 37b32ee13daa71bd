"""What an operator may see of audits. Not what a resource holds, no bill line, and not who holds a row."""

from django.db import migrations

from tenants.operator_reads import LetOperatorRead

SCHEDULE = ("id", "organization_id", "connection_id", "jitter_seconds", "last_night_date", "due_at", "attempt")
AUDIT = (
    *("id", "organization_id", "connection_id", "state", "requested_by", "night_date", "requested_at", "started_at"),
    *("ended_at", "stop_requested_at", "message", "summary", "estimated_cost_usd", "due_at", "attempt"),
)
STEP = (
    *("id", "organization_id", "audit_id", "connection_id", "kind", "state", "account_id", "region", "service"),
    *("started_at", "ended_at", "resource_count", "gap_count", "call_count", "message", "due_at", "attempt"),
)
RESOURCE = (
    *("id", "organization_id", "connection_id", "audit_id", "kind", "service", "resource_id", "account_id", "region"),
    *("first_seen_at", "last_seen_at", "gone_at"),
)


class Migration(migrations.Migration):
    dependencies = [("audits", "0002_walls"), ("tenants", "0021_trail_walls")]

    operations = [
        LetOperatorRead("audits_schedule", SCHEDULE),
        LetOperatorRead("audits_audit", AUDIT),
        LetOperatorRead("audits_step", STEP),
        LetOperatorRead("audits_gap"),
        LetOperatorRead("audits_apicall"),
        LetOperatorRead("audits_resource", RESOURCE),
        LetOperatorRead("audits_billload"),
        LetOperatorRead("audits_lostmessage"),
    ]
