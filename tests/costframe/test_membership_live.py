"""With the real processes: somebody who is removed while their page is open can send nothing more from it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
import pytest
import redis

from sandbox import process
from sandbox.browser import Browser, PageRefused
from sandbox.clerk.issuer import Issuer
from sandbox.clerk.people import ENGINEER
from sandbox.fleet import Fleet
from tests.costframe.running import HURRIED, wait_for
from tests.database import CONTEXT_KEY

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.processes


@dataclass(frozen=True, kw_only=True)
class Live:
    """Web, scheduler and worker, and the provider that tells them."""

    issuer: Issuer
    origin: str
    rows: Callable[[str], list[tuple[object, ...]]]

    def browser(self):
        """The engineer's, with one token that is valid for the whole test and is never refreshed."""
        token = self.issuer.mint(ENGINEER, azp=self.origin)
        return Browser(origin=self.origin, signed_in=lambda: self.issuer.cookies(token))


@pytest.fixture
def live(fresh_database, redis_server, tmp_path):
    with contextlib.closing(redis.Redis.from_url(redis_server.url)) as queue:
        queue.flushall()
    port = process.free_port()
    origin = f"http://app.localhost:{port}"
    issuer = Issuer.start(state_dir=tmp_path / "clerk", app_origins=[origin])
    fleet = Fleet(
        database_urls=fresh_database,
        redis_url=redis_server.url,
        logs=tmp_path / "logs",
        shared={
            "COSTFRAME_SANDBOX": "true",
            "COSTFRAME_PUBLIC_ORIGIN": origin,
            **issuer.environment(),
            **HURRIED,
        },
        worker_only={},
        sealing_public_key="",
        context_key=CONTEXT_KEY.text,
        web_only=issuer.web_environment(),
    )

    def rows(statement):
        with psycopg.connect(fresh_database["admin"], autocommit=True) as admin:
            return admin.execute(statement).fetchall()

    try:
        fleet.start_command("scheduler", "scheduler", "scheduler")
        fleet.start_command("worker", "worker", "worker", "--processes=1", "--threads=2")
        fleet.start_pages("web", port)
        issuer.send_webhooks_to(origin)
        yield Live(issuer=issuer, origin=origin, rows=rows)
    finally:
        fleet.stop()
        issuer.stop()


def test_who_is_removed_while_their_page_is_open_can_send_nothing_more_from_it(live):
    live.issuer.memberships.announce()
    browser = live.browser()
    page = browser.get("/connections/new/")
    # What the provider told before anybody had signed in is taken up: the slug in the token gives way to the name.
    wait_for(lambda: "Northwind Traders" in browser.get("/connections/").words)
    wait_for(lambda: "Bruno Keller" in browser.get("/organization/members/").words)

    kept = browser.submit(page.form("/new/"), {"label": "before", "regions": "eu-west-1"})
    assert kept.can_send("/access/") or "/kit/" in kept.url
    live.issuer.memberships.remove("engineer")
    wait_for(lambda: live.rows("select 1 from tenants_member where removed_at is not null"))

    with pytest.raises(PageRefused, match=r"403 .*You were removed from this organisation"):
        browser.submit(page.form("/new/"), {"label": "after", "regions": "eu-west-1"})
    assert live.rows("select label from connections_connection") == [("before",)]
    assert "before" in browser.get("/connections/").words  # by the same token, which is still valid
    verbs = [verb for (verb,) in live.rows("select verb from tenants_activity where subject_kind = 'member'")]
    assert verbs.count("member.removed") == 1
    assert live.rows("select distinct payload::text from tenants_clerkevent where state = 'DONE'") == [("{}",)]
