"""One event, one line, whatever is in it; and no secret in any, whether a view, an actor, a library or the server fails."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import threading
from contextlib import contextmanager

import psycopg
import pytest
from dramatiq import Worker, actor
from dramatiq.brokers.stub import StubBroker

from costframe import logs
from costframe.broker import NamedInLogs
from costframe.logs import JsonLines, TextLines, about, configuration
from costframe.queue import OnlyIds
from tenants import scope
from tests.costframe.served import HOSTS
from tests.costframe.test_redact import SECRETS
from tests.database import ROOT
from tests.web import Visitor, token

ROW = "6f1c2f0e-0e7c-4d0f-9d4e-2f3a4b5c6d7e"
PLANTED = {
    "token": token(),
    "arn": SECRETS["a role"],
    "key": SECRETS["an access key"],
    "secret": SECRETS["a secret access key"],
    "external id": SECRETS["an external id"],
    "password": "hunter2-planted",
    "cost": "1234.567891",
}


class Planted(Exception):
    """As if a library put all it knows into its message."""

    def __init__(self):
        super().__init__(
            f"{PLANTED['token']} {PLANTED['arn']} {PLANTED['key']} {PLANTED['secret']} {PLANTED['external id']} "
            f"password={PLANTED['password']} Decimal('{PLANTED['cost']}')\nDETAIL: Key (label)=({PLANTED['password']})"
        )


def leaks(text):
    return sorted(name for name, value in PLANTED.items() if value in text)


@contextmanager
def recorded(style=JsonLines, level=logging.INFO):
    """Everything that is logged inside, as the process would write it."""
    handler, root = logging.StreamHandler(io.StringIO()), logging.getLogger()
    handler.setFormatter(style("worker"))
    before = root.level
    root.addHandler(handler)
    root.setLevel(level)
    try:
        yield handler.stream
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


def lines(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]


HOSTILE = 'a\r\n{"level": "INFO"}\x1b[2J\u2028\u2029\x85\x00\x0b\ud800 é 😀'


@pytest.mark.parametrize("style", [JsonLines, TextLines])
def test_no_character_ends_a_line_or_steers_a_terminal(style):
    with recorded(style) as stream:
        logging.getLogger("x").warning("It said %s.", HOSTILE, extra={"fields": {"path": HOSTILE}})
    written = stream.getvalue()
    assert written.count("\n") == 1
    assert len(written.splitlines()) == 1
    assert not {"\x1b", "\x00", "\u2028", "\r", "\ud800"} & set(written)


def test_a_line_says_when_how_bad_who_and_for_whom(organization):
    with recorded() as stream, about(request_id="r1"), scope.organization(organization.id):
        logging.getLogger("some.module").warning("It is %s.", "so", extra={"fields": {"status": 200}})
    [said] = lines(stream)
    assert said.pop("time").endswith("+00:00")
    assert said.pop("process") > 0
    assert said == {
        "level": "WARNING", "role": "worker", "logger": "some.module", "message": "It is so.", "request_id": "r1",
        "organization_id": str(organization.id), "status": 200,
    }  # fmt: skip


def test_what_a_line_says_beside_its_message_is_redacted_too():
    with recorded() as stream:
        logging.getLogger("x").warning(
            "So.", extra={"fields": dict(PLANTED, cost=f"{PLANTED['cost']} EUR", password="x")}
        )
    assert leaks(stream.getvalue()) == []


def test_a_persons_line_says_the_same_in_words():
    with recorded(TextLines) as stream, about(request_id="r1"):
        logging.getLogger("some.module").warning("It is so.", extra={"fields": {"status": 200}})
    assert stream.getvalue().endswith(" WARNING some.module It is so. [request_id=r1 status=200]\n")


def test_a_message_whose_arguments_do_not_fit_is_a_line_all_the_same():
    record = logging.makeLogRecord({"msg": "%d things, %s", "args": ("no number",)})
    assert json.loads(JsonLines("web").format(record))["message"] == "%d things, %s"


@pytest.mark.parametrize("style", [JsonLines, TextLines])
def test_an_exception_tells_where_and_what_kind_and_no_value(style):
    def fail():
        password = PLANTED["password"]
        try:
            {}[PLANTED["token"]]
        except KeyError as error:
            raise Planted from error if password else None

    with recorded(style) as stream:
        try:
            fail()
        except Planted:
            logging.getLogger("x").exception("It failed.")
    assert leaks(stream.getvalue()) == []
    assert stream.getvalue().count("\n") == 1
    for part in ("Planted", "KeyError", "tests/costframe/test_logs.py", "fail"):
        assert part in stream.getvalue()


def test_an_exception_that_goes_round_in_circles_is_told_once():
    first, second = ValueError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first
    assert [one["message"] for one in logs.errors(first)] == ["a", "b"]


def test_the_database_tells_of_no_row(cluster):
    with cluster.admin() as connection, recorded() as stream:
        connection.execute("create temp table t (label text unique)")
        try:
            for _ in range(2):
                connection.execute("insert into t values (%s)", [PLANTED["password"]])
        except psycopg.Error:
            logging.getLogger("x").exception("It failed.")
    assert leaks(stream.getvalue()) == []
    assert lines(stream)[0]["errors"][0]["type"] == "psycopg.errors.UniqueViolation"


@pytest.fixture
def odd(settings, organization, provider_key):
    settings.ROOT_URLCONF = "tests.costframe.failing_urls"
    visitor = Visitor()
    visitor.raise_request_exception = False
    return visitor


@pytest.mark.parametrize("how", ["raises", "logs", "warns"])
def test_a_view_that_fails_with_secrets_in_its_hands_tells_them_to_nobody(odd, organization, how):
    """Its answer, its headers and every line of the log, debug lines included."""
    query = f"?token={PLANTED['token']}&password={PLANTED['password']}"
    typed = {"role_arn": PLANTED["arn"], "secret_access_key": PLANTED["secret"], "cost": PLANTED["cost"]}
    with recorded(level=logging.DEBUG) as stream:
        answer = odd.post(f"/failing/{how}/{query}", typed)
    assert answer.status_code == (500 if how == "raises" else 200)
    assert leaks(stream.getvalue() + answer.content.decode() + str(answer.headers)) == []
    said = lines(stream)
    assert {one["request_id"] for one in said if one["logger"] != "asyncio"} == {answer["X-Request-ID"]}
    last = said[-1]
    assert (last["message"], last["organization_id"]) == (
        f"POST /failing/{how}/ {answer.status_code}",
        str(organization.id),
    )
    if how == "raises":
        [failure] = [one for one in said if "errors" in one]
        assert failure["errors"][0]["type"] == "tests.costframe.test_logs.Planted"


def test_an_actor_that_fails_with_secrets_in_its_hands_tells_them_to_nobody(organization):
    broker = StubBroker(middleware=[OnlyIds(), NamedInLogs()])
    broker.emit_after("process_boot")

    @actor(broker=broker, actor_name="run_step", queue_name="work")
    def run_step(_organization_id, _row_id):
        logging.getLogger("x").warning("It has %s.", PLANTED["arn"])
        raise Planted

    worker = Worker(broker, worker_threads=1, worker_timeout=10)
    with recorded(level=logging.DEBUG) as stream:
        worker.start()
        message = run_step.send(str(organization.id), ROW)
        broker.join("work", fail_fast=False, timeout=10_000)
        worker.join()
        worker.stop()
    assert leaks(stream.getvalue()) == []
    warned, failed = [one for one in lines(stream) if one["level"] in {"WARNING", "ERROR"} and "work" in one]
    assert failed["errors"][0]["type"] == "tests.costframe.test_logs.Planted"
    for line in (warned, failed):
        assert line["request_id"] == message.message_id
        assert line["organization_id"] == str(organization.id)
        assert line["work"] == f"run_step {ROW}"


def test_warnings_and_what_nobody_caught_are_lines_too():
    """In a process of its own, as the hooks are the whole process's."""
    code = f"""
import threading, warnings, logging
from costframe.logs import configure, configuration
configure(configuration(role="worker", level="INFO", style="json"))
warnings.warn("a\\nwarning with {PLANTED["arn"]}")
def fail(): raise ValueError("in a thread, {PLANTED["arn"]}")
one = threading.Thread(target=fail); one.start(); one.join()
class Odd:
    def __del__(self): raise ValueError("unraisable, {PLANTED["arn"]}")
del Odd.__doc__; Odd(); logging.getLogger("gunicorn.error").error("from the server")
raise RuntimeError("the end, {PLANTED["arn"]}")
""".replace("del Odd.__doc__; ", "")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    said = [json.loads(line) for line in done.stderr.splitlines()]
    assert done.returncode == 1
    assert leaks(done.stderr) == []
    assert [one["logger"] for one in said] == [
        "py.warnings",
        "costframe.logs",
        "costframe.logs",
        "gunicorn.error",
        "costframe.logs",
    ]
    assert [one["errors"][0]["message"] for one in said if "errors" in one] == [
        "in a thread, [arn]", "unraisable, [arn]", "the end, [arn]",
    ]  # fmt: skip


