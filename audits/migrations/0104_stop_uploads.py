"""Somebody may stop files that were handed in: web says so in a row of its own, and a worker ends them."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import tenants.scope
from tenants.rls import Access, LeadKeyWithOrganization, ProtectTable, TieToOrganization

STATES = ["REQUESTED", "RUNNING", "DONE", "REFUSED", "STOPPED", "FAILED"]


class Migration(migrations.Migration):
    dependencies = [("audits", "0100_load_progress")]

    operations = [
        migrations.AlterField(
            "billupload",
            "state",
            models.CharField(choices=[(one, one.title()) for one in STATES], default="REQUESTED", max_length=16),
        ),
        migrations.CreateModel(
            name="BillUploadStop",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("requested_at", models.DateTimeField()),
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
                "constraints": [
                    models.UniqueConstraint(fields=["organization", "upload"], name="bill_upload_stop_once")
                ],
            },
        ),
        LeadKeyWithOrganization("audits_billuploadstop"),
        TieToOrganization("audits_billuploadstop", "upload_id", "audits_billupload"),
        ProtectTable(
            "audits_billuploadstop",
            [Access(role="cf_web", commands=("select", "insert")), Access(role="cf_worker", commands=("select",))],
        ),
    ]
