"""Makes an access check that was asked for, and lets the connection in or refuses it. The worker only."""

from __future__ import annotations

import datetime as dt
import logging
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from audits import collect, nights
from audits.booking import CalledFor, book_calls
from connections import confirmations
from connections.models import AccessCheck, Connection
from connections.provider import AccessReport, other_account
from connections.providers.aws.session import CannotAssumeRole
from connections.unseal import CannotUnseal
from costframe import claims
from costframe.broker import release_connections
from costframe.pacing import paced_book
from costframe.planning import most_billed_region
from tenants import activity, scope

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

log = logging.getLogger(__name__)
MOST_TRIES = 3
AGAIN_SECONDS = 15
SUPERSEDED = "A newer submission has taken the place of this one."
DELETED = "The connection was deleted meanwhile."
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
            _end(check, superseded(connection), AccessCheck.State.FAILED)
            return
        AccessCheck.objects.filter(id=check.id).update(started_at=timezone.now())
    with claims.held(
        check,
        organization_id=organization_id,
        lease_seconds=settings.LEASE_SECONDS,
        most_seconds=settings.STEP_SECONDS,
        is_wanted=lambda: not is_superseded(check=check, connection=Connection.objects.get(id=check.connection_id)),
    ) as hold:
        book = paced_book(connection_id=connection.id, raise_if_over=hold.raise_if_over)
        _Trial(organization_id=organization_id, check=check, connection=connection, book=book).make()


def is_superseded(*, check: AccessCheck, connection: Connection) -> bool:
    """Whether the check is of an older submission, or its connection was deleted."""
    return check.generation != connection.generation or connection.state == Connection.State.DELETED


def superseded(connection: Connection) -> AccessReport:
    """What to say of a check that nobody waits for any more."""
    return refused(DELETED if connection.state == Connection.State.DELETED else SUPERSEDED)


def refused(sentence: str) -> AccessReport:
    """A report that knows nothing but why there is none."""
    return AccessReport(account_id=None, refusals=((FORM, sentence),))


@dataclass(kw_only=True)
class _Trial:
    """A check that is being made, with what counts its calls."""

    organization_id: UUID
    check: AccessCheck
    connection: Connection
    book: collect.StoppableBook
    credential: collect.Credential | None = None

    def make(self) -> None:
        """Try the access, and write what came of it or leave it to a later try. Each call is booked in any case."""
        try:
            report = self._try()
        except claims.EndEarly as early:
            self._end(early.reason)
        except CannotUnseal as error:
            self._write(refused(str(error)))
        except CannotAssumeRole as error:
            if self.check.attempt >= MOST_TRIES:
                self._write(refused(str(error)))
            else:
                self._leave(seconds=AGAIN_SECONDS)
        except Exception as error:
            if self.check.attempt >= MOST_TRIES:
                self._fail(
                    f"The check failed inside Costframe ({type(error).__name__}); nothing is wrong on your side."
                )
            else:
                self._leave(seconds=AGAIN_SECONDS)
            raise
        else:
            self._write(report)

    def _try(self) -> AccessReport:
        self.credential = collect.open_credential(
            organization_id=self.organization_id,
            connection=self.connection,
            purpose=collect.Purpose(kind=collect.ACCESS_CHECK, id=self.check.id),
            at=timezone.now(),
        )
        with scope.organization(self.organization_id):
            most_billed = most_billed_region(account_id=self.credential.account_id, at=timezone.now())
        release_connections()
        return collect.check(credential=self.credential, book=self.book, most_billed=most_billed)

    def _end(self, reason: str) -> None:
        """End for a reason that lies outside of the check. Nothing of what was seen is written."""
        log.info("Access check %s ends early: %s.", self.check.id, reason)
        if reason == claims.OVERDUE:
            self._fail(f"The check took longer than {settings.STEP_SECONDS:.0f} seconds: try again.")
        elif reason == claims.LEAVING:
            self._leave(seconds=0, attempt=max(0, self.check.attempt - 1), claim=None)
        elif reason == claims.STOPPED:
            with self._last_word():
                connection = Connection.objects.get(id=self.connection.id)
                _end(self.check, superseded(connection), AccessCheck.State.FAILED)
        else:
            with self._last_word():
                pass

    def _write(self, report: AccessReport) -> None:
        with self._last_word():
            write(self.check, report, self.credential)

    def _fail(self, sentence: str) -> None:
        with self._last_word():
            _end(self.check, refused(sentence), AccessCheck.State.FAILED)

    def _leave(self, *, seconds: float, **changes: Any) -> None:  # noqa: ANN401 - columns
        with self._last_word():
            due_at = timezone.now() + dt.timedelta(seconds=seconds)
            AccessCheck.objects.filter(id=self.check.id, claim=self.check.claim).update(due_at=due_at, **changes)

    @contextmanager
    def _last_word(self) -> Iterator[None]:
        """The transaction that ends this try. It books the calls, whoever holds the check by now."""
        with scope.organization(self.organization_id):
            account_id = self.credential.account_id if self.credential else ""
            book_calls(self.book.counts(), called_for=CalledFor.of_check(self.check, account_id=account_id))
            yield


def write(check: AccessCheck, report: AccessReport, credential: collect.Credential | None) -> None:
    """Write what a check came to, inside the open scope: the connection is let in or refused."""
    at = timezone.now()
    connection = Connection.objects.select_for_update().get(id=check.connection_id)
    if is_superseded(check=check, connection=connection):
        _end(check, superseded(connection), AccessCheck.State.FAILED)
        return
    report = _held_to_its_account(connection, report)
    state = AccessCheck.State.REFUSED if report.is_refused else AccessCheck.State.PASSED
    if not _end(check, report, state):
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
