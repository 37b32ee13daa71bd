"""What an operator may see of connections. Not the External ID, not who holds a check, and nothing sealed."""

from django.db import migrations

from tenants.operator_reads import LetOperatorRead

CONNECTION = (
    *("id", "organization_id", "provider", "label", "state", "account_id", "regions"),
    *("export_bucket", "export_prefix", "export_name", "export_region"),
    *("generation", "is_paused", "night_cost_usd", "created_at", "checked_at", "deleted_at"),
)
ACCESS_CHECK = (
    *("id", "organization_id", "connection_id", "generation", "state", "requested_at", "started_at", "ended_at"),
    *("account_id", "refusals", "warnings", "matrix", "due_at", "attempt"),
)


class Migration(migrations.Migration):
    dependencies = [("connections", "0010_worker_deletes"), ("tenants", "0021_trail_walls")]

    operations = [
        LetOperatorRead("connections_connection", CONNECTION),
        LetOperatorRead("connections_accesscheck", ACCESS_CHECK),
    ]
