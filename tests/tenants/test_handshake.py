"""What a visit is answered: the page, the way to a fresh token, or 401. In the identity provider's own order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import RequestFactory

from tenants import handshake
from tenants.handshake import Proceed, Redirect, Refuse
from tenants.visits import Visit
from tests.tenants.tokens import AT, ISSUER, NOW, ORIGIN, VERIFIER, token
from tests.tenants.visiting import (
    BROWSER,
    DEVELOPMENT,
    DOCUMENT,
    EXPIRED,
    FRESH,
    OWN,
    OWN_MARK,
    PRODUCTION,
    SHARED,
    decide,
    holding,
    query_of,
    set_by,
    visit,
)

EXPIRED_REASON = "session-token-expired-refresh-non-eligible-no-refresh-cookie"
COUNT = "__clerk_redirect_count"


def test_a_fresh_token_proceeds():
    decision = decide(cookies=FRESH)
    assert isinstance(decision, Proceed)
    assert (decision.identity.user_id, decision.cookies) == ("user_ada", ())


def test_an_expired_token_on_a_page_goes_to_the_provider_and_comes_back_to_the_same_page_and_organisation():
    decision = decide(cookies=EXPIRED)
    assert isinstance(decision, Redirect)
    assert decision.url.startswith(f"{ISSUER}/v1/client/handshake?")
    assert query_of(decision.url) == {
        "redirect_url": f"{ORIGIN}/findings/?region=eu-west-1",
        "__clerk_api_version": "2026-05-12",
        "suffixed_cookies": "true",
        "__clerk_hs_reason": EXPIRED_REASON,
        "organization_id": "org_ours",
    }


def test_the_result_is_asked_for_in_the_form_that_needs_no_secret():
    assert "format" not in query_of(decide(cookies=EXPIRED).url)


@pytest.mark.parametrize(
    ("cookies", "reason"),
    [
        (EXPIRED, EXPIRED_REASON),
        (holding(token(azp=None, nbf=NOW + 60)), "session-token-nbf"),
        (holding(token(azp=None, iat=NOW + 60)), "session-token-iat-in-the-future"),
        (holding(token(azp=None, iat=NOW - 5), since=str(NOW - 4)), "session-token-iat-before-client-uat"),
        (holding(token(azp=None, exp=NOW - 60), since=str(NOW)), "session-token-iat-before-client-uat"),
        ({OWN_MARK: "1763640000"}, "client-uat-but-no-session-token"),
        (holding(token(azp=None), since="0", __client_uat="0"), "session-token-but-no-client-uat"),
        ({SHARED: token()}, "session-token-but-no-client-uat"),
    ],
)
def test_what_a_fresh_token_may_mend_is_asked_for_by_the_providers_own_name(cookies, reason):
    decision = decide(cookies=cookies)
    assert (decision.reason, query_of(decision.url)["__clerk_hs_reason"]) == (reason, reason)
    assert query_of(decision.url)["redirect_url"] == f"{ORIGIN}/findings/?region=eu-west-1"


@pytest.mark.parametrize("since", [str(NOW - 5), str(NOW - 6)])
def test_a_token_that_is_as_young_as_the_last_change_is_good(since):
    assert isinstance(decide(cookies=holding(token(azp=None, iat=NOW - 5), since=since)), Proceed)


@pytest.mark.parametrize(
    ("organization", "expected"),
    [({"id": "org_ours", "rol": "viewer"}, "org_ours"), (None, None)],
)
@pytest.mark.parametrize("wrong", [{"exp": NOW - 60}, {"iat": NOW - 9000}, {"nbf": NOW + 60}])
def test_a_tab_is_refreshed_in_its_own_organisation(organization, expected, wrong):
    cookies = holding(token(azp=None, o=organization, **wrong), since=str(NOW - 4000))
    assert query_of(decide(cookies=cookies).url).get("organization_id") == expected


@pytest.mark.parametrize("wrong", [{"iss": "https://x.test"}, {"azp": "https://x.test"}, {"aud": "x"}])
def test_a_token_that_proves_nothing_asks_for_no_organisation(wrong):
    cookies = holding(token(**{"azp": None, "exp": NOW - 60, **wrong}), since=str(NOW))
    assert "organization_id" not in query_of(decide(cookies=cookies).url)


@pytest.mark.parametrize(
    ("method", "headers", "may_redirect"),
    [
        ("GET", {"Sec-Fetch-Dest": "document"}, True),
        ("GET", {"Sec-Fetch-Dest": "iframe"}, True),
        ("GET", {"Accept": "text/html,application/xhtml+xml"}, True),
        ("GET", {"Sec-Fetch-Dest": "empty", "Accept": "text/html"}, False),
        ("GET", {"Sec-Fetch-Dest": "image"}, False),
        ("GET", {"Accept": "*/*"}, False),
        ("GET", {"Accept": "application/json, text/html"}, False),
        ("GET", {}, False),
        ("GET", {**DOCUMENT, "Authorization": f"Bearer {token(exp=NOW - 60)}"}, False),
        ("HEAD", DOCUMENT, False),
        ("POST", DOCUMENT, False),
        ("DELETE", DOCUMENT, False),
    ],
)
@pytest.mark.parametrize("cookies", [EXPIRED, {}], ids=["expired", "no token"])
@pytest.mark.parametrize("provider", [PRODUCTION, DEVELOPMENT], ids=["production", "development"])
def test_only_pages_asked_for_by_a_browser_are_redirected(method, headers, may_redirect, cookies, provider):
    decision = decide(provider, method=method, headers=headers, cookies=cookies)
    assert isinstance(decision, Redirect if may_redirect else Refuse)


@pytest.mark.parametrize("cookies", [{}, {"__client_uat": "0"}], ids=["nothing", "signed out"])
def test_who_has_no_session_is_sent_to_sign_in(cookies):
    decision = decide(cookies=cookies)
    assert decision.url.startswith(f"{ISSUER}/sign-in?")
    assert query_of(decision.url) == {"redirect_url": f"{ORIGIN}/findings/?region=eu-west-1"}
    assert decision.cookies == ()


def test_a_token_that_is_refused_is_forgotten_or_signing_in_would_not_help():
    decision = decide(cookies=holding("rubbish"))
    assert decision.url.startswith(f"{ISSUER}/sign-in?")
    assert set_by(decision) == {(OWN, ""): None, (SHARED, ""): None, (COUNT, ""): "1"}


def test_a_pending_session_may_choose_an_organisation_and_is_in_none():
    pending = holding(token(azp=None, sts="pending"))
    decision = decide(cookies=pending)
    assert isinstance(decision, Refuse)
    assert (decision.pending.user_id, decision.pending.organization_id, decision.pending.role) == (
        "user_ada",
        None,
        None,
    )
    late = decide(cookies=holding(token(azp=None, sts="pending", exp=NOW - 60)))
    assert isinstance(late, Redirect)
    assert decide(headers={"Authorization": f"Bearer {token(sts='pending')}"}).pending is None


@pytest.mark.parametrize("cookies", [EXPIRED, holding("rubbish"), {OWN_MARK: "1"}])
def test_a_browser_that_goes_round_is_refused_after_three_redirects(cookies):
    held, hops = dict(cookies), 0
    while isinstance(decision := decide(cookies=held), Redirect):
        hops += 1
        assert hops < 10
        held[COUNT] = set_by(decision)[COUNT, ""]
    assert isinstance(decision, Refuse)
    assert hops == 3
    assert decision.sign_in_url.startswith(f"{ISSUER}/sign-in?")


def test_success_forgets_the_count():
    assert set_by(decide(cookies={**FRESH, COUNT: "2"})) == {(COUNT, ""): None}


@pytest.mark.parametrize("count", ["", "-1", "x", "٣", "9" * 5000])
def test_a_planted_count_is_no_error(count):
    assert isinstance(decide(cookies={**EXPIRED, COUNT: count}), Redirect)


@pytest.mark.parametrize(
    ("path", "site", "expected"),
    [
        ("/x?costframe_organization=org_wished", "same-origin", "org_wished"),
        ("/x?costframe_organization=org_wished", "cross-site", "org_ours"),
        ("/x?costframe_organization=org_wished", "none", "org_ours"),
        ("/x?costframe_organization=a%20b", "same-origin", "org_ours"),
    ],
)
def test_a_link_of_our_own_page_may_wish_for_an_organisation_and_no_other(path, site, expected):
    headers = {**DOCUMENT, "Sec-Fetch-Site": site}
    decision = decide(path=path, headers=headers, cookies=EXPIRED)
    assert query_of(decision.url)["organization_id"] == expected
    assert "costframe_organization=" in query_of(decision.url)["redirect_url"]  # compared once it is back


@pytest.mark.parametrize(
    ("facts", "reason", "browser"),
    [
        ({"cookies": {}}, "dev-browser-missing", None),
        ({"cookies": FRESH}, "dev-browser-missing", None),
        ({"cookies": {BROWSER: "dvb_1"}, "path": "/x?__clerk_db_jwt=dvb_2"}, "dev-browser-sync", "dvb_2"),
        ({"cookies": {BROWSER: "dvb_1", **EXPIRED}}, EXPIRED_REASON, "dvb_1"),
    ],
)
def test_a_development_instance_has_to_know_the_browser_first(facts, reason, browser):
    decision = decide(DEVELOPMENT, **facts)
    query = query_of(decision.url)
    assert (decision.reason, query.get("__clerk_db_jwt")) == (reason, browser)
    assert "__clerk_db_jwt" not in query["redirect_url"]


def test_production_knows_no_browser_and_tells_none():
    query = query_of(decide(cookies={**EXPIRED, BROWSER: "dvb_1"}, path="/x?__clerk_db_jwt=dvb_2").url)
    assert "__clerk_db_jwt" not in query
    assert query["redirect_url"] == f"{ORIGIN}/x"


def test_a_bearer_token_is_read_in_place_of_cookies():
    decision = decide(headers={"Authorization": f"Bearer {token(sub='user_eve')}"}, cookies=FRESH)
    assert decision.identity.user_id == "user_eve"


def test_the_answer_is_not_stored():
    response = handshake.redirect_to(decide(cookies=EXPIRED), is_secure=True)
    assert (response.status_code, response["Cache-Control"]) == (307, "no-store")
    assert response["Referrer-Policy"] == "no-referrer"
    count = response.cookies[COUNT]
    assert (count["httponly"], count["secure"], count["max-age"]) == (True, True, "60")


def test_a_django_request_gives_its_facts():
    request = RequestFactory().get("/x?a=1", headers={"sec-fetch-dest": "document"}, HTTP_HOST="evil.test")
    facts = Visit.of(request)
    assert facts.is_document
    assert facts.path == "/x?a=1"


def test_tokens_are_not_shown():
    shown = repr((visit(cookies=FRESH), decide(cookies=FRESH), decide(cookies=EXPIRED)))
    assert FRESH[OWN] not in shown


def configured(settings, **changes):
    for name, value in {
        "CLERK_ISSUER": ISSUER,
        "CLERK_JWKS_URL": "",
        "CLERK_JWKS_PEM": "",
        "CLERK_PUBLISHABLE_KEY": "pk_live_ZmFrZS1jbGVyay10ZXN0LmNsZXJrLmFjY291bnRzLmRldiQ=",
        "CLERK_SIGN_IN_URL": "",
        "CLERK_CHOOSE_URL": "",
        "CLERK_COOKIE": "__session",
        "CLERK_AUTHORIZED_PARTIES": [ORIGIN],
        "PUBLIC_ORIGIN": ORIGIN,
        "SANDBOX": False,
        "DEBUG": False,
        **changes,
    }.items():
        setattr(settings, name, value)
    return handshake.configure(settings)


def test_the_settings_make_a_provider(settings):
    provider = configured(settings)
    assert provider.cookie_names == ("__session_qReyu04C", "__session")
    assert provider.verifier.needs_own_cookie
    assert not provider.is_development
    assert provider.domains == ("example.test",)
    assert (provider.sign_in_url, provider.choose_url) == (
        f"{ISSUER}/sign-in",
        f"{ISSUER}/sign-in/tasks/choose-organization",
    )


@pytest.mark.parametrize("where", [{"SANDBOX": True}, {"DEBUG": True}])
def test_a_development_key_is_good_for_the_sandbox_and_for_debugging(settings, where):
    assert configured(settings, CLERK_PUBLISHABLE_KEY="pk_test_Y2xlcmsuY2xlcmsuZGV2JA", **where).is_development


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"CLERK_ISSUER": ""}, "COSTFRAME_CLERK_ISSUER"),
        ({"CLERK_PUBLISHABLE_KEY": "pk_test_Y2xlcmsuY2xlcmsuZGV2JA"}, "development key"),
        ({"CLERK_PUBLISHABLE_KEY": ""}, "COSTFRAME_CLERK_PUBLISHABLE_KEY is not set"),
        ({"CLERK_PUBLISHABLE_KEY": "sk_live_x"}, "COSTFRAME_CLERK_PUBLISHABLE_KEY"),
        ({"CLERK_JWKS_URL": "http://127.0.0.1:1/jwks"}, "COSTFRAME_CLERK_JWKS_URL"),
        ({"CLERK_JWKS_PEM": "rubbish"}, "COSTFRAME_CLERK_JWKS_PEM"),
        (
            {"CLERK_ISSUER": "http://clerk.example.test", "CLERK_JWKS_URL": f"{ISSUER}/jwks"},
            "COSTFRAME_CLERK_ISSUER is http",
        ),
        ({"CLERK_SIGN_IN_URL": "http://accounts.example.test"}, "COSTFRAME_CLERK_SIGN_IN_URL is http"),
        ({"CLERK_CHOOSE_URL": "//accounts.example.test"}, "COSTFRAME_CLERK_CHOOSE_URL is //"),
    ],
)
def test_settings_that_do_not_fit_are_refused_by_name(settings, changes, complaint):
    with pytest.raises((handshake.NotConfigured, ValueError), match=complaint):
        configured(settings, **changes)


def test_the_page_learns_where_to_refresh():
    identity = decide(cookies=FRESH).identity
    assert DEVELOPMENT.browser_session(identity) == {
        "url": f"{ISSUER}/v1/client/sessions/sess_1/tokens",
        "session": "sess_1",
        "organization": "org_ours",
        "cookies": f"{OWN},{SHARED}",
        "browser": BROWSER,
        "expires": str(NOW + 55),
    }
    assert PRODUCTION.browser_session(identity)["browser"] == ""
    assert PRODUCTION.browser_session(identity, organization="org_tabs")["organization"] == "org_tabs"


def test_without_a_publishable_key_there_is_one_name():
    plain = replace(PRODUCTION, cookie_names=(SHARED,), verifier=VERIFIER)
    decision = plain.decide(visit(cookies={SHARED: token(), "__client_uat": "1"}), at=AT)
    assert isinstance(decision, Proceed)
