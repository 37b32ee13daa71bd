"""Every address, for every role, by every method, against the one table of what a role may do."""

from __future__ import annotations

import re

import pytest
from django.urls import resolve

from audits.models import Audit
from audits.rate_models import ExchangeRate
from findings.models import Finding
from findings.operations import judge
from tenants import access, scope
from tenants.access import MAY, SENTENCES, Needs, Permission, needs, needs_of
from tenants.middleware import PERSONAL_VIEWS, PUBLIC_VIEWS
from tenants.roles import Role
from tests.conftest import AT
from tests.database import ROOT, acting_as
from tests.findings.rows import UNATTACHED, load_bill, make_audit, make_connection, see
from tests.tenants.planted import advise, handed_in, lack_a_row, previewed, proven
from tests.tenants.url_map import every_url
from tests.web import Visitor

CHANGE, AUDIT, EXPORT = Permission.CHANGE_CONNECTIONS, Permission.RUN_AUDITS, Permission.EXPORT
# What each address that changes something, or gives out more than a page, needs. Whoever adds one says so here too.
CHANGING = {
    "connections:new": CHANGE,
    "connections:access": CHANGE,
    "connections:check_again": CHANGE,
    "connections:delete": CHANGE,
    "connections:pause": CHANGE,
    "connections:resume": CHANGE,
    "connections:start": AUDIT,
    "audits:stop": AUDIT,
    "audits:upload": Permission.LOAD_BILLS,
    "audits:stop_upload": Permission.LOAD_BILLS,
    "audits:nights": Permission.CHANGE_ORGANIZATION,
    "audits:rates": Permission.CHANGE_RATES,
    "audits:remove_rates": Permission.CHANGE_RATES,
    "findings:rule": Permission.CHANGE_THRESHOLDS,
    "findings:keep_thresholds": Permission.CHANGE_THRESHOLDS,
}
READING = {
    "audits:rows_left_out": EXPORT,
    "findings:csv": EXPORT,
    "findings:opinions_csv": EXPORT,
    "audits:costs_csv": EXPORT,
    "audits:bill_focus": EXPORT,
    "audits:bill_export": EXPORT,
    "findings:evidence": EXPORT,
    "bill_list:csv": EXPORT,
    "audits:upload": Permission.LOAD_BILLS,
    "connections:new": CHANGE,
    "connections:access": CHANGE,
    "connections:delete": CHANGE,
}
URLS = {name: url for name, url in every_url() if name not in PUBLIC_VIEWS | PERSONAL_VIEWS}
AS_SENT = {"origin": "http://app.localhost:8000", "costframe-organization": "org_northwind"}  # as our own page sends it
SAFE, UNSAFE = ("GET", "HEAD", "OPTIONS"), ("POST", "PUT", "PATCH", "DELETE")
NOT_ALLOWED, NO_SUCH_METHOD = 403, 405


@pytest.mark.parametrize("role", Role)
def test_every_address_answers_a_role_as_the_table_says(role, organization, provider_key):
    person, wrong = Visitor(role=role), []
    for name, url in URLS.items():
        for method in SAFE + UNSAFE:
            answer = person.generic(method, url, headers=AS_SENT)
            needed = READING.get(name, Permission.READ) if method in SAFE else CHANGING.get(name)
            if needed is None:
                is_right = answer.status_code == NO_SUCH_METHOD
            elif needed in MAY[role]:
                refused = {NOT_ALLOWED, NO_SUCH_METHOD} if method == "POST" else {NOT_ALLOWED}
                is_right = answer.status_code not in refused
            else:
                is_right = answer.status_code == NOT_ALLOWED
            if not is_right:
                wrong.append((name, method, answer.status_code))
    assert wrong == []


def test_the_table_above_is_what_the_views_declare():
    declared = {name: needs_of(resolve(url).func) for name, url in URLS.items()}
    assert {name: one.changing for name, one in declared.items() if one.changing} == CHANGING
    assert {name: one.reading for name, one in declared.items() if one.reading != Permission.READ} == READING


@pytest.mark.parametrize("method", UNSAFE)
def test_a_view_that_declares_nothing_cannot_be_used_to_change_anything(settings, organization, provider_key, method):
    settings.ROOT_URLCONF = "tests.tenants.odd_urls"
    person = Visitor(role="admin")
    assert person.get("/odd/writes/").status_code == 200
    answer = person.generic(method, "/odd/writes/", headers=AS_SENT)
    assert (answer.status_code, answer.content) == (NO_SUCH_METHOD, b"")


def test_each_role_may_what_the_one_before_may_and_something_more():
    for less, more in zip(list(Role), list(Role)[1:], strict=False):
        assert MAY[less] < MAY[more]
    assert MAY[Role.ADMIN] == frozenset(Permission) == frozenset(SENTENCES)


