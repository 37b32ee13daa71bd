"""Row-level security, ties within one organisation, and who may touch a sealed credential."""

from django.db import migrations

from tenants.rls import Access, ProtectTable, TieToOrganization

WEB_MAY_CHANGE = (
    "label",
    "state",
    "account_id",
    "regions",
    "export_bucket",
    "export_prefix",
    "export_name",
    "export_region",
    "generation",
    "is_paused",
    "deleted_at",
)


class Migration(migrations.Migration):
    dependencies = [("connections", "0001_initial"), ("tenants", "0002_walls")]

    operations = [
        TieToOrganization("connections_sealedcredential", "connection_id", "connections_connection"),
        TieToOrganization("connections_accesscheck", "connection_id", "connections_connection"),
        ProtectTable(
            "connections_connection",
            [
                # The External ID is in no UPDATE list: nobody can change it once it is made.
                Access(role="cf_web", commands=("select", "insert"), columns={"update": WEB_MAY_CHANGE}),
                Access(
                    role="cf_worker",
                    commands=("select",),
                    columns={"update": ("state", "checked_at", "night_cost_usd")},
                ),
            ],
        ),
        ProtectTable(
            "connections_sealedcredential",
            [
                Access(
                    role="cf_web",
                    commands=("insert", "delete"),
                    columns={"select": ("id", "organization_id", "connection_id")},
                ),
                Access(role="cf_worker", commands=("select", "delete")),
            ],
        ),
        ProtectTable(
            "connections_accesscheck",
            [
                Access(role="cf_web", commands=("select", "insert")),
                Access(role="cf_worker", commands=("select", "update")),
                Access(role="cf_scheduler", columns={"select": ("id", "organization_id", "due_at")}, sees_all=True),
            ],
        ),
    ]
