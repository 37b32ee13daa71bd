"""Which keys of tags a load is not added up by. Loads that are there do not know it."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audits", "0093_quarantined_rows")]

    operations = [
        migrations.AddField(
            model_name="billload",
            name="left_out_tag_keys",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="billload",
            name="left_out_tag_key_count",
            field=models.IntegerField(default=0),
        ),
    ]
