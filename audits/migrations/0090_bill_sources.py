"""A load is of a source: a connection's export, or files that people of the organisation hand in.

Each connection that has a load gets its source. A source made here has the time of its first load.
"""

import uuid

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import tenants.scope
from tenants.operator_reads import LetOperatorRead
from tenants.rls import Access, LeadKeyWithOrganization, LiftRowSecurity, ProtectTable, TieToOrganization

LOOSE = {"db_constraint": False, "db_index": False, "on_delete": django.db.models.deletion.CASCADE, "related_name": "+"}
SOURCES = """
insert into audits_billsource (id, organization_id, connection_id, label, created_at)
select gen_random_uuid(), organization_id, connection_id, '', min(loaded_at) from audits_billload
 group by organization_id, connection_id
"""
OF_LOADS = """
update audits_billload load set source_id = source.id from audits_billsource source
 where source.organization_id = load.organization_id and source.connection_id = load.connection_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audits", "0081_what_a_bill_is_made_of"),
        ("connections", "0070_access_check_tied"),
        ("costframe", "0071_owners_functions"),
        ("tenants", "0070_views_by_ticket"),
    ]

    operations = [
        migrations.CreateModel(
            name="BillSource",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("label", models.CharField(blank=True, max_length=120)),
                ("created_at", models.DateTimeField()),
                ("connection", models.ForeignKey(null=True, to="connections.connection", **LOOSE)),
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
                "constraints": [
                    models.UniqueConstraint(fields=["organization", "id"], name="bill_source_tied"),
                    models.UniqueConstraint(fields=["organization", "connection"], name="bill_source_one_a_connection"),
                    models.UniqueConstraint(
                        condition=Q(connection__isnull=True), fields=["organization", "label"], name="bill_source_label"
                    ),
                    models.CheckConstraint(
                        condition=Q(connection__isnull=False, label="") | Q(connection__isnull=True) & ~Q(label=""),
                        name="bill_source_of_connection_or_files",
                    ),
                ],
            },
        ),
        migrations.AddField("billload", "source", models.ForeignKey(null=True, to="audits.billsource", **LOOSE)),
        LiftRowSecurity(
            "audits_billload",
            [
                migrations.RunSQL(SOURCES, migrations.RunSQL.noop),
                migrations.RunSQL(OF_LOADS, migrations.RunSQL.noop),
                migrations.RunSQL("set constraints all immediate", migrations.RunSQL.noop),
            ],
        ),
        LeadKeyWithOrganization("audits_billsource"),
        TieToOrganization("audits_billsource", "connection_id", "connections_connection"),
        migrations.RemoveConstraint("billload", "bill_load_one_current"),
        migrations.RemoveField("billload", "connection"),
        migrations.AlterField("billload", "source", models.ForeignKey(to="audits.billsource", **LOOSE)),
        migrations.AddConstraint(
            "billload",
            models.UniqueConstraint(
                condition=Q(state="LOADED"),
                fields=["organization", "source", "billing_period"],
                name="bill_load_one_current",
            ),
        ),
        TieToOrganization("audits_billload", "source_id", "audits_billsource"),
        ProtectTable(
            "audits_billsource",
            [
                Access(role="cf_web", commands=("select", "insert")),
                Access(role="cf_worker", commands=("select", "insert")),
            ],
        ),
        LetOperatorRead("audits_billsource"),
    ]
