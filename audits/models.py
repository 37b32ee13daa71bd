"""One look at one connection: audits and their steps, what they saw, what they could not see, and the bill."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from audits.cost_models import CostDay as CostDay  # noqa: PLC0414 - Django finds models in this module
from audits.cost_models import CostDetail as CostDetail  # noqa: PLC0414 - as above
from audits.cost_models import CostLine as CostLine  # noqa: PLC0414 - as above
from audits.cost_models import CostRate as CostRate  # noqa: PLC0414 - as above
from audits.cost_models import CostTag as CostTag  # noqa: PLC0414 - as above
from audits.cost_models import CostTagKey as CostTagKey  # noqa: PLC0414 - as above
from audits.cost_models import QuarantinedRow as QuarantinedRow  # noqa: PLC0414 - as above
from audits.load_progress_model import LoadProgress as LoadProgress  # noqa: PLC0414 - as above
from audits.rate_models import ExchangeRate as ExchangeRate  # noqa: PLC0414 - as above
from audits.upload_models import BillUpload as BillUpload  # noqa: PLC0414 - as above
from audits.upload_models import BillUploadChunk as BillUploadChunk  # noqa: PLC0414 - as above
from audits.upload_models import BillUploadStop as BillUploadStop  # noqa: PLC0414 - as above
from connections.models import AccessCheck, Connection
from tenants.models import TenantModel, WorkRow, due_index, tied

# Digits before and after the point that hold any cost a provider has been seen to write, exactly.
COST: dict[str, Any] = {"max_digits": 38, "decimal_places": 18}


class Schedule(WorkRow):
    """When a connection's next night is due. One row a connection; `due_at` is the next run, None while paused.

    One of an organisation's rows is of no connection: its own night, on which old bill lines are removed.
    """

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+", null=True
    )
    jitter_seconds = models.PositiveIntegerField(default=0)
    last_night_date = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "connection"], name="schedule_one"),
            models.UniqueConstraint(fields=["organization"], condition=Q(connection=None), name="schedule_one_own"),
        ]
        indexes = [due_index("schedule_due")]


class Audit(WorkRow):
    """One look at one connection."""

    class State(models.TextChoices):
        REQUESTED = "REQUESTED"
        RUNNING = "RUNNING"
        DONE = "DONE"
        STOPPED = "STOPPED"
        FAILED = "FAILED"

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    state = models.CharField(max_length=16, choices=State, default=State.REQUESTED)
    requested_by = models.CharField(max_length=255)
    night_date = models.DateField(null=True, blank=True)
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    stop_requested_at = models.DateTimeField(null=True, blank=True)
    message = models.TextField(blank=True)
    summary = models.JSONField(default=dict)  # counts by kind, rule x region grid, what changed
    estimated_cost_usd = models.DecimalField(max_digits=12, decimal_places=6, default=0)

    class Meta:
        constraints = [
            tied("audit_tied"),
            models.UniqueConstraint(
                fields=["organization", "connection"],
                condition=Q(state__in=["REQUESTED", "RUNNING"]),
                name="audit_one_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["organization", "connection", "night_date"],
                condition=Q(night_date__isnull=False),
                name="audit_one_a_night",
            ),
        ]
        indexes = [
            due_index("audit_due"),
            models.Index(fields=["organization", "connection", "-requested_at"], name="audit_latest"),
        ]


class Step(WorkRow):
    """A part of an audit that one worker does: a service in a region, the bill, or the judging at the end."""

    class Kind(models.TextChoices):
        INVENTORY = "INVENTORY"
        BILL = "BILL"
        JUDGE = "JUDGE"

    class State(models.TextChoices):
        WAITING = "WAITING"
        RUNNING = "RUNNING"
        DONE = "DONE"
        FAILED = "FAILED"
        NOT_CALLED = "NOT_CALLED"  # planned so: see `plan`

    audit = models.ForeignKey(
        Audit, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="steps"
    )
    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    kind = models.CharField(max_length=16, choices=Kind)
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    account_id = models.CharField(max_length=32)
    region = models.CharField(max_length=32, blank=True)
    service = models.CharField(max_length=64, blank=True)
    plan = models.CharField(max_length=16, blank=True, default="")  # of audits.planning.Plan
    billed_days = models.PositiveSmallIntegerField(null=True, blank=True)  # of bill that name nothing there
    is_recorded = models.BooleanField(null=True, blank=True)  # by AWS Config; None where it does not tell
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    resource_count = models.PositiveIntegerField(default=0)
    gap_count = models.PositiveIntegerField(default=0)
    call_count = models.PositiveIntegerField(default=0)
    message = models.TextField(blank=True)

    class Meta:
        constraints = [
            tied("step_tied"),
            models.UniqueConstraint(
                fields=["organization", "audit", "kind", "account_id", "region", "service"], name="step_once"
            ),
        ]
        indexes = [due_index("step_due")]


class Gap(TenantModel):
    """Something an audit wanted to know and could not read. Never an empty list in its place."""

    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="gaps")
    step = models.ForeignKey(Step, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+")
    account_id = models.CharField(max_length=32)
    region = models.CharField(max_length=32, blank=True)
    service = models.CharField(max_length=64)
    action = models.CharField(max_length=128)
    reason = models.CharField(max_length=16)  # REFUSED, THROTTLED, FAILED, CAPPED, NOT_LOOKED_AT
    message = models.TextField()
    kinds = ArrayField(models.CharField(max_length=32), default=list)

    class Meta:
        indexes = [models.Index(fields=["organization", "audit"], name="gap_by_audit")]


class ApiCall(TenantModel):
    """How often an operation was called by outcome: in a step, before an audit had steps, or in an access check."""

    audit = models.ForeignKey(
        Audit, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="api_calls", null=True
    )
    step = models.ForeignKey(
        Step, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+", null=True
    )
    access_check = models.ForeignKey(
        AccessCheck, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+", null=True
    )
    account_id = models.CharField(max_length=32)
    region = models.CharField(max_length=32, blank=True)
    service = models.CharField(max_length=64)
    operation = models.CharField(max_length=128)
    outcome = models.CharField(max_length=16)  # OK, REFUSED, THROTTLED, FAILED
    error_code = models.CharField(max_length=128, blank=True)
    count = models.PositiveIntegerField()
    units = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(audit__isnull=False, access_check__isnull=True)
                | Q(audit__isnull=True, step__isnull=True, access_check__isnull=False),
                name="api_call_of_audit_or_check",
            )
        ]
        indexes = [
            models.Index(fields=["organization", "audit"], name="api_call_by_audit"),
            models.Index(
                fields=["organization", "access_check"],
                name="api_call_by_check",
                condition=Q(access_check__isnull=False),
            ),
        ]


class Resource(TenantModel):
    """A resource as last seen. `data` is the frozen value of connections.resources, so that a rule can see it again."""

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+")
    kind = models.CharField(max_length=32)
    service = models.CharField(max_length=64)
    resource_id = models.CharField(max_length=512)
    account_id = models.CharField(max_length=32)
    region = models.CharField(max_length=32)
    name = models.CharField(max_length=512, blank=True)
    tags = models.JSONField(default=dict)
    data = models.JSONField(default=dict)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            tied("resource_tied"),
            models.UniqueConstraint(
                fields=["organization", "connection", "kind", "region", "resource_id"], name="resource_once"
            ),
        ]
        indexes = [models.Index(fields=["organization", "connection", "service", "region"], name="resource_by_step")]


class Usage(TenantModel):
    """One series of one resource: one value a day, or 24 a day where `period_seconds` is an hour.

    An empty place in `values` is a day or hour without data, which is not zero.
    """

    resource = models.ForeignKey(
        Resource, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="usage"
    )
    metric = models.CharField(max_length=64)
    statistic = models.CharField(max_length=16)
    period_seconds = models.PositiveIntegerField(default=86400)
    unit = models.CharField(max_length=32)
    first_date = models.DateField()
    values = ArrayField(models.FloatField(null=True))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "resource", "metric", "statistic", "period_seconds"], name="usage_once"
            )
        ]


class BillSource(TenantModel):
    """What an organisation's bills come from: a connection's export, or files that its people hand in under a label."""

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+", null=True
    )
    label = models.CharField(max_length=120, blank=True)  # of files; an export goes by its connection's
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            tied("bill_source_tied"),
            models.UniqueConstraint(fields=["organization", "connection"], name="bill_source_one_a_connection"),
            models.UniqueConstraint(
                fields=["organization", "label"], condition=Q(connection__isnull=True), name="bill_source_label"
            ),
            models.CheckConstraint(
                condition=Q(connection__isnull=False, label="") | Q(connection__isnull=True) & ~Q(label=""),
                name="bill_source_of_connection_or_files",
            ),
        ]

    def __str__(self) -> str:
        return self.connection.label if self.connection else self.label


class BillLoad(TenantModel):
    """One loading of one billing period. A newer one replaces the lines of the earlier; its figures stay."""

    class State(models.TextChoices):
        LOADED = "LOADED"
        REPLACED = "REPLACED"
        REFUSED = "REFUSED"

    source = models.ForeignKey(
        BillSource, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    billing_period = models.DateField()
    state = models.CharField(max_length=16, choices=State)
    execution_id = models.CharField(max_length=255, blank=True)
    bill_format = models.CharField(max_length=32, default="focus")  # an id of audits.recognise.TITLES
    files = models.JSONField(default=list)  # [{key, size, etag, rows}]
    row_count = models.BigIntegerField(default=0)
    line_count = models.BigIntegerField(default=0)
    totals = models.JSONField(default=dict)  # {currency: {billed_cost: "12.34", ...}}
    invoice_totals = models.JSONField(default=dict)  # {invoice id: {currency: "12.34"}}
    billing_account_ids = ArrayField(models.TextField(), default=list)
    sub_account_ids = ArrayField(models.TextField(), default=list)
    billed_from = models.DateField(null=True, blank=True)
    billed_until = models.DateField(null=True, blank=True)  # first day that is not complete
    loaded_at = models.DateTimeField()
    message = models.TextField(blank=True)
    kinds = models.JSONField(default=list)  # of audits.bill_sums.KindSum
    services = models.JSONField(default=list)  # rows of audits.bill_sums.BY_SERVICE; of the current load only
    changes = models.JSONField(default=list)  # of audits.bill_sums.Change, the largest
    change_count = models.IntegerField(default=0)
    replaces = models.UUIDField(null=True, blank=True, default=None)  # the load that this one took the place of
    lines_removed_at = models.DateTimeField(null=True, blank=True)  # its sums stay, as do its CostDays
    quarantined_count = models.IntegerField(default=0)  # rows that could not be read and are in no line
    quarantined = models.JSONField(default=list)  # of audits.quarantine.Tally
    left_out_tag_keys = ArrayField(models.TextField(), default=list, blank=True)  # not added up by; the first by name
    left_out_tag_key_count = models.IntegerField(default=0)

    class Meta:
        constraints = [
            tied("bill_load_tied"),
            models.UniqueConstraint(
                fields=["organization", "source", "billing_period"],
                condition=Q(state="LOADED"),
                name="bill_load_one_current",
            ),
        ]


class LostMessage(TenantModel):
    """A queue message that was refused or gave up, with the kind of failure and no content."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    row_id = models.UUIDField()
    reason = models.CharField(max_length=255)
