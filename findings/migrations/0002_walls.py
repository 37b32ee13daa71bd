"""Row-level security and ties within one organisation."""

from django.db import migrations

from tenants.rls import Access, ProtectTable, TieToOrganization

TIES = (
    ("findings_verdict", "connection_id", "connections_connection"),
    ("findings_verdict", "audit_id", "audits_audit"),
    ("findings_verdict", "resource_id", "audits_resource"),
    ("findings_finding", "connection_id", "connections_connection"),
    ("findings_finding", "resource_id", "audits_resource"),
    ("findings_finding", "audit_id", "audits_audit"),
    ("findings_finding", "opened_audit_id", "audits_audit"),
)


class Migration(migrations.Migration):
    dependencies = [("findings", "0001_initial"), ("audits", "0002_walls")]

    operations = [
        *(TieToOrganization(*tie) for tie in TIES),
        ProtectTable(
            "findings_verdict",
            [
                Access(role="cf_web", commands=("select",)),
                Access(role="cf_worker", commands=("select", "insert", "update", "delete")),
            ],
        ),
        ProtectTable(
            "findings_finding",
            [
                # Web closes findings when their connection is deleted, and changes nothing else of them.
                Access(
                    role="cf_web",
                    commands=("select",),
                    columns={"update": ("state", "resolution", "resolved_at")},
                ),
                Access(role="cf_worker", commands=("select", "insert", "update")),
            ],
        ),
    ]
