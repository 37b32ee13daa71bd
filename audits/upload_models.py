"""Files of a bill that somebody handed in: the row that is the queue's, and its chunks until a worker has read them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tenants.models import TenantModel, WorkRow, due_index, tied


class BillUpload(WorkRow):
    """Files that were handed in together, as one source's. The row stays; what the files held is deleted at the end."""

    class State(models.TextChoices):
        REQUESTED = "REQUESTED"
        RUNNING = "RUNNING"
        DONE = "DONE"
        REFUSED = "REFUSED"
        STOPPED = "STOPPED"
        FAILED = "FAILED"

    source = models.ForeignKey(
        "audits.BillSource", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    state = models.CharField(max_length=16, choices=State, default=State.REQUESTED)
    requested_by = models.CharField(max_length=255)
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    files = models.JSONField(default=list)  # [{name, size}], in the order of their chunks' file_number
    size_bytes = models.BigIntegerField()
    steps_done = models.PositiveSmallIntegerField(default=1)  # of audits.upload_page.STEPS
    load_ids = ArrayField(models.UUIDField(), default=list)
    message = models.TextField(blank=True)

    class Meta:
        constraints = [tied("bill_upload_tied")]
        indexes = [
            due_index("bill_upload_due"),
            models.Index(fields=["organization", "-requested_at"], name="bill_upload_latest"),
        ]


class BillUploadChunk(TenantModel):
    """A piece of a file. Web may add it and never see it; the worker reads and deletes it."""

    upload = models.ForeignKey(
        BillUpload, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    file_number = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "upload", "file_number", "number"], name="bill_upload_chunk_once"
            )
        ]


class BillUploadStop(TenantModel):
    """Somebody wants an upload to stop. A row of its own: while a worker writes a load it holds the upload's."""

    upload = models.ForeignKey(
        BillUpload, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    requested_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "upload"], name="bill_upload_stop_once")]
