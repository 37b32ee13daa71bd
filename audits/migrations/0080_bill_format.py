"""A load says which format its files had. All loads until now were FOCUS."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audits", "0070_calls_without_a_step"), ("costframe", "0071_owners_functions")]

    operations = [
        migrations.AddField(
            model_name="billload", name="bill_format", field=models.CharField(default="focus", max_length=32)
        ),
    ]
