"""What the proof of an organisation costs a request: entering with it and asking it, against a bare setting.

The same statements on the same connection as cf_web, in turn: once with the wall as it stands, once with the function
that it took the place of, which believed the setting. A request enters once; each of its queries asks once.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import statistics
import time
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg

from benchmarks.database import ROOT, migrate
from sandbox import servers
from tenants.proof import ContextKey, make_proof
from tenants.rls import CURRENT_ORGANIZATION

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from uuid import UUID

DATABASE = "costframe_proof_bench"
ROUNDS = 2000
QUERIES = 12  # of a typical page
ENTER = "select set_config('costframe.organization', %s, true)"
ASK = "select count(*) from tenants_activity"
BARE = CURRENT_ORGANIZATION.replace("cf_organization()", "cf_bare_organization()")


def prepare(folder: Path) -> tuple[servers.Postgres, str, ContextKey]:
    """A migrated server, web's URL on it, and a key that it knows; beside the function, the one without a proof."""
    postgres = servers.start_postgres(folder)
    urls = servers.provision(postgres, DATABASE)
    migrate(urls["cf_migrator"])
    key = ContextKey.make()
    with psycopg.connect(postgres.url(database=DATABASE), autocommit=True) as admin:
        store = "insert into tenants_contextkey (id, inner_pad, outer_pad) values (%s, %s, %s)"
        admin.execute(store, [key.id, *key.pads])
        admin.execute(BARE)
        admin.execute("grant execute on function cf_bare_organization() to cf_web")
    return postgres, urls["cf_web"], key


def microseconds(act: Callable[[], object]) -> float:
    """How long one act takes, the median of many."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        act()
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1e6


def measure(web: psycopg.Connection, key: ContextKey, organization_id: UUID) -> None:
    """Print each part of the cost, and what it is of a page with a dozen queries."""

    def proof() -> str:
        return make_proof(
            key=key,
            organization_id=organization_id,
            user_id="user_2bench",
            backend_pid=web.info.backend_pid,
            at=dt.datetime.now(dt.UTC),
        )

    bare_enter = microseconds(lambda: web.execute(ENTER, [str(organization_id)]))
    bare_ask = microseconds(lambda: web.execute("select cf_bare_organization()").fetchone())
    web.rollback()
    made = microseconds(proof)
    enter = microseconds(lambda: web.execute(ENTER, [proof()]))
    ask = microseconds(lambda: web.execute("select cf_organization()").fetchone())
    page = microseconds(lambda: web.execute(ASK).fetchone()) * QUERIES + enter
    extra = enter - bare_enter + QUERIES * (ask - bare_ask)
    print(f"Proof of the organisation, median of {ROUNDS:,}:")
    print(f"  making it {made:.0f} us; entering {enter:.0f} us against {bare_enter:.0f} us with a bare setting")
    print(f"  asking it, once a query: {ask:.0f} us against {bare_ask:.0f} us")
    print(f"  a request with {QUERIES} queries pays {extra / 1000:.2f} ms of at least {page / 1000:.2f} ms")


def main() -> None:
    """Measure on a server of its own."""
    folder = ROOT / ".local" / f"bench-{os.getpid()}"
    folder.mkdir(parents=True)
    try:
        postgres, url, key = prepare(folder)
        try:
            with psycopg.connect(url) as web:
                measure(web, key, uuid4())
        finally:
            postgres.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
