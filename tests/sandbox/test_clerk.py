"""The sandbox's identity provider: tokens that the product believes, and a browser's way through it."""

from __future__ import annotations

import datetime as dt
import json
import stat
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from sandbox.clerk.issuer import Issuer
from sandbox.clerk.people import CONSULTANT, CONTOSO, ENGINEER, NORTHWIND, OPERATOR, PEOPLE
from sandbox.clerk.tokens import SigningKey
from tenants import handshake
from tenants.handshake import Proceed, Redirect, Visit
from tenants.identity import Carrier

APP = "http://app.localhost:8000"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def issuer(tmp_path_factory):
    issuer = Issuer.start(state_dir=tmp_path_factory.mktemp("clerk"), app_origins=[APP])
    yield issuer
    issuer.stop()


def provider_for(issuer, origin=APP):
    """The product's side, configured as its processes are: from the environment that the issuer hands out."""
    environment = issuer.environment(parties=[origin])
    settings: Any = SimpleNamespace(
        CLERK_ISSUER=environment["COSTFRAME_CLERK_ISSUER"],
        CLERK_JWKS_URL=environment["COSTFRAME_CLERK_JWKS_URL"],
        CLERK_JWKS_PEM="",
        CLERK_PUBLISHABLE_KEY=environment["COSTFRAME_CLERK_PUBLISHABLE_KEY"],
        CLERK_SIGN_IN_URL=environment["COSTFRAME_CLERK_SIGN_IN_URL"],
        CLERK_CHOOSE_URL="",
        CLERK_COOKIE="__session",
        CLERK_AUTHORIZED_PARTIES=[origin],
        PUBLIC_ORIGIN=origin,
        SANDBOX=True,
        DEBUG=False,
    )
    return handshake.configure(settings)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args, **_kwargs):
        return None


def ask(issuer, path, *, form=None, **headers):
    """Status, headers and body; redirects are not followed."""
    request = urllib.request.Request(
        issuer.address + path,
        data=None if form is None else urlencode(form).encode(),
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )
    try:
        answer = urllib.request.build_opener(NoRedirect).open(request, timeout=10)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, answer.headers, answer.read().decode()


def sign_in(issuer, person="engineer"):
    """The client's cookie."""
    form = {"person": person, "redirect_url": f"{issuer.instance.app_origins[0]}/"}
    _, headers, _ = ask(issuer, "/sign-in", form=form, Origin=issuer.issuer)
    return client_in(issuer, headers)


def client_in(issuer, headers):
    pairs = [line.partition(";")[0] for line in headers.get_all("Set-Cookie")]
    return next(pair for pair in pairs if pair.startswith(f"{issuer.instance.client_cookie}="))


def return_leg(issuer, cookie="", **query):
    """Where the handshake sends the browser, and the cookies that it sets on the way."""
    asked = {"redirect_url": f"{APP}/x?a=1", **query}
    status, headers, _ = ask(issuer, f"/v1/client/handshake?{urlencode(asked)}", Cookie=cookie)
    assert status == 307
    return headers["Location"]


def come_back(issuer, location, cookies=None):
    """The product's decision on the way back."""
    held = {issuer.instance.browser_cookie: "dvb_1", "__clerk_redirect_count": "1", **(cookies or {})}
    visit = Visit(method="GET", path=location.removeprefix(APP), headers={"Sec-Fetch-Dest": "document"}, cookies=held)
    return provider_for(issuer).decide(visit, at=dt.datetime.now(dt.UTC))


@pytest.mark.parametrize("person", PEOPLE)
def test_the_product_believes_a_minted_token(issuer, person):
    identity = provider_for(issuer).verifier.verify(
        issuer.mint(person, azp=APP), carrier=Carrier.BEARER, method="POST", at=dt.datetime.now(dt.UTC)
    )
    expected = PEOPLE[person]
    assert (identity.user_id, identity.name) == (expected.user_id, expected.name)
    assert identity.clerk_organization_id == (expected.org.id if expected.org else None)
    assert identity.role == (expected.role if expected.org else None)
    assert identity.expires_at - identity.issued_at == dt.timedelta(seconds=60)


