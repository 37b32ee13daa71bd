"""Every kind of answer of both processes guards itself: as they run in production, and what only a failure shows."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.costframe.guarded import bad_cookies, complaints
from tests.costframe.served import HOSTS
from tests.tenants.url_map import NOBODYS, every_route, filled_in
from tests.web import Visitor

URLS = {"web": "costframe.urls", "operator": "costframe.operator_urls"}
LONG = "x" * 9_000


def routes(role):
    """(name, address) of every route of a process; ids are nobody's."""
    from django.urls import get_resolver

    found = [(name, pattern, ids) for name, pattern, ids in every_route(get_resolver(URLS[role]))]
    if role == "operator":
        below = every_route(get_resolver("costframe.operator_tenant_urls"))
        found += [(name, f"organizations/{NOBODYS}/{pattern}", ids) for name, pattern, ids in below]
    for name, pattern, converters in found:
        path = filled_in(pattern, dict.fromkeys(converters, NOBODYS))
        yield name, re.sub(r"\(\?P<\w+>([^)]*)\)", r"\1", path).replace("^", "").replace("$", "")


@pytest.mark.processes
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("role", HOSTS)
def test_every_route_guards_its_answer_to_members_and_to_strangers(served, role, method):
    faults = {}
    for name, path in routes(role):
        for signed_in in (True, False):
            answer = served.ask(path, role=role, method=method, signed_in=signed_in)
            if found := [*complaints(answer.headers), *bad_cookies(answer.cookies)]:
                faults[name, signed_in, answer.status] = found
    assert faults == {}


KINDS = {
    "a page": ("/findings/", 200, {}),
    "a file to download": ("/findings/actions.csv", 200, {}),
    "a redirect": ("/", 302, {}),
    "a redirect to where the slash is": ("/findings", 301, {}),
    "a redirect to sign in": ("/findings/", 307, {"signed_in": False}),
    "a refusal to a program": ("/findings/", 401, {"signed_in": False, "headers": {"Accept": "application/json"}}),
    "a token that is none": ("/findings/", 401, {"headers": {"Authorization": "Bearer x.y.z"}}),
    "a form without its own token": ("/connections/new/", 403, {"method": "POST"}),
    "what is not there": ("/no/such/page/", 404, {}),
    "a file that is not there": ("/static/no-such-file.css", 404, {}),
    "a method that is not taken": ("/sign-out/", 405, {"signed_in": False}),
    "whether it is well": ("/health", 200, {"signed_in": False}),
    "another host": ("/findings/", 400, {"headers": {"Host": "evil.example"}}),
    "too large a body": ("/connections/new/", 413, {"method": "POST", "headers": {"Content-Length": "1000001"}}),
    "a body of unknown length": ("/connections/new/", 411, {"method": "POST", "headers": {"Transfer-Encoding": "chunked"}}),
}  # fmt: skip


@pytest.mark.processes
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_answer_guards_itself(served, kind):
    path, status, asked = KINDS[kind]
    answer = served.ask(path, **asked)
    assert answer.status == status
    assert [*complaints(answer.headers), *bad_cookies(answer.cookies)] == []


@pytest.mark.processes
@pytest.mark.parametrize(
    ("status", "asked"),
    [
        (414, {"path": f"/?{LONG}"}),
        (431, {"path": "/", "headers": {"Cookie": LONG}}),
        (431, {"path": "/", "headers": {f"X-{number}": "x" for number in range(80)}}),
        (417, {"path": "/", "headers": {"Expect": "the-unexpected"}}),
        (400, {"path": "/", "headers": {"Content-Length": "one"}, "method": "POST"}),
        (501, {"path": "/", "headers": {"Transfer-Encoding": "sleet"}, "method": "POST"}),
    ],
    ids=["a long address", "a long cookie", "many headers", "an expectation", "a length in words", "a strange coding"],
)
def test_what_the_server_itself_refuses_is_said_plainly_and_guarded(served, status, asked):
    answer = served.ask(asked.pop("path"), **asked)
    assert (answer.status, answer.headers["content-type"]) == (status, "text/plain; charset=utf-8")
    assert complaints(answer.headers, is_ours=False) == []
    assert answer.headers["connection"] == "close"
    assert "x" * 20 not in answer.text
    assert answer.text.count("\n") == 1


