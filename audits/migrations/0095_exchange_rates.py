"""Exchange rates that an organisation gives to show amounts in one currency."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import tenants.scope
from tenants.rls import Access, LeadKeyWithOrganization, ProtectTable


class Migration(migrations.Migration):
    dependencies = [
        ("audits", "0099_costs_by_tag"),
        ("costframe", "0071_owners_functions"),
        ("tenants", "0070_views_by_ticket"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExchangeRate",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("from_currency", models.CharField(max_length=3)),
                ("to_currency", models.CharField(max_length=3)),
                ("rate", models.DecimalField(decimal_places=12, max_digits=24)),
                ("source", models.CharField(max_length=120)),
                ("organization", models.ForeignKey(db_index=False, default=tenants.scope.current, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenants.organization")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "day", "from_currency", "to_currency"), name="exchange_rate_once"
                    ),
                    models.CheckConstraint(condition=models.Q(("rate__gt", 0)), name="exchange_rate_above_zero"),
                ],
            },
        ),
        LeadKeyWithOrganization("audits_exchangerate"),
        ProtectTable(
            "audits_exchangerate",
            [
                Access(role="cf_web", commands=("select", "insert", "delete")),
                Access(role="cf_worker", commands=("select",)),
            ],
        ),
    ]
