"""A verdict that stays the same is not written anew each night, so it names no audit any more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("findings", "0119_figures_apart")]

    operations = [
        migrations.RemoveIndex("verdict", name="verdict_by_audit"),
        migrations.RemoveField("verdict", "audit"),
        migrations.AddIndex(
            "verdict",
            models.Index(fields=["organization", "connection", "rule_id", "outcome"], name="verdict_by_rule"),
        ),
    ]
