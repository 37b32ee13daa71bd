"""The operator process, as it runs: what operators find there, and how they are asked why they look."""

from __future__ import annotations

import html
import re
import time
from urllib.parse import urlencode

import pytest

from tests.database import ROOT
from tests.tenants.doors import CONTOSO, NORTHWIND, ORGANIZATIONS, REASON, TABLES, below, path_of

pytestmark = pytest.mark.processes


@pytest.fixture
def operator(door):
    """An operator who has said why they look at Northwind."""
    visitor = door.visitor()
    visitor.give_reason()
    return visitor


def links(answer):
    return [path_of(html.unescape(url)) for url in re.findall(r'href="([^"]+)"', answer.body)]


def test_the_first_page_is_the_list_of_organisations(door):
    visitor = door.visitor()
    assert path_of(visitor.ask("/").location) == ORGANIZATIONS
    answer = visitor.ask(ORGANIZATIONS)
    assert answer.status == 200
    assert "Northwind" in answer.body
    assert "Contoso" in answer.body
    assert below(NORTHWIND) in links(answer)
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("query", ["?q=north", "?o=-1", "?q=contoso&o=2"])
def test_the_list_of_organisations_can_be_searched_and_sorted(door, query):
    assert door.visitor().ask(ORGANIZATIONS + query).status == 200


def test_whoever_opens_an_organisation_is_asked_why_and_then_led_to_the_page(door):
    visitor = door.visitor()
    before = door.views()
    asked = visitor.look("audits/audit/?state__exact=OPEN")
    assert asked.status == 302
    form = visitor.ask(path_of(asked.location))
    assert form.status == 200
    assert "Northwind" in form.body
    assert door.views() == before, "nothing was shown yet"
    led = visitor.give_reason(next=html.unescape(form.field("next")))
    assert (led.status, path_of(led.location)) == (302, below(NORTHWIND, "audits/audit/?state__exact=OPEN"))
    assert visitor.ask(path_of(led.location)).status == 200


@pytest.mark.parametrize("text", ["", "too short", " " * 30, "x" * 201, "1234567890\0"])
def test_what_is_no_reason_is_asked_for_again_and_opens_nothing(door, text):
    visitor = door.visitor()
    assert visitor.give_reason(text=text).status == 422
    assert visitor.look("").status == 302


def test_a_reason_that_is_sent_with_an_expired_token_is_kept_and_can_be_sent_again(door):
    visitor = door.visitor()
    page = below(NORTHWIND, "reason/")
    form = {
        "csrfmiddlewaretoken": visitor.ask(page).field("csrfmiddlewaretoken"),
        "reason": 'why "this" <one>',
        "next": "/",
    }
    visitor.claims = {"at": time.time() - 300}
    before = door.views()
    refused = visitor.ask(page, method="POST", body=urlencode(form))
    assert refused.status == 401
    kept = {name: html.unescape(refused.field(name)) for name in form}
    assert {name: kept[name] for name in ("reason", "next")} == {"reason": 'why "this" <one>', "next": "/"}
    assert 'name="costframe-session"' in refused.body
    elsewhere = visitor.ask(page, method="POST", body=urlencode(form), headers={"Origin": "https://evil.example"})
    assert (elsewhere.status, elsewhere.body) == (401, "Sign in again.\n")
    assert door.views() == before
    visitor.claims = {}
    assert visitor.ask(page, method="POST", body=urlencode(kept)).status == 302


def test_a_reason_counts_for_one_organisation_and_one_person(door, operator):
    assert operator.look("", NORTHWIND).status == 200
    assert operator.look("", CONTOSO).status == 302
    # The cookie itself is bound, not only where the browser sends it.
    (name, _), cookie = next((key, one) for key, one in operator.cookies.items() if "reason" in key[0])
    operator.cookies[name.replace(NORTHWIND.hex, CONTOSO.hex), "/"] = cookie
    assert operator.look("", CONTOSO).status == 302


def test_the_reasons_cookie_goes_to_its_organisation_only_and_not_to_scripts(door):
    visitor = door.visitor()
    (line,) = [one for one in visitor.give_reason().headers.get_all("Set-Cookie") if "reason" in one]
    for expected in (f"Path={below(NORTHWIND)}", "HttpOnly", "SameSite=Strict", "Max-Age=3600"):
        assert expected in line
    assert REASON not in line


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Origin": "null"}])
def test_a_reason_is_not_taken_from_a_strangers_form(door, headers):
    visitor = door.visitor()
    page = below(NORTHWIND, "reason/")
    token = visitor.ask(page).field("csrfmiddlewaretoken")
    body = f"csrfmiddlewaretoken={token}&reason=A+reason+that+is+long"
    assert visitor.ask(page, method="POST", body=body, headers=headers).status == 403
    assert visitor.ask(page, method="POST", body="reason=A+reason+that+is+long").status == 403


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/", "/organizations/x/", "\\evil"])
def test_whatever_is_to_come_next_lies_below_the_organisation(door, wanted):
    led = door.visitor().give_reason(next=wanted)
    assert led.location.startswith(below(NORTHWIND))


