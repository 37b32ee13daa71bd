"""Organisations and their members, the base of every tenant's row, rows that are work, and the activity trail."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar
from uuid import uuid4

from django.db import models
from django.db.models import Q

from tenants import scope

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

Row = TypeVar("Row", bound=models.Model, covariant=True)  # noqa: PLC0105 - reads better than Row_co


class TenantManager(models.Manager[Row]):
    """Rows of the open scope's organisation only. Raises scope.NoTenantScope where none is open."""

    def get_queryset(self) -> models.QuerySet[Row]:
        """Filter by the organisation as well as PostgreSQL does."""
        return super().get_queryset().filter(organization_id=scope.current())


class OrganizationManager(models.Manager["Organization"]):
    """The open scope's own organisation only."""

    def get_queryset(self) -> models.QuerySet[Organization]:
        """As TenantManager, for the table whose id is the organisation."""
        return super().get_queryset().filter(id=scope.current())


class Organization(models.Model):
    """A customer. The id follows from issuer and Clerk's id, see `organization_id_for`."""

    id = models.UUIDField(primary_key=True, editable=False)
    issuer = models.CharField(max_length=255)
    clerk_id = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    timezone = models.CharField(max_length=64, default="UTC")
    night_time = models.TimeField(default=dt.time(2, 0))
    created_at = models.DateTimeField()
    # The provider's own time of the name, so that an older webhook cannot bring an older name back.
    updated_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = OrganizationManager()
    across_tenants = models.Manager()  # noqa: DJ012 - a manager too: the operator process's, which may only read

    class Meta:
        default_manager_name = "objects"


class TenantModel(models.Model):
    """A row that belongs to one organisation. PostgreSQL ties its references to the same organisation."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    # Every key of a tenant's table starts with the organisation, so an index on it alone would be one too many.
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", default=scope.current, db_index=False
    )

    objects: ClassVar[TenantManager[Self]] = TenantManager()

    class Meta:
        abstract = True


class WorkRow(TenantModel):
    """A row that is also an entry of the queue.

    `due_at` is when somebody should take it next: at once for new work, the deadline while somebody holds it, None
    when it is over. So one look at `due_at <= now` finds both new work and what a dead worker left behind.
    `claim` is the holder's secret: whoever writes results compares it first, so that a worker that was given up on
    and wakes again can write nothing.
    """

    due_at = models.DateTimeField(null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True)
    attempt = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True

    @classmethod
    def take(cls, row_id: UUID, *, at: datetime, seconds: float, **changes: Any) -> Self | None:  # noqa: ANN401 - columns
        """Claim the row if it is due, for `seconds`, by compare-and-set. None: somebody else has it, or it is over."""
        taken = cls.objects.filter(id=row_id, due_at__lte=at).update(
            claim=uuid4(),
            due_at=at + dt.timedelta(seconds=seconds),
            attempt=models.F("attempt") + 1,
            **changes,
        )
        return cls.objects.get(id=row_id) if taken else None

    def hold(self, *, at: datetime, seconds: float) -> bool:
        """Move the deadline on. False: the row is no longer ours, so stop."""
        return bool(
            type(self).objects.filter(id=self.id, claim=self.claim).update(due_at=at + dt.timedelta(seconds=seconds))
        )

    def is_held(self) -> bool:
        """Whether the row is still ours, as far as a look tells that locks nothing."""
        return type(self).objects.filter(id=self.id, claim=self.claim).exists()

    def settle(self, **changes: Any) -> bool:  # noqa: ANN401 - columns
        """Write the outcome if the row is still ours. False: it is not, so roll back whatever else was written."""
        return bool(type(self).objects.filter(id=self.id, claim=self.claim).update(**{"claim": None, **changes}))


def due_index(name: str) -> models.Index:
    """The scheduler's index: the few rows that are waiting or held."""
    return models.Index(fields=["due_at"], name=name, condition=Q(due_at__isnull=False))


def tied(name: str) -> models.UniqueConstraint:
    """The key that composite foreign keys refer to."""
    return models.UniqueConstraint(fields=["organization", "id"], name=name)


class Member(TenantModel):
    """A person in the organisation, as the provider's webhooks tell and as seen signing in. It only takes away.

    A token says what somebody may do; `removed_at`, and a `role` that is newer than the token, narrow that. Times of
    the provider: `joined_at` is when this membership began (a person who is invited again has a new one),
    `updated_at` when its role was set, `named_at` when the name was. None: the provider has told us nothing yet.
    """

    user_id = models.CharField(max_length=255)
    name = models.CharField(max_length=255, blank=True)
    role = models.CharField(max_length=255, blank=True)  # the provider's, without prefix: the setting says what it is
    joined_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(null=True, blank=True)
    named_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(null=True, blank=True)  # None: has not signed in here

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "user_id"], name="member_once")]
        # For what concerns a person alone, such as their account's end: in which organisations they are.
        indexes = [models.Index(fields=["user_id"], name="member_by_person")]


class ClerkEvent(WorkRow):
    """A webhook that came: the inbox. Web may only add to it, and see nothing; the worker takes and forgets.

    `id` follows from the message's id, so that one that is sent again meets itself. `organization` is what the event
    is about, known here or not; an event about a person or of an unknown type stands under an id of its own, made
    in the same way, under which nothing else stands. `payload` holds the fields that we use until they are used.
    """

    class State(models.TextChoices):
        RECEIVED = "RECEIVED"
        WAITING = "WAITING"  # its organisation is not known here, and may be soon
        DONE = "DONE"
        DROPPED = "DROPPED"
        DEAD = "DEAD"

    organization = models.ForeignKey(
        Organization,
        on_delete=models.CASCADE,
        related_name="+",
        default=scope.current,
        db_index=False,
        db_constraint=False,  # else inserting would tell which organisations exist
    )
    issuer = models.CharField(max_length=255)
    type = models.CharField(max_length=100)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=16, choices=State, default=State.RECEIVED)
    reason = models.CharField(max_length=255, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        indexes = [
            due_index("clerk_event_due"),
            models.Index(fields=["organization", "state"], name="clerk_event_by_state"),
        ]


class Activity(TenantModel):
    """One line of the append-only trail: who did what, to what, when."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=255)
    verb = models.CharField(max_length=64)
    subject_kind = models.CharField(max_length=64)
    subject_id = models.UUIDField(null=True)
    detail = models.JSONField(default=dict)  # texts by name: tenants.chain hashes them as they stand

    class Meta:
        constraints = [tied("activity_tied")]
        indexes = [
            # All one way, so that a page after a key is one range of the index.
            models.Index(fields=["organization", "at", "id"], name="activity_in_order"),
            # An operator comes with a view's id alone; which organisation it is of is the answer.
            models.Index(fields=["id"], name="activity_viewed", condition=Q(verb="operator.viewed")),
        ]
        verbose_name_plural = "activities"


class ActivitySeal(TenantModel):
    """A link of the organisation's chain: what stood in the trail at this position. See tenants.chain."""

    position = models.PositiveBigIntegerField()
    activity = models.ForeignKey(
        Activity, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    version = models.PositiveSmallIntegerField()
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "position"], name="activity_seal_position"),
            models.UniqueConstraint(fields=["organization", "activity"], name="activity_seal_once"),
        ]


class UnsealedActivity(TenantModel):
    """A line of the trail that waits for its seal; its id is the line's. A trigger writes it beside every line."""

    due_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="unsealed_due")]
        verbose_name_plural = "unsealed activities"