def test_the_cast_spans_two_organisations_somebody_of_both_and_an_operator_without_one():
    members = [org for person in PEOPLE.values() for org, _ in person.member_of]
    assert (members.count(NORTHWIND), members.count(CONTOSO)) == (6, 2)
    assert [org for org, _ in CONSULTANT.member_of] == [NORTHWIND, CONTOSO]
    assert OPERATOR.org is None


def test_second_factors_are_each_persons_own(issuer):
    import jwt

    ages = {
        person: jwt.decode(issuer.mint(person), options={"verify_signature": False})["fva"]
        for person in ("engineer", "operator")
    }
    assert ages == {"engineer": [0, -1], "operator": [0, 0]}


def test_overrides_replace_and_remove_claims_and_headers(issuer):
    import jwt

    token = issuer.mint(ENGINEER, sts="pending", o=None, headers={"cat": "cl_B7d4PD222AAA"})
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (claims["sts"], "o" in claims) == ("pending", False)
    assert jwt.get_unverified_header(token)["cat"] == "cl_B7d4PD222AAA"


def test_the_key_is_kept_for_its_owner_only_and_used_again(tmp_path):
    first, second = SigningKey.kept_in(tmp_path / "state"), SigningKey.kept_in(tmp_path / "state")
    assert first.id == second.id
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    assert [stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "state").iterdir()] == [0o600]


def test_the_published_keys_hold_nothing_private(issuer):
    _, _, body = ask(issuer, "/.well-known/jwks.json")
    assert set(json.loads(body)["keys"][0]) == {"kty", "n", "e", "use", "alg", "kid"}


def test_signing_in_leads_back_to_the_product_with_a_fresh_token(issuer):
    decision = come_back(issuer, return_leg(issuer, sign_in(issuer)))
    assert isinstance(decision, Redirect)
    assert decision.url == f"{APP}/x?a=1"
    cookies = {cookie.name: cookie.value or "" for cookie in decision.cookies}
    assert cookies[issuer.instance.browser_cookie] in issuer.instance.clients
    visit = Visit(method="GET", path="/x", headers={}, cookies=cookies)
    proceed = provider_for(issuer).decide(visit, at=dt.datetime.now(dt.UTC))
    assert isinstance(proceed, Proceed)
    assert proceed.identity.user_id == ENGINEER.user_id
    assert proceed.identity.carrier is Carrier.OWN_COOKIE


def test_who_is_signed_out_comes_back_without_a_token(issuer):
    decision = come_back(issuer, return_leg(issuer))
    values = {cookie.name: cookie.value for cookie in decision.cookies}
    assert {value for name, value in values.items() if name.startswith("__session")} == {None}
    assert {value for name, value in values.items() if name.startswith("__client_uat")} == {"0"}


def test_signing_out_ends_the_session(issuer):
    cookie = sign_in(issuer)
    ask(issuer, "/sign-out", form={"redirect_url": f"{APP}/"}, Origin=issuer.issuer, Cookie=cookie)
    decision = come_back(issuer, return_leg(issuer, cookie))
    assert {cookie.value for cookie in decision.cookies if cookie.name.startswith("__session")} == {None}


@pytest.mark.parametrize("form", [{"person": "nobody"}, {}])
def test_an_unknown_person_is_refused(issuer, form):
    assert ask(issuer, "/sign-in", form=form, Origin=issuer.issuer)[0] == 400


@pytest.mark.parametrize("origin", ["http://evil.localhost", "null", APP])
def test_another_sites_form_signs_nobody_in(issuer, origin):
    status, headers, _ = ask(issuer, "/sign-in", form={"person": "engineer"}, Origin=origin)
    assert (status, headers.get_all("Set-Cookie")) == (400, None)


@pytest.mark.parametrize(
    "url", ["http://evil.localhost:8000/", f"{APP}.evil.test/", "//evil.test", "javascript:alert(1)"]
)
def test_the_browser_is_sent_back_to_the_product_only(issuer, url):
    status, headers, _ = ask(issuer, f"/v1/client/handshake?{urlencode({'redirect_url': url})}")
    assert (status, headers["Location"]) == (400, None)


