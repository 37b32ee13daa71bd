"""Who gets in, in which organisation, and what becomes of what a request wrote."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from connections.models import Connection
from tenants import scope
from tenants.middleware import PUBLIC_VIEWS
from tenants.models import Activity, Organization
from tenants.organization_ids import organization_id_for
from tests.conftest import ISSUER
from tests.tenants.url_map import every_url
from tests.web import ORIGIN, Visitor

NEW = "/connections/new/"
DRAFT = {"label": "production", "regions": "eu-west-1"}


def labels(organization):
    with scope.organization(organization.id):
        return sorted(Connection.objects.values_list("label", flat=True))


def activities(organization):
    with scope.organization(organization.id):
        told = Activity.objects.exclude(subject_kind="member").exclude(verb="person.signed_in")
        return list(told.values_list("verb", flat=True))


def hidden_fields(page):
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: unescape(value) for name, value in found}


@pytest.mark.parametrize("url", [url for name, url in every_url() if name not in PUBLIC_VIEWS])
def test_without_a_token_no_page_answers(url, provider_key, db):
    nobody = Client(headers={"host": "app.localhost:8000", "accept": "text/html"})
    assert nobody.get(url).status_code == 307
    assert nobody.get(url, headers={"accept": "application/json"}).status_code == 401
    assert nobody.post(url, headers={"origin": ORIGIN}).status_code == 401


def test_the_public_views_are_these_and_no_others():
    # Whoever lets another one in without a token says so here as well.
    assert sorted(PUBLIC_VIEWS) == [
        *("clerk_webhook", "health", "robots", "security", "sign_in", "sign_out", "signed_out"),
    ]
    assert {name for name, _ in every_url()} >= PUBLIC_VIEWS


def test_what_does_not_exist_looks_like_what_does(provider_key, db):
    nobody = Client(headers={"host": "app.localhost:8000", "accept": "text/html"})
    there, not_there = nobody.get("/connections/"), nobody.get("/no-such-page/")
    assert (there.status_code, not_there.status_code) == (307, 307)


def test_the_process_says_whether_it_is_well(db):
    assert Client(headers={"host": "app.localhost:8000"}).get("/health").content == b"ok\n"


@pytest.fixture
def late(organization, provider_key):
    return Visitor(age=300)


def test_with_an_expired_token_a_page_is_sent_to_refresh_and_the_redirect_is_not_stored(late):
    answer = late.get("/connections/?a=1")
    assert (answer.status_code, answer["Cache-Control"]) == (307, "no-store")
    assert answer["Location"].startswith(f"{ISSUER}/v1/client/handshake?")


def test_with_an_expired_token_a_form_keeps_what_was_typed_and_can_be_sent_again(late, organization):
    browser = Visitor()
    page = browser.get(NEW).content.decode()
    typed = {
        **DRAFT,
        "label": 'a "quoted" <name>',
        "csrfmiddlewaretoken": hidden_fields(page)["csrfmiddlewaretoken"],
    }
    browser.sign_in(age=300)
    refused = browser.post(NEW, typed)
    kept = hidden_fields(refused.content.decode())
    assert refused.status_code == 401
    assert labels(organization) == []
    assert {name: kept[name] for name in DRAFT} == {**DRAFT, "label": typed["label"]}
    assert list(kept) == ["csrfmiddlewaretoken", *DRAFT]
    assert 'name="costframe-session"' in refused.content.decode()
    browser.sign_in()
    assert browser.post(NEW, kept).status_code == 302
    assert labels(organization) == [typed["label"]]


@pytest.mark.parametrize(
    ("token_of", "headers"),
    [("another", {}), ("own", {"origin": "https://evil.example"})],
    ids=["without the form's own token", "from another site"],
)
def test_with_an_expired_token_a_form_that_is_not_ours_is_not_filled_in_for_the_visitor(late, token_of, headers):
    late.handler.enforce_csrf_checks = True
    late.sign_in()
    own = hidden_fields(late.get(NEW).content.decode())["csrfmiddlewaretoken"]
    late.sign_in(age=300)
    sent = own if token_of == "own" else "x" * 64
    answer = late.post(NEW, {**DRAFT, "csrfmiddlewaretoken": sent}, headers=headers)
    assert answer.status_code == 401
    assert "production" not in answer.content.decode()
    # A browser that does not say where a form comes from is not believed either.
    unsaid = Client.post(late, NEW, {**DRAFT, "csrfmiddlewaretoken": own})
    assert "production" not in unsaid.content.decode()
    assert "production" in late.post(NEW, {**DRAFT, "csrfmiddlewaretoken": own}).content.decode()


def test_with_an_expired_token_a_poll_is_told_to_reload(late):
    answer = late.poll("/connections/")
    assert (answer.status_code, answer["HX-Refresh"]) == (401, "true")


def test_with_an_expired_token_a_program_is_told_in_a_line(late):
    answer = late.get("/connections/", headers={"accept": "application/json"})
    assert (answer.status_code, answer["Content-Type"]) == (401, "text/plain")


def test_the_organisation_comes_to_be_with_its_first_request_and_is_left_alone_afterwards(provider_key, db):
    organization_id = organization_id_for(issuer=ISSUER, clerk_id="org_fabrikam")
    assert Visitor(organization="org_fabrikam").get("/connections/").status_code == 200
    with scope.organization(organization_id):
        Organization.objects.update(name="Fabrikam Inc")
    assert "Fabrikam Inc" in Visitor(organization="org_fabrikam").get("/connections/").content.decode()


def test_the_organisation_is_the_tokens_own_whatever_else_the_request_says(visitor, organization, other_organization):
    other = str(other_organization.id)
    visitor.post(
        f"{NEW}?organization={other}&organization_id={other}",
        {**DRAFT, "organization": other, "organization_id": other, "o": "org_contoso"},
        headers={"x-organization": other, "x-organization-id": other},
    )
    assert (labels(organization), labels(other_organization)) == (["production"], [])


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ada " * 100, f"{('Ada ' * 25).strip()} (user_ada)"),
        ("Ada\0 Okafor", "Ada Okafor (user_ada)"),
        # Text that runs the other way could hide the id behind a name, and a line of its own could look like another's.
        ("Grace (user_grace)\u202e", "Grace (user_grace) (user_ada)"),
        ("Ada\nClerk", "Ada Clerk (user_ada)"),
        ("\u200b\u2066", "user_ada"),
    ],
)
def test_whatever_somebody_calls_themselves_they_get_in_and_the_trail_shows_their_id_behind_it(
    organization, provider_key, name, shown
):
    assert Visitor(name=name).get("/findings/").status_code == 200
    with scope.organization(organization.id):
        assert set(Activity.objects.values_list("actor", flat=True)) == {shown}


@pytest.mark.parametrize("role", ["engineer", "admin", "org:admin"])
def test_engineers_and_admins_may_write(organization, provider_key, role):
    assert Visitor(role=role).post(NEW, DRAFT).status_code == 302
    assert labels(organization) == ["production"]


@pytest.mark.parametrize(
    "claims",
    [{"role": "viewer"}, {"role": "finance"}, {"role": "member"}, {"act": {"sub": "user_x"}}],
)
def test_others_read_and_get_a_sentence(organization, provider_key, claims):
    reader = Visitor(**claims)
    assert reader.get("/connections/").status_code == 200
    answer = reader.post(NEW, DRAFT)
    assert (answer.status_code, labels(organization)) == (403, [])
    said = answer.content.decode().lower()
    assert "nothing was changed" in said or "nothing can be changed" in said


@pytest.mark.parametrize("role", ["", "auditor", "Admin", "org:org:admin", "viewer,admin"])
def test_a_role_that_the_setting_does_not_know_gives_nothing_but_a_page_that_says_so(provider_key, db, role):
    somebody = Visitor(role=role, organization="org_fabrikam")
    for answer in (somebody.get("/connections/"), somebody.get("/no-such-page/"), somebody.post(NEW, DRAFT)):
        assert answer.status_code == 403
        assert "Your role gives nothing here" in answer.content.decode()
    with scope.organization(organization_id_for(issuer=ISSUER, clerk_id="org_fabrikam")):
        assert not Organization.objects.exists()


@pytest.fixture
def strict(organization, provider_key):
    strict = Visitor()
    strict.handler.enforce_csrf_checks = True
    return strict


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": ORIGIN}, 302),
        ({"origin": "", "sec-fetch-site": "same-origin"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://app.localhost:9999"}, 403),
        ({"origin": "http://clerk.localhost:8000", "sec-fetch-site": "same-site"}, 403),
    ],
)
def test_only_our_own_origin_may_send_a_form_even_with_its_token(strict, headers, status):
    page = strict.get(NEW).content.decode()
    typed = {**DRAFT, "csrfmiddlewaretoken": hidden_fields(page)["csrfmiddlewaretoken"]}
    assert strict.post(NEW, typed, headers=headers).status_code == status


def test_a_browser_that_sends_no_origin_may_vouch_otherwise(strict):
    typed = {**DRAFT, **hidden_fields(strict.get(NEW).content.decode())}
    without_origin = {"host": "app.localhost:8000", "sec-fetch-site": "same-origin"}
    assert Client.post(strict, NEW, typed, headers=without_origin).status_code == 302
    assert Client.post(strict, NEW, typed).status_code == 403


def test_a_form_without_its_token_is_refused_with_the_remedy(strict, organization):
    answer = strict.post(NEW, DRAFT)
    assert (answer.status_code, labels(organization)) == (403, [])
    assert "reload the page" in answer.content.decode()


@pytest.fixture
def odd(settings, organization, provider_key):
    settings.ROOT_URLCONF = "tests.tenants.odd_urls"
    visitor = Visitor()
    visitor.raise_request_exception = False
    return visitor


def test_the_transaction_keeps_what_a_view_wrote(odd, organization):
    assert odd.get("/odd/writes/").status_code == 200
    assert activities(organization) == ["odd.written"]


@pytest.mark.parametrize(("kind", "status"), [("failure", 500), ("lost", 404), ("forbidden", 403)])
def test_the_transaction_undoes_it_when_the_view_raises(odd, organization, kind, status):
    assert odd.get(f"/odd/raises/{kind}/").status_code == status
    assert activities(organization) == []


@pytest.mark.parametrize(("status", "kept"), [(200, 1), (302, 1), (404, 1), (422, 1), (500, 0), (503, 0)])
def test_the_transaction_undoes_it_when_the_answer_is_a_failure_of_ours(odd, organization, status, kept):
    assert odd.get(f"/odd/answers/{status}/").status_code == status
    assert len(activities(organization)) == kept


def test_the_transaction_refuses_a_stream_which_would_run_after_the_scope_is_gone(odd, organization):
    assert odd.get("/odd/streams/").status_code == 500
    assert activities(organization) == []


def test_the_transaction_leaves_no_scope_behind(odd):
    for path in ("/odd/writes/", "/odd/raises/failure/", "/odd/answers/500/"):
        odd.get(path)
        assert not scope.is_open()


def test_no_page_of_a_member_is_stored_by_anybody(visitor):
    answer = visitor.get("/connections/")
    assert answer["Cache-Control"] == "private, no-store"
    assert "Cookie" in answer["Vary"]


def test_an_empty_page_takes_few_queries(visitor, django_assert_max_num_queries):
    visitor.get("/connections/")
    with django_assert_max_num_queries(11):  # savepoints of this test's own transaction counted
        visitor.get("/connections/")


def test_when_the_providers_keys_cannot_be_read_nobody_is_let_in(settings, organization, provider_key):
    settings.CLERK_JWKS_PEM = ""
    settings.CLERK_JWKS_URL = "http://127.0.0.1:1/jwks.json"
    assert Visitor().get("/connections/").status_code == 503
