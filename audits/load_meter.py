"""How far a load is: its phase, and the bytes and rows of it that are done. Held in memory."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date


class Phase(StrEnum):
    """What is done to a bill, in this order. With rows that are left out it is read again."""

    FETCHING = "FETCHING"
    LOOKING = "LOOKING"
    READING = "READING"
    READING_AGAIN = "READING_AGAIN"
    SUMMING = "SUMMING"
    ORDERING = "ORDERING"
    WAITING = "WAITING"
    WRITING = "WRITING"
    STORING = "STORING"
    ADDING_UP = "ADDING_UP"
    JUDGING = "JUDGING"


# While it is in these, only the child that reads knows how far it is.
OF_THE_CHILD = frozenset({Phase.LOOKING, Phase.READING, Phase.READING_AGAIN, Phase.SUMMING, Phase.ORDERING})


@dataclass(frozen=True, kw_only=True)
class Extent:
    """How far a phase is after `seconds` of it. None: not known, or not counted in this phase.

    Rows are exact where they are lines, and else told from the bytes that were read. `billing_period` is the one
    that is loaded, where a load is of one.
    """

    phase: Phase
    seconds: float = 0.0
    done_bytes: int | None = None
    all_bytes: int | None = None
    done_rows: int | None = None
    all_rows: int | None = None
    billing_period: date | None = None


class Meter:
    """One load's extent. Threads may add to it at the same time; adding costs next to nothing, but none goes by row."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._began = clock()
        self._extent: Extent | None = None
        self._period: date | None = None
        self._waited = 0.0
        self._waits_since: float | None = None

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Inside, another load is waited for. No time that this load may take runs meanwhile."""
        self.begin(Phase.WAITING)
        with self._lock:
            self._waits_since = self._clock()
        try:
            yield
        finally:
            with self._lock:
                self._waited += self._clock() - self._waits_since
                self._waits_since = None

    def waited(self) -> float:
        """For how many seconds other loads were waited for until now."""
        with self._lock:
            return self._waited + (0.0 if self._waits_since is None else self._clock() - self._waits_since)

    def of_period(self, billing_period: date) -> None:
        """From now on it is the load of this billing period."""
        self._period = billing_period

    def begin(self, phase: Phase, *, all_bytes: int | None = None, all_rows: int | None = None) -> None:
        """A phase begins. What it has all of is counted from nought."""
        with self._lock:
            self._began = self._clock()
            self._extent = Extent(
                phase=phase,
                done_bytes=None if all_bytes is None else 0,
                all_bytes=all_bytes,
                done_rows=None if all_rows is None else 0,
                all_rows=all_rows,
                billing_period=self._period,
            )

    def add(self, *, done_bytes: int = 0, done_rows: int = 0) -> None:
        """So much more is done. What the phase does not count is passed over."""
        with self._lock:
            extent = self._extent
            if extent is not None:
                self._extent = replace(
                    extent,
                    done_bytes=_sum(extent.done_bytes, done_bytes, extent.all_bytes),
                    done_rows=_sum(extent.done_rows, done_rows, extent.all_rows),
                )

    def hear(self, told: Extent) -> None:
        """Take over what the child tells of its phase, while it is the child's turn. Nothing runs backwards."""
        with self._lock:
            extent = self._extent
            if extent is None or extent.phase not in OF_THE_CHILD:
                return
            if told.phase != extent.phase:
                self._began = self._clock() - told.seconds
            self._extent = replace(told, billing_period=self._period)

    def extent(self) -> Extent | None:
        """How far it is now; None before the first phase."""
        with self._lock:
            extent, seconds = self._extent, self._clock() - self._began
        return None if extent is None else replace(extent, seconds=max(0.0, seconds))


def _sum(done: int | None, more: int, most: int | None) -> int | None:
    """Rows are counted by line ends, of which a text may have some too: never more than there are."""
    if done is None:
        return None
    return done + more if most is None else min(done + more, most)
