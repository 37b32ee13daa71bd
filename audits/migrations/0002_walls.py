"""Row-level security and ties within one organisation."""

from django.db import migrations

from tenants.rls import Access, ProtectTable, TieToOrganization

DUE = Access(role="cf_scheduler", columns={"select": ("id", "organization_id", "due_at")}, sees_all=True)
WEB_READS = Access(role="cf_web", commands=("select",))
WORKER_WRITES = Access(role="cf_worker", commands=("select", "insert", "update", "delete"))
SEEN = ("audits_gap", "audits_apicall", "audits_resource", "audits_usage", "audits_billload", "audits_costline")
TIES = (
    ("audits_schedule", "connection_id", "connections_connection"),
    ("audits_audit", "connection_id", "connections_connection"),
    ("audits_step", "audit_id", "audits_audit"),
    ("audits_step", "connection_id", "connections_connection"),
    ("audits_gap", "audit_id", "audits_audit"),
    ("audits_gap", "step_id", "audits_step"),
    ("audits_apicall", "audit_id", "audits_audit"),
    ("audits_apicall", "step_id", "audits_step"),
    ("audits_resource", "connection_id", "connections_connection"),
    ("audits_resource", "audit_id", "audits_audit"),
    ("audits_usage", "resource_id", "audits_resource"),
    ("audits_billload", "connection_id", "connections_connection"),
    ("audits_costline", "load_id", "audits_billload"),
)


class Migration(migrations.Migration):
    dependencies = [("audits", "0001_initial"), ("connections", "0002_walls")]

    operations = [
        *(TieToOrganization(*tie) for tie in TIES),
        ProtectTable(
            "audits_schedule",
            [
                Access(role="cf_web", commands=("select", "insert"), columns={"update": ("due_at",)}),
                Access(role="cf_worker", commands=("select", "insert", "update")),
                DUE,
            ],
        ),
        ProtectTable(
            "audits_audit",
            [
                Access(
                    role="cf_web",
                    commands=("select", "insert"),
                    columns={"update": ("state", "due_at", "claim", "stop_requested_at", "ended_at", "message")},
                ),
                Access(role="cf_worker", commands=("select", "insert", "update")),
                DUE,
            ],
        ),
        ProtectTable("audits_step", [WEB_READS, WORKER_WRITES, DUE]),
        *(ProtectTable(table, [WEB_READS, WORKER_WRITES]) for table in SEEN),
        ProtectTable("audits_lostmessage", [Access(role="cf_worker", commands=("select", "insert"))]),
    ]
