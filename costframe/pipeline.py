"""The order of work: every actor, each one domain call inside the organisation's scope. The worker only.

An actor is given two ids and nothing else. It claims its row by compare-and-set, so it is safe to run twice.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import wraps
from typing import TYPE_CHECKING
from uuid import UUID

import dramatiq
from django.conf import settings
from django.utils import timezone

from audits import collect, nights, own_nights, record, retention, steps
from audits.bill_step import ExportProblem, Worker, load_export
from audits.booking import CalledFor, book_calls
from audits.budget import Budget
from audits.models import Audit, Step
from connections.models import Connection
from connections.providers.aws.session import CannotAssumeRole
from connections.unseal import CannotUnseal
from costframe import bill_uploads, claims, clerk_inbox, planning, telling, threshold_previews
from costframe.asking import Asking
from costframe.beginning import begin_audit
from costframe.broker import release_connections
from costframe.checking import make_check
from costframe.pacing import paced_book
from costframe.queue import QUEUE
from costframe.schedule import TABLES
from findings.connected_bills import told_by_others
from findings.operations import judge, price_again, waiting_for
from findings.thresholds import in_force
from tenants import scope
from tenants.sealing import seal_waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dramatiq import Broker


log = logging.getLogger(__name__)
PATIENT_SHARE = 0.25  # of a step's time, in which throttled calls go again and again; then it has to get on
MOST_BATCHES = 500  # of old bill lines that a night removes


def declare(broker: Broker) -> None:
    """Make the actors known to a worker's broker. None is retried by the queue: a row that stays due comes again."""
    for actor in (
        *(check_access, plan_night, run_audit, run_step, load_upload, preview_thresholds),
        *(take_in_event, seal_trail),
    ):
        dramatiq.actor(broker=broker, queue_name=QUEUE)(_for_its_row(actor))


def _for_its_row(actor: Callable[[str, str], None]) -> Callable[[str, str], None]:
    """The actor, entering the organisation for the sake of the row in its message, and in no other way."""

    @wraps(actor)
    def act(organization: str, row: str) -> None:
        with suppress(scope.WorkIsOver), scope.work_on(TABLES[actor.__name__], UUID(row)):
            actor(organization, row)

    return act


def check_access(organization: str, row: str) -> None:
    """Try a connection's access."""
    make_check(organization_id=UUID(organization), check_id=UUID(row))


def take_in_event(organization: str, row: str) -> None:
    """Do what a webhook of the identity provider says."""
    clerk_inbox.take_in(organization_id=UUID(organization), event_id=UUID(row))


def plan_night(organization: str, row: str) -> None:
    """Ask for a connection's nightly audit, or remove the organisation's old bill lines, and plan the next night."""
    with scope.organization(UUID(organization)):
        at = timezone.now()
        is_own = own_nights.begin(schedule_id=UUID(row), at=at)
        if not is_own:
            nights.begin_night(schedule_id=UUID(row), at=at)
    if is_own:
        _remove_old_lines(UUID(organization))


def _remove_old_lines(organization_id: UUID) -> None:
    """Each batch in a transaction of its own, so that nobody waits for the whole; what is left, the next night."""
    with scope.organization(organization_id):
        retention.mark_old(at=timezone.now(), months=settings.BILL_LINES_MONTHS)
    for _ in range(MOST_BATCHES):
        with scope.organization(organization_id):
            if not retention.remove_some():
                return


def run_audit(organization: str, row: str) -> None:
    """Begin an audit that was asked for, or look after one that is running."""
    organization_id = UUID(organization)
    with scope.organization(organization_id):
        audit = Audit.take(UUID(row), at=timezone.now(), seconds=settings.LEASE_SECONDS)
        if audit is None:
            return
        if audit.state != Audit.State.REQUESTED:
            planning.look_at_waiting(audit_id=audit.id, at=timezone.now())
            steps.look_again(audit_id=audit.id, at=timezone.now())
            return
    begin_audit(organization_id=organization_id, audit=audit)


def seal_trail(organization: str, row: str) -> None:
    """Seal what waits in an organisation's trail: the row's line and the others."""
    del row
    with scope.organization(UUID(organization)):
        seal_waiting(at=timezone.now())


def load_upload(organization: str, row: str) -> None:
    """Load files of a bill that were handed in."""
    bill_uploads.load_upload(organization_id=UUID(organization), upload_id=UUID(row))


def preview_thresholds(organization: str, row: str) -> None:
    """Work out what other thresholds of a rule would change."""
    threshold_previews.make_preview(organization_id=UUID(organization), preview_id=UUID(row))


