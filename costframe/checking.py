"""Makes an access check that was asked for, and lets the connection in or refuses it. The worker only."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from audits import collect, nights
from connections import confirmations
from connections.models import AccessCheck, Connection
from connections.provider import AccessReport, other_account
from connections.providers.aws.session import CannotAssumeRole
from connections.unseal import CannotUnseal
from costframe import claims
from costframe.broker import release_connections
from tenants import activity, scope

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

MOST_TRIES = 3
AGAIN_SECONDS = 15
SUPERSEDED = "A newer submission has taken the place of this one."
FORM = ""  # a refusal that is about no field in particular


def make_check(*, organization_id: UUID, check_id: UUID) -> None:
    """Try the access that was submitted, outside of any transaction, and write what came of it."""
    with scope.organization(organization_id):
        check = AccessCheck.take(
            check_id, at=timezone.now(), seconds=settings.LEASE_SECONDS, state=AccessCheck.State.RUNNING
        )
        if check is None:
            return
        connection = Connection.objects.get(id=check.connection_id)
        if is_superseded(check=check, connection=connection):
            _end(check, AccessReport(account_id=None, refusals=((FORM, SUPERSEDED),)), AccessCheck.State.FAILED)
            return
        AccessCheck.objects.filter(id=check.id).update(started_at=timezone.now())
    with claims.held(
        check,
        organization_id=organization_id,
        lease_seconds=settings.LEASE_SECONDS,
        most_seconds=settings.STEP_SECONDS,
        is_wanted=lambda: not is_superseded(check=check, connection=Connection.objects.get(id=check.connection_id)),
    ) as hold:
        credential, report = _try(organization_id, check, connection)
        if report is not None and hold.reason in {None, claims.LEAVING}:
            with scope.organization(organization_id):
                _write(check, report, credential)


def is_superseded(*, check: AccessCheck, connection: Connection) -> bool:
    """Whether the check is of an older submission, or its connection was deleted."""
    return check.generation != connection.generation or connection.state == Connection.State.DELETED


def _try(
    organization_id: UUID, check: AccessCheck, connection: Connection
) -> tuple[collect.Credential | None, AccessReport | None]:
    """What was tried, where it opened, and the report; None where it is tried again later: nothing is known yet."""
    credential = None
    try:
        purpose = collect.Purpose(kind=collect.ACCESS_CHECK, id=check.id)
        credential = collect.open_credential(
            organization_id=organization_id, connection=connection, purpose=purpose, at=timezone.now()
        )
        release_connections()
        return credential, collect.check(credential=credential)
    except CannotUnseal as error:
        return credential, AccessReport(account_id=None, refusals=((FORM, str(error)),))
    except CannotAssumeRole as error:
        if check.attempt >= MOST_TRIES:
            return credential, AccessReport(account_id=None, refusals=((FORM, str(error)),))
        _later(organization_id, check)
        return credential, None
    except Exception as error:
        _later(organization_id, check)
        if check.attempt >= MOST_TRIES:
            sentence = f"The check failed inside Costframe ({type(error).__name__}); nothing is wrong on your side."
            with scope.organization(organization_id):
                _end(check, AccessReport(account_id=None, refusals=((FORM, sentence),)), AccessCheck.State.FAILED)
        raise


def _later(organization_id: UUID, check: AccessCheck) -> None:
    with scope.organization(organization_id):
        check.hold(at=timezone.now(), seconds=AGAIN_SECONDS)


def _write(check: AccessCheck, report: AccessReport, credential: collect.Credential | None) -> None:
    at = timezone.now()
    connection = Connection.objects.select_for_update().get(id=check.connection_id)
    report = _held_to_its_account(connection, report)
    state = AccessCheck.State.REFUSED if report.is_refused else AccessCheck.State.PASSED
    if is_superseded(check=check, connection=connection) or not _end(check, report, state):
        return
    connection.state = Connection.State.REFUSED if report.is_refused else Connection.State.CONNECTED
    Connection.objects.filter(id=connection.id).update(state=connection.state)
    if credential is None:
        return
    if report.is_refused:
        confirmations.withdraw(connection=connection, digest=credential.digest)
    else:
        # Only who was let in is held to its account: a wrong ARN at first must not lock out the right one.
        confirmations.confirm(
            connection=connection, digest=credential.digest, account_id=report.account_id or "", at=at
        )
        Connection.objects.filter(id=connection.id).update(checked_at=at)
        nights.plan_nights(connection=connection, at=at)


def _held_to_its_account(connection: Connection, report: AccessReport) -> AccessReport:
    """The report, refused where another check has pinned another account while this one was made."""
    pinned = confirmations.pinned_account(connection=connection)
    if report.is_refused or pinned in {None, report.account_id}:
        return report
    sentence = other_account(pinned=pinned or "", given=report.account_id or "")
    return replace(report, refusals=(("role_arn", sentence),))


def _end(check: AccessCheck, report: AccessReport, state: AccessCheck.State) -> bool:
    at: datetime = timezone.now()
    has_ended = check.settle(
        state=state,
        due_at=None,
        ended_at=at,
        account_id=report.account_id or "",
        refusals=[list(refusal) for refusal in report.refusals],
        warnings=list(report.warnings),
        matrix=[asdict(line) for line in report.matrix],
    )
    if has_ended:
        detail = {
            "connection": check.connection.label,
            "outcome": state,
            "refusals": str(len(report.refusals)),
            "submission": str(check.generation),
        }
        activity.book(
            actor=activity.this_worker(),
            verb="connection.checked",
            subject_kind="connection",
            subject_id=check.connection_id,
            at=at,
            detail=detail,
        )
    return has_ended