def test_whoever_stops_a_process_at_a_terminal_sees_pythons_own_words(capsys):
    logs._uncaught(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert "KeyboardInterrupt" in capsys.readouterr().err
    logs._uncaught_in_thread(threading.ExceptHookArgs((SystemExit, SystemExit(), None, None)))


def test_the_loggers_that_would_say_too_much_are_quiet_at_every_level():
    for level in ("DEBUG", "INFO"):
        loggers = configuration(role="web", level=level, style="json")["loggers"]
        assert {loggers[name]["level"] for name in ("botocore", "urllib3", "django.db.backends", "boto3")} == {
            "WARNING"
        }
        assert loggers["gunicorn.access"]["handlers"] == []


@pytest.mark.processes
def test_the_running_processes_write_nothing_but_lines_and_none_holds_what_was_sent(served):
    """Real processes, asked by a member, a stranger and an attacker: cookies, tokens, queries, typed values, odd paths."""
    planted = "planted-5f1e8c"
    for role in HOSTS:
        genuine = served.token(role)
        for asked in (
            {"path": f"/findings/?q={planted}"},
            {"path": f"/?__clerk_handshake={planted}.{planted}.{planted}", "signed_in": False},
            {"path": "/findings/", "headers": {"Authorization": f"Bearer {planted}.{planted}.{planted}"}},
            {"path": "/findings/", "headers": {"Cookie": f"__session={planted}; costframe_csrf={planted}; x={planted}"}},
            {"path": "/findings/", "headers": {"Referer": f"https://costframe.example/?{planted}", "User-Agent": planted}},
            {"path": "/connections/new/", "method": "POST", "body": f"label={planted}&role_arn={planted}".encode(),
             "headers": {"Cookie": f"__session={genuine}", "Referer": f"https://evil.example/?q={planted}", "Content-Type": "application/x-www-form-urlencoded"}, "signed_in": False},
            {"path": "/", "headers": {"Host": f"{planted}.example"}},
            {"path": "/", "headers": {"X-Request-ID": planted, "X-Forwarded-For": planted}},
            {"path": "/%0a%7b%22level%22%3a%22forged%22%7d/%1b%5b2J/"},
            {"path": f"/{'x' * 9000}"},
        ):  # fmt: skip
            served.ask(asked.pop("path"), role=role, **asked)
        served.say(f"GET / HTTP/1.1\r\nHost: x\r\n{planted} without a colon\r\n\r\n".encode(), role=role)
        served.say(f"{planted} / HTTP/1.1\r\n\r\n".encode(), role=role)
        text = (served.fleet.logs / f"{role}.log").read_text()
        said = served.lines(role)
        assert planted not in text
        assert "eyJ" not in text
        assert genuine not in text
        assert all({"time", "level", "role", "logger", "message"} <= set(one) for one in said)
        assert {one["level"] for one in said} <= {"INFO", "WARNING", "ERROR"}
        assert {one["role"] for one in said} == {role}
        assert any('/\n{"level":"forged"}/\x1b[2J/' in one["message"] for one in said)


@pytest.mark.processes
def test_a_running_request_can_be_found_by_the_id_that_it_answered_with(served):
    answer = served.ask("/findings/")
    [line] = [one for one in served.lines() if one.get("request_id") == answer.headers["x-request-id"]]
    assert (line["message"], line["view"], line["status"], line["user"]) == (
        "GET /findings/ 200",
        "findings:list",
        200,
        "user_ada",
    )
    assert line["client"].startswith("198.51.")
