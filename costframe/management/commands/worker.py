"""The worker: takes rows, looks into clouds, writes what it saw. Only it can open credentials."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection, connections

from costframe.roles import refuse_wrong_database_role

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from multiprocessing.context import ForkProcess
    from types import FrameType

log = logging.getLogger(__name__)
LOOK_SECONDS = 0.5
IDLE_MILLISECONDS = 200  # how long a message may lie unseen in an idle worker


class Command(BaseCommand):
    help = "Works through what the scheduler sends until it is stopped. Any number may run, on any machines."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--processes", type=int, default=settings.WORKER_PROCESSES)
        parser.add_argument("--threads", type=int, default=settings.WORKER_THREADS)

    def handle(self, *args: object, processes: int, threads: int, **options: object) -> None:
        del args, options
        stopping = threading.Event()
        _stop_on_signals(stopping)
        refuse_wrong_database_role(settings.COSTFRAME_ROLE, connection)
        # Of each thread its own, its claim's keeper's and that which tells how far a load is, as in the settings.
        connections["default"].settings_dict["OPTIONS"]["pool"]["max_size"] = 3 * threads
        _close_everything()  # nothing that is open now may be shared with a child
        if processes == 1:
            work(threads=threads, stopping=stopping)
        else:
            supervise(processes=processes, threads=threads, stopping=stopping)


def work(*, threads: int, stopping: threading.Event, supervisor: int | None = None) -> None:
    """Work in this process until `stopping` is set or the supervisor with this process id is gone."""
    from dramatiq import Worker  # noqa: PLC0415 - the supervisor needs neither dramatiq's threads nor an SDK

    from audits import bill_folder  # noqa: PLC0415 - as above
    from costframe import claims, pipeline  # noqa: PLC0415 - as above
    from costframe.broker import worker_broker  # noqa: PLC0415 - as above

    broker = worker_broker(settings.REDIS_URL)
    pipeline.declare(broker)
    bill_folder.sweep()
    worker = Worker(broker, worker_threads=threads, worker_timeout=IDLE_MILLISECONDS)
    worker.queue_prefetch = threads  # what is being worked on counts too, so no message waits behind a long step
    worker.start()
    log.info("Working with %s threads.", threads)
    while not stopping.wait(LOOK_SECONDS) and supervisor in {None, os.getppid()}:
        pass
    claims.give_back_all()
    worker.stop(timeout=int(settings.WORKER_GRACE_SECONDS * 1000))
    _close_everything()


def supervise(*, processes: int, threads: int, stopping: threading.Event) -> None:
    """Keep `processes` children at work; one that dies is replaced."""
    fork = multiprocessing.get_context("fork")
    # A child has its own copy of `stopping` and of the handler that sets it, from its first moment on.
    ours = {"threads": threads, "stopping": stopping, "supervisor": os.getpid()}
    children: list[ForkProcess] = []
    while not stopping.is_set():
        children = [child for child in children if child.is_alive()]
        while len(children) < processes:
            child = fork.Process(target=_work_in_child, kwargs=ours)
            child.start()
            children.append(child)
        stopping.wait(LOOK_SECONDS)
    for child in children:
        child.terminate()
    deadline = time.monotonic() + settings.WORKER_GRACE_SECONDS + 2 * LOOK_SECONDS
    for child in children:
        child.join(max(0.0, deadline - time.monotonic()))
        child.kill()


def _work_in_child(**given: Any) -> None:  # noqa: ANN401 - as `work` takes them
    """A child's error would be printed over many lines, past the log."""
    try:
        work(**given)
    except Exception:
        log.critical("A worker process ends by an error that nobody caught.", exc_info=True)
        raise SystemExit(1) from None


def _stop_on_signals(stopping: threading.Event) -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def _close_everything() -> None:
    connections.close_all()
    default: Any = connections["default"]
    default.close_pool()
