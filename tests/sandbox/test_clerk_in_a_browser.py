"""A real browser's way through the sandbox's identity provider, with the product's decisions and its script."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.http import HttpResponse

from sandbox.clerk.issuer import Issuer
from sandbox.clerk.people import ENGINEER
from tenants import handshake
from tenants.handshake import Proceed, Redirect, Visit
from tests.sandbox.test_clerk import provider_for

ROOT = Path(__file__).resolve().parents[2]


pytestmark = pytest.mark.browser
PAGE = """<!doctype html><title>{name}</title>
<meta name="costframe-session" data-url="{url}" data-session="{session}" data-organization="{organization}"
  data-cookies="{cookies}" data-browser="{browser}" data-expires="{expires}">
<script type="module" src="/session.js"></script>
<form method="post" action="/form"><input name="word" value="kept"><button>Send</button></form>
<p>{name}</p>"""


class AppServer(ThreadingHTTPServer):
    """What the one page needs: its provider, and how far its clock is ahead. Books its decisions."""

    daemon_threads = True
    ahead = dt.timedelta(0)

    def __init__(self, state_dir, cookie_domain=""):
        super().__init__(("127.0.0.1", 0), App)
        self.origin = f"http://app.{cookie_domain or 'localhost'}:{self.server_address[1]}"
        self.sandbox = Issuer.start(state_dir=state_dir, app_origins=[self.origin], cookie_domain=cookie_domain)
        self.provider = provider_for(self.sandbox, self.origin)
        self.decisions: list[tuple[str, str]] = []


class App(BaseHTTPRequestHandler):
    """A product of one page, with the real decisions and the real script."""

    server: AppServer

    def answer(self):
        if self.path == "/session.js":
            return self.send(200, (ROOT / "static" / "session.js").read_text(), "text/javascript")
        cookies = dict(pair.split("=", 1) for pair in self.headers.get("Cookie", "").split("; ") if "=" in pair)
        visit = Visit(method=self.command, path=self.path, headers=dict(self.headers), cookies=cookies)
        decision = self.server.provider.decide(visit, at=dt.datetime.now(dt.UTC) + self.server.ahead)
        self.server.decisions.append((self.command, type(decision).__name__))
        if isinstance(decision, Redirect):
            response = handshake.redirect_to(decision, is_secure=False)
            headers = [("Location", response["Location"]), ("Cache-Control", "no-store")]
            headers += [("Set-Cookie", morsel.OutputString()) for morsel in response.cookies.values()]
            return self.send(307, "", "text/plain", headers)
        if not isinstance(decision, Proceed):
            return self.send(401, f"<title>401</title>{decision.reason}", "text/html")
        response = HttpResponse()
        handshake.set_cookies(response, decision.cookies, is_secure=False)
        headers = [("Set-Cookie", morsel.OutputString()) for morsel in response.cookies.values()]
        if self.command == "POST":
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            return self.send(200, f"<title>posted</title><p>{body}</p>", "text/html", headers)
        session = self.server.provider.browser_session(decision.identity)
        return self.send(200, PAGE.format(name=decision.identity.name, **session), "text/html", headers)

    do_GET = do_POST = answer  # noqa: N815 - http.server's names

    def send(self, status, body, kind, headers=()):
        self.send_response(status)
        policy = f"default-src 'none'; script-src 'self'; connect-src {self.server.sandbox.issuer}; form-action 'self'"
        for name, value in [("Content-Type", kind), ("Content-Security-Policy", policy), *headers]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_args):
        pass


@pytest.fixture
def app(tmp_path, request):
    """The one-page product and its provider, both on loopback, and in production below one domain."""
    server = AppServer(tmp_path, getattr(request, "param", ""))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    server.sandbox.stop()


IN_BOTH = pytest.mark.parametrize("app", ["", "cf.localhost"], ids=["development", "production"], indirect=True)


@pytest.fixture(scope="module")
def chromium():
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("there is no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def open_page(chromium, *, scripts=True, **options):
    page = chromium.new_context(java_script_enabled=scripts, **options).new_page()
    page.set_default_timeout(15_000)
    return page


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_browser_signs_in_with_one_click_and_lands_where_it_wanted(chromium, app, scripts):
    page = open_page(chromium, scripts=scripts)
    page.goto(f"{app.origin}/wanted?a=1")
    assert page.title().startswith("Who is signing in?")
    page.get_by_role("button", name="Ada Okafor").click()
    page.wait_for_url(f"{app.origin}/wanted?a=1")
    assert page.get_by_text("Ada Okafor").is_visible()


def sign_in_by_hand(page, app):
    page.goto(f"{app.origin}/")
    page.get_by_role("button", name="Ada Okafor").click()
    page.wait_for_url(f"{app.origin}/")


def spoil_token(page, app):
    """Put an expired token of the same session into the browser."""
    (session,) = filter(None, app.sandbox.instance.clients.values())
    expired = app.sandbox.mint(ENGINEER, session_id=session.id, at=session.since - 120)
    for name in app.provider.cookie_names:
        page.context.add_cookies([{"name": name, "value": expired, "url": app.origin}])


@IN_BOTH
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_page_with_an_expired_token_refreshes_by_redirect_unseen(chromium, app, scripts):
    page = open_page(chromium, scripts=scripts)
    sign_in_by_hand(page, app)
    spoil_token(page, app)
    page.goto(f"{app.origin}/later")
    assert page.url == f"{app.origin}/later"
    assert page.get_by_text("Ada Okafor").is_visible()
    held = [(cookie["name"], cookie["domain"]) for cookie in page.context.cookies(app.origin)]
    assert "__clerk_handshake" not in dict(held)
    # In production the provider's own, on the shared domain, and no second one of ours beside it.
    domain = ".cf.localhost" if app.provider.domains else "app.localhost"
    marks = ["__client_uat", f"__client_uat{app.provider.suffix}"]
    assert sorted(one for one in held if one[0] in marks) == [(name, domain) for name in marks]


def test_a_form_sent_after_a_sleep_is_held_back_until_the_token_is_fresh(chromium, app):
    page = open_page(chromium)
    page.clock.install()
    sign_in_by_hand(page, app)
    spoil_token(page, app)
    page.clock.set_fixed_time(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=55))
    with page.expect_request(lambda request: "/tokens" in request.url):
        page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/form")
    assert page.get_by_text("word=kept").is_visible()
    assert ("POST", "Refuse") not in app.decisions


@IN_BOTH
def test_an_open_page_refreshes_before_its_token_runs_out(chromium, app):
    page = open_page(chromium)
    page.clock.install()
    sign_in_by_hand(page, app)
    with page.expect_response(lambda answer: "/tokens" in answer.url) as answered:
        page.clock.run_for(46_000)
    assert answered.value.status == 200
    fresh = answered.value.json()["jwt"]
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        values = {
            cookie["value"] for cookie in page.context.cookies(app.origin) if cookie["name"].startswith("__session")
        }
        if values == {fresh}:
            break
    assert values == {fresh}


@IN_BOTH
def test_a_browser_whose_session_ended_is_asked_to_sign_in_and_does_not_go_round(chromium, app):
    page = open_page(chromium)
    sign_in_by_hand(page, app)
    spoil_token(page, app)
    app.sandbox.instance.clients.clear()
    page.goto(f"{app.origin}/later")
    assert page.title().startswith("Who is signing in?")


def test_a_product_whose_clock_is_wrong_ends_in_401_instead_of_a_circle(chromium, app):
    page = open_page(chromium)
    sign_in_by_hand(page, app)
    app.ahead = dt.timedelta(minutes=10)
    app.decisions.clear()
    page.goto(f"{app.origin}/later")
    assert page.title() == "401"
    assert len(app.decisions) < 12


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sign_in_page_is_readable_by_everybody(chromium, app, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(chromium, color_scheme=scheme, viewport={"width": 390, "height": 844})
    page.goto(app.sandbox.sign_in_url)
    serious = [v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in {"serious", "critical"}]
    assert serious == []
    if folder := os.environ.get("COSTFRAME_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/sign-in-{scheme}.png")
