"""The index by which an operator's view is found again: every key that leads with the organisation would be searched."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0022_operator_reads_members")]

    operations = [
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("verb", "operator.viewed")), fields=["id"], name="activity_viewed"
            ),
        ),
    ]
