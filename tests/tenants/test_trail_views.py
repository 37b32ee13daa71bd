"""The organisation's own view of its trail, and whether the chain holds."""

from __future__ import annotations

import base64
import html
import json
import re

import pytest

from tenants import activity, chain, scope
from tenants.models import Member
from tenants.trail import KINDS, WORDS
from tests.conftest import AT
from tests.database import ROOT, acting_as
from tests.tenants.trails import MINUTE, append, lines, seal, tampering
from tests.web import Visitor


def shown(answer):
    """What a reader reads."""
    assert answer.status_code == 200, answer
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", html.unescape(text))


def labels(answer):
    """The lines of the page by the label in their details, in order."""
    return re.findall(r"label: (Shop \d+)<", answer.content.decode())


@pytest.fixture
def reader(organization, provider_key):
    """A viewer who is known, and whose own sign-in stands in the trail already, as its newest line."""
    with acting_as("cf_worker"), scope.organization(organization.id):
        Member.objects.create(user_id="user_ada", name="Ada", role="viewer", first_seen_at=AT, last_seen_at=AT)
    visitor = Visitor(role="viewer")
    visitor.get("/activity/")
    return visitor


def test_the_newest_lines_come_first_with_who_what_and_their_places(reader, organization):
    append(organization, count=2)
    seal(organization)
    answer = reader.get("/activity/")
    assert labels(answer) == ["Shop 1", "Shop 0"]
    text = shown(answer)
    for expected in ("Ada (user_ada) paused the connection", "2026-11-20 12:01:00", "Sealed up to position 3"):
        assert expected in text


def test_a_line_that_waits_for_its_seal_says_so_and_one_that_waited_long_says_how_long(reader, organization):
    append(organization, count=1)
    assert "2 lines wait for their seals" in shown(reader.get("/activity/"))
    seal(organization, at=AT + 90 * MINUTE)
    assert "sealed 1:30:00 later" in shown(reader.get("/activity/?what=connection"))


def test_the_pages_of_a_long_trail_leave_nothing_out_and_repeat_nothing(reader, organization):
    append(organization, count=120)
    seen, url = [], "/activity/?what=connection"
    while url:
        page = reader.get(url)
        seen += labels(page)
        further = re.search(r'href="(\?[^"]+)" rel="next"', page.content.decode())
        url = f"/activity/{html.unescape(further[1])}" if further else None
    assert seen == [f"Shop {number}" for number in reversed(range(120))]


BEFORE_ALL_TIME, NOWHERE = "0001-01-01T00:00:00+23:59", "00000000-0000-0000-0000-000000000000"


def place_of(text):
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_a_place_that_the_trail_never_gave_out_shows_its_beginning(reader, organization):
    append(organization, count=1)
    for place in ("zzz", "W10", "WyJhIiwiYiJd", place_of("[" * 4000), place_of(json.dumps([BEFORE_ALL_TIME, NOWHERE]))):
        answer = reader.get("/activity/", {"after": place})
        assert "this place is not in the trail" in shown(answer)
        assert labels(answer) == ["Shop 0"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"what": "connection"}, 3),
        ({"what": "person"}, 0),
        ({"who": "ADA"}, 3),
        ({"who": "nobody"}, 0),
        ({"since": "2026-11-20", "until": "2026-11-20"}, 3),
        ({"since": "2026-11-21"}, 0),
        ({"until": "2026-11-19"}, 0),
        ({"since": "0001-01-01", "until": "9999-12-31"}, 3),
    ],
)
def test_filters_narrow_the_trail(reader, organization, query, expected):
    append(organization, count=3)
    assert len(labels(reader.get("/activity/", query))) == expected


def test_one_subject_can_be_followed(reader, organization):
    append(organization, count=3)
    subject = lines(organization)[1].subject_id
    assert labels(reader.get("/activity/", {"about": str(subject)})) == ["Shop 1"]


@pytest.mark.parametrize(
    ("query", "field"),
    [({"what": "nothing"}, "What"), ({"about": "x"}, "About the id"), ({"since": "x"}, "From"), ({"who": "\0"}, "Who")],
)
def test_a_filter_that_cannot_be_used_is_named_and_left_out(reader, organization, query, field):
    append(organization, count=1)
    answer = reader.get("/activity/", query)
    assert f"Left out, because it cannot be used: {field}" in shown(answer)
    assert labels(answer) == ["Shop 0"]


