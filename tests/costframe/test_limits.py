"""Too many requests are answered shortly, by whom they come from; and nobody else notices."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client

from costframe import limits
from costframe.buckets import Buckets, Limit
from costframe.client_address import client_address
from costframe.limits import REFUSED_TOKENS, RETURNING, RULES, By, LimitMiddleware
from tests.audits.focus_files import write_csv
from tests.audits.test_bills import load, payer  # noqa: F401 - a fixture
from tests.costframe.guarded import complaints
from tests.tenants import tokens
from tests.tenants.url_map import every_route
from tests.web import Visitor

LIMIT = Limit(burst=3, per_minute=6)  # one more every ten seconds


class Clock:
    """Time that passes when a test says so."""

    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def buckets(clock):
    return Buckets(clock=clock, most_keys=100)


def test_so_many_at_once_and_then_evenly(buckets, clock):
    assert [buckets.take("a", LIMIT) for _ in range(5)] == [0, 0, 0, 10, 10]
    clock.now += 4
    assert buckets.take("a", LIMIT) == pytest.approx(6)
    clock.now += 6
    assert [buckets.take("a", LIMIT), buckets.take("a", LIMIT)] == [0, 10]
    clock.now += 3600
    assert [buckets.take("a", LIMIT) for _ in range(4)] == [0, 0, 0, 10]


def test_one_key_does_not_count_for_another(buckets):
    assert [buckets.take("a", LIMIT) for _ in range(4)][-1] == 10
    assert buckets.take("b", LIMIT) == 0


def test_asking_while_refused_does_not_make_the_wait_longer(buckets, clock):
    for _ in range(1000):
        buckets.take("a", LIMIT)
    clock.now += 10
    assert buckets.take("a", LIMIT) == 0


def test_a_flood_of_keys_takes_bounded_memory_and_forgets_the_one_silent_longest(buckets):
    for _ in range(4):
        buckets.take("busy", LIMIT)
        buckets.take("silent", LIMIT)
    for number in range(100_000):
        buckets.take(number, LIMIT)
        if number % 50 == 0:
            assert buckets.take("busy", LIMIT) > 0
    assert len(buckets) == 100
    assert buckets.take("silent", LIMIT) == 0


@pytest.mark.parametrize(
    ("meta", "proxies", "known_as"),
    [
        ({"REMOTE_ADDR": "192.0.2.1"}, 0, "192.0.2.1"),
        ({"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}, 0, "192.0.2.1"),
        ({"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}, 1, "203.0.113.9"),
        ({"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": "1.1.1.1, 203.0.113.9"}, 1, "203.0.113.9"),
        ({"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": "1.1.1.1,203.0.113.9,10.0.0.1"}, 2, "203.0.113.9"),
        ({"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}, 2, "192.0.2.1"),
        ({"REMOTE_ADDR": "192.0.2.1"}, 1, "192.0.2.1"),
        ({"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": "a\nb"}, 1, "192.0.2.1"),
        ({"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9:4711"}, 1, "203.0.113.9"),
        ({"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": "[2001:db8::7]:4711"}, 1, "2001:db8::/64"),
        ({"REMOTE_ADDR": "192.0.2.1", "HTTP_FORWARDED": "for=9.9.9.9", "HTTP_X_REAL_IP": "9.9.9.9", "HTTP_CLIENT_IP": "9.9.9.9"}, 1, "192.0.2.1"),
        ({"REMOTE_ADDR": "2001:db8:1:2:3:4:5:6"}, 0, "2001:db8:1:2::/64"),
        ({"REMOTE_ADDR": "2001:db8:1:2:ffff::1"}, 0, "2001:db8:1:2::/64"),
        ({"REMOTE_ADDR": "::ffff:192.0.2.1"}, 0, "192.0.2.1"),
        ({"REMOTE_ADDR": "fe80::1%eth0"}, 0, "fe80::/64"),
        ({"REMOTE_ADDR": ""}, 0, "local"),
        ({}, 0, "local"),
    ],
)  # fmt: skip
def test_the_address_is_never_one_that_the_client_wrote(meta, proxies, known_as):
    assert client_address(meta, trusted_proxies=proxies) == known_as


def test_every_limit_belongs_to_a_view_that_is_there():
    assert set(RULES) <= {name for name, _, _ in every_route()}


@pytest.fixture
def strict(monkeypatch):
    """Bounds that a test reaches at once, counted in one place: each client of a test has a process of its own."""
    counted = Buckets()
    monkeypatch.setattr(limits, "Buckets", lambda: counted)
    monkeypatch.setattr(limits, "RULES", {name: replace(rule, limit=LIMIT) for name, rule in RULES.items()})
    monkeypatch.setattr(limits, "RETURNING", LIMIT)
    monkeypatch.setattr(limits, "REFUSED_TOKENS", LIMIT)


def nobody():
    return Client(headers={"host": "app.localhost:8000", "accept": "text/html"})


def test_signing_in_is_limited_by_address_with_a_page_that_says_so(strict, provider_key, db):
    client = nobody()
    assert [client.get("/sign-in/").status_code for _ in range(3)] == [302] * 3
    refused = client.get("/sign-in/")
    assert (refused.status_code, refused["Retry-After"]) == (429, "10")
    assert complaints(refused.headers, is_https=False) == []
    assert "Too many requests" in refused.content.decode()
    assert "Wait 10 seconds" in refused.content.decode()
    assert client.get("/sign-in/", REMOTE_ADDR="192.0.2.7").status_code == 302


def test_a_header_of_the_client_gets_round_no_limit(strict, provider_key, db):
    client = nobody()
    asked = [
        client.get("/sign-in/", headers={"x-forwarded-for": f"192.0.2.{n}", "x-real-ip": f"192.0.2.{n}"})
        for n in range(4)
    ]
    assert [one.status_code for one in asked] == [302, 302, 302, 429]


def test_behind_a_trusted_proxy_people_are_told_apart(strict, provider_key, settings, db):
    settings.TRUSTED_PROXIES = 1
    client = nobody()
    asked = [client.get("/sign-in/", headers={"x-forwarded-for": f"6.6.6.6, 192.0.2.{n}"}) for n in range(6)]
    assert [one.status_code for one in asked] == [302] * 6
    same = [client.get("/sign-in/", headers={"x-forwarded-for": f"192.0.2.{n}, 198.51.100.1"}) for n in range(4)]
    assert [one.status_code for one in same] == [302, 302, 302, 429]


def test_a_program_and_a_poll_are_told_in_a_line(strict, provider_key, db):
    client = nobody()
    answers = [client.get("/sign-in/", headers={"accept": "application/json"}) for _ in range(4)]
    assert (answers[-1].status_code, answers[-1]["Content-Type"]) == (429, "text/plain; charset=utf-8")
    poll = client.get("/sign-in/", headers={"hx-request": "true"})
    assert (poll.status_code, poll.content) == (429, b"Too many requests. Wait 10 s, then try again.\n")


def test_an_export_is_limited_by_person_so_colleagues_at_the_same_address_go_on(strict, organization, provider_key):
    ada, grace = Visitor(), Visitor(sub="user_grace")
    statuses = [ada.get("/findings/actions.csv").status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert grace.get("/findings/actions.csv").status_code == 200
    assert ada.get("/findings/").status_code == 200


def sent_whole(answer):
    """The status of an answer that was read to its end: no more than two files are on their way to a person at once."""
    assert answer.getvalue()
    return answer.status_code


@pytest.mark.parametrize("asked", ["focus/", "focus.csv.gz", "rows-left-out.csv", "costs.csv"])
def test_a_bill_as_a_file_is_limited_by_person(strict, visitor, payer, tmp_path, asked):  # noqa: F811
    (found,) = load(payer, [write_csv(tmp_path / "a.csv", [{}])])
    path = "/costs/costs.csv" if "costs" in asked else f"/bills/{found.id}/{asked}"
    assert [sent_whole(visitor.get(path)) for _ in range(4)] == [200, 200, 200, 429]
    assert Visitor(sub="user_grace").get(path).status_code == 200
    assert visitor.get(f"/bills/{found.id}/").status_code == 200


@pytest.mark.parametrize(
    "asked", ["?tag=a&value=1&by=tag:b", "?tag=a&value=1&and_tag=b&and_value=2", "?tag=a&by=owner"]
)
def test_crossing_two_tags_is_limited_by_person_and_nothing_else_of_the_page_is(strict, visitor, asked):
    assert [visitor.get(f"/costs/{asked}").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert Visitor(sub="user_grace").get(f"/costs/{asked}").status_code == 200
    assert [visitor.get(f"/costs/{one}").status_code for one in ("", "?by=tag:a", "?tag=a&value=1", "?by=owner")] == [
        200
    ] * 4


def test_writing_a_bill_out_is_bounded_more_tightly_than_reading_a_page():
    assert RULES["audits:bill_focus"].limit == Limit(burst=4, per_minute=2)


def test_computing_the_trails_chain_again_is_limited_by_person(strict, organization, provider_key):
    """Each look takes seconds of a process that serves everybody."""
    ada = Visitor(role="viewer")
    assert [ada.get("/activity/chain/").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert Visitor(sub="user_grace").get("/activity/chain/").status_code == 200
    assert ada.get("/activity/").status_code == 200


def test_the_same_person_in_another_organisation_is_counted_by_itself(
    strict, organization, other_organization, provider_key
):
    browser = Visitor()
    assert [browser.get("/findings/actions.csv").status_code for _ in range(4)][-1] == 429
    browser.sign_in(organization="org_contoso")
    assert browser.get("/findings/actions.csv").status_code == 200


@pytest.mark.parametrize(
    "brings",
    [
        {"path": "/findings/?__clerk_handshake=x"},
        {"path": "/findings/", "headers": {"cookie": "__clerk_handshake=x; __clerk_redirect_count=1"}},
    ],
    ids=["in the address", "in a cookie"],
)
def test_coming_back_from_signing_in_is_limited_by_address(strict, provider_key, db, brings):
    client = nobody()
    asked = dict(brings)
    path = asked.pop("path")
    statuses = [client.get(path, **asked).status_code for _ in range(4)]
    assert statuses[-1] == 429
    assert 429 not in statuses[:-1]


def test_a_handshake_that_another_application_of_the_domain_left_behind_limits_nobody_who_is_signed_in(strict, visitor):
    visitor.cookies["__clerk_handshake"] = "theirs"
    assert [visitor.get("/findings/").status_code for _ in range(6)] == [200] * 6


FORGED = tokens.signed(tokens.claims(), key=tokens.private_key("another"))


@pytest.mark.parametrize("carrier", ["authorization", "cookie"])
def test_tokens_that_nobody_issued_are_limited_and_the_genuine_one_beside_them_is_not(
    strict, visitor, monkeypatch, carrier
):
    monkeypatch.setattr(limits, "RETURNING", Limit(burst=100, per_minute=100))
    asked = {
        "authorization": {"path": "/findings/", "headers": {"authorization": f"Bearer {FORGED}"}},
        "cookie": {"path": "/findings/", "headers": {"cookie": f"__session={FORGED}; __client_uat=1"}},
    }[carrier]
    statuses = [nobody().get(**asked).status_code for _ in range(6)]
    assert 429 not in statuses[:3]
    assert statuses[3:] == [429, 429, 429]
    assert visitor.get("/findings/").status_code == 200


def test_a_genuine_token_that_ran_out_is_no_attack_so_a_form_keeps_what_was_typed(strict, organization, provider_key):
    late = Visitor(age=300)
    statuses = [late.post("/connections/new/", {"label": "typed"}).status_code for _ in range(6)]
    assert statuses == [401] * 6
    assert [Visitor(age=300).get("/findings/").status_code for _ in range(6)] == [307] * 6
    assert [nobody().get("/findings/").status_code for _ in range(6)] == [307] * 6


def test_the_real_bounds_leave_room_for_an_office_behind_one_address():
    by_address = [rule.limit for rule in RULES.values() if rule.by is By.ADDRESS]
    assert all(one.burst >= 100 and one.per_minute >= 60 for one in (*by_address, RETURNING, REFUSED_TOKENS))


def test_what_is_counted_by_person_falls_back_to_the_address(rf):
    request = rf.get("/", REMOTE_ADDR="192.0.2.1")
    assert limits._key(request, By.PERSON) == "192.0.2.1"
    assert LimitMiddleware(lambda _: None).process_view(request, None, (), {}) is None
