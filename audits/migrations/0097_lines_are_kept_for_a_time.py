"""When the lines of a load were removed, since they are kept for some months only."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audits", "0091_uploads")]

    operations = [
        migrations.AddField(
            model_name="billload",
            name="lines_removed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
