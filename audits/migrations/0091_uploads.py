"""Files of a bill that somebody hands in travel through PostgreSQL: web adds chunks, a worker reads and deletes them."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import tenants.scope
from tenants.operator_reads import LetOperatorRead
from tenants.rls import Access, LeadKeyWithOrganization, ProtectTable, TieToOrganization

LOOSE = {"db_constraint": False, "db_index": False, "on_delete": django.db.models.deletion.CASCADE, "related_name": "+"}
SEEN = (
    *("id", "organization_id", "source_id", "state", "requested_by", "requested_at", "started_at", "ended_at"),
    *("size_bytes", "steps_done", "load_ids", "message", "due_at", "attempt"),
)
STATES = ["REQUESTED", "RUNNING", "DONE", "REFUSED", "FAILED"]
# Bounded by PostgreSQL too, and not packed once more: what is large has been packed before.
BOUNDED = """
alter table audits_billuploadchunk alter column data set storage external,
      add constraint bill_upload_chunk_bounded check (octet_length(data) between 1 and 1048576)
"""


def organization():
    return models.ForeignKey(
        db_index=False,
        default=tenants.scope.current,
        on_delete=django.db.models.deletion.CASCADE,
        related_name="+",
        to="tenants.organization",
    )


class Migration(migrations.Migration):
    dependencies = [("audits", "0094_cost_days")]

    operations = [
        migrations.CreateModel(
            name="BillUpload",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("claim", models.UUIDField(blank=True, null=True)),
                ("attempt", models.PositiveIntegerField(default=0)),
                (
                    "state",
                    models.CharField(choices=[(one, one.title()) for one in STATES], default="REQUESTED", max_length=16),
                ),
                ("requested_by", models.CharField(max_length=255)),
                ("requested_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("files", models.JSONField(default=list)),
                ("size_bytes", models.BigIntegerField()),
                ("steps_done", models.PositiveSmallIntegerField(default=1)),
                (
                    "load_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
                ),
                ("message", models.TextField(blank=True)),
                ("organization", organization()),
                ("source", models.ForeignKey(to="audits.billsource", **LOOSE)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["organization", "id"], name="bill_upload_tied")],
                "indexes": [
                    models.Index(condition=Q(due_at__isnull=False), fields=["due_at"], name="bill_upload_due"),
                    models.Index(fields=["organization", "-requested_at"], name="bill_upload_latest"),
                ],
            },
        ),
        migrations.CreateModel(
            name="BillUploadChunk",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("file_number", models.PositiveSmallIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("data", models.BinaryField()),
                ("organization", organization()),
                ("upload", models.ForeignKey(to="audits.billupload", **LOOSE)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["organization", "upload", "file_number", "number"], name="bill_upload_chunk_once"
                    )
                ],
            },
        ),
        LeadKeyWithOrganization("audits_billupload"),
        LeadKeyWithOrganization("audits_billuploadchunk"),
        TieToOrganization("audits_billupload", "source_id", "audits_billsource"),
        TieToOrganization("audits_billuploadchunk", "upload_id", "audits_billupload"),
        migrations.RunSQL(BOUNDED, migrations.RunSQL.noop),
        ProtectTable(
            "audits_billupload",
            [
                Access(role="cf_web", commands=("select", "insert")),
                Access(role="cf_worker", commands=("select", "update")),
                Access(role="cf_scheduler", columns={"select": ("id", "organization_id", "due_at")}, sees_all=True),
            ],
        ),
        ProtectTable(
            "audits_billuploadchunk",
            [
                Access(role="cf_web", commands=("insert",)),
                Access(role="cf_worker", commands=("select", "delete")),
            ],
        ),
        LetOperatorRead("audits_billupload", SEEN),
    ]
