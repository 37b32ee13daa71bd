"""What organisations have set in the place of a rule's thresholds, and previews of what that would change."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tenants.models import TenantModel, WorkRow, due_index, tied


class ThresholdPreview(WorkRow):
    """Somebody asks what other thresholds of a rule would change. A worker works it out and writes `effect`."""

    class State(models.TextChoices):
        REQUESTED = "REQUESTED"
        RUNNING = "RUNNING"
        DONE = "DONE"
        FAILED = "FAILED"

    rule_id = models.CharField(max_length=128)
    values = models.JSONField()  # every threshold of the rule by name, as it would be
    before = models.JSONField()  # as they were when it was asked for
    after_number = models.PositiveIntegerField()  # of the settings then in force; 0: none, the rule's defaults
    state = models.CharField(max_length=16, choices=State, default=State.REQUESTED)
    requested_by = models.CharField(max_length=255)
    requested_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    effect = models.JSONField(default=dict)  # as findings.effects.told gives it
    message = models.TextField(blank=True)

    class Meta:
        constraints = [tied("threshold_preview_tied")]
        indexes = [
            due_index("threshold_preview_due"),
            models.Index(fields=["organization", "rule_id", "-requested_at"], name="threshold_preview_latest"),
        ]


class RuleSettings(TenantModel):
    """The thresholds of one rule as an organisation has set them, and why. Append-only: the highest number counts."""

    rule_id = models.CharField(max_length=128)
    number = models.PositiveIntegerField()
    values = models.JSONField()  # every threshold of the rule by name
    note = models.CharField(max_length=500)
    by = models.CharField(max_length=255)
    at = models.DateTimeField()
    preview = models.ForeignKey(
        ThresholdPreview, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "rule_id", "number"], name="rule_settings_numbered"),
            models.UniqueConstraint(fields=["organization", "preview"], name="rule_settings_once"),
            models.CheckConstraint(condition=~Q(note=""), name="rule_settings_have_a_note"),
        ]
