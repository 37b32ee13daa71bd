"""What stands between the code and the network: gunicorn's settings, and what is checked before one deploys."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.database import CONTEXT_KEY, ROOT

PRODUCTION = {
    "COSTFRAME_PUBLIC_ORIGIN": "https://costframe.example",
    "COSTFRAME_SECRET_KEY": "of-this-test-only-0123456789-abcdefghijklmnopqrstuvw",
    "COSTFRAME_TRUSTED_PROXIES": "1",
    "COSTFRAME_CLERK_ISSUER": "https://clerk.costframe.example",
    "COSTFRAME_CLERK_PUBLISHABLE_KEY": "pk_live_Y2xlcmsuY29zdGZyYW1lLmV4YW1wbGUk",
}
OWN = {
    "web": {"COSTFRAME_CONTEXT_KEY": CONTEXT_KEY.text},
    "operator": {"COSTFRAME_OPERATOR_TRAIL_DATABASE_URL": "postgres://cf_operator_trail@127.0.0.1/costframe"},
}


def run(*command, role="web", **changes):
    given = {"PATH": os.environ["PATH"], "COSTFRAME_ROLE": role, **PRODUCTION, **OWN[role], **changes}
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={name: value for name, value in given.items() if value is not None},
        capture_output=True,
        text=True,
        check=False,
    )


def check(**changes):
    return run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **changes)


@pytest.mark.parametrize("role", OWN)
def test_djangos_check_of_a_deployment_finds_nothing(role):
    done = check(role=role)
    assert done.returncode == 0, done.stderr


def test_it_finds_that_nobody_counted_the_proxies_and_that_the_key_is_short():
    done = check(COSTFRAME_TRUSTED_PROXIES=None, COSTFRAME_SECRET_KEY="short")
    assert done.returncode == 1
    assert "costframe.W001" in done.stderr
    assert "security.W009" in done.stderr


NO_PROVIDER = [
    ({"COSTFRAME_CLERK_ISSUER": None}, "COSTFRAME_CLERK_ISSUER is not set"),
    ({"COSTFRAME_CLERK_PUBLISHABLE_KEY": None}, "COSTFRAME_CLERK_PUBLISHABLE_KEY is not set"),
    ({"COSTFRAME_CLERK_PUBLISHABLE_KEY": "pk_test_Y2xlcmsuY2xlcmsuZGV2JA"}, "is a development key (pk_test_)"),
    ({"COSTFRAME_CLERK_JWKS_PEM": "rubbish"}, "COSTFRAME_CLERK_JWKS_PEM is not a public key"),
]


@pytest.mark.parametrize(("changes", "complaint"), NO_PROVIDER)
def test_it_finds_that_nobody_could_sign_in(changes, complaint):
    done = check(**changes)
    assert done.returncode == 1
    assert complaint in done.stderr.partition("(costframe.E001) ")[2]


@pytest.mark.parametrize("role", OWN)
def test_a_process_that_could_let_nobody_in_does_not_start(role):
    """A development instance hands its client token over in the address: it is refused before anybody comes."""
    changes, complaint = NO_PROVIDER[2]
    done = run("-c", "import costframe.wsgi", role=role, **changes)
    assert done.returncode == 1
    assert complaint in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [("COSTFRAME_TRUSTED_PROXIES", "-1"), ("COSTFRAME_LOG_STYLE", "xml")],
)
def test_a_setting_that_cannot_be_is_named_with_what_could(name, value):
    done = check(**{name: value})
    assert done.returncode == 1
    assert f"{name} is {value if value == '-1' else repr(value)}: " in done.stderr


@pytest.mark.parametrize(("said", "header"), [(None, None), ("true", "('HTTP_X_FORWARDED_PROTO', 'https')")])
def test_a_proxys_word_about_tls_is_believed_only_where_a_setting_says_so(said, header):
    code = "from costframe import settings as s; print(getattr(s, 'SECURE_PROXY_SSL_HEADER', None), s.USE_X_FORWARDED_HOST)"
    done = run("-c", code, COSTFRAME_PROXY_SETS_FORWARDED_PROTO=said)
    assert done.stdout == f"{header} False\n", done.stderr


EXPECTED = {
    "worker_class": "costframe.serving.PlainWorker",
    "workers": 3,
    "threads": 5,
    "limit_request_line": 8190,
    "limit_request_fields": 64,
    "limit_request_field_size": 8190,
    "forwarded_allow_ips": [],
    "secure_scheme_headers": {},
    "forwarder_headers": [],
    "header_map": "drop",
    "proxy_protocol": "off",
    "accesslog": None,
    "control_socket_disable": True,
}


def test_gunicorn_reads_our_settings_and_believes_no_header(tmp_path):
    """As the command line reads them; FORWARDED_ALLOW_IPS in the environment changes nothing."""
    code = (
        "import json, sys\n"
        "from gunicorn.app.wsgiapp import WSGIApplication\n"
        f"sys.argv = ['gunicorn', '--config', {str(ROOT / 'deploy/gunicorn.conf.py')!r}]\n"
        "found = WSGIApplication('').cfg.settings\n"
        f"print(json.dumps({{name: found[name].value if name != 'worker_class' else found[name].get() for name in {list(EXPECTED)!r}}}, default=str))\n"
    )
    done = run("-c", code, COSTFRAME_WEB_PROCESSES="3", COSTFRAME_WEB_THREADS="5", FORWARDED_ALLOW_IPS="*")
    import json

    found = json.loads(done.stdout) if done.returncode == 0 else done.stderr
    assert found == EXPECTED


def test_a_process_has_a_database_connection_for_each_of_its_threads():
    code = "from costframe import settings as s; print(s.DATABASES['default']['OPTIONS']['pool']['max_size'] - s.WEB_THREADS)"
    assert run("-c", code, COSTFRAME_WEB_THREADS="31").stdout == "2\n"
