"""Thresholds of rules as an organisation sets them, append-only, and previews of what others would change."""

import uuid

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import tenants.scope
from tenants.rls import Access, LeadKeyWithOrganization, ProtectTable, TieToOrganization

STATES = ["REQUESTED", "RUNNING", "DONE", "FAILED"]


def organization():
    return models.ForeignKey(
        db_index=False,
        default=tenants.scope.current,
        on_delete=django.db.models.deletion.CASCADE,
        related_name="+",
        to="tenants.organization",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("findings", "0110_confidence"),
        ("costframe", "0091_uploads_are_work"),
        ("tenants", "0070_views_by_ticket"),
    ]

    operations = [
        migrations.CreateModel(
            name="ThresholdPreview",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("claim", models.UUIDField(blank=True, null=True)),
                ("attempt", models.PositiveIntegerField(default=0)),
                ("rule_id", models.CharField(max_length=128)),
                ("values", models.JSONField()),
                ("before", models.JSONField()),
                ("after_number", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(choices=[(one, one.title()) for one in STATES], default="REQUESTED", max_length=16),
                ),
                ("requested_by", models.CharField(max_length=255)),
                ("requested_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("effect", models.JSONField(default=dict)),
                ("message", models.TextField(blank=True)),
                ("organization", organization()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["organization", "id"], name="threshold_preview_tied")
                ],
                "indexes": [
                    models.Index(condition=Q(due_at__isnull=False), fields=["due_at"], name="threshold_preview_due"),
                    models.Index(fields=["organization", "rule_id", "-requested_at"], name="threshold_preview_latest"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RuleSettings",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("rule_id", models.CharField(max_length=128)),
                ("number", models.PositiveIntegerField()),
                ("values", models.JSONField()),
                ("note", models.CharField(max_length=500)),
                ("by", models.CharField(max_length=255)),
                ("at", models.DateTimeField()),
                ("organization", organization()),
                (
                    "preview",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="findings.thresholdpreview",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["organization", "rule_id", "number"], name="rule_settings_numbered"
                    ),
                    models.UniqueConstraint(fields=["organization", "preview"], name="rule_settings_once"),
                    models.CheckConstraint(condition=~Q(note=""), name="rule_settings_have_a_note"),
                ],
            },
        ),
        LeadKeyWithOrganization("findings_thresholdpreview"),
        LeadKeyWithOrganization("findings_rulesettings"),
        TieToOrganization("findings_rulesettings", "preview_id", "findings_thresholdpreview"),
        ProtectTable(
            "findings_thresholdpreview",
            [
                Access(role="cf_web", commands=("select", "insert")),
                Access(role="cf_worker", commands=("select", "update")),
                Access(role="cf_scheduler", columns={"select": ("id", "organization_id", "due_at")}, sees_all=True),
            ],
        ),
        ProtectTable(
            "findings_rulesettings",
            [Access(role="cf_web", commands=("select", "insert")), Access(role="cf_worker", commands=("select",))],
        ),
    ]
