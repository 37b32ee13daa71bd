"""The sandbox's identity provider: organisations, pending sessions, rotated keys, and how production hands over."""

from __future__ import annotations

import datetime as dt
import json
import urllib.error
import urllib.request
from urllib.parse import urlencode

import jwt
import pytest

from sandbox.clerk.issuer import Issuer
from sandbox.clerk.people import CONSULTANT, CONTOSO, ENGINEER, NORTHWIND, VIEWER
from tenants.handshake import Proceed, Redirect
from tenants.identity import Carrier, TokenRefused
from tenants.visits import Visit
from tests.sandbox.test_clerk import APP, ask, client_in, come_back, provider_for, return_leg, session_of, sign_in

PRODUCT = "http://app.cf.localhost:8000"


@pytest.fixture
def issuer(tmp_path):
    issuer = Issuer.start(state_dir=tmp_path, app_origins=[APP])
    yield issuer
    issuer.stop()


@pytest.fixture
def production(tmp_path):
    issuer = Issuer.start(state_dir=tmp_path, app_origins=[PRODUCT], cookie_domain="cf.localhost")
    yield issuer
    issuer.stop()


def claims_of(token):
    return jwt.decode(token, options={"verify_signature": False})


def token_for(issuer, cookie, **form):
    path = f"/v1/client/sessions/{session_of(issuer, cookie)}/tokens"
    status, _, body = ask(issuer, path, form=form, Origin=APP, Cookie=cookie)
    return claims_of(json.loads(body)["jwt"]) if status == 200 else status


def session_in(decision):
    return next(cookie.value for cookie in decision.cookies if cookie.name == "__session")


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("org_2contoso", "org_2contoso"), ("contoso", "org_2contoso"), ("org_2nobody", None), ("", None)],
)
def test_a_handshake_switches_to_an_organisation_that_one_is_in_and_to_no_other(issuer, wanted, expected):
    cookie = sign_in(issuer, "consultant")
    decision = come_back(issuer, return_leg(issuer, cookie, organization_id=wanted))
    assert claims_of(session_in(decision)).get("o", {}).get("id") == expected
    again = come_back(issuer, return_leg(issuer, cookie))
    assert claims_of(session_in(again)).get("o", {}).get("id") == expected  # it is the session's now


def test_a_page_gets_tokens_of_its_own_organisation_while_the_session_is_in_another(issuer):
    cookie = sign_in(issuer, "consultant")
    return_leg(issuer, cookie, organization_id=CONTOSO.id)
    assert token_for(issuer, cookie)["o"] == {"id": CONTOSO.id, "slg": CONTOSO.slug, "rol": "engineer"}
    assert token_for(issuer, cookie, organization_id=NORTHWIND.id)["o"]["id"] == NORTHWIND.id
    assert token_for(issuer, cookie, organization_id="org_2nobody") == 404
    assert token_for(issuer, cookie)["o"]["id"] == CONTOSO.id


def test_the_organisations_are_listed_to_the_products_pages_a_page_at_a_time(issuer):
    cookie = sign_in(issuer, "consultant")
    query = {"paginated": "true", "limit": 1, "offset": 1, "_clerk_session_id": session_of(issuer, cookie)}
    path = f"/v1/me/organization_memberships?{urlencode(query)}"
    status, headers, body = ask(issuer, path, Origin=APP, Cookie=cookie)
    answer = json.loads(body)["response"]
    assert (status, headers["Access-Control-Allow-Origin"], answer["total_count"]) == (200, APP, 2)
    (membership,) = answer["data"]
    assert membership["role"] == "org:engineer"
    assert membership["organization"].items() >= {"id": CONTOSO.id, "name": CONTOSO.name, "slug": CONTOSO.slug}.items()
    assert ask(issuer, path, Origin="http://evil.localhost", Cookie=cookie)[0] == 403
    assert ask(issuer, path, Cookie=cookie)[0] == 403
    assert ask(issuer, path, Origin=APP)[0] == 401
    assert ask(issuer, path, Origin=APP, Cookie=sign_in(issuer))[0] == 401