def session_of(issuer, cookie):
    return issuer.instance.clients[cookie.partition("=")[2]][0]


def test_an_open_page_gets_fresh_tokens_that_name_its_origin(issuer):
    cookie = sign_in(issuer)
    path = f"/v1/client/sessions/{session_of(issuer, cookie)}/tokens"
    status, headers, body = ask(issuer, path, form={"organization_id": NORTHWIND.id}, Origin=APP, Cookie=cookie)
    assert (status, headers["Access-Control-Allow-Origin"]) == (200, APP)
    identity = provider_for(issuer).verifier.verify(
        json.loads(body)["jwt"], carrier=Carrier.BEARER, method="POST", at=dt.datetime.now(dt.UTC)
    )
    assert identity.session_id == session_of(issuer, cookie)


def test_nobody_else_gets_tokens(issuer):
    cookie, other = sign_in(issuer), sign_in(issuer, "stranger")
    path = f"/v1/client/sessions/{session_of(issuer, cookie)}/tokens"
    assert ask(issuer, path, form={}, Origin="http://evil.localhost", Cookie=cookie)[0] == 403
    assert ask(issuer, path, form={}, Cookie=cookie)[0] == 403
    assert ask(issuer, path, form={}, Origin=APP)[0] == 401
    assert ask(issuer, path, form={}, Origin=APP, Cookie=other)[0] == 401
    assert ask(issuer, path, form={"organization_id": CONTOSO.id}, Origin=APP, Cookie=cookie)[0] == 404


def test_two_sandboxes_on_one_machine_use_different_cookies(issuer, tmp_path):
    other = Issuer.start(state_dir=tmp_path)
    try:
        ours, theirs = issuer.instance, other.instance
        assert ours.client_cookie != theirs.client_cookie
        assert ours.suffix != theirs.suffix
    finally:
        other.stop()


def test_a_second_run_keeps_its_address_so_that_organisations_stay_the_same(tmp_path):
    first = Issuer.start(state_dir=tmp_path)
    first.stop()
    second = Issuer.start(state_dir=tmp_path)
    third = Issuer.start(state_dir=tmp_path)
    try:
        assert second.issuer == first.issuer
        assert third.issuer != first.issuer  # taken: another port, and the first one is remembered
    finally:
        second.stop()
        third.stop()
    fourth = Issuer.start(state_dir=tmp_path)
    fourth.stop()
    assert fourth.issuer == first.issuer


def test_the_log_has_no_tokens_and_leaves_the_terminal_alone(issuer, capfd):
    return_leg(issuer, sign_in(issuer))
    log = issuer.server.log.read_text()
    assert "/v1/client/handshake 307" in log
    assert "redirect_url" not in log
    assert capfd.readouterr() == ("", "")


def test_the_command_serves_until_it_is_told_to_end(tmp_path):
    ready = tmp_path / "ready.json"
    command = [
        sys.executable,
        "-m",
        "sandbox.clerk",
        "--app-origin",
        APP,
        "--ready-file",
        ready,
        "--state-dir",
        tmp_path,
    ]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + 30
            while not ready.exists() and time.monotonic() < deadline and process.poll() is None:
                threading.Event().wait(0.05)
            content = json.loads(ready.read_text())
            url = content["environment"]["COSTFRAME_CLERK_JWKS_URL"]
            with urllib.request.urlopen(url, timeout=10) as answer:
                assert answer.status == 200
        finally:
            process.terminate()
        assert process.wait(10) == 0


def test_a_fetch_that_brings_the_browsers_secret_needs_no_cookie(issuer):
    cookie = sign_in(issuer)
    secret = cookie.partition("=")[2]
    path = f"/v1/client/sessions/{session_of(issuer, cookie)}/tokens?__clerk_db_jwt={secret}"
    assert ask(issuer, path, form={}, Origin=APP)[0] == 200
    assert ask(issuer, path[:-1], form={}, Origin=APP)[0] == 401


def test_the_return_leg_keeps_what_was_asked(issuer):
    query = parse_qs(urlsplit(return_leg(issuer)).query)
    assert (set(query), query["a"]) == ({"a", "__clerk_handshake"}, ["1"])
