"""What must never stand in a log is taken out, whoever writes it there; what helps to understand stays."""

from __future__ import annotations

import time

import pytest

from costframe import redact
from costframe.redact import redact_error
from tests.tenants import tokens

ARN = "arn:aws:iam::123456789012:role/CostframeReadOnly"
SECRETS = {
    "a session token": tokens.token(),
    "half a token": tokens.token()[:60],
    "a bearer header": "Authorization: Bearer abc.def-ghi",
    "a basic header": "'HTTP_AUTHORIZATION': 'Basic dXNlcjpwdw=='",
    "a cookie header": "Cookie: __session=abcdef; __client_uat=1",
    "a cookie": "__session_x1y2=planted",
    "a role": ARN,
    "a role of another partition": ARN.replace("aws", "aws-us-gov", 1),
    "an access key": "AKIAIOSFODNN7EXAMPLE",
    "a session's access key": "ASIAIOSFODNN7EXAMPLE",
    "a secret access key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "an external id": "cf-0123456789abcdef0123456789abcdef01234567",
    "a database address": "postgres://cf_web:hunter2@db:5432/costframe",
    "a password with odd characters": "redis://:p:w?d@queue",
    "a keyword": "password=hunter2",
    "a variable": 'COSTFRAME_SEALING_KEY_PASSPHRASE="open sesame"',
    "a dictionary": "{'secret_access_key': 'hunter2', 'label': 'x'}",
    "a form": "<QueryDict: {'role_arn': ['hunter2']}>",
    "json": '{"external_id": "hunter2"}',
    "bytes": "private_key=b'hunter2'",
    "a webhook's secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "a provider's secret key": "sk_live_abcdefghijkl",
    "a key file": "-----BEGIN PRIVATE KEY-----\nMIIEvQ\nabc\n-----END PRIVATE KEY-----",
    "a key file cut short": "-----BEGIN RSA PRIVATE KEY-----\nMIIEvQ",
    "a raw key by its name": f"context_key={'0123456789abcdef' * 4}",
    "a query": "/findings/?__clerk_handshake=abc&x=y",
    "an address with a query": "https://clerk.example.test/v1/handshake?redirect_url=https%3A%2F%2Fa",
    "an amount": "12.50 USD",
    "an amount in words": "$1,234.56",
    "an amount without cents": "1200 EUR",
    "a cost by its name": "{'billed_cost': '12.50'}",
    "a saving by its name": "estimated_monthly_savings=1200",
    "a decimal": "Decimal('12.50')",
}
KEPT = (
    # What a trail that was written anew can be held against: it must stand in the log as it is.
    f"The trail of 6f1c2f0e-0e7c-4d0f-9d4e-2f3a4b5c6d7e is sealed up to 12:{'0123456789abcdef' * 4}",
    "GET /connections/6f1c2f0e-0e7c-4d0f-9d4e-2f3a4b5c6d7e/ 200",
    "The scheduler looks for due rows.",
    "Refused GET /findings/: malformed or not signed by the issuer.",
    "A fresh session token is needed.",
    "connection to server at 127.0.0.1, port 5432 failed: Connection refused",
    "Step 6f1c2f0e-0e7c-4d0f-9d4e-2f3a4b5c6d7e was taken over; what this worker saw is dropped.",
    "Is it there? Nobody knows.",
    "findings/views.py:42 action_list",
    "user_2abcDEF asked for /organizations/: not an operator",
    "Listening at: http://127.0.0.1:8000 (123)",
)


@pytest.mark.parametrize("what", SECRETS)
@pytest.mark.parametrize("around", ["{}", "It said {}.", "('{}', 1)", "\n{}\n"])
def test_nothing_is_left_of(what, around):
    left = redact.redact(around.format(SECRETS[what]))
    for part in ("hunter2", "eyJ", "abc", "role/", "AKIA", "ASIA", "wJalr", "cf-0", "p:w", "sesame", "dXNl", "planted",
                 "MIIE", "MfKQ", "0123", "clerk_", "redirect_url", "12.50", "1,234", "1200", "abcdef"):  # fmt: skip
        assert part not in left


@pytest.mark.parametrize("sentence", KEPT)
def test_what_says_what_happened_is_left_alone(sentence):
    assert redact.redact(sentence) == sentence
    assert redact_error(sentence) == sentence


def test_the_rest_of_a_line_with_a_secret_stays():
    assert redact.redact(f"Could not assume {ARN} in eu-west-1.") == "Could not assume [arn] in eu-west-1."
    assert redact.redact("a postgres://cf_web:pw@db/x away") == "a postgres://[hidden]@db/x away"


def test_the_processes_own_secrets_are_known_by_value_whatever_they_look_like(monkeypatch):
    monkeypatch.setattr(redact, "_known", set())
    redact.remember(["correct horse", "postgres://cf_web:staple%20battery@db/x", "", "short"])
    assert (
        redact.redact("correct horse, staple battery, staple%20battery, short") == "[hidden], [hidden], [hidden], short"
    )


def test_the_settings_make_the_process_know_its_own_secrets():
    import os
    import subprocess
    import sys

    from tests.database import ROOT

    code = "from costframe import settings, redact; print(redact.redact('ab-planted-1 cd-planted-2 ef-planted-3'))"
    own = {
        "COSTFRAME_DATABASE_URL": "postgres://cf_worker:ab-planted-1@127.0.0.1/x",
        "COSTFRAME_REDIS_URL": "redis://:cd-planted-2@127.0.0.1",
        "COSTFRAME_SEALING_KEY_PASSPHRASE": "ef-planted-3",
        "COSTFRAME_SEALING_KEY_DIR": "costframe",
    }
    said = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "COSTFRAME_ROLE": "worker", "COSTFRAME_SANDBOX": "true", **own},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == "[hidden] [hidden] [hidden]\n"


def test_an_exception_loses_its_further_lines_and_every_decimal():
    told = 'duplicate key violates "x_key"\nDETAIL:  Key (cost)=(12.34) already exists.'
    assert redact_error(told) == 'duplicate key violates "x_key"'
    assert redact_error("bad cost 1234.567890 of 3 lines") == "bad cost [number] of 3 lines"


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "secret",
        "secret=",
        "eyJ",
        "arn:aws:",
        "-----BEGIN KEY-----",
        "?a=",
        "cf-",
        "A1b/",
        "1.",
        "'",
        "\\",
        "://",
        "$1,",
        " ",
    ],
)
def test_no_hostile_text_makes_it_slow(unit):
    text = unit * (200_000 // len(unit))
    started = time.process_time()
    left = redact.redact(text)
    assert time.process_time() - started < 0.5
    assert len(left) <= redact.LONGEST + len("[cut]")
