"""A step may be planned without a call, and says why. Steps of before were all called."""

from django.db import migrations, models

STATES = [
    ("WAITING", "Waiting"),
    ("RUNNING", "Running"),
    ("DONE", "Done"),
    ("FAILED", "Failed"),
    ("NOT_CALLED", "Not Called"),
]


class Migration(migrations.Migration):
    dependencies = [("audits", "0115_usage_by_period")]

    operations = [
        migrations.AddField("step", "plan", models.CharField(blank=True, default="", max_length=16)),
        migrations.AddField("step", "billed_days", models.PositiveSmallIntegerField(blank=True, null=True)),
        migrations.RunSQL(
            'grant select (plan, billed_days) on "audits_step" to cf_operator',
            'revoke select (plan, billed_days) on "audits_step" from cf_operator',
        ),
        migrations.AlterField("step", "state", models.CharField(choices=STATES, default="WAITING", max_length=16)),
    ]
