"""Our calls slow down where the provider complains, for all workers at once, and only there."""

from __future__ import annotations

import contextlib
import itertools
import socketserver
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
import redis
from botocore.exceptions import ClientError

from audits.models import Step
from costframe import claims, pacing, pipeline
from costframe.pacing import (
    CALM_SECONDS,
    DOUBLES_SECONDS,
    FIRST,
    FREE,
    LEAST,
    LONGEST_TURN_SECONDS,
    MOST_TRIES,
    Pace,
    Rates,
    connect,
    paced_book,
)
from tests.connections.aws import guarded

REFUSED = (
    b"<Response><Errors><Error><Code>%s</Code><Message>Not now.</Message></Error></Errors>"
    b"<RequestID>r-1</RequestID></Response>"
)
CONNECTION = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")


class Clock:
    """Time that passes when it is told to, or when somebody waits."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def client(redis_server):
    with contextlib.closing(redis.Redis.from_url(redis_server.url)) as client:
        yield client


@pytest.fixture
def rates(client, clock):
    return Rates(client, clock=clock)


@pytest.fixture
def place():
    return uuid4()


def rate_of(client, place):
    found = client.hget(f"pace:{place}", "rate")
    return None if found is None else float(found)


def test_where_nobody_complained_no_call_waits_and_nothing_is_kept(client, rates, place):
    assert [rates.take_turn(place) for _ in range(100)] == [0.0] * 100
    assert not client.exists(f"pace:{place}")


def test_after_a_complaint_calls_take_turns(rates, place):
    rates.slow_down(place)
    assert [rates.take_turn(place) for _ in range(4)] == pytest.approx([n / FIRST for n in (1, 2, 3, 4)])


def test_two_workers_share_the_turns_of_a_place(client, clock, rates, place):
    rates.slow_down(place)
    other = Rates(client, clock=clock)
    turns = [one.take_turn(place) for one in (rates, other, rates, other)]
    assert turns == pytest.approx([n / FIRST for n in (1, 2, 3, 4)])


def test_other_places_go_on_as_before(rates, place):
    rates.slow_down(place)
    assert rates.take_turn(uuid4()) == 0.0


def test_each_further_complaint_halves_the_rate_down_to_the_least(client, clock, rates, place):
    seen = []
    for _ in range(8):
        rates.slow_down(place)
        seen.append(rate_of(client, place))
        clock.wait(CALM_SECONDS)
    assert seen[0] == FIRST
    assert all(after < before or after == LEAST for before, after in itertools.pairwise(seen))
    assert min(seen) == LEAST


def test_complaints_of_the_same_moment_count_once(client, rates, place):
    for _ in range(9):
        rates.slow_down(place)
    assert rate_of(client, place) == FIRST


def test_a_rate_grows_back_until_the_place_needs_none(client, clock, rates, place):
    rates.slow_down(place)
    clock.wait(DOUBLES_SECONDS)
    assert rates.take_turn(place) == 0.0
    assert rate_of(client, place) == pytest.approx(2 * FIRST)
    while rate_of(client, place) is not None:
        clock.wait(DOUBLES_SECONDS)
        rates.take_turn(place)
        assert rate_of(client, place) is None or rate_of(client, place) < FREE
    assert not client.exists(f"pace:{place}")


def test_a_rate_that_nobody_asks_for_is_forgotten(client, rates, place):
    rates.slow_down(place)
    assert 0 < client.ttl(f"pace:{place}") <= DOUBLES_SECONDS * 10


def test_nobody_queues_for_longer_than_the_longest_turn(client, clock, rates, place):
    for _ in range(8):
        rates.slow_down(place)
        clock.wait(CALM_SECONDS)
    turns = [rates.take_turn(place) for _ in range(100)]
    assert max(turns) <= LONGEST_TURN_SECONDS + 1 / LEAST
    kept = client.hgetall(f"pace:{place}")
    rates.take_turn(place)
    assert client.hgetall(f"pace:{place}") == kept, "whoever may not queue takes no turn"


def test_redis_own_clock_is_taken_where_none_is_given(client, place):
    rates = Rates(client)
    rates.slow_down(place)
    assert 0 < rates.take_turn(place) <= 2 / FIRST


def test_what_redis_holds_names_no_account_region_or_service(client, clock, rates):
    pace = Pace(connection_id=CONNECTION, rates=rates, raise_if_over=lambda: None, wait=clock.wait)
    before = set(client.keys())
    pace.throttled(service="ec2", region="eu-west-1")
    [name] = set(client.keys()) - before
    assert str(UUID(name.decode().removeprefix("pace:")))
    assert {field.decode() for field in client.hkeys(name)} == {"rate", "since", "turn", "told"}
    assert all(float(value) >= 0 for value in client.hvals(name))


class HangsUp(socketserver.BaseRequestHandler):
    """A Redis that goes away whenever it is asked."""

    def handle(self):
        self.server.asked.append(self.client_address)


def test_where_redis_is_away_it_is_asked_once_and_nobody_waits_and_nothing_fails(clock):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), HangsUp) as server:
        server.asked = []
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        with contextlib.closing(connect(f"redis://127.0.0.1:{server.server_address[1]}")) as away:
            rates = Rates(away, clock=clock)
            rates.slow_down(CONNECTION)
            assert rates.take_turn(CONNECTION) == 0.0
        server.shutdown()
    assert len(server.asked) == 2


class Turns:
    """Rates that give the turns they are told."""

    def __init__(self, *turns):
        self.turns, self.asked = list(turns), []

    def take_turn(self, place):
        self.asked.append(place)
        return self.turns.pop(0)

    def slow_down(self, place):
        self.asked.append(place)


def test_a_call_waits_for_its_turn_in_slices(clock):
    waited = []
    pace = Pace(connection_id=CONNECTION, rates=Turns(2.5), raise_if_over=lambda: None, wait=waited.append)
    pace.before_call(service="ec2", region="eu-west-1")
    assert waited == [1.0, 1.0, 0.5]


def test_work_that_is_over_stops_waiting(clock):
    asked = []

    def over():
        asked.append(clock.now)
        if len(asked) == 3:
            raise claims.EndEarly(claims.OVERDUE)

    pace = Pace(connection_id=CONNECTION, rates=Turns(100.0), raise_if_over=over, wait=clock.wait)
    with pytest.raises(claims.EndEarly):
        pace.before_call(service="ec2", region="eu-west-1")
    assert clock.now == 1_000_002.0


def test_work_that_is_over_tries_no_further_though_its_turn_may_have_come():
    def over():
        raise claims.EndEarly(claims.STOPPED)

    pace = Pace(connection_id=CONNECTION, rates=Turns(), raise_if_over=over, is_patient=lambda: True)
    with pytest.raises(claims.EndEarly):
        pace.further_try(tries=4)


def test_a_place_is_of_its_connection_region_and_service():
    turns = Turns(*[0.0] * 5)
    for connection_id, service, region in (
        (CONNECTION, "ec2", "eu-west-1"), (uuid4(), "ec2", "eu-west-1"), (CONNECTION, "rds", "eu-west-1"),
        (CONNECTION, "ec2", "us-east-1"), (CONNECTION, "ec2", "eu-west-1"),
    ):  # fmt: skip
        Pace(connection_id=connection_id, rates=turns, raise_if_over=lambda: None).before_call(
            service=service, region=region
        )
    assert len(set(turns.asked)) == 4
    assert turns.asked[0] == turns.asked[-1]


class Crowded(BaseHTTPRequestHandler):
    """Refuses the first requests, for want of room if nothing else. Each takes longer than complaints are of one moment."""

    protocol_version = "HTTP/1.1"
    clock: ClassVar[Clock]
    seen: ClassVar[list[tuple[float, str]]]
    refused: ClassVar[tuple[int, str, int]]  # by which status and code, and how many times

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.clock.now, self.headers["amz-sdk-request"]))
        self.clock.wait(CALM_SECONDS)
        status, code, times = self.refused
        is_refused = len(self.seen) <= times
        body = REFUSED % code.encode() if is_refused else b"<DescribeVolumesResponse/>"
        self.send_response(status if is_refused else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Tests need no log of it."""


