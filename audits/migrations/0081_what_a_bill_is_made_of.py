"""A load keeps what its bill is made of, and what it changed of the load before it. Loads until now do not know."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audits", "0080_bill_format")]

    operations = [
        migrations.AddField(model_name="billload", name="kinds", field=models.JSONField(default=list)),
        migrations.AddField(model_name="billload", name="services", field=models.JSONField(default=list)),
        migrations.AddField(model_name="billload", name="changes", field=models.JSONField(default=list)),
        migrations.AddField(model_name="billload", name="change_count", field=models.IntegerField(default=0)),
        migrations.AddField(
            model_name="billload", name="replaces", field=models.UUIDField(blank=True, null=True, default=None)
        ),
    ]
