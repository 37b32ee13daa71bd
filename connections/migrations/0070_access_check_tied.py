"""Other tables may refer to an access check, within its organisation."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("connections", "0020_operator_reads")]

    operations = [
        migrations.AddConstraint(
            model_name="accesscheck",
            constraint=models.UniqueConstraint(fields=("organization", "id"), name="access_check_tied"),
        )
    ]
