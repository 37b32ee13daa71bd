"""A database of a release before, which a migration then finds as it stands at a customer's."""

from __future__ import annotations

from contextlib import contextmanager

import psycopg

from sandbox import servers
from tests.database import migrate


@contextmanager
def database_at(cluster, name, *migration):
    """A database migrated up to `migration`. Gives the URL of each login, and of the superuser as `admin`."""
    with psycopg.connect(cluster.postgres.url(), autocommit=True) as admin:
        admin.execute(f"create database {name}")
    try:
        with psycopg.connect(cluster.postgres.url(database=name), autocommit=True) as admin:
            for statement in servers.database_statements(name):
                admin.execute(statement)
        urls = {
            login: cluster.postgres.url(role=login, password=password, database=name)
            for login, password in cluster.passwords.items()
        }
        migrate(urls["cf_migrator"], *migration)
        yield {**urls, "admin": cluster.postgres.url(database=name)}
    finally:
        cluster.drop(name)