@pytest.fixture
def crowded(clock):
    handler = type("Handler", (Crowded,), {"clock": clock, "seen": [], "refused": (503, "RequestLimitExceeded", 2)})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", handler
        server.shutdown()
        thread.join()


@pytest.fixture
def ask(clock, rates, crowded, monkeypatch):
    """Ask a crowded place for its volumes, in work that is as patient as it is told to be."""
    url, _ = crowded
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)  # the SDK's own waits, which are drawn by lot

    def ask(**patience):
        opened = guarded(url)
        opened._book.pace = Pace(
            connection_id=uuid4(), rates=rates, raise_if_over=lambda: None, wait=clock.wait, **patience
        )
        return opened.create_client("ec2").describe_volumes()

    return ask


def test_further_tries_of_a_throttled_call_take_turns_that_lie_wider_apart_each_time(crowded, ask):
    ask()
    seen = crowded[1].seen
    first, second = (after[0] - before[0] - CALM_SECONDS for before, after in itertools.pairwise(seen))
    assert first == pytest.approx(1 / FIRST, abs=0.01)
    assert second > 1.5 * first
    assert [told for _, told in seen] == ["attempt=1; max=4", "attempt=2; max=4", "attempt=3; max=4"]


def test_patient_work_tries_further_where_the_sdk_gives_up(crowded, ask):
    crowded[1].refused = (503, "RequestLimitExceeded", MOST_TRIES - 1)
    ask(is_patient=lambda: True)
    seen = crowded[1].seen
    assert len(seen) == MOST_TRIES
    assert seen[-1][0] - seen[-2][0] - CALM_SECONDS == pytest.approx(1 / LEAST, rel=0.2), "at the slowest pace by then"


