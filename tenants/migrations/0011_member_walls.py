"""Row-level security of members and of the inbox, and what the worker may write of an organisation."""

from django.db import migrations

from tenants.rls import Access, ProtectTable
from tenants.spreading import SPREAD, SPREAD_REVERSE

DUE = Access(role="cf_scheduler", columns={"select": ("id", "organization_id", "due_at")}, sees_all=True)
FIRST_SIGHT = ("id", "organization_id", "user_id", "name", "role", "first_seen_at", "last_seen_at")
WORKER_KEEPS_FRESH = "(name, updated_at, deleted_at) on tenants_organization"


class Migration(migrations.Migration):
    dependencies = [("tenants", "0010_members")]

    operations = [
        migrations.RunSQL(
            f"grant update {WORKER_KEEPS_FRESH} to cf_worker", f"revoke update {WORKER_KEEPS_FRESH} from cf_worker"
        ),
        ProtectTable(
            "tenants_member",
            [
                # Web writes down whom it sees. What takes access away is in none of its columns.
                Access(
                    role="cf_web",
                    commands=("select",),
                    columns={"insert": FIRST_SIGHT, "update": ("name", "last_seen_at")},
                ),
                Access(role="cf_worker", commands=("select", "insert", "update")),
            ],
        ),
        ProtectTable(
            "tenants_clerkevent",
            [
                Access(role="cf_web", commands=("insert",)),
                Access(role="cf_worker", commands=("select", "update", "delete")),
                DUE,
            ],
        ),
        migrations.RunSQL(list(SPREAD), list(SPREAD_REVERSE)),
    ]
