"""Database connections of real logins at the same time, in threads, with committed data."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from django.db import connections
from django.db.utils import ConnectionHandler

from tests.costframe.running import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

WAITING = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


@contextmanager
def as_login(url: str) -> Iterator[None]:
    """Inside, Django's connection of this thread is one of its own, with the login of `url`."""
    from costframe.settings import env

    before = connections["default"]
    own = ConnectionHandler({"default": {**env.db_url_config(url), "OPTIONS": {"application_name": "at-once"}}})
    connections["default"] = own["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = before


class AtOnce:
    """Runs jobs in threads, each with its own connection of some login."""

    def __init__(self, urls: dict[str, str], *, unblock: Callable[[], Any]) -> None:
        self.urls = urls
        self._unblock = unblock
        self._pool = ThreadPoolExecutor(max_workers=4)

    def start(self, job: Callable[[], Any], *, login: str = "cf_worker") -> Future[Any]:
        """Begin a job."""

        def run() -> Any:
            with self._unblock(), as_login(self.urls[login]):
                return job()

        return self._pool.submit(run)

    def wait_until_one_waits(self, *, seconds: float = 10) -> None:
        """Return when some session waits for a lock that another one holds."""
        with psycopg.connect(self.urls["admin"], autocommit=True) as admin:
            wait_for(lambda: admin.execute(WAITING).fetchall() != [(0,)], seconds=seconds)

    def stop(self) -> None:
        self._pool.shutdown()