def test_a_declaration_holds_through_the_decorators_above_it():
    from django.views.decorators.http import require_POST

    @require_POST
    @needs(EXPORT)
    def view(_request):
        """Nothing."""

    assert needs_of(view) == Needs(changing=EXPORT)


@pytest.mark.parametrize("role", Role)
def test_nobody_changes_or_downloads_anything_while_acting_as_somebody_else(role, organization, provider_key):
    person = Visitor(role=role, act={"sub": "user_somebody"})
    for name, url in URLS.items():
        if name in CHANGING:
            assert person.post(url).status_code == NOT_ALLOWED, name
        if name in READING:
            assert person.get(url).status_code == NOT_ALLOWED, name
    assert person.get("/findings/").status_code == 200


TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def test_templates_ask_for_permissions_that_there_are():
    asked = {name for path in TEMPLATES for name in re.findall(r"\bmay\.(\w+)", path.read_text())}
    assert asked <= set(Permission)
    assert "may_write" not in "".join(path.read_text() for path in TEMPLATES)


@pytest.fixture
def pages(organization):
    """Pages of an organisation with a connection in each state, one of them under audit, a finding and a bill."""
    with scope.organization(organization.id):
        states = ("DRAFT", "CHECKING", "REFUSED", "CONNECTED", "CONNECTED")
        made = [
            make_connection(account_id=f"11111111111{number}", label=f"c{number}", state=state)
            for number, state in enumerate(states)
        ]
        with acting_as("cf_worker"):
            done = make_audit(made[3])
            see(done, UNATTACHED)
            judge(audit=done, at=AT)
            advise(done, "x")
            Audit.objects.filter(id=done.id).update(state="DONE", ended_at=AT)
            loaded = load_bill(made[3])
            running = Audit.objects.create(
                connection=made[4], state="RUNNING", requested_by="x", requested_at=AT, started_at=AT
            )
        finding, upload = Finding.objects.get(), handed_in("x")
        with acting_as("cf_worker"):
            proven("x", upload)
            lack_a_row(loaded, "x")
        ExchangeRate.objects.create(day=AT.date(), from_currency="EUR", to_currency="USD", rate=1, source="Treasury")
        tried = previewed("x")
    return [
        "/bills/rates/",
        *("/connections/", "/findings/", "/costs/", "/bills/", "/audits/", "/audits/nights/", "/organization/members/"),
        *(f"/connections/{one.id}/" for one in made),
        *(f"/connections/{made[0].id}/kit/", f"/audits/{running.id}/", f"/findings/{finding.id}/"),
        *(f"/bills/{loaded.id}/", f"/bills/{loaded.id}/focus/"),
        *(
            "/findings/opinions/",
            "/findings/rules/",
            "/findings/rules/aws_ebs_volume_unattached/",
            f"/findings/rules/previews/{tried.id}/",
        ),
        *(f"/bills/uploads/{upload.id}/", f"/bills/uploads/{upload.id}/proves/"),
    ]


LINK = re.compile(r'<a class="button[^"]*"[^>]*? href="(/[^"?]*)|<a href="(/[^"]+)" download')
FORM = re.compile(r'<form method="post"[^>]* action="(/[^"]+)"')


@pytest.mark.parametrize("role", Role)
def test_a_page_shows_no_button_that_would_be_refused_and_every_one_that_would_not(role, pages, provider_key):
    person, links, forms = Visitor(role=role), set(), set()
    for url in pages:
        page = person.get(url).content.decode()
        links |= {resolve("".join(found)).view_name for found in LINK.findall(page)}
        forms |= {resolve(found).view_name for found in FORM.findall(page)} - PUBLIC_VIEWS
        if '<form method="post" class="form' in page:
            forms.add(resolve(url).view_name)
    assert {name for name in forms if CHANGING[name] not in MAY[role]} == set()
    assert {name for name in links if READING.get(name, Permission.READ) not in MAY[role]} == set()
    # Two are only on pages that are reached by the others.
    wanted = {name for name, needed in {**CHANGING, **READING}.items() if needed in MAY[role]}
    assert wanted - {"connections:check_again", "connections:resume"} <= links | forms


@pytest.mark.parametrize("role", Role)
def test_the_roles_page_shows_the_table_and_marks_ones_own(role, organization, provider_key):
    page = " ".join(Visitor(role=role).get("/organization/roles/").content.decode().split())
    assert re.search(rf'<th scope="col">{role} <span class="[^"]+">your role</span>', page)
    assert page.count("your role") == 1
    for permission, sentence in SENTENCES.items():
        shown = re.search(rf'<th scope="row">{sentence.replace(chr(39), "&#x27;")}</th>(.*?)</tr>', page)[1]
        cells = ["yes" in cell for cell in re.findall(r"<td>(.*?)</td>", shown)]
        assert cells == [permission in MAY[one] for one in Role]
    assert "<td>member, viewer</td>" in page


def test_a_role_that_is_not_in_the_setting_may_nothing():
    assert access.granted("auditor") == access.granted(None) == frozenset()
