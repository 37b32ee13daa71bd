"""How far a load is, as pages see it while it runs."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tenants.models import TenantModel


class LoadProgress(TenantModel):
    """How far a load was when its worker last said so. One row for each work, a step or an upload, while it runs.

    It stands apart from the work's own row, which the load's transaction holds until it commits. Figures are of the
    phase alone; None: not known, or not counted in it. `claim` is the work's when it was told: with another one there,
    somebody else works on it by now.
    """

    step = models.ForeignKey(
        "audits.Step", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+", null=True
    )
    upload = models.ForeignKey(
        "audits.BillUpload", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+", null=True
    )
    claim = models.UUIDField()
    phase = models.CharField(max_length=16)  # of audits.load_meter.Phase
    phase_seconds = models.FloatField()
    billing_period = models.DateField(null=True)
    done_bytes = models.BigIntegerField(null=True)
    all_bytes = models.BigIntegerField(null=True)
    done_rows = models.BigIntegerField(null=True)
    all_rows = models.BigIntegerField(null=True)
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "step"], name="load_progress_of_step"),
            models.UniqueConstraint(fields=["organization", "upload"], name="load_progress_of_upload"),
            models.CheckConstraint(
                condition=Q(step__isnull=False, upload__isnull=True) | Q(step__isnull=True, upload__isnull=False),
                name="load_progress_of_one_work",
            ),
        ]
