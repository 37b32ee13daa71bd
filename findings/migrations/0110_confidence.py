"""How sure a finding is, from 0 to 100. What was judged before has none until its next audit."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("findings", "0090_bill_lists")]

    operations = [
        migrations.AddField("finding", "confidence_points", models.SmallIntegerField(default=-1)),
        migrations.AddConstraint(
            "finding",
            models.CheckConstraint(
                condition=models.Q(confidence_points__gte=-1, confidence_points__lte=100),
                name="finding_confidence_in_bounds",
            ),
        ),
        migrations.AddIndex(
            "finding",
            models.Index(fields=["organization", "state", "confidence_points", "id"], name="finding_by_confidence"),
        ),
    ]
