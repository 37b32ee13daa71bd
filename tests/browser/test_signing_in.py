"""Staying signed in over tokens that really run out, choosing an organisation, and a provider that does not answer."""

from __future__ import annotations

import jwt
import pytest

from connections.models import Connection
from tests.browser.test_pages import complaints, is_too_wide
from tests.browser.test_two_tabs import wait_for_cookie

SECONDS = -3  # what is accepted for five seconds more than it lives is good for two
ENGINEER = "Ada Okafor · Northwind Traders"


@pytest.fixture
def short_tokens(site):
    """The identity provider's tokens run out while one looks."""
    usual = site.issuer.instance.token_seconds

    def shorten():
        site.issuer.instance.token_seconds = SECONDS

    yield shorten
    site.issuer.instance.token_seconds = usual


def token_of(page):
    return next(one["value"] for one in page.context.cookies() if one["name"] == "__session")


def forget_token(page, site):
    for name in ("__session", f"__session_{site.issuer.instance.suffix}"):
        page.context.clear_cookies(name=name)


def open_on_short_time(page, site, path):
    forget_token(page, site)
    page.goto(path)
    taken = jwt.decode(token_of(page), options={"verify_signature": False})
    assert taken["exp"] - taken["iat"] == SECONDS


def wait_until_run_out(page):
    """Until the product itself says that the token has run out."""
    while page.evaluate("fetch('/connections/').then((answer) => answer.status)") != 401:
        pass  # each turn is a request to the product, whose clock decides


def test_a_token_runs_out_and_nobody_notices(site, page, short_tokens):
    short_tokens()
    page.route(
        "**/tokens*", lambda route: route.abort()
    )  # by redirect alone, as if scripts could not reach the provider
    open_on_short_time(page, site, "/connections/")
    wait_until_run_out(page)
    before = token_of(page)
    page.get_by_role("link", name="Audits").click()
    page.get_by_text(ENGINEER).wait_for()
    assert page.url == f"{site.origin}/audits/"
    assert token_of(page) != before


def test_a_form_typed_before_the_token_ran_out_is_sent_as_it_was(site, page, short_tokens):
    short_tokens()
    open_on_short_time(page, site, "/connections/new/")
    page.get_by_label("Name", exact=True).fill('my "payer"')
    wait_until_run_out(page)
    answered = []
    page.on("response", lambda answer: answered.append((answer.request.method, answer.status)))
    page.get_by_role("button", name="Go on to the kit").click()
    page.get_by_role("heading", name='Run the kit in my "payer"').wait_for()
    assert ("POST", 401) not in answered
    with site.rows("cf_web"):
        assert Connection.objects.get().label == 'my "payer"'


@pytest.mark.parametrize("fails", [500, 401, None], ids=["fails", "refuses", "cannot be reached"])
def test_where_refreshing_fails_the_next_page_goes_by_redirect_and_a_form_is_kept(site, page, fails):
    page.route("**/tokens*", lambda route: route.fulfill(status=fails) if fails else route.abort())
    page.goto("/connections/new/")
    page.get_by_label("Name", exact=True).fill("kept")
    forget_token(page, site)
    page.get_by_role("button", name="Go on to the kit").click()
    page.get_by_role("heading", name="Your session ran out").wait_for()
    other = page.context.new_page()
    other.goto("/connections/")
    other.get_by_text(ENGINEER).wait_for()
    page.get_by_role("button", name="Send again").click()
    page.get_by_role("heading", name="Run the kit in kept").wait_for()


def test_a_newcomer_chooses_an_organisation_on_our_page(site, browse):
    page = browse(None)
    page.goto("/connections/")
    page.locator("button[value=newcomer]").click()
    page.get_by_role("button", name="Later").click()
    page.get_by_role("heading", name="Choose an organisation").wait_for()
    page.get_by_text("You are a member of:").wait_for()
    assert complaints(page) == []
    page.get_by_role("button", name="Northwind Traders", exact=True).click()
    page.get_by_text("Goran Lind · Northwind Traders · viewer").wait_for()
    assert page.url.startswith(f"{site.origin}/findings/")


@pytest.mark.parametrize("by", ["the provider's page", "its short name"])
def test_a_newcomer_chooses_an_organisation_without_scripts(site, browse, by):
    page = browse(None, java_script_enabled=False)
    page.goto("/connections/")
    page.locator("button[value=newcomer]").click()
    page.get_by_role("button", name="Later").click()
    if by == "its short name":
        page.get_by_label("Organisation's short name or id").fill("northwind")
        page.get_by_role("button", name="Go there").click()
    else:
        page.get_by_role("link", name="Choose at the identity provider").click()
        page.get_by_role("button", name="Northwind Traders").click()
    page.get_by_text("Goran Lind · Northwind Traders · viewer").wait_for()


def test_an_organisation_that_one_is_not_in_is_not_opened(site, page):
    page.goto("/organization/")
    page.get_by_text("You are a member of:").wait_for()
    assert page.get_by_role("button", name="Contoso Robotics").count() == 0
    page.get_by_label("Organisation's short name or id").fill("contoso")
    page.get_by_role("button", name="Go there").click()
    page.get_by_text("The identity provider did not open contoso for you.").wait_for()
    page.get_by_role("button", name="Northwind Traders", exact=True).click()
    page.get_by_text(ENGINEER).wait_for()


def test_where_the_provider_does_not_list_them_one_types_the_name(site, page):
    page.route("**/organization_memberships*", lambda route: route.abort())
    page.goto("/organization/")
    page.get_by_text("The identity provider does not say which organisations you are in.").wait_for()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_about_organisations_are_accessible_and_fit_the_window(site, browse, width):
    page = browse("consultant", viewport={"width": width, "height": 900})
    found, wide = [], []

    def look():
        found.extend(complaints(page))
        wide.extend([page.url] if is_too_wide(page) else [])

    for path in ("/organization/", "/connections/?costframe_organization=org_2contoso", "/signed-out/?elsewhere=open"):
        page.goto(path)
        page.get_by_role("heading", level=1).wait_for()
        look()
    page.goto("/connections/new/")
    page.get_by_label("Name", exact=True).fill("x" * 60)
    page.evaluate(
        "document.querySelector('.form [name=costframe_organization]').value = 'org_2contoso Contoso Robotics'"
    )
    page.get_by_role("button", name="Go on to the kit").click()
    page.get_by_role("heading", name="This form is of Contoso Robotics").wait_for()
    look()
    page.get_by_role("button", name="Send to Contoso Robotics").click()
    page.get_by_role("heading", name="Run the kit in").wait_for()
    wait_for_cookie(page, "contoso")
    assert (found, wide) == ([], [])
