"""What loads charge by tag. Loads that are there keep no tags of theirs; they have to be loaded anew for it."""

import django.db.models.deletion
import tenants.scope
import uuid
from django.db import migrations, models

from tenants.rls import Access, LeadKeyWithOrganization, ProtectTable, TieToOrganization

LINE_COST = {"max_digits": 38, "decimal_places": 24}
LOOSE = {"db_constraint": False, "db_index": False, "on_delete": django.db.models.deletion.CASCADE, "related_name": "+"}


class Migration(migrations.Migration):
    dependencies = [("audits", "0098_cost_details"), ("tenants", "0070_views_by_ticket")]

    operations = [
        migrations.CreateModel(
            name="CostTagKey",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("key", models.TextField()),
                ("value_count", models.IntegerField()),
                ("other_count", models.IntegerField()),
                ("load", models.ForeignKey(to="audits.billload", **LOOSE)),
                ("organization", models.ForeignKey(db_index=False, default=tenants.scope.current, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenants.organization")),
            ],
            options={
                "indexes": [models.Index(fields=["organization", "load"], name="cost_tag_key_by_load")],
            },
        ),
        migrations.CreateModel(
            name="CostTag",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("value", models.TextField(null=True)),
                ("charge_date", models.DateField()),
                ("charge_days", models.PositiveIntegerField(default=1)),
                ("provider_name", models.TextField(blank=True)),
                ("sub_account_id", models.TextField(blank=True)),
                ("service_name", models.TextField(blank=True)),
                ("region_id", models.TextField(blank=True)),
                ("kind", models.TextField()),
                ("is_prepaid", models.BooleanField(default=False)),
                ("billing_currency", models.TextField()),
                ("billed_cost", models.DecimalField(**LINE_COST)),
                ("effective_cost", models.DecimalField(**LINE_COST)),
                ("list_cost", models.DecimalField(**LINE_COST)),
                ("contracted_cost", models.DecimalField(**LINE_COST)),
                ("row_count", models.BigIntegerField(default=1)),
                ("tag_key", models.ForeignKey(to="audits.costtagkey", **LOOSE)),
                ("organization", models.ForeignKey(default=tenants.scope.current, to="tenants.organization", **LOOSE)),
            ],
            options={
                "indexes": [models.Index(fields=["organization", "tag_key", "charge_date"], name="cost_tag_by_key")],
            },
        ),
        LeadKeyWithOrganization("audits_costtagkey"),
        LeadKeyWithOrganization("audits_costtag"),
        TieToOrganization("audits_costtagkey", "load_id", "audits_billload"),
        TieToOrganization("audits_costtag", "tag_key_id", "audits_costtagkey"),
        ProtectTable(
            "audits_costtagkey",
            [
                Access(role="cf_web", commands=("select",)),
                Access(role="cf_worker", commands=("select", "insert", "delete")),
            ],
        ),
        # Its rows go with their key, by the tie.
        ProtectTable(
            "audits_costtag",
            [Access(role="cf_web", commands=("select",)), Access(role="cf_worker", commands=("select", "insert"))],
        ),
    ]
