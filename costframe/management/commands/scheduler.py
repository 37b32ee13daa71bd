"""The scheduler: looks at which rows are due and sends their ids. It may see nothing else of them."""

from __future__ import annotations

import logging
import signal
import threading
import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import Error, connection
from django.utils import timezone
from psycopg import sql

from costframe.queue import Queue
from costframe.roles import refuse_wrong_database_role
from costframe.schedule import EAGER_SECONDS, Scheduler
from tenants.wake import CHANNEL

if TYPE_CHECKING:
    from types import FrameType

log = logging.getLogger(__name__)
STOP_SECONDS = 0.5  # how long a request to stop may go unnoticed


class Command(BaseCommand):
    help = "Sends what is due to the workers until it is stopped. Any number may run."
    requires_system_checks: list[str] = []

    def handle(self, *args: object, **options: object) -> None:
        del args, options
        stopping = threading.Event()

        def stop(number: int, frame: FrameType | None) -> None:
            del number, frame
            stopping.set()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        refuse_wrong_database_role(settings.COSTFRAME_ROLE, connection)
        run(Scheduler(queue=Queue(settings.REDIS_URL), resend_seconds=settings.RESEND_SECONDS), stopping=stopping)


def run(scheduler: Scheduler, *, stopping: threading.Event) -> None:
    """Look, wait for a notification or the next due time, look again. A database that went away comes back."""
    log.info("The scheduler looks for due rows.")
    while not stopping.is_set():
        try:
            listen()
            while not stopping.is_set():
                wait_for_news(scheduler.look(at=timezone.now()), stopping=stopping)
        except Error:
            log.exception("The database is away; trying again.")
            connection.close()
            stopping.wait(EAGER_SECONDS)


def listen() -> None:
    """Ask to be woken."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("listen {}").format(sql.Identifier(CHANNEL)))


def wait_for_news(seconds: float, *, stopping: threading.Event) -> None:
    """Return after `seconds`, or at once when a row becomes due or the process is to stop."""
    deadline = time.monotonic() + seconds
    raw: Any = connection.connection
    while not stopping.is_set() and (left := deadline - time.monotonic()) > 0:
        with connection.wrap_database_errors:
            if list(raw.notifies(timeout=min(left, STOP_SECONDS), stop_after=1)):
                return
