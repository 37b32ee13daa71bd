"""What is another organisation's answers exactly as what does not exist, and no page shows it.

Each wall is tried alone too: the managers without row-level security, and row-level security without the managers.
"""

from __future__ import annotations

import base64
import gzip
import html
import json
import re
import time
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, urlencode

import pytest
from django.db import connection, models, transaction
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls.converters import UUIDConverter

from connections.seal import public_key_text
from connections.unseal import KeyDirectory
from costframe import limits
from findings.models import Finding
from findings.queries import SORTS
from tenants.models import Activity, ActivitySeal, OrganizationManager, TenantManager
from tenants.trail import NEWEST_FIRST
from tests.database import UNWALLED, acting_as
from tests.tenants.planted import Planted, plant
from tests.tenants.url_map import every_route, filled_in
from tests.web import ORIGIN, Visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

METHODS = ("GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
ROUTES = {pattern: converters for _, pattern, converters in every_route()}
WITH_IDS = [
    pattern for pattern, found in ROUTES.items() if any(isinstance(one, UUIDConverter) for one in found.values())
]
WORDS = {"name", "rule_id"}  # parameters of addresses that name a thing of ours, not a row
TOMORROW = int(time.time()) + 86400  # a token of a minute would run out among hundreds of requests
BOTH, MANAGERS, POSTGRESQL = "both walls", "the managers alone", "PostgreSQL alone"
# Whose page it was stands there where a form has files, and nowhere else then.
IN_THE_ADDRESS = ("POST", "org_contoso", "?costframe_organization=org_contoso", {"costframe-organization": ""})
HTMX = {"hx-request": "true", "sec-fetch-dest": "empty"}
CHANGING = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"|data-expires="\d+"')
UUIDS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{32}\b")
LITERALS = re.compile(r"'(?:[^']|'')*'(?:::\w+)?|\b\d+(?:\.\d+)?\b|\"(?:s|_django_curs_)\w+\"")

# Every parameter that some view reads, and what to put there: what names another organisation's row, and what in the
# same shape names nobody's, with what the view asks for beside it. None: nothing that is somebody's own.
PARAMETERS: dict[str, Callable[[Planted], Iterable[tuple]] | None] = {
    "about": lambda theirs: [({}, one, uuid.uuid4()) for one in (*theirs.ids.values(), theirs.organization_id)],
    "account": lambda theirs: [({}, theirs.account_id, "987654321098")],
    "after": lambda theirs: [*cursors(theirs), *heads(theirs)],
    "and_tag": lambda theirs: [({"tag": "team", "value": "x", "and_value": "x"}, f"{theirs.mark} tag", "Nobodysmarked tag")],
    "and_value": lambda theirs: [({"tag": "team", "value": "x", "and_tag": "owner"}, f"{theirs.mark} team",
                                  "Nobodysmarked team")],
    "before": lambda theirs: list(cursors(theirs)),
    "label": lambda theirs: [({}, f"{theirs.mark} shared account", "Nobodysmarked shared account")],
    "next": lambda theirs: [({"organization": "org_contoso"}, f"/findings/{one}/", f"/findings/{uuid.uuid4()}/")
                            for one in theirs.ids.values()],
    "noted": lambda theirs: list(heads(theirs)),
    "organization": lambda _: [({}, "org_northwind", "org_nobodysnm")],
    "provider": lambda theirs: [({}, f"{theirs.mark} provider", "Nobodysmarked provider")],
    "q": lambda theirs: [({}, theirs.resource_id, "vol-Nobodysmarked")],
    "role_arn": lambda theirs: [({}, f"arn:aws:iam::{theirs.account_id}:role/C", "arn:aws:iam::987654321098:role/C")],
    "service": lambda theirs: [({}, f"{theirs.mark} service", "Nobodysmarked service")],
    "tag": lambda theirs: [({"value": "x"}, f"{theirs.mark} tag", "Nobodysmarked tag")],
    "value": lambda theirs: [({"tag": "team"}, f"{theirs.mark} team", "Nobodysmarked team")],
    "who": lambda theirs: [({}, theirs.mark, "Nobodysmarked")],
    **dict.fromkeys(("confidence", "currency", "new", "points", "price_unknown", "region", "rule", "sort", "state")),
    **dict.fromkeys(("regions", "export_bucket", "export_name", "export_prefix", "export_region")),
    **dict.fromkeys(("costframe_organization", "__clerk_handshake", "elsewhere", "ended")),
    **dict.fromkeys(("since", "until", "what", "night_time", "timezone", "by", "cost", "kind", "month", "tagged")),
    **dict.fromkeys(("and_tagged", "note", "action", "source", "standing", "has", "in", "rates")),
}  # fmt: skip
FORM = {"label": "Northwindmark shared account", "role_arn": "arn:aws:iam::111111111111:role/Costframe"}
# Names that no view reads today; should one begin to, it must not tell either.
GUESSES = ("organization", "connection", "audit", "finding", "organization_id", "connection_id", "audit_id",
           "finding_id", "org_id", "next", "id", "pk")  # fmt: skip
HEADERS = ("x-organization", "hx-current-url", "hx-target", "hx-trigger", "x-organization-id", "hx-trigger-name",
           "hx-prompt", "referer", "if-none-match", "x-request-id")  # fmt: skip


@pytest.fixture(autouse=True)
def unlimited(monkeypatch):
    """One person asks hundreds of times here; the limits have tests of their own."""
    monkeypatch.setattr(limits, "RULES", {})


@pytest.fixture(autouse=True)
def as_long_as_it_takes(proofs_as_of_the_transactions_start):
    """A test is hundreds of requests here."""


@pytest.fixture
def theirs(organization):
    """Northwind's."""
    return plant(organization, "Northwindmark", account_id="222222222222", size_gib=100)


@pytest.fixture
def ours(other_organization):
    """Contoso's, for whom the stranger asks."""
    return plant(other_organization, "Contosomark", account_id="333333333333", size_gib=300)


@pytest.fixture
def stranger(ours, provider_key):
    """Somebody of Contoso who may do everything there, and is signed in already."""
    return signed_in(Visitor(organization="org_contoso", role="admin", exp=TOMORROW))


@pytest.fixture
def visitor(theirs, provider_key):
    """The same in Northwind."""
    return signed_in(Visitor(role="admin", exp=TOMORROW))


def signed_in(visitor):
    """What is written at first sight is written."""
    assert visitor.get("/organization/members/").status_code == 200
    return visitor


@pytest.fixture(params=[BOTH, MANAGERS, POSTGRESQL])
def walls(request, monkeypatch, ours, theirs):
    """Which of the walls stand once everything is planted."""
    if request.param == POSTGRESQL:
        for manager in (TenantManager, OrganizationManager):
            monkeypatch.setattr(manager, "get_queryset", models.Manager.get_queryset)
    with acting_as(UNWALLED if request.param == MANAGERS else "cf_web"):
        yield request.param


@contextmanager
def undone():
    """Whatever is written inside does not stay."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def told(visitor, method, url, *, body=None, headers=None, named=()):
    """All that a request tells: status, headers, body, and what was asked of the database. `named` is what it named."""
    sent = {"origin": ORIGIN, "costframe-organization": visitor.tab, **(headers or {})}
    if method in {"GET", "HEAD", "OPTIONS"} and not headers:
        del sent["costframe-organization"]  # a page that is opened comes from no page of ours
    cookies = visitor.cookies.copy()
    with undone(), CaptureQueriesContext(connection) as asked:
        if method == "POST":
            answer = visitor.post(url, body, headers=sent)
        else:
            answer = visitor.generic(method, url, headers=sent)
    visitor.cookies = cookies  # signing out is a page, too
    # When a page expires is a second of the clock, and two requests may fall into two.
    own = {"Content-Length", "X-Request-ID", "Expires"}
    shown = {name: value for name, value in answer.headers.items() if name not in own}
    return (
        answer.status_code,
        without(json.dumps(shown), named),
        sorted(answer.cookies),
        without(read(answer), named),
        [LITERALS.sub("?", statement) for statement in statements(asked)],
    )


def read(answer):
    """What an answer tells, unpacked where it is packed."""
    is_packed = answer.headers.get("Content-Type") == "application/gzip"
    content = answer.getvalue()  # of a file that is sent piece by piece too
    return (gzip.decompress(content) if is_packed else content).decode()


def statements(asked):
    return [query["sql"] for query in asked.captured_queries]


def without(text, named):
    for value in named:
        for form in {str(value), html.escape(str(value)), quote(str(value), safe=""), quote_plus(str(value))}:
            text = text.replace(form, "NAMED")
    return UUIDS.sub("ID", CHANGING.sub("", text))


def rows_of(organization):
    """Everything that an organisation has, as one text a table."""
    with acting_as(UNWALLED), connection.cursor() as cursor:
        cursor.execute(
            "select table_name from information_schema.columns where table_schema = 'public' "
            "and column_name = 'organization_id' order by 1"
        )
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(
                f"select string_agg(t::text, e'\\n' order by id) from {table} t where organization_id = %s",
                [organization.id],
            )
            found[table] = cursor.fetchone()[0]
    assert None not in found.values(), "something is planted in every table"
    return found


def cursors(planted):
    """The place of their finding in each of the action list's orders, and of a line of theirs in the trail; and each
    time a place beside it that nobody has."""
    with acting_as(UNWALLED):
        finding = Finding._base_manager.get(id=planted.ids["finding_id"])
        line = Activity._base_manager.filter(organization_id=planted.organization_id).first()
    orders = [({"sort": name}, finding, sort.fields) for name, sort in SORTS.items()]
    for given, row, fields in (*orders, ({}, line, NEWEST_FIRST.fields)):
        place = [str(getattr(row, field)) for field in fields]
        beside = [str(uuid.UUID(int=row.id.int ^ 1)) if one == str(row.id) else one for one in place]
        yield (
            given,
            *(base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in (place, beside)),
        )


def heads(planted):
    """The head of their trail's chain, and one of nobody's."""
    with acting_as(UNWALLED):
        seal = ActivitySeal._base_manager.filter(organization_id=planted.organization_id).latest("position")
    return [({}, f"{seal.position}:{seal.hash}", f"{seal.position}:{seal.hash[::-1]}")]


def random_ids(planted):
    return {name: uuid.uuid4() for name in planted.ids}


def test_every_parameter_of_an_address_is_an_id_that_is_planted_or_a_word(theirs):
    ids = {name for found in ROUTES.values() for name, one in found.items() if isinstance(one, UUIDConverter)}
    words = {name for found in ROUTES.values() for name in found} - ids
    assert (ids, words) == (set(theirs.ids), WORDS)


def test_an_address_with_anothers_id_answers_as_with_a_random_one(walls, theirs, stranger, organization):
    before, apart = rows_of(organization), []
    ways = [(method, {}) for method in METHODS] + [("GET", HTMX), ("POST", HTMX)]
    for pattern in WITH_IDS:
        for method, headers in ways if walls == BOTH else ways[:2]:
            answers = [
                told(stranger, method, filled_in(pattern, ids), headers=headers, named=ids.values())
                for ids in (theirs.ids, random_ids(theirs))
            ]
            if answers[0] != answers[1] or answers[0][0] not in {404, 405}:
                apart.append((method, pattern, *answers))
    assert apart == []
    assert rows_of(organization) == before


def test_the_owner_is_answered_at_each_of_these_addresses(theirs, visitor):
    # Else the test above would pass for addresses that nobody is answered at.
    for pattern in WITH_IDS:
        methods = [told(visitor, method, filled_in(pattern, theirs.ids))[0] for method in ("GET", "POST")]
        assert {200, 302, 422} & set(methods), (pattern, methods)  # 422: its form, with what is missing


def test_no_page_shows_anything_of_another_organisation(walls, theirs, ours, visitor, stranger):
    shown = {}
    for who, own, foreign in ((visitor, theirs, ours), (stranger, ours, theirs)):
        for pattern in ROUTES:
            for query in ("",) if pattern in WITH_IDS else ("?state=", "?q=vol&state=", "?new=on"):
                body = told(who, "GET", filled_in(pattern, own.ids) + query)[3]
                shown.setdefault(pattern, set()).update(mark for mark in (own.mark, foreign.mark) if mark in body)
                assert foreign.mark not in body, pattern
                assert foreign.account_id not in body, pattern
    both = {pattern for pattern, marks in shown.items() if len(marks) == 2}
    assert both >= {
        "audits/", "bills/", "connections/", "findings/", "findings/actions.csv", "audits/<uuid:audit_id>/",
        "audits/<uuid:audit_id>/calls/", "connections/<uuid:connection_id>/", "findings/<uuid:finding_id>/",
        "findings/<uuid:finding_id>/evidence.json", "connections/<uuid:connection_id>/check/", "bills/<uuid:load_id>/",
    }, "the marks are where pages show them"  # fmt: skip


READ = re.compile(r'(?:SELECT .*? FROM|DELETE FROM) "(\w+)"(?: ([A-Z]\d+)\b)?')


def quoted(name):
    return f'"{name}"'


def test_every_question_that_a_page_asks_names_the_organisation(theirs, visitor, sealing_key):
    """An update of one row by its id is left to PostgreSQL: Django makes it past the managers."""
    loose, count = set(), 0
    for pattern in ROUTES:
        for method in ("GET", "POST"):
            with CaptureQueriesContext(connection) as asked:
                told(visitor, method, filled_in(pattern, theirs.ids), body=FORM)
            for statement in statements(asked):
                for table, alias in READ.findall(statement):
                    column = "id" if table == "tenants_organization" else "organization_id"
                    count += 1
                    if f"{alias or quoted(table)}.{quoted(column)} = '{theirs.organization_id.hex}'" not in statement:
                        loose.add(statement)
    assert loose == set()
    assert count > 100


@pytest.fixture
def reads(monkeypatch):
    """The names of parameters that were read since it was emptied. Taking a form in, where Django asks for every name
    that was sent whether it had it before, is no reading."""
    names, taken_in = set(), []

    def watched(method):
        def watching(self, key, *rest):
            if not taken_in:
                names.add(key)
            return method(self, key, *rest)

        return watching

    def taking_in(self, key, *rest, take_in=QueryDict.setlistdefault):
        taken_in.append(key)
        try:
            return take_in(self, key, *rest)
        finally:
            taken_in.pop()

    for name in ("__getitem__", "getlist", "__contains__"):
        monkeypatch.setattr(QueryDict, name, watched(getattr(QueryDict, name)))
    monkeypatch.setattr(QueryDict, "setlistdefault", taking_in)
    return names


@pytest.fixture
def sealing_key(settings, tmp_path):
    settings.SEALING_PUBLIC_KEY = public_key_text(KeyDirectory(tmp_path / "keys").make().public_key)


def readers(visitor, planted, reads):
    """(method, pattern, parameter) of every parameter that a view reads, found by asking with all of them."""
    found = set()
    for pattern in ROUTES:
        url = filled_in(pattern, planted.ids)
        for method, value, query, headers in (("GET", "", "", None), ("POST", "", "", None), IN_THE_ADDRESS):
            reads.clear()
            told(visitor, method, url + query, body=dict.fromkeys(PARAMETERS, value), headers=headers)
            found |= {(method, pattern, name) for name in reads}
    return found


READERS: list[set[tuple[str, str, str]]] = []  # what `readers` found first, which takes hundreds of requests


def readers_once(visitor, planted, reads):
    """As `readers`, found once: which wall stands, no view asks before it reads a parameter."""
    if not READERS:
        READERS.append(readers(visitor, planted, reads))
    return READERS[0]


def test_every_parameter_that_a_view_reads_is_on_the_list(ours, stranger, reads, sealing_key):
    found = readers(stranger, ours, reads)
    assert {name for _, _, name in found} == set(PARAMETERS)
    assert READERS in ([], [found]), "whichever test found them first"
    READERS[:] = [found]


@pytest.mark.usefixtures("walls", "sealing_key")
def test_a_parameter_that_names_anothers_row_answers_as_one_that_names_none(theirs, ours, stranger, reads):
    apart, count = [], 0
    for method, pattern, name in sorted(readers_once(stranger, ours, reads)):
        for beside, *pair in PARAMETERS[name](theirs) if PARAMETERS[name] else ():
            answers = []
            for value in pair:
                given = {**beside, name: value}
                url = filled_in(pattern, ours.ids) + (f"?{urlencode(given)}" if method == "GET" else "")
                named = [value, *re.findall(r"\d{12}", str(value))]
                answers.append(told(stranger, method, url, body=given, named=named))
            count += 1
            if answers[0] != answers[1]:
                apart.append((method, pattern, name, *answers))
    assert apart == []
    assert count > 40


def test_an_id_anywhere_else_in_a_request_changes_nothing(theirs, ours, stranger):
    apart = []
    for pattern in ROUTES:
        url = filled_in(pattern, ours.ids)
        for method in ("GET", "POST"):
            answers = []
            for ids in (theirs.everything, [uuid.uuid4() for _ in theirs.everything]):
                guesses = dict(zip(GUESSES, map(str, ids), strict=False))
                query = f"?{urlencode(guesses)}"
                headers = dict(zip(HEADERS, map(str, ids), strict=False))
                answers.append(told(stranger, method, url + query, body=guesses, headers=headers, named=ids))
            if answers[0] != answers[1]:
                apart.append((method, pattern, *answers))
    assert apart == []