def test_a_session_is_pending_until_an_organisation_is_chosen_on_the_providers_own_page(issuer):
    form = {"person": "newcomer", "redirect_url": f"{APP}/x"}
    _, headers, _ = ask(issuer, "/sign-in", form=form, Origin=issuer.issuer)
    assert headers["Location"].startswith("/sign-in/tasks/choose-organization?")
    cookie = headers["Set-Cookie"].partition(";")[0]
    pending = claims_of(session_in(come_back(issuer, return_leg(issuer, cookie))))
    assert (pending["sts"], "o" in pending) == ("pending", False)
    assert token_for(issuer, cookie)["sts"] == "pending"
    _, _, page = ask(issuer, headers["Location"], Cookie=cookie)
    assert NORTHWIND.name in page
    assert CONTOSO.name not in page
    choice = {"organization": NORTHWIND.id, "redirect_url": f"{APP}/x"}
    status, headers, _ = ask(
        issuer, "/sign-in/tasks/choose-organization", form=choice, Origin=issuer.issuer, Cookie=cookie
    )
    assert (status, headers["Location"].partition("?")[0]) == (303, f"{APP}/x")
    active = token_for(issuer, cookie)
    assert (active["sts"], active["o"]["id"]) == ("active", NORTHWIND.id)


@pytest.mark.parametrize("origin", ["http://evil.localhost", "null", APP])
def test_another_sites_form_chooses_nothing(issuer, origin):
    cookie = sign_in(issuer, "consultant")
    choice = {"organization": CONTOSO.id}
    path = "/sign-in/tasks/choose-organization"
    assert ask(issuer, path, form=choice, Origin=origin, Cookie=cookie)[0] == 400
    assert token_for(issuer, cookie)["o"]["id"] == NORTHWIND.id


def test_a_page_of_the_product_ends_the_session(issuer):
    cookie = sign_in(issuer)
    path = f"/v1/client/sessions/{session_of(issuer, cookie)}/remove"
    assert ask(issuer, path, form={}, Origin="http://evil.localhost", Cookie=cookie)[0] == 403
    assert issuer.instance.clients[cookie.partition("=")[2]] is not None
    assert ask(issuer, path, form={}, Origin=APP, Cookie=cookie)[0] == 200
    assert issuer.instance.clients[cookie.partition("=")[2]] is None


