"""Making a connection and submitting its access. The rows are the queue: nothing is sent from here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.views.decorators.debug import sensitive_variables

from connections import confirmations
from connections.models import AccessCheck, Connection, SealedCredential
from connections.provider import other_account
from connections.seal import Binding, seal
from tenants import activity, scope
from tenants.wake import wake_scheduler

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from connections.provider import ExportPlace

# The worker's session holds the same shape once more; web must not import it.
ROLE_ARN = re.compile(r"arn:aws:iam::(?P<account_id>\d{12}):role/(?:[\w+=,.@/-]+/)?[\w+=,.@-]{1,64}", re.ASCII)


class NotARoleArn(ValueError):
    """What was given is not the ARN of a role. Show the form again, the message says what one looks like."""


class AccountAlreadyConnected(Exception):
    """Another connection of the organisation has this account. Show that one, or delete it first."""


class OtherAccount(Exception):
    """The connection has been of another account. Make a new connection for the new one."""


class ConnectionDeleted(Exception):
    """The connection was deleted meanwhile, so nothing may be stored for it."""


class NothingSubmitted(Exception):
    """The connection is a draft or deleted, so there is no access to try. Show its form."""


def make_draft(*, label: str, regions: Sequence[str], export: ExportPlace | None, by: str, at: datetime) -> Connection:
    """A connection without access yet. Its External ID is made here and never changes."""
    connection = Connection(label=label, created_at=at, provider="aws")
    _place(connection, regions=regions, export=export)
    connection.save(force_insert=True)
    _note(connection, "connection.drafted", by=by, at=at, **_placement(connection))
    return connection


@sensitive_variables("role_arn", "found", "sealed")
def submit_access(
    *,
    connection_id: UUID,
    role_arn: str,
    regions: Sequence[str],
    export: ExportPlace | None,
    public_key: bytes,
    by: str,
    at: datetime,
) -> AccessCheck:
    """Seal the access that was submitted, in place of any earlier one, and ask for it to be tried.

    Raises NotARoleArn, OtherAccount, AccountAlreadyConnected, ConnectionDeleted, or seal.CannotSeal; then nothing
    has changed. The ARN is sealed before it is used for anything but its account number.
    """
    found = ROLE_ARN.fullmatch(role_arn)
    if found is None:
        raise NotARoleArn("Not the ARN of a role. One looks like arn:aws:iam::123456789012:role/CostframeReadOnly.")
    connection = Connection.objects.select_for_update().get(id=connection_id)
    if connection.state == Connection.State.DELETED:
        raise ConnectionDeleted(f"{connection.label} was deleted.")
    generation = connection.generation + 1
    binding = Binding(
        organization_id=scope.current(),
        connection_id=connection.id,
        provider=connection.provider,
        generation=generation,
    )
    sealed = seal({"role_arn": role_arn}, public_key=public_key, binding=binding)
    before = {**_placement(connection), "account": connection.account_id or "none"}
    _pin(connection, account_id=found["account_id"])
    _place(connection, regions=regions, export=export)
    connection.generation, connection.state = generation, Connection.State.CHECKING
    _save(connection)
    SealedCredential.objects.filter(connection_id=connection.id).delete()
    SealedCredential.objects.create(
        connection_id=connection.id, generation=generation, key_id=sealed.key_id, blob=sealed.blob, created_at=at
    )
    after = {**_placement(connection), "account": found["account_id"]}
    changes = {name: f"{before[name]} → {value}" for name, value in after.items() if before[name] != value}
    _note(connection, "connection.submitted", by=by, at=at, **changes)
    _note(connection, "credential.sealed", by=by, at=at, key=sealed.key_id, submission=str(generation))
    return _ask(connection, at=at)


def check_again(*, connection: Connection, by: str, at: datetime) -> AccessCheck:
    """Ask for the stored access to be tried once more, or give the try that has not ended. What is in use stays so.

    Raises NothingSubmitted where there is no access to try.
    """
    if not connection.generation or connection.state == Connection.State.DELETED:
        raise NothingSubmitted(f"{connection.label} has no access yet: give the role's ARN first.")
    under_way = AccessCheck.objects.filter(
        connection=connection, generation=connection.generation, state__in=("REQUESTED", "RUNNING")
    ).first()
    if under_way is not None:
        return under_way
    _note(connection, "connection.tried_again", by=by, at=at)
    return _ask(connection, at=at)


def _ask(connection: Connection, *, at: datetime) -> AccessCheck:
    check = AccessCheck.objects.create(
        connection_id=connection.id, generation=connection.generation, requested_at=at, due_at=at
    )
    wake_scheduler()
    return check


def _note(connection: Connection, verb: str, *, by: str, at: datetime, **detail: str) -> None:
    activity.book(
        actor=by,
        verb=verb,
        subject_kind="connection",
        subject_id=connection.id,
        at=at,
        detail={"connection": connection.label, **detail},
    )


def _placement(connection: Connection) -> dict[str, str]:
    """Where the connection looks, as the trail tells it."""
    parts = (connection.export_bucket, connection.export_prefix, connection.export_name)
    path = "/".join(part for part in parts if part)
    export = f"{path} in {connection.export_region}" if path else "none"
    return {"regions": ", ".join(connection.regions) or "all", "export": export}


def _pin(connection: Connection, *, account_id: str) -> None:
    pinned = confirmations.pinned_account(connection=connection)
    if pinned not in {None, account_id}:
        raise OtherAccount(other_account(pinned=pinned or "", given=account_id))
    connection.account_id = account_id


def _place(connection: Connection, *, regions: Sequence[str], export: ExportPlace | None) -> None:
    connection.regions = list(regions)
    connection.export_bucket = export.bucket if export else ""
    connection.export_prefix = export.prefix if export else ""
    connection.export_name = export.name if export else ""
    connection.export_region = export.region if export else ""


def _save(connection: Connection) -> None:
    changed = ("regions", "export_bucket", "export_prefix", "export_name", "export_region")
    try:
        with transaction.atomic():
            connection.save(update_fields=["account_id", "generation", "state", *changed])
    except IntegrityError:
        other = Connection.objects.filter(provider=connection.provider, account_id=connection.account_id).exclude(
            state=Connection.State.DELETED
        )
        names = ", ".join(one.label for one in other.exclude(id=connection.id))
        raise AccountAlreadyConnected(
            f"Account {connection.account_id} is connected already, as {names}. Give a role of another account, or "
            "change that connection instead."
        ) from None
