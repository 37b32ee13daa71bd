"""Choosing an organisation and switching to another: a wish that the provider grants, and the token that decides."""

from __future__ import annotations

import pytest

from tests.conftest import ISSUER
from tests.tenants.visiting import query_of
from tests.web import ORIGIN, Visitor

CHOOSE = "/organization/"
FROM_OUR_PAGE = {"sec-fetch-site": "same-origin", "sec-fetch-dest": "document"}
FROM_ELSEWHERE = {"sec-fetch-site": "cross-site", "sec-fetch-dest": "document"}


@pytest.fixture(params=[{"organization": None}, {"sts": "pending"}], ids=["in none", "pending"])
def unplaced(request, provider_key, db):
    """Somebody who is signed in and has to choose first."""
    return Visitor(**request.param)


def test_who_is_in_no_organisation_is_asked_to_choose_one_whatever_they_open(unplaced):
    for path in ("/connections/", "/no-such-page/"):
        answer = unplaced.get(path)
        page = answer.content.decode()
        assert answer.status_code == 403
        assert "<h1>Choose an organisation</h1>" in page
        assert f'data-memberships="{ISSUER}/v1/me/organization_memberships"' in page
        assert f"{ISSUER}/sign-in/tasks/choose-organization?redirect_url=" in page
    assert unplaced.get(CHOOSE).status_code == 200


def test_who_is_in_no_organisation_changes_nothing(unplaced):
    answer = unplaced.post("/connections/new/", {"label": "x"}, headers={"costframe-organization": "org_northwind"})
    assert answer.status_code == 409
    answer = unplaced.post("/connections/new/", {"label": "x"}, headers={"costframe-organization": ""})
    assert answer.status_code == 403


def test_reading_nothing_costs_no_query(unplaced, django_assert_num_queries):
    with django_assert_num_queries(0):
        unplaced.get("/connections/")
        unplaced.get(CHOOSE)


def test_who_is_in_one_sees_which_and_may_switch(visitor):
    page = visitor.get(CHOOSE).content.decode()
    assert "This tab is in <strong>northwind</strong>" in page
    assert 'href="/organization/"' in visitor.get("/connections/").content.decode()


@pytest.mark.parametrize("wanted", ["org_contoso", "contoso", " contoso "])
def test_a_switch_asks_the_provider_and_names_the_wish_on_the_way_back(visitor, wanted):
    answer = visitor.post(CHOOSE, {"organization": wanted})
    query = query_of(answer["Location"])
    assert (answer.status_code, answer["Cache-Control"]) == (303, "no-store")
    assert answer["Location"].startswith(f"{ISSUER}/v1/client/handshake?")
    assert (query["organization_id"], query["__clerk_hs_reason"]) == (wanted.strip(), "active-organization-mismatch")
    assert query["redirect_url"] == f"{ORIGIN}/?costframe_organization={wanted.strip()}"
    assert answer.cookies["__clerk_redirect_count"].value == "1"  # only who was sent away may come back


def test_who_is_in_none_may_ask_too(unplaced):
    assert unplaced.post(CHOOSE, {"organization": "org_contoso"}).status_code == 303


@pytest.mark.parametrize("role", ["viewer", "finance"])
def test_whoever_only_reads_may_switch(organization, provider_key, role):
    assert Visitor(role=role).post(CHOOSE, {"organization": "org_contoso"}).status_code == 303


@pytest.mark.parametrize(
    ("wanted_next", "path"),
    [
        ("/findings/?a=1", "/findings/?a=1&"),
        ("//evil.test/", "/evil.test/?"),
        ("https://evil.test", "/https://evil.test?"),
        ("/\\evil.test", "/evil.test?"),
        ("", "/?"),
        ("/x?costframe_organization=org_evil", "/x?"),
    ],
)
def test_a_switch_leads_back_below_our_own_origin(visitor, wanted_next, path):
    answer = visitor.post(CHOOSE, {"organization": "org_contoso", "next": wanted_next})
    returns_to = query_of(answer["Location"])["redirect_url"]
    assert returns_to == f"{ORIGIN}{path}costframe_organization=org_contoso"


