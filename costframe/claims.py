"""Keeps a claim alive while its holder works outside of any transaction, and tells it when to end early."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import contextmanager
from contextvars import copy_context
from typing import TYPE_CHECKING
from weakref import WeakSet

from django.db import Error
from django.utils import timezone

from audits.cut_off import CutOff, cut_off
from costframe.broker import release_connections
from tenants import scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from tenants.models import WorkRow

log = logging.getLogger(__name__)
BEATS_PER_LEASE = 3
LEAST_BETWEEN_BEATS = 0.05
MOST_BETWEEN_BEATS = 5.0  # how long a request to stop may go unnoticed
STOPPED, OVERDUE, LOST, LEAVING = "STOPPED", "OVERDUE", "LOST", "LEAVING"


class EndEarly(Exception):
    """The holder of a claim must end now, for `reason`: STOPPED (somebody asked), OVERDUE (it took too long),
    LOST (the row is no longer ours, so write nothing) or LEAVING (this worker shuts down, so give the row back).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"Ended early: {reason}.")
        self.reason = reason


class Hold:
    """One claim that is being kept. Call `raise_if_over` wherever the work can end."""

    def __init__(self) -> None:
        self.reason: str | None = None
        self.is_over = threading.Event()
        self.waited: Callable[[], float] = lambda: 0.0  # seconds that were spent on others, and do not count

    def end(self, reason: str) -> None:
        """Ask the holder to end. The first reason stands."""
        self.reason = self.reason or reason
        self.is_over.set()

    def raise_if_over(self) -> None:
        """Raise EndEarly when the holder was asked to end."""
        if self.reason is not None:
            raise EndEarly(self.reason)


_holds: WeakSet[Hold] = WeakSet()


def give_back_all() -> None:
    """Ask every holder in this process to end and give its row back: the worker is being stopped."""
    for hold in list(_holds):
        hold.end(LEAVING)


@contextmanager
def held(
    row: WorkRow,
    *,
    organization_id: UUID,
    lease_seconds: float,
    most_seconds: float,
    is_wanted: Callable[[], bool],
) -> Iterator[Hold]:
    """Keep the claim on `row` from a thread beside, a third of the lease at a time, for at most `most_seconds`.

    What the hold has `waited` comes on top of these. No transaction may be open in the calling thread. `is_wanted` is
    asked at each beat, inside the organisation's scope.
    """
    hold = Hold()
    _holds.add(hold)
    release_connections()
    deadline = time.monotonic() + most_seconds
    done = threading.Event()
    keeper = threading.Thread(
        target=copy_context().run,  # a thread starts without the row for whose sake the organisation is entered
        args=(_keep,),
        name=f"keeper-{row.pk}",
        daemon=True,
        kwargs={
            "row": row,
            "organization_id": organization_id,
            "lease_seconds": lease_seconds,
            "deadline": deadline,
            "is_wanted": is_wanted,
            "hold": hold,
            "done": done,
        },
    )
    keeper.start()
    try:
        yield hold
    finally:
        done.set()
        keeper.join()
        _holds.discard(hold)


@contextmanager
def cut_off_by(hold: Hold) -> Iterator[None]:
    """Inside a transaction: what it asks of PostgreSQL is cut off when the holder is asked to end. Raises EndEarly."""
    try:
        with cut_off(hold.is_over.is_set):
            yield
    except CutOff:
        hold.raise_if_over()
        raise


def _keep(
    *,
    row: WorkRow,
    organization_id: UUID,
    lease_seconds: float,
    deadline: float,
    is_wanted: Callable[[], bool],
    hold: Hold,
    done: threading.Event,
) -> None:
    pause = min(lease_seconds / BEATS_PER_LEASE, MOST_BETWEEN_BEATS)
    while not done.wait(min(pause, max(LEAST_BETWEEN_BEATS, deadline + hold.waited() - time.monotonic()))):
        if time.monotonic() - hold.waited() >= deadline:
            hold.end(OVERDUE)
            return
        try:
            with scope.organization(organization_id):
                is_ours = row.hold(at=timezone.now(), seconds=lease_seconds)
                wanted = is_ours and is_wanted()
        except scope.WorkIsOver:
            hold.end(LOST)
            return
        except Error:
            # The lease may run out meanwhile; then the next beat that gets through says so.
            log.exception("A claim could not be kept this time.")
            continue
        finally:
            release_connections()
        if not wanted:
            hold.end(STOPPED if is_ours else LOST)
            return
