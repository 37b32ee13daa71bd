"""A request's organisation ends with the request, whatever its view does, and a command's with the command."""

from __future__ import annotations

import gc
import io
import re
import uuid

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tenants import scope, streamed_file
from tests.tenants import odd_urls
from tests.tenants.catalogue import A, B
from tests.tenants.pooled import NOBODY, backend, pool_of, setting, who_is_here
from tests.tenants.world import make_world
from tests.web import Visitor


@pytest.fixture(scope="module")
def urls(cluster):
    """A database in which A and B have rows, and Northwind nothing yet."""
    urls = cluster.copy()
    with psycopg.connect(urls["admin"]) as admin:
        make_world(admin)
    yield urls
    cluster.drop(urls["database"])


@pytest.fixture
def web(urls, django_db_setup, django_db_blocker):
    """Web's login: one for the request and one for what it starts beside it."""
    with django_db_blocker.unblock(), pool_of(urls["cf_web"], size=SIZE):
        yield


@pytest.fixture
def visitor(web, settings, provider_key):
    settings.ROOT_URLCONF = "tests.tenants.odd_urls"
    odd_urls.HEARD.clear()
    visitor = Visitor()
    visitor.raise_request_exception = False
    return visitor


SIZE = 3


def the_next_request_meets_nobody():
    """On the same connection of the server, after it went through the pool, and on every other of the pool."""
    met = {}
    first = backend()
    for _ in range(3 * SIZE):
        connection.close()
        met.setdefault(backend(), []).append((setting(), who_is_here()))
    assert all(one == ("", NOBODY) for each in met.values() for one in each)
    return first in met


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/odd/writes/", 200),
        ("/odd/raises/failure/", 500),
        ("/odd/raises/lost/", 404),
        ("/odd/raises/forbidden/", 403),
        ("/odd/answers/500/", 500),
        ("/odd/streams/", 500),
        ("/odd/streams/file/", 500),
        ("/odd/streams/async/", 500),
        ("/odd/streamed/whole/", 200),
        ("/odd/leaves-behind/", 200),
        ("/odd/async/", 200),
        ("/odd/rendered-late/", 200),
        ("/odd/generated/", 200),
        ("/no-such-page/", 404),
        ("/connections/", 200),
    ],
)
def test_the_next_request_on_the_same_connection_meets_nobody(visitor, path, status):
    assert visitor.get(path).status_code == status
    assert the_next_request_meets_nobody()


@pytest.mark.parametrize("kind", ["whole", "breaks", "left"])
def test_a_file_is_written_while_it_is_sent_inside_its_organisation_and_leaves_nobody_behind(visitor, kind):
    answer = visitor.get(f"/odd/streamed/{kind}/")
    assert (answer.streaming, setting(), who_is_here()) == (True, "", NOBODY)
    pieces = iter(answer.streaming_content)
    first = next(pieces)
    assert not scope.is_open(), "between two pieces no code is inside"
    if kind == "whole":
        read = [first, *pieces]
        assert b"odd.written\n" in read
        assert {one["open"] for one in odd_urls.HEARD} == {True}
        assert len(read) == len(odd_urls.HEARD[-1]["past"]), "rows of this organisation alone"
    elif kind == "breaks":
        with pytest.raises(RuntimeError, match="as asked"):
            list(pieces)
    answer.close()
    assert the_next_request_meets_nobody()


class Clock:
    """The time that streams go by."""

    now = 0.0

    def monotonic(self):
        return self.now


class Socket:
    timeout = None

    def settimeout(self, seconds):
        self.timeout = seconds


def test_a_file_that_is_read_steadily_but_not_within_its_time_is_broken_off(visitor, monkeypatch):
    clock, socket = Clock(), Socket()
    monkeypatch.setattr(streamed_file, "time", clock)
    answer = visitor.get("/odd/streamed/whole/", **{"gunicorn.socket": socket})
    assert socket.timeout == streamed_file.IDLE_SECONDS, "a piece that nobody takes holds no thread for longer"
    pieces = iter(answer.streaming_content)
    next(pieces)
    clock.now += streamed_file.MOST_SECONDS + 1
    with pytest.raises(streamed_file.TookTooLong, match="not taken within 600 seconds"):
        next(pieces)
    answer.close()
    assert the_next_request_meets_nobody()


def written(answer):
    return b"".join(answer.streaming_content).count(b"odd.written")


