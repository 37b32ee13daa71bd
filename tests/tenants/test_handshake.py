"""What a visit is answered: the page, the way to a fresh token, or 401."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import RequestFactory

from tenants import handshake
from tenants.handshake import Proceed, Provider, Redirect, Refuse, Visit
from tests.tenants.tokens import AT, ISSUER, NOW, ORIGIN, VERIFIER, claims, private_key, signed, token

PROVIDER = Provider(
    verifier=replace(VERIFIER, needs_own_cookie=True),
    public_origin=ORIGIN,
    cookie_names=("__session_abcdefgh", "__session"),
    sign_in_url=f"{ISSUER}/sign-in",
    accepts_in_url=True,
)
DOCUMENT = {"Sec-Fetch-Dest": "document", "Accept": "text/html"}
FRESH = {"__session_abcdefgh": token(azp=None)}
EXPIRED = {"__session_abcdefgh": token(azp=None, exp=NOW - 60)}


def visit(*, method="GET", path="/findings/?region=eu-west-1", headers=None, cookies=None):
    return Visit(method=method, path=path, headers=DOCUMENT if headers is None else headers, cookies=cookies or {})


def decide(provider=PROVIDER, **facts):
    return provider.decide(visit(**facts), at=AT)


def query_of(url):
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_a_fresh_token_proceeds():
    decision = decide(cookies=FRESH)
    assert isinstance(decision, Proceed)
    assert decision.identity.user_id == "user_ada"


def test_an_expired_token_on_a_page_goes_to_the_provider_and_comes_back_to_the_same_page():
    decision = decide(cookies=EXPIRED)
    assert isinstance(decision, Redirect)
    assert decision.url.startswith(f"{ISSUER}/v1/client/handshake?")
    assert query_of(decision.url) == {
        "redirect_url": f"{ORIGIN}/findings/?region=eu-west-1",
        "__clerk_api_version": "2026-05-12",
        "suffixed_cookies": "true",
        "__clerk_hs_reason": "session-token-expired",
    }


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
def test_only_pages_asked_for_by_a_browser_are_redirected(method, headers, may_redirect, cookies):
    decision = decide(method=method, headers=headers, cookies=cookies)
    assert isinstance(decision, Redirect if may_redirect else Refuse)


@pytest.mark.parametrize(
    "cookies",
    [
        {},
        {"__client_uat": "0"},
        {"__session_abcdefgh": "rubbish"},
        {"__session_abcdefgh": signed(claims(azp=None), key=private_key("attacker"))},
        {"__session_abcdefgh": token(azp="https://evil.example.test")},
    ],
    ids=["nothing", "signed out", "rubbish", "forged", "another origin"],
)
def test_who_has_no_session_is_sent_to_sign_in(cookies):
    decision = decide(cookies=cookies)
    assert isinstance(decision, Redirect)
    assert decision.url.startswith(f"{ISSUER}/sign-in?")
    assert query_of(decision.url) == {"redirect_url": f"{ORIGIN}/findings/?region=eu-west-1"}


def test_who_signed_in_elsewhere_but_has_no_token_gets_one():
    decision = decide(cookies={"__client_uat_abcdefgh": "1763640000"})
    assert query_of(decision.url)["__clerk_hs_reason"] == "session-token-missing"


def test_a_browser_that_comes_back_without_a_token_is_refused_after_three_redirects():
    cookies, hops = dict(EXPIRED), 0
    while isinstance(decision := decide(cookies=cookies), Redirect):
        hops += 1
        assert hops < 10
        cookies.update({cookie.name: cookie.value for cookie in decision.cookies})
    assert isinstance(decision, Refuse)
    assert hops == 3
    assert decision.sign_in_url.startswith(f"{ISSUER}/sign-in?")


def test_success_forgets_the_count():
    decision = decide(cookies={**FRESH, handshake.COUNT: "2"})
    assert [(cookie.name, cookie.value) for cookie in decision.cookies] == [(handshake.COUNT, None)]


@pytest.mark.parametrize("count", ["", "-1", "x", "٣", "9" * 5000])
def test_a_planted_count_is_no_error(count):
    assert isinstance(decide(cookies={**EXPIRED, handshake.COUNT: count}), Redirect)


@pytest.mark.parametrize(
    ("path", "returns_to"),
    [
        ("/", f"{ORIGIN}/"),
        ("//evil.test/x", f"{ORIGIN}/evil.test/x"),
        ("@evil.test/", f"{ORIGIN}/@evil.test/"),
        ("/x?next=https://evil.test", f"{ORIGIN}/x?next=https%3A%2F%2Fevil.test"),
        ("/x?__clerk_db_jwt=a&b=1&__clerk_help=c", f"{ORIGIN}/x?b=1"),
    ],
)
def test_the_way_back_is_below_the_configured_origin_whatever_was_asked(path, returns_to):
    headers = {**DOCUMENT, "Host": "evil.test", "X-Forwarded-Host": "evil.test"}
    assert query_of(decide(path=path, headers=headers, cookies=EXPIRED).url)["redirect_url"] == returns_to


SESSION = token(azp=None)
GIVEN = [
    f"__session={SESSION}; Path=/; SameSite=Lax",
    f"__session_abcdefgh={SESSION}; Path=/",
    "__client_uat=1763640000; Path=/; Domain=example.test",
    "__client_uat_abcdefgh=1763640000",
    "__clerk_db_jwt_abcdefgh=dvb_1; Path=/",
    "__clerk_db_jwt=planted",
    "sessionid=planted; Path=/",
    "__session_EVIL=planted",
    "costframe_csrf=planted; Domain=.example.test",
    "__client_uat_abcdefghi=1",
]


def come_back(directives=GIVEN, *, path="/x?a=1&__clerk_handshake={}&b=2", provider=PROVIDER, cookies=None, **headers):
    returned = signed({"handshake": directives}, **headers)
    return decide(provider, path=path.format(returned), cookies=cookies)


def test_coming_back_sets_the_cookies_that_we_know_and_cleans_the_url():
    decision = come_back()
    assert decision.url == f"{ORIGIN}/x?a=1&b=2"
    assert {cookie.name: cookie.value for cookie in decision.cookies} == {
        "__session": SESSION,
        "__session_abcdefgh": SESSION,
        "__client_uat": "1763640000",
        "__client_uat_abcdefgh": "1763640000",
        "__clerk_db_jwt_abcdefgh": "dvb_1",
    }


def test_coming_back_signed_out_deletes_the_token():
    decision = come_back(["__session=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "__session_abcdefgh=", "__client_uat=0"])
    assert {cookie.name: cookie.value for cookie in decision.cookies} == {
        "__session": None,
        "__session_abcdefgh": None,
        "__client_uat": "0",
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": private_key("attacker")},
        {"kid": "ins_other"},
        {"cat": "cl_B7d4PD222AAA"},
        {"cat": "cl_B7d4PD333AAA"},
        {"typ": "at+jwt"},
        {"directives": "__session=x"},
        {"directives": [5]},
        {"directives": None},
        {"directives": [f"__session={token(azp=None, exp=NOW - 60)}"]},
        {"directives": [f"__session={token(azp=None, iss='https://evil.test')}"]},
        {"directives": [f"__session={token(azp='https://evil.test')}"]},
        {"directives": [f"__session={signed(claims(), cat='cl_B7d4PD222AAA')}"]},
        {"directives": ["__session=rubbish"]},
    ],
)
def test_a_handshake_that_proves_nothing_sets_no_session(wrong):
    decision = come_back(**wrong)
    assert decision.url == f"{ORIGIN}/x?a=1&b=2"
    assert [cookie.name for cookie in decision.cookies] == [handshake.COUNT]


def test_in_production_the_url_carries_no_handshake():
    decision = come_back(provider=replace(PROVIDER, accepts_in_url=False))
    assert (decision.url, decision.cookies) == (f"{ORIGIN}/x?a=1&b=2", ())


def test_a_poll_with_a_handshake_is_not_redirected():
    path = f"/x?__clerk_handshake={signed({'handshake': GIVEN})}"
    assert isinstance(decide(path=path, headers={"Sec-Fetch-Dest": "empty"}), Refuse)


@pytest.mark.parametrize("is_secure", [True, False])
def test_the_answer_is_not_stored_and_its_cookies_are_narrow(is_secure):
    response = handshake.redirect_to(come_back(), is_secure=is_secure)
    assert response.status_code == 307
    assert response["Location"] == f"{ORIGIN}/x?a=1&b=2"
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    morsel = response.cookies["__session_abcdefgh"]
    assert (morsel["samesite"], morsel["domain"], morsel["path"]) == ("Lax", "", "/")
    assert bool(morsel["secure"]) is is_secure
    assert not morsel["httponly"]  # page scripts renew it


def test_the_count_is_not_for_scripts():
    response = handshake.redirect_to(decide(cookies=EXPIRED), is_secure=True)
    assert response.cookies[handshake.COUNT]["httponly"]
    assert response.cookies[handshake.COUNT]["max-age"] == 10


def test_a_django_request_gives_its_facts():
    request = RequestFactory().get("/x?a=1", headers={"sec-fetch-dest": "document"}, HTTP_HOST="evil.test")
    facts = Visit.of(request)
    assert facts.is_document
    assert facts.path == "/x?a=1"


def test_tokens_are_not_shown():
    shown = repr((visit(cookies=FRESH), come_back(), decide(cookies=EXPIRED)))
    assert SESSION not in shown


def configured(settings, **changes):
    for name, value in {
        "CLERK_ISSUER": ISSUER,
        "CLERK_JWKS_URL": "",
        "CLERK_JWKS_PEM": "",
        "CLERK_PUBLISHABLE_KEY": "",
        "CLERK_SIGN_IN_URL": "",
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
    provider = configured(settings, CLERK_PUBLISHABLE_KEY="pk_live_ZmFrZS1jbGVyay10ZXN0LmNsZXJrLmFjY291bnRzLmRldiQ=")
    assert provider.cookie_names == ("__session_qReyu04C", "__session")
    assert provider.verifier.needs_own_cookie
    assert not provider.accepts_in_url


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"CLERK_ISSUER": ""}, "COSTFRAME_CLERK_ISSUER"),
        ({"CLERK_PUBLISHABLE_KEY": "pk_test_Y2xlcmsuY2xlcmsuZGV2JA"}, "development key"),
        ({"CLERK_PUBLISHABLE_KEY": "sk_live_x"}, "COSTFRAME_CLERK_PUBLISHABLE_KEY"),
        ({"CLERK_JWKS_URL": "http://127.0.0.1:1/jwks"}, "COSTFRAME_CLERK_JWKS_URL"),
        ({"CLERK_JWKS_PEM": "rubbish"}, "COSTFRAME_CLERK_JWKS_PEM"),
    ],
)
def test_settings_that_do_not_fit_are_refused_by_name(settings, changes, complaint):
    with pytest.raises((handshake.NotConfigured, ValueError), match=complaint):
        configured(settings, **changes)


def test_the_page_learns_where_to_refresh():
    identity = decide(cookies=FRESH).identity
    assert PROVIDER.browser_session(identity) == {
        "url": f"{ISSUER}/v1/client/sessions/sess_1/tokens",
        "organization": "org_ours",
        "cookies": "__session_abcdefgh,__session",
        "expires": str(NOW + 55),
    }


def test_the_long_session_of_a_development_browser_is_a_cookie_there_only():
    assert PROVIDER.browser_cookie == "__clerk_db_jwt_abcdefgh"
    assert replace(PROVIDER, accepts_in_url=False).browser_cookie == ""
