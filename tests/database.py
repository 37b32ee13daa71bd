"""Databases for tests: one migrated template, the roles of production, and copies that real processes may use."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from sandbox import servers
from tenants.database_roles import LOGINS, database_statements
from tenants.proof import ContextKey, make_proof

if TYPE_CHECKING:
    from uuid import UUID

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = "costframe_test"
PRISTINE = "costframe_test_pristine"  # what copies are made of: PostgreSQL copies no database that somebody is in
TEST_LOGIN = "cf_test"
CONTEXT_KEY = ContextKey(b"for tests only".ljust(32, b"."))
UNWALLED = "cf_test_unwalled"  # web and worker together, past row-level security: to see what the managers hold alone


class TestCluster:
    """One PostgreSQL server for the session, with a migrated template database."""

    __test__ = False

    def __init__(self, directory: Path) -> None:
        given = os.environ.get("COSTFRAME_DATABASE_URL")
        self.postgres = servers.given_postgres(given) if given else servers.start_postgres(directory, is_durable=False)
        self._forget_earlier_run()
        self.urls = servers.provision(self.postgres, TEMPLATE)
        self.passwords = {
            login: str(psycopg.conninfo.conninfo_to_dict(url)["password"]) for login, url in self.urls.items()
        }
        self.copies = 0
        migrate(self.urls["cf_migrator"])
        self._store_context_key()
        self.test_url = self._make_test_login()
        self._create(PRISTINE, source=TEMPLATE)

    def _forget_earlier_run(self) -> None:
        """On a server that was given, an earlier run may have left its template and login."""
        self.drop(TEMPLATE)
        self.drop(PRISTINE)
        with psycopg.connect(self.postgres.url(), autocommit=True) as admin:
            admin.execute(f"drop role if exists {TEST_LOGIN}")
            admin.execute(f"drop role if exists {UNWALLED}")

    def _make_test_login(self) -> str:
        password = "test-login"
        with psycopg.connect(self.postgres.url(database=TEMPLATE), autocommit=True) as admin:
            admin.execute(f"create role {TEST_LOGIN} login noinherit password '{password}'")
            for role in LOGINS:
                admin.execute(f"grant {role} to {TEST_LOGIN}")
            admin.execute(f"grant connect on database {TEMPLATE} to {TEST_LOGIN}")
            admin.execute(f"create role {UNWALLED} nologin bypassrls")
            admin.execute(f"grant cf_web, cf_worker to {UNWALLED}")
            admin.execute(f"grant {UNWALLED} to {TEST_LOGIN}")
        return self.postgres.url(role=TEST_LOGIN, password=password, database=TEMPLATE)

    def _store_context_key(self) -> None:
        with self.admin() as admin:
            admin.execute(
                "insert into tenants_contextkey (id, inner_pad, outer_pad) values (%s, %s, %s)",
                [CONTEXT_KEY.id, *CONTEXT_KEY.pads],
            )

    def admin(self, database: str = TEMPLATE) -> psycopg.Connection:
        """A superuser's connection: to look at what happened, never to make the product work."""
        return psycopg.connect(self.postgres.url(database=database), autocommit=True)

    def _create(self, name: str, *, source: str) -> None:
        with psycopg.connect(self.postgres.url(), autocommit=True) as admin:
            admin.execute(
                sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(source))
            )

    def copy(self) -> dict[str, str]:
        """A fresh database with everything migrated. Returns the URL of each login."""
        self.copies += 1
        name = f"copy_{os.getpid()}_{self.copies}"
        self._create(name, source=PRISTINE)
        with psycopg.connect(self.postgres.url(database=name), autocommit=True) as admin:
            for statement in database_statements(name):
                admin.execute(statement)
        return {
            "database": name,
            "admin": self.postgres.url(database=name),
            **{
                login: self.postgres.url(role=login, password=password, database=name)
                for login, password in self.passwords.items()
            },
        }

    def drop(self, name: str) -> None:
        """Remove a copy, whoever is still connected."""
        with psycopg.connect(self.postgres.url(), autocommit=True) as admin:
            admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def migrate(url: str, *target: str) -> None:
    """Run the migrations as the migrator does in production, all of them or one app's up to a `target`."""
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", *target, "--verbosity=0"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "COSTFRAME_ROLE": "migrate",
            "COSTFRAME_SANDBOX": "true",
            "COSTFRAME_DATABASE_URL": url,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def enter(connection: psycopg.Connection, organization_id: UUID | None) -> None:
    """What web does at the start of a request's transaction, on any connection. None: leave again."""
    proof = "" if organization_id is None else proof_for(connection, organization_id)
    connection.execute("select set_config('costframe.organization', %s, true)", [proof])


def proof_for(connection: psycopg.Connection, organization_id: UUID, *, at: dt.datetime | None = None) -> str:
    return make_proof(
        key=CONTEXT_KEY,
        organization_id=organization_id,
        user_id="user_test",
        backend_pid=connection.info.backend_pid,
        at=at or dt.datetime.now(dt.UTC),
    )


@contextmanager
def acting_as(role: str):
    """Everything inside runs as database role `role` (cf_web, cf_worker, …) on Django's test connection."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        before = cursor.fetchone()[0]
        cursor.execute(f"set local role {role}")
    try:
        yield
    finally:
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute(f"set local role {before}")
