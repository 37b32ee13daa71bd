"""Connections, their sealed credentials, and the access checks made of them."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tenants.models import TenantManager, TenantModel, WorkRow, due_index, tied


def new_external_id() -> str:
    """An External ID: ours, random, one a connection, never taken from the customer."""
    return f"cf-{secrets.token_hex(20)}"


class Connection(TenantModel):
    """The read-only door to one cloud account. Nothing here is secret; what is lives in SealedCredential."""

    class State(models.TextChoices):
        DRAFT = "DRAFT"
        CHECKING = "CHECKING"
        CONNECTED = "CONNECTED"
        REFUSED = "REFUSED"
        DELETED = "DELETED"

    provider = models.CharField(max_length=16, default="aws")
    label = models.CharField(max_length=120)
    state = models.CharField(max_length=16, choices=State, default=State.DRAFT)
    account_id = models.CharField(max_length=32, null=True, blank=True)
    external_id = models.CharField(max_length=64, default=new_external_id, editable=False)
    regions = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    export_bucket = models.CharField(max_length=63, blank=True)
    export_prefix = models.CharField(max_length=512, blank=True)
    export_name = models.CharField(max_length=128, blank=True)
    export_region = models.CharField(max_length=32, blank=True)
    generation = models.PositiveIntegerField(default=0)
    is_paused = models.BooleanField(default=False)
    night_cost_usd = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True)
    created_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            tied("connection_tied"),
            models.UniqueConstraint(fields=["organization", "external_id"], name="connection_external_id"),
            models.UniqueConstraint(
                fields=["organization", "provider", "account_id"],
                condition=Q(account_id__isnull=False) & ~Q(state="DELETED"),
                name="connection_one_per_account",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def has_export(self) -> bool:
        """Whether this account holds the cost export, so that bills are read through it."""
        return bool(self.export_bucket)


class SealedManager(TenantManager["SealedCredential"]):
    """Leaves the ciphertext out: the web process may not select it."""

    def get_queryset(self) -> models.QuerySet[SealedCredential]:
        """The open scope's rows without `blob`, its key and its age."""
        return super().get_queryset().defer("blob", "key_id", "generation", "created_at")


class SealedCredential(TenantModel):
    """A credential that only the worker can open. Web may insert and delete it, never read it back."""

    connection = models.ForeignKey(
        Connection, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    generation = models.PositiveIntegerField()
    key_id = models.CharField(max_length=32)
    blob = models.BinaryField()
    created_at = models.DateTimeField()

    objects: ClassVar[SealedManager] = SealedManager()

    class Meta:
        base_manager_name = "objects"
        indexes = [models.Index(fields=["organization", "connection"], name="sealed_by_connection")]


class Confirmation(TenantModel):
    """That a worker tried this very credential and let it in, and which account it is of. Only a worker writes it.

    HPKE does not say who sealed: whoever has web's powers could put another credential in a customer's place. It would
    have another digest, so no audit uses it; and its check is held to the account, which never changes.
    """

    connection = models.ForeignKey(
        Connection, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    account_id = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)  # the sealed credential's SHA-256 in hexadecimal; empty: refused since
    confirmed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "connection"], name="confirmation_one")]


class AccessCheck(WorkRow):
    """One try of a connection's access: asked for by web, made by the worker, shown as a matrix."""

    class State(models.TextChoices):
        REQUESTED = "REQUESTED"
        RUNNING = "RUNNING"
        PASSED = "PASSED"
        REFUSED = "REFUSED"
        FAILED = "FAILED"

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    generation = models.PositiveIntegerField()
    state = models.CharField(max_length=16, choices=State, default=State.REQUESTED)
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    account_id = models.CharField(max_length=32, blank=True)
    refusals = models.JSONField(default=list)  # [[form field, sentence]]
    warnings = models.JSONField(default=list)  # [sentence]
    matrix = models.JSONField(default=list)  # [{action, result, why, message}]

    class Meta:
        constraints = [tied("access_check_tied")]
        indexes = [
            due_index("access_check_due"),
            models.Index(fields=["organization", "connection", "-requested_at"], name="access_check_latest"),
        ]
