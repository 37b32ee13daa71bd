"""A line's quantity is a sum of rows', and may have more digits before the point than each. No row is rewritten."""

from django.db import migrations, models

NAMES = ("consumed_quantity", "pricing_quantity", "commitment_discount_quantity")


class Migration(migrations.Migration):
    dependencies = [("audits", "0111_steps_planned")]

    operations = [
        migrations.AlterField("costline", name, models.DecimalField(max_digits=50, decimal_places=18, null=True))
        for name in NAMES
    ]
