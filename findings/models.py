"""What the rules said of each resource, and the findings that follow from it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from audits.models import COST, Audit, BillUpload, Resource
from connections.models import Connection
from findings.opinion_models import Opinion as Opinion  # noqa: PLC0414 - Django looks for models here
from findings.threshold_models import RuleSettings as RuleSettings  # noqa: PLC0414 - as above
from findings.threshold_models import ThresholdPreview as ThresholdPreview  # noqa: PLC0414 - as above
from tenants.models import TenantModel, tied


class Verdict(TenantModel):
    """What one rule says of one resource as the connection's latest audit saw it: all three outcomes are kept."""

    class Outcome(models.TextChoices):
        WASTE = "WASTE"
        FINE = "FINE"
        UNKNOWN = "UNKNOWN"

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    resource = models.ForeignKey(
        Resource, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    rule_id = models.CharField(max_length=128)
    outcome = models.CharField(max_length=8, choices=Outcome)
    because = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "resource", "rule_id"], name="verdict_once"),
        ]
        indexes = [models.Index(fields=["organization", "connection", "rule_id", "outcome"], name="verdict_by_rule")]


class Finding(TenantModel):
    """One kind of waste at one resource, from the audit that first saw it to the one that no longer did."""

    class State(models.TextChoices):
        OPEN = "OPEN"
        RESOLVED = "RESOLVED"

    class Resolution(models.TextChoices):
        NOT_WASTEFUL = "NOT_WASTEFUL"
        RESOURCE_GONE = "RESOURCE_GONE"
        CONNECTION_DELETED = "CONNECTION_DELETED"

    class Confidence(models.TextChoices):
        VERIFIED = "VERIFIED"
        ESTIMATED = "ESTIMATED"
        UNKNOWN = "UNKNOWN"

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    resource = models.ForeignKey(
        Resource, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+")
    rule_id = models.CharField(max_length=128)
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    resolution = models.CharField(max_length=32, choices=Resolution, blank=True)
    confidence = models.CharField(max_length=16, choices=Confidence)
    confidence_points = models.SmallIntegerField(default=-1)  # 0 to 100; -1 not worked out yet: an index can use it
    because = models.TextField()
    account_id = models.CharField(max_length=32)
    region = models.CharField(max_length=32)
    resource_name = models.CharField(max_length=512, blank=True)
    provider_resource_id = models.CharField(max_length=512)
    currency = models.CharField(max_length=8, blank=True)
    # None is "unknown", never 0. Gross is the finding alone, net what is left after overlaps on the same resource.
    gross_monthly_savings = models.DecimalField(**COST, null=True)
    estimated_monthly_savings = models.DecimalField(**COST, null=True)
    cash_monthly_savings = models.DecimalField(**COST, null=True)
    freed_commitment_monthly = models.DecimalField(**COST, null=True)
    # What is saved beyond that once what depends on the resource is gone too; None: nothing does, or no price is known.
    further_monthly_savings = models.DecimalField(**COST, null=True)
    further_currency = models.CharField(max_length=8, blank=True, default="")
    savings_sort = models.BigIntegerField(default=-1)  # micro-units of the currency; -1 unknown: an index can use it
    apart = models.TextField(blank=True, default="")  # why its figure, the gross one, is in no total: end of a sentence
    absorbed_by = models.CharField(max_length=128, blank=True)  # rule id of the finding that holds the rest
    price_source = models.CharField(max_length=255, blank=True)
    action = models.TextField()
    action_type = models.CharField(max_length=32)
    implementation_effort = models.CharField(max_length=16)
    restart_needed = models.BooleanField()
    rollback_possible = models.BooleanField()
    lookback_period_days = models.PositiveIntegerField(default=0)
    # First seen is never forgotten; opened is the start of the present stretch of waste, which is what age counts from.
    first_seen_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    opened_audit = models.ForeignKey(
        Audit, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    last_seen_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    reopened_count = models.PositiveIntegerField(default=0)
    cost_since = models.DecimalField(**COST, null=True)  # in `currency`; None: not known
    cost_since_date = models.DateField()
    # The days of the account's bill that the saving was worked out from, until exclusive; None: from no bill.
    rests_from = models.DateField(null=True, blank=True)
    rests_until = models.DateField(null=True, blank=True)
    evidence = models.JSONField(default=dict)  # frozen: thing, usage, bill lines, checks, parts, worked sum, settings
    evidence_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            tied("finding_tied"),
            models.UniqueConstraint(fields=["organization", "resource", "rule_id"], name="finding_once"),
            models.CheckConstraint(
                condition=Q(state="OPEN", resolved_at__isnull=True) | Q(state="RESOLVED", resolved_at__isnull=False),
                name="finding_resolved_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(confidence_points__gte=-1, confidence_points__lte=100), name="finding_confidence_in_bounds"
            ),
        ]
        indexes = [
            models.Index(
                # All one way, so that a page after a key is one range of the index; read backwards, unknown comes last.
                fields=["organization", "state", "currency", "savings_sort", "id"],
                name="finding_by_savings",
            ),
            models.Index(fields=["organization", "connection", "state"], name="finding_by_connection"),
            models.Index(fields=["organization", "state", "confidence_points", "id"], name="finding_by_confidence"),
        ]


class BillList(TenantModel):
    """What the bill of files that were handed in proves by itself: no connection is behind it, and nothing follows it.

    `told` is as `findings.told.told` gives it, of the complete days from `first_date` until `until_date`. Where nothing
    could be told, `message` says why.
    """

    upload = models.ForeignKey(
        BillUpload, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    made_at = models.DateTimeField()
    first_date = models.DateField(null=True)
    until_date = models.DateField(null=True)
    told = models.JSONField(default=dict)
    message = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "upload"], name="bill_list_once")]
