"""Promise decrypted_in_workers_only: web holds neither key nor opener, and cannot read the ciphertext back."""

from __future__ import annotations

import psycopg
import pytest

from tests.database import enter
from tests.promises.test_environments_apart import run
from tests.tenants import catalogue


def test_the_web_process_with_every_page_loaded_holds_neither_opener_nor_sdk(cluster):
    code = (
        "import sys, costframe.wsgi\n"
        "from django.urls import get_resolver\n"
        "count = len(get_resolver().reverse_dict)\n"
        "assert count > 0, 'no pages'\n"
        "names = ('connections.unseal', 'connections.providers', 'connections.access_check', 'boto3', 'botocore')\n"
        "print([name for name in names if name in sys.modules])"
    )
    started = run("web", code, COSTFRAME_DATABASE_URL=cluster.urls["cf_web"], COSTFRAME_SECRET_KEY="own")
    assert started.stdout == "[]\n", started.stderr


@pytest.fixture
def sealed(fresh_database):
    """A database with one sealed credential of each of two organisations."""
    with psycopg.connect(fresh_database["admin"]) as connection:
        for table in ("tenants_organization", "connections_connection", "connections_sealedcredential"):
            catalogue.fill(connection, table)
    return fresh_database


@pytest.mark.parametrize(
    "statement",
    [
        "select blob from connections_sealedcredential",
        "select * from connections_sealedcredential",
        "select to_jsonb(s) from connections_sealedcredential s",
        "select length(blob) from connections_sealedcredential",
        "select id from connections_sealedcredential where blob = 'x'",
        "select key_id from connections_sealedcredential",
        "update connections_sealedcredential set blob = 'y'",
        "update connections_sealedcredential set generation = 2",
        "delete from connections_sealedcredential returning blob",
        "copy connections_sealedcredential to stdout",
        "select blob from connections_sealedcredential for update",
        "create temp table t as select blob from connections_sealedcredential",
    ],
)
@pytest.mark.parametrize("login", ["cf_web", "cf_scheduler", "cf_operator"])
def test_no_login_but_the_workers_reads_or_changes_a_ciphertext(sealed, login, statement):
    with psycopg.connect(sealed[login]) as connection:
        enter(connection, catalogue.A)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


def test_the_worker_reads_its_own_organisations_ciphertext_only(sealed):
    with psycopg.connect(sealed["cf_worker"]) as connection:
        enter(connection, catalogue.A)
        rows = connection.execute("select organization_id, blob from connections_sealedcredential").fetchall()
    assert rows == [(catalogue.A, b"x")]


def test_web_deletes_one_connections_credential_and_leaves_the_others(sealed):
    with psycopg.connect(sealed["cf_web"]) as connection:
        enter(connection, catalogue.A)
        (owned,) = connection.execute("select connection_id from connections_sealedcredential").fetchone()
        connection.execute("delete from connections_sealedcredential where connection_id = %s", [owned])
    with psycopg.connect(sealed["admin"]) as connection:
        left = connection.execute("select organization_id from connections_sealedcredential").fetchall()
    assert left == [(catalogue.B,)]
