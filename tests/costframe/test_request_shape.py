"""What a request must look like before anything of ours runs: its host, its line, its length; and what smuggling finds."""

from __future__ import annotations

import re
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from connections.models import Connection
from costframe.body_length import is_within, leaves_body_unread
from costframe.request_shape import authority, own_hosts
from tenants import scope
from tests.costframe.served import HOSTS, ORIGINS

pytestmark = pytest.mark.processes
OURS = HOSTS["web"]


def statuses(heard):
    """The status of each answer in what came back."""
    return [int(found) for found in re.findall(rb"HTTP/1\.[01] (\d{3}) ", heard)]


def get(target="/health", *, host=OURS, more="", version="1.1"):
    head = f"Host: {host}\r\n" if host is not None else ""
    return f"GET {target} HTTP/{version}\r\n{head}{more}Connection: close\r\n\r\n".encode("latin-1")


@pytest.mark.parametrize(
    "host",
    [OURS, OURS.upper(), f"{OURS}:443", "CostFrame.Example:443"],
)
def test_our_own_host_is_answered(served, host):
    assert statuses(served.say(get(host=host))) == [200]


@pytest.mark.parametrize("role", HOSTS)
@pytest.mark.parametrize(
    "host",
    ["evil.example", f"{OURS}.evil.example", f"evil.{OURS}", f"evil-{OURS}", f"{OURS}.", f"{OURS}:80", f"{OURS}:8443",
     f"{OURS}:", f"{OURS}:443:443", f"{OURS}:0443", f"{OURS}@evil.example", f"evil.example@{OURS}", f"{OURS},evil.example",
     f"{OURS} evil.example", f"{OURS}/evil", f"{OURS}#", f"{OURS}\t.evil.example", "127.0.0.1", "localhost", "[::1]", "*", "", " ",
     f"{OURS}%00.evil.example", "costframe.example\xa0", "c\xf6stframe.example"],
)  # fmt: skip
def test_no_other_host_is_answered(served, role, host):
    heard = served.say(get(host=host), role=role)
    assert statuses(heard) == [400]
    assert b"evil" not in heard


@pytest.mark.parametrize("name", ["X-Forwarded-Host", "X_Forwarded_Host", "Forwarded", "X-Host", "X-Original-Host", "X-Forwarded-Server",
                                  "X-HTTP-Host-Override"])  # fmt: skip
def test_no_other_header_says_the_host(served, name):
    value = "host=evil.example" if name == "Forwarded" else "evil.example"
    heard = served.say(get("/sign-in/", more=f"{name}: {value}\r\n"))
    assert statuses(heard) == [302]
    assert b"evil" not in heard
    assert statuses(served.say(get(host="evil.example", more=f"{name}: {OURS}\r\n"))) == [400]


@pytest.mark.parametrize(
    ("target", "host", "status"),
    [
        (f"{ORIGINS['web']}/health", OURS, 200),
        (f"http://{OURS}/health", OURS, 200),
        ("http://evil.example/health", OURS, 400),
        (f"https://{OURS}.evil.example/health", OURS, 400),
        (f"https://evil.example@{OURS}/health", OURS, 400),
        (f"https://{OURS}:81/health", OURS, 400),
        (f"{ORIGINS['web']}/health", "evil.example", 400),
        (f"{ORIGINS['web']}/health", f"{OURS}:81", 400),
        ("file:///etc/passwd", OURS, 400),
        ("gopher://evil.example/", OURS, 400),
        ("http://[::1/", OURS, 400),
        ("evil.example:443", OURS, 400),
    ],
)
def test_a_request_line_with_a_whole_address_is_held_to_ours(served, target, host, status):
    assert statuses(served.say(get(target, host=host))) == [status]


@pytest.mark.parametrize("request_line", ["GET /health HTTP/1.0", "GET /health HTTP/2.0", "GET /health", "get /health HTTP/1.1",
                                          "GET  /health HTTP/1.1", "GET /he alth HTTP/1.1", "G\0T /health HTTP/1.1", "CONNECT evil.example:443 HTTP/1.1",
                                          "PRI * HTTP/2.0", "GET * HTTP/1.1", "GET \xff HTTP/1.1", "GET /health HTTP/1.1 x"])  # fmt: skip
