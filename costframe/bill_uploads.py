"""Loads files that were handed in, whole or not at all, and deletes what they held. The worker only."""

from __future__ import annotations

import datetime as dt
import logging
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from audits import upload_step, upload_stop, uploads
from audits.bill_parts import BillRefused
from audits.bill_worker import Worker
from audits.load_meter import Phase
from audits.models import BillLoad
from audits.upload_models import BillUpload
from costframe import claims, telling
from costframe.broker import release_connections
from findings import bill_lists, trial_process
from findings.bill_span import span_of
from findings.operations import covered_by, price_again
from tenants import scope
from tenants.models import Organization

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

log = logging.getLogger(__name__)
MOST_TRIES = 3
AGAIN_SECONDS = 15
TURN_SECONDS = 3  # how soon it is looked again whether files that were handed in before are loaded
BROUGHT, LOADED, JUDGED = 2, 3, 4  # steps done
State = BillUpload.State


class NoLongerOurs(Exception):
    """Another worker holds the upload by now: write nothing."""


def load_upload(*, organization_id: UUID, upload_id: UUID) -> None:
    """Load files that were handed in, in their turn; or end them with the reason."""
    with scope.organization(organization_id):
        at = timezone.now()
        upload = BillUpload.take(upload_id, at=at, seconds=settings.LEASE_SECONDS, state=State.RUNNING)
        if upload is None:
            return
        if upload_stop.is_asked(upload):  # before a worker took it, or its worker died before it saw that
            upload_stop.end(upload, at=at)
            return
        if why := _why_over(upload, at=at):
            uploads.end(upload, state=State.FAILED, message=why, at=at)
            return
        if uploads.must_wait(upload):
            _give_back(upload, at=at + dt.timedelta(seconds=TURN_SECONDS))
            return
        upload.started_at = upload.started_at or at
        upload.save(update_fields=["started_at"])
    with claims.held(
        upload,
        organization_id=organization_id,
        lease_seconds=settings.LEASE_SECONDS,
        most_seconds=settings.STEP_SECONDS,
        is_wanted=lambda: _is_wanted(upload),
    ) as hold:
        _Work(organization_id=organization_id, upload=upload, hold=hold).do()


def _is_wanted(upload: BillUpload) -> bool:
    return Organization.objects.filter(deleted_at=None).exists() and not upload_stop.is_asked(upload)


def _why_over(upload: BillUpload, *, at: dt.datetime) -> str:
    """Why it is not tried any more; empty while it is."""
    if upload.attempt > MOST_TRIES:
        return f"It was begun {MOST_TRIES} times, and each time the worker ended before it did. Hand in smaller files."
    if at - upload.requested_at > dt.timedelta(hours=settings.UPLOAD_HOURS):
        return f"No worker could load it within {settings.UPLOAD_HOURS} hours. Hand the files in again."
    return ""


def _give_back(upload: BillUpload, *, at: dt.datetime) -> bool:
    """Leave it to a later try that counts as no further one."""
    return upload.settle(state=State.REQUESTED, due_at=at, attempt=max(0, upload.attempt - 1))


