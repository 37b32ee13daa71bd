"""Two tabs in two organisations share one cookie: nothing of one is shown or changed through the other."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from connections.models import Connection
from tenants import scope
from tenants.files import are_taken_at
from tenants.middleware import PERSONAL_VIEWS, PUBLIC_VIEWS
from tests.conftest import AT
from tests.tenants.attacks.pages import labels
from tests.tenants.test_middleware import hidden_fields
from tests.tenants.url_map import every_url
from tests.web import ORIGIN, Visitor, token

NEW = "/connections/new/"
DRAFT = {"label": "production", "regions": "eu-west-1"}
FILE = SimpleUploadedFile("a.csv", b"x" * 900)
IN_BODY = {"costframe_organization": "org_northwind Northwind"}
TAKING_FILES = [url for _, url in every_url() if are_taken_at(url)]
BY_FIELD = {"costframe-organization": ""}  # without scripts only the form's own field says the organisation


@pytest.fixture
def stale(organization, other_organization, provider_key):
    """Somebody of both, whose tab is Northwind's while the cookie became Contoso's."""
    stale = Visitor()
    stale.form = hidden_fields(stale.get(NEW).content.decode())
    stale.take_cookie(organization="org_contoso")
    return stale


def test_every_form_says_of_which_organisation_it_is(visitor):
    fields = hidden_fields(visitor.get(NEW).content.decode())
    assert fields["costframe_organization"] == "org_northwind Northwind"
    page = visitor.get("/connections/").content.decode()
    assert page.count('name="csrfmiddlewaretoken"') == page.count('name="costframe_organization"') > 0


def test_a_form_of_another_organisation_changes_nothing_and_keeps_what_was_typed(
    stale, organization, other_organization
):
    answer = stale.post(NEW, {**DRAFT, **stale.form, "label": 'a "quoted" <name>'}, headers=BY_FIELD)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert (labels(organization), labels(other_organization)) == ([], [])
    assert "<h1>This form is of Northwind</h1>" in page
    assert "This browser is in another organisation now, <strong>contoso</strong>" in page
    kept = hidden_fields(page)
    assert (kept["label"], kept["regions"]) == ('a "quoted" <name>', "eu-west-1")
    assert 'data-organization="org_northwind"' in page  # the page's script fetches a token of the form's organisation


def test_the_kept_form_can_be_sent_once_the_browser_is_back(stale, organization, other_organization):
    page = stale.post(NEW, {**DRAFT, **stale.form}, headers=BY_FIELD).content.decode()
    sendable = page[page.index(f'action="{NEW}"') : page.index("</form>", page.index(f'action="{NEW}"'))]
    assert stale.post(NEW, hidden_fields(sendable), headers=BY_FIELD).status_code == 409
    switch = page[page.index('action="/organization/"') :]
    assert hidden_fields(switch)["organization"] == "org_northwind"
    assert 'target="_blank"' in switch
    stale.take_cookie()
    assert stale.post(NEW, hidden_fields(sendable), headers=BY_FIELD).status_code == 302
    assert (labels(organization), labels(other_organization)) == (["production"], [])


@pytest.mark.parametrize("age", [0, 300])
def test_a_form_of_another_site_is_not_filled_in(stale, age):
    stale.handler.enforce_csrf_checks = True
    stale.take_cookie(organization="org_contoso", age=age)
    forged = {**DRAFT, **stale.form, "csrfmiddlewaretoken": "x" * 64}
    assert "production" not in stale.post(NEW, forged, headers=BY_FIELD).content.decode()


def test_an_expired_form_is_refreshed_in_its_own_organisation_not_in_the_cookies(stale):
    stale.take_cookie(organization="org_contoso", age=300)
    answer = stale.post(NEW, {**DRAFT, **stale.form}, headers=BY_FIELD)
    page = answer.content.decode()
    assert (answer.status_code, 'data-organization="org_northwind"' in page) == (401, True)
    assert hidden_fields(page)["costframe_organization"] == "org_northwind Northwind"
    sendable = page[page.index(f'action="{NEW}"') : page.index("</form>", page.index(f'action="{NEW}"'))]
    assert sendable.count("costframe_organization") == 1


def test_a_poll_of_another_organisation_gets_nothing_and_is_not_reloaded(stale, other_organization):
    with scope.organization(other_organization.id):
        Connection.objects.create(label="contoso's own", provider="AWS", external_id="x" * 20, created_at=AT)
    answer = stale.poll("/connections/")
    assert (answer.status_code, answer["Content-Type"], "HX-Refresh" in answer) == (409, "text/plain", False)
    assert "contoso" not in answer.content.decode().lower()


def test_a_poll_may_bring_its_own_token_along(stale):
    answer = stale.poll("/connections/", authorization=f"Bearer {token()}")
    assert answer.status_code == 200
    assert stale.poll("/connections/", authorization=f"Bearer {token(organization='org_contoso')}").status_code == 409


@pytest.mark.parametrize("said", ["org_contoso", "org_contoso Northwind", "northwind", "x y", "", "org_northwind2"])
def test_what_a_request_says_is_compared_and_never_believed(stale, said, organization):
    """The cookie is Contoso's: whatever is said, Northwind's pages do not answer."""
    with scope.organization(organization.id):
        Connection.objects.create(label="northwind's own", provider="AWS", external_id="x" * 20, created_at=AT)
    answer = stale.poll("/connections/", **{"costframe-organization": said})
    assert "northwind&#x27;s own" not in answer.content.decode()
    assert answer.status_code == (200 if said.startswith("org_contoso") else 409)


@pytest.mark.parametrize("url", [url for name, url in every_url() if name not in PUBLIC_VIEWS | PERSONAL_VIEWS])
def test_no_address_changes_anything_for_a_form_of_another_organisation_or_of_none(stale, url):
    assert stale.post(url).status_code == 409
    assert stale.post(url, headers=BY_FIELD).status_code == 403
    assert stale.poll(url).status_code == 409


def test_there_is_an_address_that_takes_files():
    assert TAKING_FILES == ["/bills/upload/"]


@pytest.mark.parametrize("url", TAKING_FILES)
@pytest.mark.parametrize(("age", "status"), [(0, 403), (300, 401)], ids=["fresh", "expired"])
@pytest.mark.parametrize("parts", [{}, {"parts": FILE}, {**IN_BODY, "parts": FILE}, IN_BODY])
def test_files_for_an_address_that_names_no_organisation_are_refused_unread(visitor, url, age, status, parts):
    """A view's own handler cannot take what was read before it came."""
    visitor.take_cookie(age=age)
    answer = visitor.post(url, {"label": "Azure", **parts}, headers=BY_FIELD)
    assert (answer.status_code, hasattr(answer.wsgi_request, "_files")) == (status, False)