def test_a_line_that_is_none_or_names_no_host_is_refused(served, request_line):
    heard = served.say(f"{request_line}\r\nConnection: close\r\n\r\n".encode("latin-1"))
    assert statuses(heard) == [400]


@pytest.mark.parametrize("path", ["//evil.example", "//evil.example/", "///evil.example/%2e%2e", "/\\evil.example", "/%2Fevil.example/",
                                  "/%5Cevil.example/", "/.//evil.example", "/findings/..//evil.example", "/%09//evil.example", "/;@evil.example/"])  # fmt: skip
@pytest.mark.parametrize("signed_in", [True, False])
def test_no_path_leads_to_another_site(served, path, signed_in):
    answer = served.ask(path, signed_in=signed_in)
    assert answer.status in {301, 302, 307, 400, 404}
    goal = answer.headers.get("location", "/")
    assert re.match(r"(/[^/\\]|/$|https://clerk\.example\.test/)", goal), goal


@pytest.mark.parametrize("path", ["/%00", "/findings/%00/", "/connections/%00/", "/static/a%00.css"])
def test_no_path_holds_a_nul(served, path):
    assert served.ask(path).status == 400


@pytest.mark.parametrize(
    "name", ["q", "resource", "sort", "after", "before", "account", "region", "rule", "state", "saving", "page"]
)
@pytest.mark.parametrize("page", ["/findings/", "/findings/actions.csv", "/audits/", "/bills/", "/connections/"])
def test_a_nul_in_a_query_is_no_failure_of_ours(served, page, name):
    somebody = {"Authorization": f"Bearer {served.token(sub=f'user_{name}')}"}
    for value in ("%00", "%ff%c0%80"):
        assert served.ask(f"{page}?{name}={value}", headers=somebody).status in {200, 400}


@pytest.mark.parametrize("path", ["/%ff/", "/findings/?q=%ff%fe", "/%c0%ae%c0%ae/", "/%2e%2e/%2e%2e/etc/passwd", "/findings/%0d%0aSet-Cookie:x=1/",
                                  "/findings/?next=%0d%0aX-Planted:1", "/%e2%80%a8/", "/a%3fb/", "/" + "a/" * 2000])  # fmt: skip
def test_odd_paths_are_not_found_and_break_nothing(served, path):
    answer = served.ask(path)
    assert answer.status in {200, 301, 404}
    assert not {"x-planted", "set-cookie:x"} & set(answer.headers)


SMUGGLING = {
    "two lengths": "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nhello",
    "two lengths in one": "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0, 5\r\n\r\nhello",
    "length and chunks": "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{next}",
    "chunks and length": "POST / HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n{next}",
    "chunks twice": "POST / HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n{next}",
    "chunks, then something": "POST / HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{next}",
    "chunks in disguise": "POST / HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\nhello",
    "chunks with a tab": "POST / HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n{next}",
    "chunks in HTTP/1.0": "POST / HTTP/1.0\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{next}",
    "chunks with a space before the colon": "POST / HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n{next}",
    "chunks on a folded line": "POST / HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n{next}",
    "a length with a sign": "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: +5\r\n\r\nhello",
    "a negative length": "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: -1\r\n\r\n",
    "a length of another alphabet": "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: \xb2\r\n\r\nhi",
    "a bare line feed": "GET / HTTP/1.1\nHost: {host}\n\n{next}",
    "a bare carriage return": "GET / HTTP/1.1\r\nHost: {host}\r\nX: a\rTransfer-Encoding: chunked\r\n\r\n{next}",
    "a NUL in a header": "GET / HTTP/1.1\r\nHost: {host}\r\nX: a\x00b\r\n\r\n{next}",
    "a header without a colon": "GET / HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding chunked\r\n\r\n{next}",
    "a header without a name": "GET / HTTP/1.1\r\nHost: {host}\r\n: x\r\n\r\n{next}",
    "two hosts": "GET / HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\n\r\n{next}",
    "two types": "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Type: a/b\r\nContent-Type: c/d\r\n\r\n{next}",
}


@pytest.mark.parametrize("shape", SMUGGLING)
def test_a_request_that_two_servers_may_read_differently_ends_the_connection(served, shape):
    """What follows it is never answered as a request of its own, and the answer does not wait for it."""
    smuggled = get("/health").decode()
    heard = served.say(SMUGGLING[shape].format(host=OURS, next=smuggled).encode("latin-1") + b"\r\n\r\n")
    found = statuses(heard)
    assert len(found) <= 1, heard
    assert set(found) <= {400, 501}
    assert b"ok\n" not in heard


