"""The command that makes the database's roles on a real server."""

from __future__ import annotations

import psycopg
import pytest
from django.core.management import CommandError, call_command

from tenants.database_roles import LOGINS
from tenants.management.commands.create_roles import url_for


@pytest.fixture
def own_server(tmp_path_factory):
    """A server of its own: passwords are the cluster's, and the other tests use theirs."""
    import os
    import shutil

    from sandbox import servers
    from tests.database import ROOT

    directory = ROOT / ".local" / f"roles-{os.getpid()}"
    server = servers.start_postgres(directory, is_durable=False)
    yield server
    server.stop(seconds=5)
    shutil.rmtree(directory, ignore_errors=True)


def test_every_login_it_prints_works_and_running_it_again_changes_the_passwords(own_server, settings, capsys):
    settings.ADMIN_DATABASE_URL = own_server.url()
    call_command("create_roles")
    first = dict(line.split(" ", 1) for line in capsys.readouterr().out.splitlines())
    assert set(first) == set(LOGINS)
    for login, url in first.items():
        with psycopg.connect(url) as connection:
            assert connection.info.user == login
    call_command("create_roles")
    second = dict(line.split(" ", 1) for line in capsys.readouterr().out.splitlines())
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(first["cf_web"])
    psycopg.connect(second["cf_web"]).close()


def test_without_the_url_it_says_which_variable_is_missing(settings):
    settings.ADMIN_DATABASE_URL = ""
    with pytest.raises(CommandError, match="COSTFRAME_ADMIN_DATABASE_URL is not set"):
        call_command("create_roles")


def test_a_server_that_does_not_answer_is_named_by_its_variable(settings):
    settings.ADMIN_DATABASE_URL = "postgres://admin:x@127.0.0.1:1/costframe"
    with pytest.raises(CommandError, match="COSTFRAME_ADMIN_DATABASE_URL"):
        call_command("create_roles")


def test_a_password_with_reserved_characters_survives_the_url():
    url = url_for("postgres://admin:old@db.example.test:5433/costframe", login="cf_web", password="a/b@c")
    assert url == "postgres://cf_web:a%2Fb%40c@db.example.test:5433/costframe"