def control(issuer, path, content=(), kind="application/json"):
    request = urllib.request.Request(
        f"{issuer.address}/sandbox/{path}",
        data=json.dumps(content if content != () else {}).encode(),
        headers={"Content-Type": kind},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def test_members_change_at_once_and_whoever_listens_is_told(issuer):
    heard = []
    issuer.instance.listeners.append(heard.append)
    cookie = sign_in(issuer, "consultant")
    control(issuer, "members", {"person": "consultant", "organization": "northwind", "role": "viewer"})
    assert token_for(issuer, cookie)["o"]["rol"] == "viewer"
    control(issuer, "members", {"person": "consultant", "organization": "northwind", "role": None})
    assert "o" not in token_for(issuer, cookie)
    assert token_for(issuer, cookie, organization_id=NORTHWIND.id) == 404
    control(issuer, "members", {"person": "viewer", "organization": "contoso", "role": "admin"})
    control(issuer, "members", {"person": "viewer", "organization": "contoso", "role": "admin"})
    assert [(one.kind, one.person, one.org, one.role) for one in heard] == [
        ("updated", CONSULTANT, NORTHWIND, "viewer"),
        ("deleted", CONSULTANT, NORTHWIND, "viewer"),
        ("created", VIEWER, CONTOSO, "admin"),
    ]


@pytest.mark.parametrize(
    ("path", "content", "kind", "status"),
    [
        ("members", {"person": "nobody", "organization": "northwind"}, "application/json", 400),
        ("members", {"person": "viewer", "organization": "nowhere"}, "application/json", 400),
        ("members", {"person": "viewer", "organization": "northwind", "role": 5}, "application/json", 400),
        ("members", [], "application/json", 400),
        ("elsewhere", {}, "application/json", 400),
        ("keys/rotate", {}, "text/plain", 415),
        ("keys/rotate", {}, "application/x-www-form-urlencoded", 415),
    ],
)
def test_the_control_says_what_it_did_not_understand_and_takes_nothing_that_a_page_can_send(
    issuer, path, content, kind, status
):
    before = issuer.instance.key.id
    assert control(issuer, path, content, kind)[0] == status
    assert issuer.instance.key.id == before


def verify(issuer, token):
    return provider_for(issuer).verifier.verify(token, carrier=Carrier.BEARER, method="GET", at=dt.datetime.now(dt.UTC))


def test_a_rotated_key_stays_published_until_it_is_retired(issuer):
    old = issuer.mint(ENGINEER, azp=APP)
    before = issuer.instance.key.id
    assert control(issuer, "keys/rotate")[1] == {"signing": issuer.instance.key.id}
    new = issuer.mint(ENGINEER, azp=APP)
    assert jwt.get_unverified_header(new)["kid"] == issuer.instance.key.id != before
    assert verify(issuer, old).user_id == verify(issuer, new).user_id == ENGINEER.user_id
    control(issuer, "keys/retire")
    assert verify(issuer, new).user_id == ENGINEER.user_id
    with pytest.raises(TokenRefused, match="does not publish"):
        verify(issuer, old)


def test_a_rotated_key_is_kept_over_a_restart(issuer, tmp_path):
    control(issuer, "keys/rotate")
    published = issuer.instance.ring.jwks()
    second = Issuer.start(state_dir=tmp_path)
    try:
        assert second.instance.ring.jwks() == published
    finally:
        second.stop()


def test_a_product_that_runs_meets_a_rotated_key_without_signing_anybody_out(issuer):
    """The one verifier is kept, as in a process: it has fetched the keys before."""
    kept, now = provider_for(issuer).verifier, dt.datetime.now(dt.UTC)
    keys = kept.keys
    assert kept.verify(issuer.mint(ENGINEER, azp=APP), carrier=Carrier.BEARER, method="GET", at=now)
    control(issuer, "keys/rotate")
    fresh = issuer.mint(ENGINEER, azp=APP)
    with pytest.raises(TokenRefused):  # asked within the minute: at most one request
        kept.verify(fresh, carrier=Carrier.BEARER, method="GET", at=now)
    keys._tried_at -= 60
    assert kept.verify(fresh, carrier=Carrier.BEARER, method="GET", at=now)


def test_tokens_may_be_made_short(issuer):
    cookie = sign_in(issuer)
    assert control(issuer, "tokens", {"seconds": 1}) == (200, {"seconds": 1})
    short = token_for(issuer, cookie)
    assert short["exp"] - short["iat"] == 1


def visited(path, cookies):
    return Visit(method="GET", path=path, headers={"Sec-Fetch-Dest": "document"}, cookies=cookies)


def keep(held, headers):
    """What a browser makes of Set-Cookie lines on the shared domain."""
    for line in headers.get_all("Set-Cookie") or []:
        pair, *attributes = line.split("; ")
        if "Domain=cf.localhost" in attributes:
            name, _, value = pair.partition("=")
            held[name] = value
    return held


def test_production_hands_over_in_a_cookie_of_the_shared_domain(production):
    provider, now = provider_for(production, PRODUCT), dt.datetime.now(dt.UTC)
    assert not provider.is_development
    to_sign_in = provider.decide(visited("/x?a=1", {}), at=now)
    assert to_sign_in.reason == "session-token-and-uat-missing"

    form = {"person": "engineer", "redirect_url": f"{PRODUCT}/x?a=1"}
    _, headers, _ = ask(production, "/sign-in", form=form, Origin=production.issuer)
    assert headers["Location"] == f"{PRODUCT}/x?a=1"
    held = keep({}, headers)
    client = client_in(production, headers)
    to_handshake = provider.decide(visited("/x?a=1", held), at=now)
    assert isinstance(to_handshake, Redirect)
    assert to_handshake.reason == "client-uat-but-no-session-token"
    held["__clerk_redirect_count"] = "1"

    path = to_handshake.url.removeprefix(production.issuer)
    _, headers, _ = ask(production, path, Cookie=client)
    assert headers["Location"] == f"{PRODUCT}/x?a=1"
    decision = provider.decide(visited("/x?a=1", keep(held, headers)), at=now)
    assert isinstance(decision, Proceed)
    assert (decision.identity.user_id, decision.identity.carrier) == (ENGINEER.user_id, Carrier.OWN_COOKIE)
    given = {(cookie.name, cookie.domain): cookie.value for cookie in decision.cookies}
    assert given["__clerk_handshake", "cf.localhost"] is None
    assert given[f"__client_uat_{production.instance.suffix}", "cf.localhost"] == held["__client_uat"]


def test_production_takes_no_browser_by_the_query(production):
    cookie = sign_in(production)
    secret = cookie.partition("=")[2]
    path = f"/v1/client/sessions/{session_of(production, cookie)}/tokens?__clerk_db_jwt={secret}"
    assert ask(production, path, form={}, Origin=PRODUCT)[0] == 401
    assert ask(production, path, form={}, Origin=PRODUCT, Cookie=cookie)[0] == 200