def test_the_page_of_an_organisation_leads_to_each_of_its_tables(operator):
    answer = operator.look("")
    assert {below(NORTHWIND, f"{table}/") for table in TABLES} <= set(links(answer))
    assert "Northwind" in answer.body
    assert REASON in html.unescape(answer.body)


@pytest.mark.parametrize("table", TABLES)
def test_each_table_has_a_list_and_a_page_for_each_row(door, operator, table):
    row_id = door.ids[table.replace("/", "_"), NORTHWIND]
    answer = operator.look(f"{table}/?id={row_id}")
    assert answer.status == 200
    row = below(NORTHWIND, f"{table}/{row_id}/")
    assert row in links(answer)
    assert operator.ask(row).status == 200


def test_every_link_of_an_organisations_pages_stays_inside_it(door, operator):
    outside = set()
    for rest in ("", "audits/", *(f"{table}/" for table in TABLES)):
        for link in links(operator.look(rest)):
            if link.startswith("/") and not link.startswith(("/static/", below(NORTHWIND))):
                outside.add(link)
    assert outside == {"/", ORGANIZATIONS}


def test_a_row_leads_to_what_it_refers_to_and_to_what_refers_to_it(door, operator):
    connection = door.ids["connections_connection", NORTHWIND]
    assert f"connections/connection/{connection}/" in operator.look("audits/audit/").body
    found = links(operator.look(f"connections/connection/{connection}/"))
    for rest in ("audits/audit/", "findings/finding/", "connections/accesscheck/"):
        link = below(NORTHWIND, f"{rest}?connection={connection}")
        assert link in found
        assert operator.ask(link).body.count(">Northwind-shop<") == 1


@pytest.mark.parametrize(
    "query",
    ["?q=x", "?o=2.-1", "?p=99", "?all=", "?state__exact=OPEN", "?e=1", "?nonsense=1", "?audit=x"],
)
def test_whatever_is_asked_of_a_list_is_answered(operator, query):
    assert operator.look(f"audits/step/{query}").status in {200, 302, 400, 404}


def test_what_is_not_there_is_not_found(operator):
    for rest in (
        "no/such/", "audits/audit/x/", f"audits/audit/{NORTHWIND}/", "audits/audit/add/", "audits/audit",
        "connections/sealedcredential/", "audits/costline/", "audits/usage/", "auth/user/", "login/", "jsi18n/",
    ):  # fmt: skip
        assert operator.look(rest).status == 404, rest
    for path in (
        "/organizations", below(NORTHWIND)[:-1], "/organizations/x/", f"{ORGANIZATIONS}{NORTHWIND.hex}/",
        below("00000000-0000-4000-8000-0000000000ff"), "/tenants/organization/", "/tenants/organization/add/",
        "/organizations/add/", "/login/", "/logout/", "/password_change/", "/auth/user/", "/audits/audit/",
    ):  # fmt: skip
        assert operator.ask(path).status == 404, path


def test_a_column_that_is_not_shown_cannot_be_asked_for_either(operator):
    for query in ("external_id__startswith=cf", "external_id=cf-planted", f"organization={CONTOSO}"):
        assert operator.look(f"connections/connection/?{query}").status in {400, 404}
    assert operator.look("audits/audit/?connection__external_id__startswith=cf").status in {400, 404}


def test_whoever_brings_no_token_is_sent_to_sign_in_and_told_nothing(door):
    nobody = door.visitor(None)
    for path in (ORGANIZATIONS, below(NORTHWIND), "/no/such/"):
        answer = nobody.ask(path, headers={"Accept": "text/html"})
        assert (answer.status, answer.body) == (307, "")
        assert answer.location.startswith(door.issuer.issuer)


def test_the_process_is_well_without_a_token(door):
    assert door.visitor(None).ask("/health").status == 200


def test_an_open_page_is_told_all_that_keeps_it_signed_in(door, operator):
    """Without them the script cannot tell its own cookie, marks each link as another tab's, and refreshes nothing."""
    needed = re.search(r"server's: ((?:data-\w+,?\s+(?://\s)?)+data-\w+)\.", (ROOT / "static/session.js").read_text())[
        1
    ]
    meta = re.search(r'<meta name="costframe-session"([^>]*)>', operator.look("reason/").body)[1]
    told = dict(re.findall(r'(data-\w+)="([^"]*)"', meta))
    assert set(told) == set(re.findall(r"data-\w+", needed))
    assert told["data-session"].startswith("sess_")
    assert told["data-browser"].startswith("__clerk_db_jwt"), "a development instance knows a browser by it"


def test_the_operators_pages_break_no_content_policy(operator):
    policy = operator.look("").headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    for rest in ("", "audits/audit/", "reason/"):
        body = operator.look(rest).body
        assert "<style" not in body, rest
        assert not re.search(r"\sstyle\s*=|\son[a-z]+\s*=", body), rest
