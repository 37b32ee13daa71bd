"""What only a worker may say of a connection: that its credential was tried, and which account it is of."""

import django.db.models.deletion
import tenants.scope
import uuid
from django.db import migrations, models

from tenants.rls import Access, LiftRowSecurity, ProtectTable, TieToOrganization

# Connections that are in use go on with the credential that they have.
CONFIRM_WHAT_IS_IN_USE = """
    insert into connections_confirmation (id, organization_id, connection_id, account_id, digest, confirmed_at)
    select distinct on (c.organization_id, c.id) gen_random_uuid(), c.organization_id, c.id, c.account_id,
           encode(sha256(s.blob), 'hex'), coalesce(c.checked_at, c.created_at)
      from connections_connection c join connections_sealedcredential s
        on s.organization_id = c.organization_id and s.connection_id = c.id and s.generation = c.generation
     where c.state = 'CONNECTED' and c.account_id is not null
     order by c.organization_id, c.id, s.created_at desc
"""


class Migration(migrations.Migration):
    dependencies = [("connections", "0003_count_sealed_rows")]

    operations = [
        migrations.RemoveField(model_name="accesscheck", name="detail"),
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("account_id", models.CharField(max_length=32)),
                ("digest", models.CharField(max_length=64)),
                ("confirmed_at", models.DateTimeField()),
                ("connection", models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="connections.connection")),
                ("organization", models.ForeignKey(db_index=False, default=tenants.scope.current, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenants.organization")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("organization", "connection"), name="confirmation_one")],
            },
        ),
        LiftRowSecurity(
            "connections_connection",
            [
                LiftRowSecurity(
                    "connections_sealedcredential",
                    [migrations.RunSQL(CONFIRM_WHAT_IS_IN_USE, migrations.RunSQL.noop)],
                )
            ],
        ),
        TieToOrganization("connections_confirmation", "connection_id", "connections_connection"),
        ProtectTable(
            "connections_confirmation",
            [
                Access(role="cf_web", commands=("select",)),
                # The account is in no UPDATE list: it stays the one that was confirmed first.
                Access(
                    role="cf_worker", commands=("select", "insert"), columns={"update": ("digest", "confirmed_at")}
                ),
            ],
        ),
    ]
