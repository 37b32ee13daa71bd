"""Something said again and again, from a thread beside, while something else is done."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from contextvars import copy_context
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_SECONDS_AFTER = 1.0  # that whoever has finished waits for the last word


@contextmanager
def said_meanwhile(say: Callable[[], bool], *, every_seconds: float) -> Iterator[None]:
    """Call `say` every so often until the block ends or it answers False. What it raises ends its thread and no more.

    It is called first after `every_seconds`, so of what is over sooner nothing is said.
    """
    over = threading.Event()

    def go_on() -> None:
        while not over.wait(every_seconds) and say():
            pass

    # A thread starts without the row for whose sake the organisation is entered.
    thread = threading.Thread(target=copy_context().run, args=(go_on,), name="meanwhile", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(MOST_SECONDS_AFTER)