@pytest.mark.processes
def test_a_file_with_a_hash_in_its_name_is_kept_for_ever_and_any_other_for_a_minute(served):
    page = served.ask("/findings/").text
    hashed = re.search(r'href="(/static/costframe\.[0-9a-f]{12}\.css)"', page)[1]
    answer = served.ask(hashed, signed_in=False)
    assert (answer.status, answer.cookies) == (200, [])
    assert complaints(answer.headers, cache="max-age=315360000, public, immutable") == []
    plain = served.ask("/static/costframe.css", signed_in=False)
    assert complaints(plain.headers, cache="max-age=60, public") == []


@pytest.mark.processes
@pytest.mark.parametrize("path", ["/static/../costframe/settings.py", "/static/%2e%2e/costframe/settings.py",
                                  "/static/..%2f..%2fmanage.py", "/static//etc/passwd", "/static/%00", "/static/%5c..%5cmanage.py"])  # fmt: skip
def test_no_file_but_the_published_ones_can_be_asked_for(served, path):
    answer = served.ask(path, signed_in=False)
    assert answer.status in {307, 400, 404}
    assert b"DJANGO" not in answer.body
    assert complaints(answer.headers) == []


@pytest.mark.processes
@pytest.mark.parametrize("proto", ["http", "", "HTTPS", "https, http"])
def test_tls_is_promised_whatever_a_proxy_says_of_the_request(served, proto):
    assert complaints(served.ask("/findings/", headers={"X-Forwarded-Proto": proto}).headers) == []


@pytest.mark.processes
def test_a_file_of_data_is_kept_by_the_browser_and_never_shown_as_a_page(served):
    answer = served.ask("/findings/actions.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.fixture
def odd(settings, organization, provider_key):
    settings.ROOT_URLCONF = "tests.tenants.odd_urls"
    visitor = Visitor()
    visitor.raise_request_exception = False
    return visitor


def test_our_own_failure_guards_itself_and_names_the_request(odd):
    answer = odd.get("/odd/raises/failure/")
    assert answer.status_code == 500
    assert complaints(answer.headers, is_https=False) == []
    assert answer["X-Request-ID"] in answer.content.decode()
    assert "as asked" not in answer.content.decode()


def test_an_outage_of_the_provider_guards_itself(settings, organization, provider_key):
    settings.CLERK_JWKS_PEM = ""
    settings.CLERK_JWKS_URL = "http://127.0.0.1:1/jwks.json"
    answer = Visitor().get("/connections/")
    assert (answer.status_code, complaints(answer.headers, is_https=False)) == (503, [])


def test_on_loopback_without_tls_nothing_is_promised_for_it(db):
    answer = Client(headers={"host": "app.localhost:8000"}).get("/health")
    assert "Strict-Transport-Security" not in answer
    assert complaints(answer.headers, is_https=False) == []


def test_a_request_id_is_ours_whatever_the_client_says(db):
    client = Client(headers={"host": "app.localhost:8000", "x-request-id": "planted"})
    first, second = client.get("/health")["X-Request-ID"], client.get("/health")["X-Request-ID"]
    assert "planted" not in first + second
    assert first != second


def test_the_processes_cookies_do_not_meet_on_one_host():
    import os
    import subprocess
    import sys

    from tests.database import CONTEXT_KEY, ROOT

    names = {
        subprocess.run(
            [sys.executable, "-c", "from costframe import settings as s; print(s.CSRF_COOKIE_NAME, s.MESSAGE_COOKIE_NAME)"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "COSTFRAME_ROLE": role, "COSTFRAME_SANDBOX": "true", **own},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for role, own in {"web": {"COSTFRAME_CONTEXT_KEY": CONTEXT_KEY.text}, "operator": {"COSTFRAME_OPERATOR_TRAIL_DATABASE_URL": "postgres://cf_operator_trail@127.0.0.1/x"}}.items()
    }  # fmt: skip
    assert names == {"costframe_csrf costframe_messages\n", "costframe_operator_csrf costframe_operator_messages\n"}