@dataclass(frozen=True, kw_only=True)
class _Work:
    """An upload that is held, with what keeps it."""

    organization_id: UUID
    upload: BillUpload
    hold: claims.Hold

    def do(self) -> None:
        """Load it, and write what came of it or leave it to a later try."""
        try:
            self._load()
        except NoLongerOurs:
            log.warning("Upload %s was taken over; what this worker read is dropped.", self.upload.id)
        except claims.EndEarly as early:
            self._end_early(early.reason)
        except BillRefused as refused:
            # Files that lie here do not change: what is wrong with one of them will be wrong again.
            self._fail(str(refused), state=State.REFUSED, is_final=refused.permanent or bool(refused.part))
        except Exception as error:
            self._fail(f"It failed inside Costframe ({type(error).__name__}); nothing is wrong with the files.")
            raise

    def _load(self) -> None:
        worker = Worker(
            reading=self.transaction,
            results=self.storing,
            raise_if_over=self.hold.raise_if_over,
            seconds=settings.STEP_SECONDS,
        )
        self.hold.waited = worker.meter.waited
        with (
            telling.told(work=self.upload, organization_id=self.organization_id, meter=worker.meter),
            upload_step.brought_home(upload=self.upload, worker=worker) as home,
        ):
            self._note(steps_done=BROUGHT)
            loaded = upload_step.load(upload=self.upload, home=home, worker=worker, at=timezone.now())
            self._note(steps_done=LOADED)
            worker.meter.begin(Phase.JUDGING)
            self._list(loaded)
            self._price_again(loaded)
        with self.results():
            self.upload.steps_done = JUDGED
            self.upload.save(update_fields=["steps_done"])
            uploads.end(self.upload, state=State.DONE, message="", at=timezone.now())

    def _list(self, loaded: upload_step.Loaded) -> None:
        """Keep what the bill alone proves, or why that could not be told: what is loaded does not depend on it."""
        at, span, told, message = timezone.now(), None, {}, ""
        try:
            span, missing = span_of(loaded.sums, at=at)
            told = trial_process.try_lines(
                lines=loaded.lines, span=span, seconds=settings.STEP_SECONDS, on_wait=self.hold.raise_if_over
            )
            told["missing_month"] = f"{missing:%Y-%m}" if missing else ""
        except (BillRefused, trial_process.TrialFailed) as error:
            message = str(error)
        with self.results():
            bill_lists.keep(upload=self.upload, told=told, span=span, message=message, at=at)

    def _price_again(self, loaded: upload_step.Loaded) -> None:
        """Findings of connections whose accounts the bill covers lacked it."""
        with self.transaction():
            covered = covered_by(BillLoad.objects.filter(id__in=[load.id for load in loaded.loads]))
        for connection_id in covered:
            self.hold.raise_if_over()
            with self.transaction():
                price_again(connection_id=connection_id, at=timezone.now())

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One short transaction; the connection goes back to the pool after it."""
        try:
            with scope.organization(self.organization_id):
                yield
        finally:
            release_connections()

    @contextmanager
    def results(self) -> Iterator[None]:
        """A transaction that writes results: only while the upload is held by this worker."""
        self.hold.raise_if_over()
        with self.transaction():
            if not self.upload.hold(at=timezone.now(), seconds=settings.LEASE_SECONDS):
                raise NoLongerOurs
            self._raise_if_stopped()
            yield
            self._raise_if_stopped()  # while it was written, so all of it is undone

    @contextmanager
    def storing(self) -> Iterator[None]:
        """A transaction that writes a load, and is cut off within seconds when the work is to end.

        The upload's row is changed at its end: until then the claim is kept from beside, which hears of a stop too.
        """
        self.hold.raise_if_over()
        with self.transaction():
            with claims.cut_off_by(self.hold):
                yield
            if not self.upload.hold(at=timezone.now(), seconds=settings.LEASE_SECONDS):
                raise NoLongerOurs
            self._raise_if_stopped()

    def _raise_if_stopped(self) -> None:
        """In the transaction that writes: the upload's row is held by now, so nobody else can tell us."""
        if upload_stop.is_asked(self.upload):
            raise claims.EndEarly(claims.STOPPED)

    def _note(self, **changes: Any) -> None:  # noqa: ANN401 - columns
        with self.results():
            BillUpload.objects.filter(id=self.upload.id).update(**changes)

    def _end_early(self, reason: str) -> None:
        """End for a reason that lies outside of the files."""
        log.info("Upload %s ends early: %s.", self.upload.id, reason)
        if reason == claims.OVERDUE:
            self._fail(f"It took longer than {settings.STEP_SECONDS:.0f} seconds: {self._what_stays()}.", is_final=True)
        elif reason == claims.LEAVING:
            with suppress(scope.WorkIsOver), self.transaction():
                _give_back(self.upload, at=timezone.now())
        elif reason == claims.STOPPED and not self._end_stopped():
            self._fail(uploads.ENDED_WITH_ORGANIZATION, is_final=True)

    def _what_stays(self) -> str:
        """As it is in the database: what this worker holds of the upload may have been undone."""
        with suppress(scope.WorkIsOver), self.transaction():
            if any(BillUpload.objects.values_list("load_ids", flat=True).get(id=self.upload.id)):
                return "the bill stays loaded, and what it alone proves was not looked for to the end"
        return "nothing was changed, and what was loaded before stays. Hand in smaller files, or Parquet"

    def _end_stopped(self) -> bool:
        """End it as somebody asked. False: nobody has, so it is the organisation that is deleted."""
        with suppress(scope.WorkIsOver), self.transaction():
            if upload_stop.is_asked(self.upload):
                upload_stop.end(self.upload, at=timezone.now())
                return True
        return False

    def _fail(self, message: str, *, state: BillUpload.State = State.FAILED, is_final: bool = False) -> None:
        """End it, or leave it to a later try while there is one."""
        at = timezone.now()
        with suppress(scope.WorkIsOver), self.transaction():
            if is_final or self.upload.attempt >= MOST_TRIES:
                uploads.end(self.upload, state=state, message=message, at=at)
            else:
                self.upload.settle(state=State.REQUESTED, due_at=at + dt.timedelta(seconds=AGAIN_SECONDS))
