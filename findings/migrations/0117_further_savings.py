"""What a finding saves beyond its own resource, once what depends on it is gone too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("findings", "0112_rule_settings")]

    operations = [
        migrations.AddField(
            "finding", "further_monthly_savings", models.DecimalField(decimal_places=18, max_digits=38, null=True)
        ),
        migrations.AddField("finding", "further_currency", models.CharField(blank=True, default="", max_length=8)),
    ]
