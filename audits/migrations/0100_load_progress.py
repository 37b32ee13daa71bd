"""How far a load is, told in transactions of its own while the load's is open."""

import django.db.models.deletion
import tenants.scope
import uuid
from django.db import migrations, models
from django.db.models import Q

from tenants.rls import Access, LeadKeyWithOrganization, ProtectTable, TieToOrganization

LOOSE = {"db_constraint": False, "db_index": False, "on_delete": django.db.models.deletion.CASCADE, "related_name": "+"}


class Migration(migrations.Migration):
    dependencies = [("audits", "0103_own_nights")]

    operations = [
        migrations.CreateModel(
            name="LoadProgress",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("claim", models.UUIDField()),
                ("phase", models.CharField(max_length=16)),
                ("phase_seconds", models.FloatField()),
                ("billing_period", models.DateField(null=True)),
                ("done_bytes", models.BigIntegerField(null=True)),
                ("all_bytes", models.BigIntegerField(null=True)),
                ("done_rows", models.BigIntegerField(null=True)),
                ("all_rows", models.BigIntegerField(null=True)),
                ("told_at", models.DateTimeField()),
                ("step", models.ForeignKey(null=True, to="audits.step", **LOOSE)),
                ("upload", models.ForeignKey(null=True, to="audits.billupload", **LOOSE)),
                ("organization", models.ForeignKey(db_index=False, default=tenants.scope.current, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenants.organization")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["organization", "step"], name="load_progress_of_step"),
                    models.UniqueConstraint(fields=["organization", "upload"], name="load_progress_of_upload"),
                    models.CheckConstraint(
                        condition=Q(step__isnull=False, upload__isnull=True) | Q(step__isnull=True, upload__isnull=False),
                        name="load_progress_of_one_work",
                    ),
                ],
            },
        ),
        LeadKeyWithOrganization("audits_loadprogress"),
        TieToOrganization("audits_loadprogress", "step_id", "audits_step"),
        TieToOrganization("audits_loadprogress", "upload_id", "audits_billupload"),
        ProtectTable(
            "audits_loadprogress",
            [
                Access(role="cf_web", commands=("select",)),
                Access(role="cf_worker", commands=("select", "insert", "update", "delete")),
            ],
        ),
    ]