@pytest.mark.parametrize("wanted", ["", "a b", "a/b", "ä", "x" * 101, "a&organization_id=b"])
def test_what_is_no_name_is_said_and_kept(visitor, wanted):
    answer = visitor.post(CHOOSE, {"organization": wanted})
    assert answer.status_code == 422
    assert "cannot be one: write letters, digits, hyphens and underscores" in answer.content.decode()


def test_back_from_the_providers_own_page_the_token_is_fetched_anew_in_whatever_was_chosen(unplaced):
    answer = unplaced.get("/organization/chosen/")
    query = query_of(answer["Location"])
    assert (answer.status_code, query["redirect_url"], "organization_id" in query) == (307, f"{ORIGIN}/", False)


@pytest.mark.parametrize("said", ["org_northwind", "northwind"])
def test_an_address_of_the_same_organisation_is_cleaned(visitor, said):
    answer = visitor.get(f"/connections/?a=1&costframe_organization={said}", headers=FROM_ELSEWHERE)
    assert (answer.status_code, answer["Location"]) == (302, f"{ORIGIN}/connections/?a=1")
    assert answer["Cache-Control"] == "no-store"


def test_a_link_of_our_own_page_switches_on_the_way(visitor):
    answer = visitor.get("/connections/?costframe_organization=org_contoso", headers=FROM_OUR_PAGE)
    query = query_of(answer["Location"])
    assert (answer.status_code, query["organization_id"]) == (307, "org_contoso")
    assert query["redirect_url"] == f"{ORIGIN}/connections/?costframe_organization=org_contoso"


@pytest.mark.parametrize("headers", [FROM_ELSEWHERE, {"sec-fetch-site": "none"}, {"sec-fetch-site": "same-site"}, {}])
def test_a_link_from_elsewhere_asks_first(visitor, headers):
    answer = visitor.get("/connections/?costframe_organization=org_contoso", headers=headers)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "That page is of org_contoso" in page
    assert '<input type="hidden" name="next" value="/connections/">' in page


def test_a_switch_that_the_provider_did_not_make_is_said_and_does_not_go_round(visitor):
    visitor.cookies["__clerk_redirect_count"] = "1"
    answer = visitor.get("/connections/?costframe_organization=org_contoso", headers=FROM_OUR_PAGE)
    assert (answer.status_code, "org_contoso was not opened" in answer.content.decode()) == (409, True)
    assert answer.cookies["__clerk_redirect_count"]["max-age"] == "0"


def test_a_switch_that_left_nobody_anywhere_is_said_too(unplaced):
    unplaced.cookies["__clerk_redirect_count"] = "1"
    answer = unplaced.get("/?costframe_organization=org_contoso", headers=FROM_OUR_PAGE)
    assert (answer.status_code, "did not open <strong>org_contoso</strong>" in answer.content.decode()) == (403, True)


@pytest.mark.parametrize("said", ["", "a b", "<script>", "x" * 101])
def test_an_address_that_names_nothing_is_like_one_that_does_not(visitor, said):
    assert visitor.get("/connections/", {"costframe_organization": said}, headers=FROM_ELSEWHERE).status_code == 200


def test_signing_out_forgets_the_session_and_says_what_may_still_be_open(visitor):
    visitor.cookies["__client_uat_other"] = "1"
    answer = visitor.post("/sign-out/")
    assert (answer.status_code, answer["Location"]) == (302, "/signed-out/?elsewhere=open")
    assert {name for name, cookie in answer.cookies.items() if cookie["max-age"] == "0"} >= {
        "__session",
        "__client_uat",
        "costframe_csrf",
    }
    assert f'href="{ISSUER}/sign-in"' in visitor.get("/signed-out/?elsewhere=open").content.decode()
    over = visitor.post("/sign-out/", {"ended": "true"})
    assert over["Location"] == "/signed-out/"
    assert "here and at the identity provider" in visitor.get("/signed-out/").content.decode()
