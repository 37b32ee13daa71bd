"""The days of the bill that a finding's saving rests on, told of those that are there by their frozen evidence."""

from django.db import migrations, models

from tenants.rls import LiftRowSecurity

TELL_WHAT_IS_FROZEN = """
    update findings_finding set
           rests_until = (evidence #>> '{bill,until}')::date,
           rests_from = least(
               (evidence #>> '{bill,first_date}')::date,
               (select min((day ->> 0)::date)
                  from jsonb_array_elements(evidence #> '{bill,charges}') as charge,
                       jsonb_array_elements(charge -> 'days') as day))
     where evidence #>> '{saving,days}' <> '0' and evidence #> '{bill,charges}' <> '[]'
"""


class Migration(migrations.Migration):
    dependencies = [("findings", "0020_operator_reads")]

    operations = [
        migrations.AddField("finding", "rests_from", models.DateField(blank=True, null=True)),
        migrations.AddField("finding", "rests_until", models.DateField(blank=True, null=True)),
        LiftRowSecurity("findings_finding", [migrations.RunSQL(TELL_WHAT_IS_FROZEN, migrations.RunSQL.noop)]),
    ]