def run_step(organization: str, row: str) -> None:
    """Do one step of an audit, keeping its claim alive meanwhile."""
    organization_id = UUID(organization)
    with scope.organization(organization_id):
        step = steps.take(
            step_id=UUID(row), at=timezone.now(), seconds=settings.LEASE_SECONDS, kinds_of=collect.kinds_of
        )
    if step is None:
        return
    with claims.held(
        step,
        organization_id=organization_id,
        lease_seconds=settings.LEASE_SECONDS,
        most_seconds=settings.STEP_SECONDS,
        is_wanted=lambda: steps.is_wanted(audit_id=step.audit_id),
    ) as hold:
        book = paced_book(
            connection_id=step.connection_id,
            raise_if_over=hold.raise_if_over,
            patient_seconds=settings.STEP_SECONDS * PATIENT_SHARE,
        )
        work = Work(organization_id=organization_id, step=step, hold=hold, book=book)
        try:
            DOING[step.kind](work)
        except steps.NoLongerOurs:
            log.warning("Step %s was taken over; what this worker saw is dropped.", step.id)
            work.keep_calls()
        except claims.EndEarly as early:
            work.end(early.reason)
        except (CannotUnseal, CannotAssumeRole, ExportProblem) as error:
            work.fail(str(error), is_final=error.permanent)
        except Exception as error:
            work.fail(f"It failed inside Costframe ({type(error).__name__}).")
            raise


@dataclass(frozen=True, kw_only=True)
class Work:
    """A claimed step with what keeps it and what counts its calls."""

    organization_id: UUID
    step: Step
    hold: claims.Hold
    book: collect.StoppableBook

    def credential(self) -> collect.Credential:
        """The connection's credential, opened; only while its access stands confirmed. Raises EndEarly."""
        with self.transaction():
            connection = Connection.objects.get(id=self.step.connection_id)
            if connection.state != Connection.State.CONNECTED:
                raise claims.EndEarly(claims.STOPPED)
        try:
            return collect.open_credential(
                organization_id=self.organization_id,
                connection=connection,
                purpose=collect.Purpose(kind=collect.AUDIT, id=self.step.audit_id),
                at=timezone.now(),
            )
        finally:
            release_connections()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One short transaction; the connection goes back to the pool after it, so that none idles during calls."""
        try:
            with scope.organization(self.organization_id):
                yield
        finally:
            release_connections()

    @contextmanager
    def results(self) -> Iterator[Audit]:
        """The one transaction that writes results: under the audit's lock, and only while the work is wanted."""
        self.hold.raise_if_over()
        with self.transaction():
            yield self.lock()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """The one transaction that writes what a step saw. The audit is locked by `lock`, which is called once that is
        written: all steps of an account end under the one lock, so each holds it as shortly as it can.
        """
        self.hold.raise_if_over()
        with self.transaction():
            if not self.step.is_held():
                raise steps.NoLongerOurs
            yield

    @contextmanager
    def storing(self) -> Iterator[None]:
        """A transaction that writes a load, and is cut off within seconds when the work is to end.

        The audit is locked at its end: until then anybody may ask that it stops, and the claim is kept from beside.
        """
        self.hold.raise_if_over()
        with self.transaction():
            with claims.cut_off_by(self.hold):
                yield
            self.lock()

    def lock(self) -> Audit:
        """The audit, locked until the transaction ends. Raises EndEarly and NoLongerOurs: then nothing may stay."""
        audit = steps.lock_audit(audit_id=self.step.audit_id)
        if not steps.is_wanted(audit_id=self.step.audit_id):
            raise claims.EndEarly(claims.STOPPED)
        if not self.step.hold(at=timezone.now(), seconds=settings.LEASE_SECONDS):
            raise steps.NoLongerOurs
        return audit

    def end(self, reason: str) -> None:
        """End for a reason that lies outside of the step."""
        log.info("Step %s ends early: %s.", self.step.id, reason)
        at, calls = timezone.now(), self.book.counts()
        if reason == claims.OVERDUE:
            kept = " What was loaded of the bill before stays." if self.step.kind == Step.Kind.BILL else ""
            self.fail(f"It took longer than {settings.STEP_SECONDS:.0f} seconds.{kept}", is_final=True)
        elif reason == claims.LEAVING:
            with self._last_word():
                steps.give_back(step=self.step, calls=calls, at=at)
        elif reason == claims.STOPPED:
            outcome = steps.Outcome(state=Step.State.FAILED, message=steps.STOPPED_MESSAGE, calls=calls)
            with self._last_word():
                steps.finish(step=self.step, outcome=outcome, at=at)
        else:
            self.keep_calls()

    def keep_calls(self) -> None:
        """Book what was called by work that is lost to somebody else: it was called all the same."""
        with suppress(scope.WorkIsOver), self.transaction():
            book_calls(self.book.counts(), called_for=CalledFor.of_step(self.step))

    def fail(self, message: str, *, is_final: bool = False) -> None:
        """Leave the step to a later try, or give it up."""
        kinds = collect.kinds_of(self.step.service)
        with self._last_word():
            if self.step.kind == Step.Kind.BILL and steps.is_given_up(step=self.step, is_final=is_final):
                # Another month of it may be there.
                planning.plan_again(audit=steps.lock_audit(audit_id=self.step.audit_id), at=timezone.now())
            steps.fail(
                step=self.step,
                message=message,
                kinds=kinds,
                calls=self.book.counts(),
                at=timezone.now(),
                is_final=is_final,
            )

    @contextmanager
    def _last_word(self) -> Iterator[None]:
        try:
            with self.transaction():
                yield
        except steps.NoLongerOurs:
            self.keep_calls()


