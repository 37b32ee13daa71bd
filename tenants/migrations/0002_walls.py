"""Row-level security for what lies under every tenant's row."""

from django.db import migrations

from tenants.rls import CURRENT_ORGANIZATION, Access, ProtectTable


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial")]

    operations = [
        migrations.RunSQL(CURRENT_ORGANIZATION, "drop function cf_organization()"),
        migrations.RunSQL("revoke all on function cf_organization() from public", migrations.RunSQL.noop),
        migrations.RunSQL("grant execute on function cf_organization() to cf_web, cf_worker", migrations.RunSQL.noop),
        ProtectTable(
            "tenants_organization",
            [
                Access(role="cf_web", commands=("select", "insert"), columns={"update": ("name", "timezone", "night_time")}),
                Access(role="cf_worker", commands=("select",)),
                Access(role="cf_operator", commands=("select",), sees_all=True),
            ],
            column="id",
        ),
        ProtectTable(
            "tenants_activity",
            [
                Access(role="cf_web", commands=("select", "insert")),
                Access(role="cf_worker", commands=("select", "insert")),
            ],
        ),
    ]
