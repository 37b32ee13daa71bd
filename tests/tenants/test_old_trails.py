"""A trail that was there before it was chained is sealed like any other."""

from __future__ import annotations

import psycopg
import pytest

from sandbox import servers
from tests.database import migrate
from tests.tenants.catalogue import A, B, fill

BEFORE = ("tenants", "0030_context_proof")


@pytest.fixture
def old_database(cluster):
    """A database of the release before, with a line in each of two trails. Returns the URL of each login."""
    name = "old_trails"
    with psycopg.connect(cluster.postgres.url(), autocommit=True) as admin:
        admin.execute(f"create database {name}")
    with psycopg.connect(cluster.postgres.url(database=name), autocommit=True) as admin:
        for statement in servers.database_statements(name):
            admin.execute(statement)
    urls = {
        login: cluster.postgres.url(role=login, password=password, database=name)
        for login, password in cluster.passwords.items()
    }
    migrate(urls["cf_migrator"], *BEFORE)
    urls["admin"] = cluster.postgres.url(database=name)
    with psycopg.connect(urls["admin"]) as admin:
        for table in ("tenants_organization", "tenants_activity"):
            fill(admin, table)
    yield urls
    cluster.drop(name)


def test_every_line_of_before_waits_for_its_seal(old_database):
    """Row-level security is forced on the owner too: without lifting it the migration would find no line."""
    migrate(old_database["cf_migrator"])
    with psycopg.connect(old_database["admin"]) as admin:
        waiting = admin.execute(
            "select a.organization_id from tenants_activity a join tenants_unsealedactivity u using (id) order by 1"
        ).fetchall()
        forced = admin.execute("select relforcerowsecurity from pg_class where relname = 'tenants_activity'").fetchone()
    assert waiting == [(A,), (B,)]
    assert forced == (True,)
