"""What further describes the lines of a bill: FOCUS' other dimensions, tags, and columns that FOCUS does not know."""

import django.db.models.deletion
import tenants.scope
import uuid
from django.db import migrations, models

from tenants.rls import Access, LeadKeyWithOrganization, LiftRowSecurity, ProtectTable, TieToOrganization

QUANTITY = {"max_digits": 38, "decimal_places": 18, "null": True}


class Migration(migrations.Migration):
    dependencies = [("audits", "0097_lines_are_kept_for_a_time"), ("tenants", "0070_views_by_ticket")]

    operations = [
        migrations.AddField("costline", "pricing_quantity", models.DecimalField(**QUANTITY)),
        migrations.AddField("costline", "commitment_discount_quantity", models.DecimalField(**QUANTITY)),
        migrations.AddField("costline", "detail_number", models.IntegerField(null=True)),
        migrations.CreateModel(
            name="CostDetail",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.IntegerField()),
                ("columns", models.JSONField(default=dict)),
                ("tags", models.JSONField(default=dict)),
                ("extra", models.JSONField(default=dict)),
                ("load", models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="details", to="audits.billload")),
                ("organization", models.ForeignKey(db_constraint=False, db_index=False, default=tenants.scope.current, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenants.organization")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("organization", "load", "number"), name="cost_detail_once")],
            },
        ),
        LeadKeyWithOrganization("audits_costdetail"),
        LiftRowSecurity("audits_billload", [TieToOrganization("audits_costdetail", "load_id", "audits_billload")]),
        ProtectTable(
            "audits_costdetail",
            [
                Access(role="cf_web", commands=("select",)),
                Access(role="cf_worker", commands=("select", "insert", "delete")),
            ],
        ),
    ]
