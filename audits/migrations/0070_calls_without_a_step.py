"""Calls are booked too that an access check makes, and those of an audit that never comes to its first step."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from tenants.rls import TieToOrganization

LOOSE = {"db_constraint": False, "db_index": False, "null": True, "on_delete": django.db.models.deletion.CASCADE}


class Migration(migrations.Migration):
    dependencies = [("audits", "0020_operator_reads"), ("connections", "0070_access_check_tied")]

    operations = [
        migrations.AddField(
            "apicall",
            "access_check",
            models.ForeignKey(related_name="+", to="connections.accesscheck", **LOOSE),
        ),
        migrations.AlterField(
            "apicall", "audit", models.ForeignKey(related_name="api_calls", to="audits.audit", **LOOSE)
        ),
        migrations.AlterField("apicall", "step", models.ForeignKey(related_name="+", to="audits.step", **LOOSE)),
        migrations.AddIndex(
            "apicall",
            models.Index(
                fields=["organization", "access_check"],
                name="api_call_by_check",
                condition=Q(access_check__isnull=False),
            ),
        ),
        migrations.AddConstraint(
            "apicall",
            models.CheckConstraint(
                condition=Q(audit__isnull=False, access_check__isnull=True)
                | Q(audit__isnull=True, step__isnull=True, access_check__isnull=False),
                name="api_call_of_audit_or_check",
            ),
        ),
        TieToOrganization("audits_apicall", "access_check_id", "connections_accesscheck"),
    ]
