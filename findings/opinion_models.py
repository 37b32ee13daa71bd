"""What the provider's own advisors say, as the latest audit left it, with how it stands to what we say."""

from __future__ import annotations

from django.db import models

from audits.models import COST, Audit, Resource
from connections.models import Connection
from tenants.models import TenantModel


class Opinion(TenantModel):
    """One opinion of theirs. Judging writes a connection's anew each time; it is no finding, and in no sum of ours."""

    class Standing(models.TextChoices):
        AGREED = "AGREED", "We say so too"
        FINE = "FINE", "We find it in order"
        UNKNOWN = "UNKNOWN", "We cannot tell"
        OTHER = "OTHER", "We advise something else"
        NO_RULE = "NO_RULE", "No rule of ours judges it"
        NOT_SEEN = "NOT_SEEN", "Not seen by us"

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+")
    resource = models.ForeignKey(  # the row under which the opinion itself was collected
        Resource, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    source = models.CharField(max_length=64)  # the service that it is read from
    origin = models.CharField(max_length=64, blank=True)
    action = models.CharField(max_length=32, blank=True)
    advice = models.TextField(blank=True)
    target = models.TextField(blank=True)
    about_id = models.CharField(max_length=512)
    about_arn = models.CharField(max_length=2048, blank=True)
    about_type = models.CharField(max_length=128, blank=True)
    about_name = models.CharField(max_length=512, blank=True)  # as we know the resource
    account_id = models.CharField(max_length=32)
    region = models.CharField(max_length=32, blank=True)
    currency = models.CharField(max_length=8, blank=True)
    # A month's, as they say it. None: not told, never 0. `saving` is the one that counts for the list's order.
    saving = models.DecimalField(**COST, null=True)
    before_discounts = models.DecimalField(**COST, null=True)
    after_discounts = models.DecimalField(**COST, null=True)
    monthly_cost = models.DecimalField(**COST, null=True)
    savings_sort = models.BigIntegerField(default=-1)  # micro-units; -1 not told: an index can use it
    lookback_days = models.PositiveIntegerField(null=True)
    refreshed_at = models.DateTimeField(null=True)
    standing = models.CharField(max_length=16, choices=Standing)
    because = models.TextField(blank=True)  # what we say, where it is no finding
    finding = models.ForeignKey(
        "findings.Finding", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+", null=True
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "resource"], name="opinion_once")]
        indexes = [
            models.Index(fields=["organization", "savings_sort", "id"], name="opinion_by_saving"),
            models.Index(fields=["organization", "connection"], name="opinion_by_connection"),
            models.Index(fields=["organization", "finding"], name="opinion_by_finding"),
        ]