def test_a_person_is_sent_two_files_at_once_and_another_when_one_of_them_is_over(visitor):
    before = written(visitor.get("/odd/streamed/whole/"))
    first, second = (visitor.get("/odd/streamed/whole/") for _ in range(2))
    third = visitor.get("/odd/streamed/whole/")
    assert (third.status_code, third["Retry-After"]) == (429, "30")
    assert "You are downloading 2 files already." in third.content.decode()
    visitor.sign_in(sub="user_other", organization="org_fabrikam")
    other = visitor.get("/odd/streamed/whole/")
    assert other.streaming, "others are sent theirs"
    visitor.sign_in()
    first.close()
    again = visitor.get("/odd/streamed/whole/")
    assert written(again) - before == len([first, second, again]), "what was not sent is in no trail"
    for answer in (second, other):
        answer.close()


def test_a_file_that_nobody_holds_any_more_counts_no_longer():
    sending = streamed_file.Sending()
    files = [streamed_file.StreamedFile(lambda: iter(()), filename="a", content_type="text/plain") for _ in range(3)]
    begun = [sending.begin(one, user_id="ada") for one in files]
    assert begun == [True, True, False]
    del files
    gc.collect()
    file = streamed_file.StreamedFile(lambda: iter(()), filename="a", content_type="text/plain")
    assert sending.begin(file, user_id="ada")
    sending.end(file, user_id="ada")
    assert not sending._files, "nothing is kept of whoever has all"


def test_who_asks_for_the_head_of_a_file_alone_makes_nothing_be_read(visitor):
    answer = visitor.head("/odd/streamed/whole/")
    assert (answer.status_code, list(answer.streaming_content), odd_urls.HEARD) == (200, [], [])


def test_what_a_view_leaves_behind_meets_nobody(visitor):
    visitor.get("/odd/leaves-behind/")
    hook, *threads = odd_urls.HEARD
    assert hook == NOBODY
    assert sorted(threads, key=lambda heard: heard["open"]) == [NOBODY, {"open": True, "managed": [], "past": []}]


def test_an_async_view_works_in_its_requests_transaction_and_what_runs_beside_it_sees_nothing(visitor):
    visitor.get("/odd/async/")
    inside, beside = odd_urls.HEARD
    assert (inside["open"], inside["managed"]) == (True, inside["past"])
    assert {"a test"} <= set(inside["past"]) <= {"a test", "Ada (user_ada)"}
    assert beside == {"open": True, "managed": [], "past": []}


def verbs(answer):
    """What the page shows of the trail: lines of this organisation's requests, none of A's and B's."""
    found = re.findall(r"odd\.written|member\.first_seen|person\.signed_in|.", answer.content.decode(), re.DOTALL)
    assert set(found) <= {"odd.written", "member.first_seen", "person.signed_in"}
    return found


@pytest.mark.parametrize("path", ["/odd/rendered-late/", "/odd/generated/"])
def test_what_is_read_while_the_answer_is_made_is_the_organisations_own(visitor, path):
    assert "odd.written" in verbs(visitor.get(path))


def test_two_organisations_in_turn_on_one_connection_see_their_own(
    urls, settings, provider_key, django_db_setup, django_db_blocker
):
    settings.ROOT_URLCONF = "tests.tenants.odd_urls"
    with django_db_blocker.unblock(), pool_of(urls["cf_web"], size=1):
        first = backend()
        for organization in ("org_litware", "org_wingtip"):  # whom no other test here visits
            connection.close()
            # What is read while the page is filled in is what this first request of theirs wrote.
            found = verbs(Visitor(organization=organization).get("/odd/rendered-late/"))
            assert found.count("odd.written") == 1
            assert backend() == first


def run(*arguments, **options):
    said = io.StringIO()
    call_command(*arguments, stdout=said, **options)
    return said.getvalue()


def test_a_command_works_for_one_organisation_and_leaves_nobody_behind(web):
    assert run("action_list", organization=A)
    assert the_next_request_meets_nobody()
    with pytest.raises(CommandError, match="there is no organisation"):
        run("action_list", organization=uuid.uuid4())
    assert the_next_request_meets_nobody()


def test_a_command_that_is_given_anothers_row_finds_none(urls, django_db_setup, django_db_blocker, tmp_path):
    bill = tmp_path / "bill.csv"
    bill.write_text("")
    with psycopg.connect(urls["admin"]) as admin:
        (theirs,) = admin.execute("select id from connections_connection where organization_id = %s", [B]).fetchone()
    with django_db_blocker.unblock(), pool_of(urls["cf_worker"], size=1):
        for row_id in (theirs, uuid.uuid4()):
            with pytest.raises(CommandError, match="has no such connection"):
                run("load_bill", str(bill), organization=str(A), connection=str(row_id))
        assert the_next_request_meets_nobody()
