"""An organisation has a night of its own, on which its old bill lines go. Those that have bills get theirs here."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from tenants.rls import LiftRowSecurity

OF_THOSE_WITH_BILLS = """
insert into audits_schedule (id, organization_id, due_at, attempt, jitter_seconds)
select gen_random_uuid(), organization_id, now(), 0, floor(random() * 3600)
  from (select distinct organization_id from audits_billload where state = 'LOADED') as with_bills
"""


class Migration(migrations.Migration):
    dependencies = [("audits", "0102_left_out_tag_keys")]

    operations = [
        migrations.AlterField(
            "schedule",
            "connection",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="connections.connection",
            ),
        ),
        migrations.AddConstraint(
            "schedule",
            models.UniqueConstraint(condition=Q(connection=None), fields=["organization"], name="schedule_one_own"),
        ),
        LiftRowSecurity(
            "audits_billload",
            [
                LiftRowSecurity(
                    "audits_schedule",
                    [
                        migrations.RunSQL(OF_THOSE_WITH_BILLS, migrations.RunSQL.noop),
                        migrations.RunSQL("set constraints all immediate", migrations.RunSQL.noop),
                    ],
                )
            ],
        ),
    ]