def test_another_organisations_lines_are_not_there(reader, organization, other_organization):
    append(other_organization, count=2)
    assert labels(reader.get("/activity/")) == []


def test_the_number_of_questions_does_not_grow_with_the_lines(reader, organization, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    append(organization, count=1)
    with CaptureQueriesContext(connection) as few:
        reader.get("/activity/")
    append(organization, count=48, first=1)
    seal(organization)
    with django_assert_num_queries(len(few)):
        reader.get("/activity/")


def test_what_an_operator_looked_at_is_told_with_the_reason(reader, organization):
    detail = {"page": "/audits/audit/", "reason": "Ticket 4711: audit stuck"}
    with scope.organization(organization.id):
        activity.book(
            actor="Esther (user_op)", verb="operator.viewed", subject_kind="page", subject_id=None, at=AT, detail=detail
        )
    text = shown(reader.get("/activity/?what=operator"))
    for expected in ("Esther (user_op)", "as an operator of Costframe", "/audits/audit/", "Ticket 4711: audit stuck"):
        assert expected in text


def test_a_chain_that_holds_says_up_to_where_and_since_when(reader, organization):
    append(organization, count=2)
    seal(organization)
    text = shown(reader.get("/activity/chain/"))
    assert "The chain holds up to position 3, sealed at 2026-11-20 13:00:00 UTC" in text
    with scope.organization(organization.id):
        assert str(chain.verify().head) in text


def test_an_empty_chain_holds(reader):
    assert "The chain holds: nothing is sealed yet" in shown(reader.get("/activity/chain/"))


def test_a_chain_that_is_broken_says_where(reader, organization):
    append(organization, count=3)
    seal(organization)
    with tampering() as owner:
        owner.execute("update tenants_activity set actor = 'Eve' where verb = 'person.signed_in'")
    text = shown(reader.get("/activity/chain/"))
    assert "The chain does not hold. Position 4 does not hold" in text
    assert "Everything up to position 3 is as it was sealed" in text
    assert "The chain holds" not in text


def test_a_head_that_was_noted_is_compared(reader, organization):
    append(organization, count=2)
    seal(organization)
    with scope.organization(organization.id):
        head = chain.verify().head
    assert "Position 3 still has the hash that you noted" in shown(reader.get("/activity/chain/", {"noted": str(head)}))
    assert "another hash" in shown(reader.get("/activity/chain/", {"noted": f"3:{'a' * 64}"}))
    assert "its end was cut off" in shown(reader.get("/activity/chain/", {"noted": f"9:{'a' * 64}"}))
    assert "Not a head" in shown(reader.get("/activity/chain/", {"noted": "my head"}))


def test_a_long_chain_is_verified_in_stretches(reader, organization, monkeypatch):
    monkeypatch.setattr("tenants.trail_views.MOST_AT_ONCE", 3)
    append(organization, count=6)
    seal(organization)
    with scope.organization(organization.id):
        noted = chain.verify(most=5).head
    first = reader.get("/activity/chain/", {"noted": str(noted)})
    assert "Positions 1 to 3 hold" in shown(first)
    assert "still has the hash" not in shown(first), "position 5 has not been looked at yet"
    onwards = html.unescape(re.search(r'href="(\?after=[^"]+)"', first.content.decode())[1])
    second = reader.get(f"/activity/chain/{onwards}")
    assert "Positions 4 to 6 hold" in shown(second)
    assert "Position 5 still has the hash that you noted" in shown(second)
    onwards = html.unescape(re.search(r'href="(\?after=[^"]+)"', second.content.decode())[1])
    assert "The chain holds up to position 7" in shown(reader.get(f"/activity/chain/{onwards}"))


def test_every_verb_that_is_booked_has_words_and_a_kind():
    booked = set()
    for app in ("tenants", "connections", "audits", "findings", "costframe"):
        for path in (ROOT / app).rglob("*.py"):
            booked |= set(
                re.findall(
                    r'"((?:person|member|organization|connection|credential|audit|rule|bill|export|operator)\.[a-z_]+)"',
                    path.read_text(),
                )
            )
    booked |= {f"finding.{what}" for what in ("opened", "reopened", "resolved")}
    assert booked == set(WORDS)
    assert {verb.partition(".")[0] for verb in WORDS} <= {kind for kind, _ in KINDS}