@pytest.mark.parametrize("head", ["Content-Length: 5000000000", "Content-Length: 1000001", "Transfer-Encoding: chunked",
                                  f"Content-Length: {'9' * 4000}", f"Content-Length: {'9' * 5000}"])  # fmt: skip
def test_a_body_beyond_the_bound_is_answered_at_once_unread(served, head):
    """It never comes, and nobody waits for it."""
    started = time.monotonic()
    heard = served.say(f"POST /connections/new/ HTTP/1.1\r\nHost: {OURS}\r\n{head}\r\n\r\n1".encode())
    assert statuses(heard)[0] in {400, 411, 413}
    assert b"onnection: close" in heard
    assert time.monotonic() - started < 4


def test_a_body_within_the_bound_is_taken(served):
    answer = served.ask("/connections/new/", method="POST", body=b"label=" + b"x" * 900_000)
    assert answer.status == 403  # its form token is missing, which is looked for in the body


def test_neither_more_fields_nor_files_than_any_form_has_are_taken(visitor, organization):
    many = visitor.post("/connections/new/", {"label": ["a"] * 1_001})
    file = visitor.post("/connections/new/", {"label": "a", "extra": SimpleUploadedFile("f", b"planted")})
    assert (many.status_code, file.status_code) == (400, 400)
    assert "cannot be read" in many.content.decode()
    with scope.organization(organization.id):
        assert not Connection.objects.exists()


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_no_header_or_field_changes_the_method(served, name):
    answer = served.ask("/connections/new/?_method=POST", headers={name: "POST"})
    assert answer.status == 200  # as asked: the empty form
    assert served.ask("/connections/new/", method="POST", headers={name: "GET"}).status == 403


@pytest.mark.parametrize(
    "name", ["X-Forwarded-Proto", "X-Forwarded-Ssl", "X-Forwarded-Protocol", "Front-End-Https", "X-Url-Scheme"]
)
def test_the_server_itself_believes_no_header_about_tls(served, name):
    value = {"X-Forwarded-Proto": "http", "X-Forwarded-Ssl": "off"}.get(name, "ssl")
    answer = served.ask("/findings", headers={name: value})
    assert answer.headers["location"] == "/findings/"


@pytest.mark.parametrize(
    "name", ["X-Original-URL", "X-Rewrite-URL", "Script-Name", "Script_Name", "Path_Info", "X-Forwarded-Prefix"]
)
def test_no_header_changes_the_path(served, name):
    answer = served.ask("/no/such/page/", headers={name: "/findings/"})
    assert (answer.status, "findings/findings/" in answer.text) == (404, False)


@pytest.mark.parametrize(
    ("origin", "hosts"),
    [
        ("https://a.example", {"a.example", "a.example:443"}),
        ("https://A.example:8443", {"a.example", "a.example:8443"}),
        ("http://app.localhost:8000", {"app.localhost", "app.localhost:8000"}),
        ("http://[::1]:8000", {"[::1]", "[::1]:8000"}),
    ],
)
def test_our_hosts_follow_from_the_origin(origin, hosts):
    assert own_hosts(origin) == hosts


def test_a_target_names_a_host_only_in_absolute_form():
    assert [authority(one) for one in ("/a://b", "*", "", "http://B/", "http:///", "http://[", "x://a@b:1/")] == [
        "", "", "", "b", "nobody", "nobody", "a@b:1",
    ]  # fmt: skip


@pytest.mark.parametrize(("text", "fits"), [("0", True), ("100", True), ("0100", True), ("101", False), ("99", True), ("1e2", False), ("", False),
                                            ("-1", False), ("+1", False), ("\u0661", False), ("9" * 5000, False), ("0" * 5000 + "7", True)])  # fmt: skip
def test_a_length_is_compared_without_being_made_a_number(text, fits):
    assert is_within(text, 100) is fits


def test_a_body_that_will_not_be_read_is_known_from_the_headers():
    assert leaves_body_unread([("CONTENT-LENGTH", "101")], most_bytes=100)
    assert leaves_body_unread([("TRANSFER-ENCODING", "chunked")], most_bytes=100)
    assert not leaves_body_unread([("HOST", "a"), ("CONTENT-LENGTH", "100")], most_bytes=100)
