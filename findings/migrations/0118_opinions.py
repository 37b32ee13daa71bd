"""What the provider's own advisors say, with how it stands to what we say."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import tenants.scope
from tenants.rls import Access, LeadKeyWithOrganization, ProtectTable, TieToOrganization

COST = {"decimal_places": 18, "max_digits": 38, "null": True}
STANDINGS = [
    ("AGREED", "We say so too"),
    ("FINE", "We find it in order"),
    ("UNKNOWN", "We cannot tell"),
    ("OTHER", "We advise something else"),
    ("NO_RULE", "No rule of ours judges it"),
    ("NOT_SEEN", "Not seen by us"),
]


def tied_to(model, **more):
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.CASCADE,
        related_name="+",
        to=model,
        **more,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("findings", "0117_further_savings"),
        ("audits", "0115_usage_by_period"),
        ("connections", "0070_access_check_tied"),
    ]

    operations = [
        migrations.CreateModel(
            name="Opinion",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("source", models.CharField(max_length=64)),
                ("origin", models.CharField(blank=True, max_length=64)),
                ("action", models.CharField(blank=True, max_length=32)),
                ("advice", models.TextField(blank=True)),
                ("target", models.TextField(blank=True)),
                ("about_id", models.CharField(max_length=512)),
                ("about_arn", models.CharField(blank=True, max_length=2048)),
                ("about_type", models.CharField(blank=True, max_length=128)),
                ("about_name", models.CharField(blank=True, max_length=512)),
                ("account_id", models.CharField(max_length=32)),
                ("region", models.CharField(blank=True, max_length=32)),
                ("currency", models.CharField(blank=True, max_length=8)),
                ("saving", models.DecimalField(**COST)),
                ("before_discounts", models.DecimalField(**COST)),
                ("after_discounts", models.DecimalField(**COST)),
                ("monthly_cost", models.DecimalField(**COST)),
                ("savings_sort", models.BigIntegerField(default=-1)),
                ("lookback_days", models.PositiveIntegerField(null=True)),
                ("refreshed_at", models.DateTimeField(null=True)),
                ("standing", models.CharField(choices=STANDINGS, max_length=16)),
                ("because", models.TextField(blank=True)),
                ("audit", tied_to("audits.audit")),
                ("connection", tied_to("connections.connection")),
                ("finding", tied_to("findings.finding", null=True)),
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
                ("resource", tied_to("audits.resource")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["organization", "resource"], name="opinion_once")],
                "indexes": [
                    models.Index(fields=["organization", "savings_sort", "id"], name="opinion_by_saving"),
                    models.Index(fields=["organization", "connection"], name="opinion_by_connection"),
                    models.Index(fields=["organization", "finding"], name="opinion_by_finding"),
                ],
            },
        ),
        LeadKeyWithOrganization("findings_opinion"),
        TieToOrganization("findings_opinion", "connection_id", "connections_connection"),
        TieToOrganization("findings_opinion", "audit_id", "audits_audit"),
        TieToOrganization("findings_opinion", "resource_id", "audits_resource"),
        TieToOrganization("findings_opinion", "finding_id", "findings_finding"),
        ProtectTable(
            "findings_opinion",
            [
                Access(role="cf_web", commands=("select", "delete")),
                Access(role="cf_worker", commands=("select", "insert", "delete")),
            ],
        ),
    ]