def _look(work: Work) -> None:
    step, credential = work.step, work.credential()
    kinds = collect.kinds_of(step.service)
    with work.transaction():
        thresholds = in_force()
        known = record.known_spans(step=step, kinds=kinds)
        begun = Audit.objects.values_list("started_at", flat=True).get(id=step.audit_id)
    at = timezone.now()
    asking = Asking(step=step, settings=thresholds, transaction=work.transaction, begun=begun or at, at=at)
    wanted = collect.Wanted(
        series_of=asking.series_of,
        begun=begun,
        prepare=asking.prepare,
        kept=asking.kept(kinds),
        known=known,
        purse=Budget(
            audit_id=step.audit_id,
            cap_usd=Decimal(repr(settings.METRICS_COST_CAP_USD)),
            transaction=work.transaction,
        ),
    )
    collected = collect.look(step=step, credential=credential, wanted=wanted, book=work.book, at=at)
    at = timezone.now()
    with work.writing():
        record.write(step=step, collected=collected, kinds=kinds, at=at)
        work.lock()
        steps.finish(step=step, outcome=steps.outcome_of(collected), at=at)


def _load_bill(work: Work) -> None:
    worker = Worker(
        reading=work.transaction,
        results=work.storing,
        raise_if_over=work.hold.raise_if_over,
        seconds=settings.STEP_SECONDS,
    )
    work.hold.waited = worker.meter.waited
    credential = work.credential()
    with telling.told(work=work.step, organization_id=work.organization_id, meter=worker.meter):
        gaps = load_export(credential=credential, book=work.book, worker=worker, at=timezone.now())
    with work.transaction():
        others = planning.waiting_elsewhere(audit_id=work.step.audit_id)
    for audit_id in others:
        work.hold.raise_if_over()
        with work.transaction():
            planning.plan_again(audit=steps.lock_audit(audit_id=audit_id), at=timezone.now())
    with work.results() as audit:
        planning.plan_again(audit=audit, at=timezone.now())
        outcome = steps.Outcome(state=Step.State.DONE, gaps=gaps, calls=work.book.counts())
        steps.finish(step=work.step, outcome=outcome, at=timezone.now())


def _judge(work: Work) -> None:
    with work.transaction():
        ours = Audit.objects.get(id=work.step.audit_id)
        waiting = waiting_for(audit=ours)
    for connection_id in waiting:
        work.hold.raise_if_over()
        with work.transaction():
            price_again(connection_id=connection_id, bill_of=ours, at=timezone.now())
    at = timezone.now()
    with work.results() as audit:
        judge(audit=audit, at=at)
        work.hold.raise_if_over()
        steps.finish(step=work.step, outcome=steps.Outcome(state=Step.State.DONE), at=at)
        told = told_by_others(audit.connection)
    # Each by itself, and none while our own connection is locked: its judging may wait for that one. The step is done,
    # so there is nothing left to give up; what a lost worker leaves out is told by the others' next judging.
    for connection_id in told:
        with work.transaction():
            price_again(connection_id=connection_id, at=timezone.now())


DOING: dict[str, Callable[[Work], None]] = {
    Step.Kind.INVENTORY: _look,
    Step.Kind.BILL: _load_bill,
    Step.Kind.JUDGE: _judge,
}
