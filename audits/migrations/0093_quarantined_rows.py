"""A load keeps the rows that could not be read and were left out. Loads until now had none: they were refused."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import tenants.scope
from tenants.rls import Access, LeadKeyWithOrganization, ProtectTable, TieToOrganization


class Migration(migrations.Migration):
    dependencies = [("audits", "0095_exchange_rates"), ("tenants", "0070_views_by_ticket")]

    operations = [
        migrations.AddField("billload", "quarantined_count", models.IntegerField(default=0)),
        migrations.AddField("billload", "quarantined", models.JSONField(default=list)),
        migrations.CreateModel(
            name="QuarantinedRow",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("part", models.TextField()),
                ("row_number", models.BigIntegerField()),
                ("column", models.TextField()),
                ("value", models.TextField(blank=True)),
                ("reason", models.TextField()),
                ("remedy", models.TextField()),
                ("currency", models.TextField(blank=True)),
                ("billed_cost", models.DecimalField(decimal_places=24, max_digits=38, null=True)),
                (
                    "load",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="quarantined_rows",
                        to="audits.billload",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        default=tenants.scope.current,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.organization",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organization", "load", "row_number"], name="quarantined_row_by_load")
                ],
            },
        ),
        LeadKeyWithOrganization("audits_quarantinedrow"),
        TieToOrganization("audits_quarantinedrow", "load_id", "audits_billload"),
        ProtectTable(
            "audits_quarantinedrow",
            [
                Access(role="cf_web", commands=("select",)),
                Access(role="cf_worker", commands=("select", "insert", "delete")),
            ],
        ),
    ]
