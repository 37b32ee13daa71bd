"""Begins an audit that was asked for: the access is tried again, and what there is to look at is listed."""

from __future__ import annotations

import logging
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from audits import collect, steps
from audits.booking import CalledFor, book_calls
from audits.models import Audit, Step
from connections.models import Connection
from connections.providers.aws.session import CannotAssumeRole
from connections.unseal import CannotUnseal
from costframe import claims, planning
from costframe.broker import release_connections
from costframe.pacing import paced_book
from tenants import scope

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

log = logging.getLogger(__name__)
MOST_BEGINNINGS = 3
NOT_USABLE = "The connection is not in use: confirm its access first."


def begin_audit(*, organization_id: UUID, audit: Audit) -> None:
    """Begin a claimed audit, keeping its claim alive meanwhile. Outside of any transaction."""
    try:
        with scope.organization(organization_id):
            connection = Connection.objects.get(id=audit.connection_id)
            if _is_ended(audit, connection):
                return
    except steps.NoLongerOurs:
        return
    with claims.held(
        audit,
        organization_id=organization_id,
        lease_seconds=settings.LEASE_SECONDS,
        most_seconds=settings.STEP_SECONDS,
        is_wanted=lambda: steps.is_wanted(audit_id=audit.id, state=Audit.State.REQUESTED),
    ) as hold:
        book = paced_book(connection_id=connection.id, raise_if_over=hold.raise_if_over)
        _Beginning(organization_id=organization_id, audit=audit, connection=connection, book=book).make()


def _is_ended(audit: Audit, connection: Connection) -> bool:
    """Whether the audit was not to begin at all, and was ended here."""
    if audit.stop_requested_at is not None:  # whoever was beginning it died before it saw that
        steps.stop(audit=audit, at=timezone.now())
    elif connection.state != Connection.State.CONNECTED:
        steps.refuse(audit=audit, message=NOT_USABLE, at=timezone.now())
    else:
        return False
    return True


@dataclass(kw_only=True)
class _Beginning:
    """An audit that is being begun, with what counts its calls."""

    organization_id: UUID
    audit: Audit
    connection: Connection
    book: collect.StoppableBook
    account_id: str = ""

    def make(self) -> None:
        """Try the access and begin, or end the audit and say why. Each call is booked, whatever comes of it."""
        try:
            survey = self._survey()
        except claims.EndEarly as early:
            self._end(early.reason)
        except (CannotUnseal, CannotAssumeRole) as error:
            if not error.permanent and self.audit.attempt < MOST_BEGINNINGS:
                self._keep_calls()
                raise  # it stays claimed until its lease ends, then it is tried again
            self._refuse(str(error))
        except Exception as error:
            if self.audit.attempt < MOST_BEGINNINGS:
                self._keep_calls()
            else:
                self._refuse(f"It failed inside Costframe ({type(error).__name__}).")
            raise
        else:
            with self._last_word():
                at = timezone.now()
                steps.begin(audit=self.audit, survey=survey, parts=self._parts(survey, at=at), at=at)

    def _survey(self) -> steps.Survey:
        credential = collect.open_credential(
            organization_id=self.organization_id,
            connection=self.connection,
            purpose=collect.Purpose(kind=collect.AUDIT, id=self.audit.id),
            at=timezone.now(),
        )
        self.account_id, at = credential.account_id, timezone.now()
        with scope.organization(self.organization_id):
            is_told = planning.is_told_by_bill(account_id=self.account_id, at=at)
        release_connections()
        return collect.survey(credential=credential, book=self.book, asks_config=not is_told, at=at)

    def _parts(self, survey: steps.Survey, *, at: datetime) -> list[steps.Part]:
        parts = planning.inventory_parts(audit=self.audit, connection=self.connection, survey=survey, at=at)
        if self.connection.has_export:
            parts.append(steps.Part(kind=Step.Kind.BILL, account_id=survey.account_id))
        return parts

    def _end(self, reason: str) -> None:
        """End for a reason that lies outside of the audit."""
        log.info("The beginning of audit %s ends early: %s.", self.audit.id, reason)
        if reason == claims.OVERDUE:
            self._refuse(f"It took longer than {settings.STEP_SECONDS:.0f} seconds to begin.")
        elif reason == claims.LEAVING:
            with self._last_word():
                steps.leave_to_another(audit=self.audit, at=timezone.now(), **self._called)
        elif reason == claims.STOPPED:
            with self._last_word():
                steps.stop(audit=self.audit, at=timezone.now(), **self._called)
        else:
            self._keep_calls()

    def _refuse(self, message: str) -> None:
        with self._last_word():
            steps.refuse(audit=self.audit, message=message, at=timezone.now(), **self._called)

    @property
    def _called(self) -> dict[str, Any]:
        return {"account_id": self.account_id, "calls": self.book.counts()}

    @contextmanager
    def _last_word(self) -> Iterator[None]:
        try:
            with scope.organization(self.organization_id):
                yield
        except steps.NoLongerOurs:
            self._keep_calls()

    def _keep_calls(self) -> None:
        """Book what was called by a beginning that is lost to somebody else, or tried again."""
        called_for = CalledFor.of_audit(self.audit, account_id=self.account_id)
        with suppress(scope.WorkIsOver), scope.organization(self.organization_id):
            book_calls(self.book.counts(), called_for=called_for)