@pytest.mark.parametrize(
    ("is_patient", "answer", "tries"),
    [
        (True, (503, "RequestLimitExceeded"), MOST_TRIES),
        (False, (503, "RequestLimitExceeded"), 4),
        (True, (500, "InternalError"), 4),
        (True, (403, "UnauthorizedOperation"), 1),
    ],
)
def test_nobody_tries_for_ever_nor_what_is_refused_for_another_reason(crowded, ask, is_patient, answer, tries):
    crowded[1].refused = (*answer, 100)
    with pytest.raises(ClientError, match=answer[1]):
        ask(is_patient=lambda: is_patient)
    assert len(crowded[1].seen) == tries


@pytest.mark.parametrize(("seconds", "more"), [(0, None), (60, CALM_SECONDS)])
def test_work_is_patient_for_as_long_as_it_was_given(rates, monkeypatch, seconds, more):
    monkeypatch.setattr(pacing, "_rates", lambda: rates)
    book = paced_book(connection_id=CONNECTION, raise_if_over=lambda: None, patient_seconds=seconds)
    assert book.pace.further_try(tries=4) == more


def test_a_step_of_an_audit_is_patient_for_a_quarter_of_its_time(organization, monkeypatch, settings):
    settings.STEP_SECONDS = 100
    given = []
    monkeypatch.setattr(pipeline.steps, "take", lambda **_: Step(id=CONNECTION, kind="Said", connection_id=CONNECTION))
    monkeypatch.setattr(pipeline.claims, "held", lambda *_, **__: contextlib.nullcontext(claims.Hold()))
    monkeypatch.setattr(pipeline, "paced_book", lambda **told: given.append(told["patient_seconds"]))
    monkeypatch.setitem(pipeline.DOING, "Said", lambda _: None)
    pipeline.run_step(str(organization.id), str(CONNECTION))
    assert given == [25]
