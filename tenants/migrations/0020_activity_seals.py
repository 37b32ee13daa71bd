"""The chain of the activity trail, and the marks of lines that wait for their seal."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import tenants.scope


def organization():
    return models.ForeignKey(
        db_index=False,
        default=tenants.scope.current,
        on_delete=django.db.models.deletion.CASCADE,
        related_name="+",
        to="tenants.organization",
    )


def row_id():
    return models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)


class Migration(migrations.Migration):
    dependencies = [("tenants", "0011_member_walls")]

    operations = [
        migrations.RemoveIndex(model_name="activity", name="activity_by_time"),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(fields=["organization", "at", "id"], name="activity_in_order"),
        ),
        migrations.AddConstraint(
            model_name="activity",
            constraint=models.UniqueConstraint(fields=("organization", "id"), name="activity_tied"),
        ),
        migrations.CreateModel(
            name="ActivitySeal",
            fields=[
                ("id", row_id()),
                ("position", models.PositiveBigIntegerField()),
                ("version", models.PositiveSmallIntegerField()),
                ("hash", models.CharField(max_length=64)),
                ("sealed_at", models.DateTimeField()),
                (
                    "activity",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenants.activity",
                    ),
                ),
                ("organization", organization()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "position"), name="activity_seal_position"),
                    models.UniqueConstraint(fields=("organization", "activity"), name="activity_seal_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="UnsealedActivity",
            fields=[
                ("id", row_id()),
                ("due_at", models.DateTimeField()),
                ("organization", organization()),
            ],
            options={
                "verbose_name_plural": "unsealed activities",
                "indexes": [models.Index(fields=["due_at"], name="unsealed_due")],
            },
        ),
    ]
