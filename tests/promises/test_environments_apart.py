"""Promise environments_apart: five processes, five powers; each refuses to start with another's."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.db.utils import ConnectionHandler

from costframe.roles import (
    EVERY_SECRET,
    ROLES,
    WrongPowers,
    foreign_secrets,
    refuse_foreign_secrets,
    refuse_wrong_database_role,
)
from tenants.database_roles import LOGINS
from tests.database import CONTEXT_KEY, ROOT

SERVING = ("web", "worker", "scheduler", "operator")


def run(role: str, code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `code` in a process of its own with nothing but the given environment."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "COSTFRAME_ROLE": role,
            "COSTFRAME_SANDBOX": "true",
            "COSTFRAME_CLERK_ISSUER": "http://clerk.localhost:1",
            **({"COSTFRAME_CONTEXT_KEY": CONTEXT_KEY.text} if role == "web" else {}),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def refuse(django_db_blocker):
    """Run a role's start-up check on the connection that a process would open with this URL."""
    from costframe.settings import env

    def check(role: str, url: str) -> None:
        connection = ConnectionHandler({"default": env.db_url_config(url)})["default"]
        with django_db_blocker.unblock():
            try:
                refuse_wrong_database_role(ROLES[role], connection)
            finally:
                connection.close()

    return check


@pytest.mark.parametrize("role", ROLES)
def test_a_process_refuses_every_secret_of_another(role):
    for name in EVERY_SECRET - ROLES[role].secrets:
        with pytest.raises(WrongPowers, match=name):
            refuse_foreign_secrets(ROLES[role], {name: "planted-value"})
    refuse_foreign_secrets(ROLES[role], dict.fromkeys(ROLES[role].secrets, "own"))


@pytest.mark.parametrize("role", ROLES)
def test_no_process_holds_the_identity_providers_secret_key(role):
    with pytest.raises(WrongPowers, match="must not hold CLERK_SECRET_KEY: remove it"):
        refuse_foreign_secrets(ROLES[role], {"CLERK_SECRET_KEY": "planted-value"})


def test_the_refusal_names_the_variable_and_never_its_value():
    with pytest.raises(WrongPowers) as refused:
        refuse_foreign_secrets(ROLES["web"], {"COSTFRAME_AWS_SECRET_ACCESS_KEY": "planted-value"})
    assert "planted-value" not in str(refused.value)


def test_no_two_processes_but_web_and_operator_share_a_secret_beside_the_queue():
    assert ROLES["web"].secrets & ROLES["operator"].secrets == {"COSTFRAME_SECRET_KEY"}
    assert ROLES["worker"].secrets & ROLES["scheduler"].secrets == {"COSTFRAME_REDIS_URL"}
    assert ROLES["web"].secrets & ROLES["worker"].secrets == frozenset()


def test_the_secret_that_webhooks_are_signed_with_is_webs_alone():
    secret = {"COSTFRAME_CLERK_WEBHOOK_SECRET": "planted-value"}
    holders = [name for name, role in ROLES.items() if foreign_secrets(role, secret) == []]
    assert holders == ["web"]


def test_web_does_not_start_with_a_private_key_in_its_environment():
    started = run(
        "web", "import costframe.wsgi", COSTFRAME_SEALING_KEY_DIR="/nowhere", COSTFRAME_SECRET_KEY="own"
    )  # fmt: skip
    assert started.returncode != 0
    assert "must not hold COSTFRAME_SEALING_KEY_DIR" in started.stderr
    assert foreign_secrets(ROLES["web"], {"COSTFRAME_SEALING_KEY_DIR": "/nowhere"}) == ["COSTFRAME_SEALING_KEY_DIR"]


@pytest.mark.parametrize("role", ["web", "operator"])
def test_error_pages_that_show_the_settings_are_for_loopback_only(role):
    public = {"COSTFRAME_SANDBOX": "false", "COSTFRAME_SECRET_KEY": "own", "COSTFRAME_DEBUG": "true"}
    public |= {"COSTFRAME_OPERATOR_TRAIL_DATABASE_URL": "postgres://own"} if role == "operator" else {}
    started = run(role, "import costframe.settings", COSTFRAME_PUBLIC_ORIGIN="https://costframe.example", **public)
    assert started.returncode != 0
    assert "COSTFRAME_DEBUG is on" in started.stderr
    here = run(role, "import costframe.settings", COSTFRAME_PUBLIC_ORIGIN="http://app.localhost:8000", **public)
    assert here.returncode == 0, here.stderr


@pytest.mark.parametrize("role", SERVING)
def test_each_process_starts_on_its_own_database_login_and_on_no_other(role, cluster, refuse):
    for login, url in cluster.urls.items():
        if login == ROLES[role].database_role:
            refuse(role, url)
        else:
            with pytest.raises(WrongPowers, match=login):
                refuse(role, url)


@pytest.mark.parametrize("role", SERVING)
@pytest.mark.parametrize(
    ("power", "sentence"),
    [
        ("superuser", "superuser"),
        ("bypassrls", "BYPASSRLS"),
        ("createrole", "create roles"),
        ("in role cf_owner", "become the owner"),
        ("in role pg_read_all_data", "act as pg_read_all_data"),
        ("replication", "may replicate"),
    ],
)
def test_no_process_starts_on_a_login_that_could_walk_round_the_walls(role, power, sentence, cluster, refuse):
    login = f"mighty_{role}_{sentence.split()[0].lower()}"
    with cluster.admin() as admin:
        admin.execute(f"create role {login} login password 'x' {power}")
        admin.execute(f"grant connect on database costframe_test to {login}")
    try:
        with pytest.raises(WrongPowers, match=sentence):
            refuse(role, cluster.postgres.url(role=login, password="x", database="costframe_test"))
    finally:
        with cluster.admin() as admin:
            admin.execute(f"drop owned by {login}")
            admin.execute(f"drop role {login}")


@pytest.mark.parametrize("role", ["web", "scheduler", "operator"])
@pytest.mark.parametrize("module", ["connections.unseal", "connections.providers.aws.session", "boto3", "botocore"])
def test_only_the_worker_can_import(role, module):
    code = (
        "import costframe.roles as r\n"
        f"r.wall_off(r.ROLES['{role}'])\n"
        f"try:\n    import {module}\nexcept r.WrongPowers: print('refused')"
    )
    assert run(role, code).stdout == "refused\n"


def test_the_wall_notices_what_was_imported_before_it_stood():
    code = "import boto3, costframe.roles as r\nr.wall_off(r.ROLES['web'])"
    started = run("web", code)
    assert started.returncode != 0
    assert "already imported" in started.stderr


def test_the_worker_sees_no_web_secret_and_web_no_worker_secret_in_the_fleet(tmp_path):
    """What the demo hands to each process passes the same walls."""
    from sandbox.fleet import Fleet

    fleet = Fleet(
        database_urls={login: f"postgres://{login}@127.0.0.1/x" for login in LOGINS},
        redis_url="redis://127.0.0.1",
        logs=tmp_path,
        shared={},
        worker_only=dict.fromkeys(ROLES["worker"].secrets, "w"),
        sealing_public_key="public",
        context_key=CONTEXT_KEY.text,
        web_only={"COSTFRAME_CLERK_WEBHOOK_SECRET": "w"},
        operators=("user_operator",),
    )
    for name, role in ROLES.items():
        refuse_foreign_secrets(role, fleet.environment(name))
    assert "COSTFRAME_SEALING_KEY_DIR" in fleet.environment("worker")
