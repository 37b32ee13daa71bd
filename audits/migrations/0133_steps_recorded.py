"""A step says whether AWS Config has anything in its place. Of steps of before nobody asked."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audits", "0117_long_quantities")]

    operations = [
        migrations.AddField("step", "is_recorded", models.BooleanField(blank=True, null=True)),
        migrations.RunSQL(
            'grant select (is_recorded) on "audits_step" to cf_operator',
            'revoke select (is_recorded) on "audits_step" from cf_operator',
        ),
    ]