@pytest.mark.parametrize("headers", [BY_FIELD, {}], ids=["none", "in a header"])
@pytest.mark.parametrize("age", [0, 300], ids=["fresh", "expired"])
def test_a_file_for_an_address_that_takes_none_is_refused(visitor, organization, headers, age):
    visitor.take_cookie(age=age)
    answer = visitor.post(NEW, {**DRAFT, "file": FILE}, headers=headers)
    assert (answer.status_code, labels(organization)) == (400, [])


def test_a_program_with_a_bearer_token_reads_a_page_and_changes_nothing(organization, provider_key, client):
    headers = {"host": "app.localhost:8000", "authorization": f"Bearer {token()}"}
    assert client.get("/connections/", headers=headers).status_code == 200
    assert client.head("/connections/", headers=headers).status_code == 200
    for method in (client.post, client.put, client.patch, client.delete):
        answer = method(NEW, DRAFT, headers={**headers, "origin": ORIGIN, "costframe-organization": "org_northwind"})
        assert (answer.status_code, answer["Content-Type"]) == (403, "text/plain")
        assert answer.content.decode().startswith("A bearer token only reads.")
    assert labels(organization) == []


def test_what_is_answered_depends_on_who_asks_and_is_kept_by_nobody(visitor):
    answer = visitor.get("/connections/")
    assert answer["Cache-Control"] == "private, no-store"
    assert {"Cookie", "Authorization", "Costframe-Organization"} <= set(answer["Vary"].split(", "))
