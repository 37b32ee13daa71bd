"""What the bill of files that were handed in proves by itself is kept for its page."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import tenants.scope
from tenants.rls import Access, LeadKeyWithOrganization, ProtectTable, TieToOrganization


class Migration(migrations.Migration):
    dependencies = [("findings", "0091_what_savings_rest_on"), ("audits", "0091_uploads"), ("tenants", "0070_views_by_ticket")]

    operations = [
        migrations.CreateModel(
            name="BillList",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("made_at", models.DateTimeField()),
                ("first_date", models.DateField(null=True)),
                ("until_date", models.DateField(null=True)),
                ("told", models.JSONField(default=dict)),
                ("message", models.TextField(blank=True)),
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
                (
                    "upload",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="audits.billupload",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["organization", "upload"], name="bill_list_once")],
            },
        ),
        LeadKeyWithOrganization("findings_billlist"),
        TieToOrganization("findings_billlist", "upload_id", "audits_billupload"),
        ProtectTable(
            "findings_billlist",
            [
                Access(role="cf_web", commands=("select",)),
                Access(role="cf_worker", commands=("select", "insert", "update")),
            ],
        ),
    ]
