"""Ends what PostgreSQL does for a transaction, however long it would go on. The worker only."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import psycopg
from django.db import OperationalError, connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOOKS_EVERY_SECONDS = 0.25
CANCEL_SECONDS = 5.0  # that asking PostgreSQL to end a statement may take


class CutOff(Exception):
    """The work in the block is not to go on. Leave its transaction with this, so that all of it is undone."""


@contextmanager
def cut_off(is_over: Callable[[], bool]) -> Iterator[None]:
    """While the block runs `is_over` is asked from a thread beside; once it is true, the block ends with CutOff.

    Whatever this thread's transaction asks of PostgreSQL then, waiting for a lock too, is cancelled within a second.
    """
    done = threading.Event()
    watching = threading.Thread(
        target=_cancel_when_over,
        name="cut-off",
        daemon=True,
        kwargs={"session": connection.connection, "is_over": is_over, "done": done},
    )
    watching.start()
    try:
        yield
    except (OperationalError, psycopg.errors.QueryCanceled) as error:
        if psycopg.errors.QueryCanceled in {type(error), type(error.__cause__)} and is_over():
            raise CutOff("It was cut off while it was written.") from error
        raise
    finally:
        done.set()
        watching.join()
    if is_over():
        raise CutOff("It was over before all of it was written.")


def _cancel_when_over(*, session: psycopg.Connection, is_over: Callable[[], bool], done: threading.Event) -> None:
    """Again and again, for what comes between two statements ends none."""
    while not done.wait(LOOKS_EVERY_SECONDS):
        if is_over():
            with suppress(psycopg.Error):
                session.cancel_safe(timeout=CANCEL_SECONDS)
