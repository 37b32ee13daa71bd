"""Usage may be kept by the hour: the period is part of what a series is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audits", "0105_cost_rates")]

    operations = [
        migrations.AddField("usage", "period_seconds", models.PositiveIntegerField(default=86400)),
        migrations.RemoveConstraint("usage", "usage_once"),
        migrations.AddConstraint(
            "usage",
            models.UniqueConstraint(
                fields=["organization", "resource", "metric", "statistic", "period_seconds"], name="usage_once"
            ),
        ),
    ]
