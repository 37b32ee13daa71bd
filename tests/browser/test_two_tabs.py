"""One browser, two tabs, two organisations: neither sees the other's data, by page, poll, form or link."""

from __future__ import annotations

import jwt
import pytest

from audits.models import Step
from connections.models import Connection
from sandbox.clerk.people import CONTOSO, NORTHWIND
from tests.browser.seed import seed

NOTHING_OF_THEIRS = "No account is connected"


# Playwright lets every page believe that it has the focus. Here the test says who has, as for two windows side by side.
FOCUS = "document.hasFocus = () => sessionStorage.getItem('in-front') === 'yes'"


def work_in(page):
    """Click into this window, and so out of all others."""
    for one in page.context.pages:
        one.evaluate("(is) => sessionStorage.setItem('in-front', is ? 'yes' : 'no')", one is page)
    page.evaluate("window.dispatchEvent(new Event('focus'))")


def cookie_of(page):
    """The organisation that the browser's cookie is of."""
    token = next(one["value"] for one in page.context.cookies() if one["name"] == "__session")
    return jwt.decode(token, options={"verify_signature": False})["o"]["slg"]


def wait_for_cookie(page, slug):
    page.wait_for_function(
        """(slug) => document.cookie.split("; ").some((one) => one.startsWith("__session=")
            && atob(one.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")).includes(`"slg":"${slug}"`))""",
        arg=slug,
    )


def labels(site, organization):
    with site.rows("cf_web", organization.id):
        return sorted(Connection.objects.values_list("label", flat=True))


def fill_in(page, label):
    page.goto("/connections/new/")
    page.get_by_label("Name", exact=True).fill(label)


def send(page, label):
    page.get_by_role("button", name="Go on to the kit").click()
    page.get_by_role("heading", name=f"Run the kit in {label}").wait_for()


def switch(page, organization):
    page.get_by_role("link", name="Switch organisation").click()
    page.get_by_role("button", name=organization.name, exact=True).click()
    page.get_by_text(f"Farida Nassar · {organization.slug}").wait_for()
    assert "costframe_organization" not in page.url


@pytest.fixture
def tabs(site, browse):
    """Northwind's tab, which shows a running audit, and a second one that went to Contoso. With what was seeded."""
    ids = seed(site)
    first = browse("consultant")
    first.context.add_init_script(FOCUS)
    first.goto(f"/audits/{ids['running']}/")
    first.get_by_role("heading", name="3 of 11 steps done").wait_for()
    second = first.context.new_page()
    second.goto("/connections/")
    work_in(second)
    switch(second, CONTOSO)
    return first, second, ids


def test_pages_and_polls_of_two_tabs_stay_apart(site, tabs):
    first, second, ids = tabs
    second.goto("/connections/")
    assert second.get_by_text(NOTHING_OF_THEIRS).is_visible()
    assert second.goto(f"/audits/{ids['running']}/").status == 404
    polled = []
    first.on("response", lambda answer: polled.append(answer.status) if "/audits/" in answer.url else None)
    with site.rows():
        Step.objects.filter(audit_id=ids["running"], kind="INVENTORY").update(state="DONE")
    first.get_by_role("heading", name="9 of 11 steps done").wait_for()
    assert set(polled) <= {200, 286, 409}
    assert cookie_of(second) == "contoso"  # whoever is only looked at takes no cookie from whoever is worked in
    second.reload()
    assert second.get_by_text("Farida Nassar · contoso").is_visible()


def test_a_form_lands_in_its_own_tabs_organisation_whatever_the_cookie_became(site, tabs):
    first, second, _ = tabs
    fill_in(second, "contoso's")
    work_in(first)
    first.get_by_role("link", name="Connections").click()
    first.get_by_role("link", name="Connect an AWS account").click()
    first.get_by_label("Name", exact=True).fill("northwind's")
    work_in(second)
    send(second, "contoso's")
    work_in(first)
    send(first, "northwind's")
    assert labels(site, CONTOSO) == ["contoso's"]
    assert "northwind's" in labels(site, NORTHWIND)
    assert "contoso's" not in labels(site, NORTHWIND)


def test_a_window_takes_the_cookie_back_as_soon_as_it_is_worked_in(tabs):
    first, second, _ = tabs
    assert cookie_of(first) == "contoso"
    work_in(first)
    wait_for_cookie(first, "northwind")
    work_in(second)
    wait_for_cookie(second, "contoso")
    first.route("**/tokens*", lambda route: route.abort())
    work_in(first)  # its own token is still fresh: at once
    assert cookie_of(first) == "northwind"


@pytest.mark.parametrize("how", ["click", "new tab", "reload", "filter"])
def test_a_link_lands_in_its_own_tabs_organisation(tabs, how):
    first, second, _ = tabs
    first.route("**/tokens*", lambda route: route.abort())  # the tab cannot take the cookie back
    work_in(first)
    first.get_by_role("link", name="Action list").click()
    first.get_by_text("Farida Nassar · Northwind Traders").wait_for()
    work_in(second)
    second.get_by_role("link", name="Audits").click()
    second.get_by_text("Farida Nassar · contoso").wait_for()
    assert cookie_of(second) == "contoso"
    work_in(first)
    landed = first
    if how == "click":
        first.get_by_role("link", name="Connections").click()
    elif how == "new tab":
        with first.context.expect_page() as opened:
            first.get_by_role("link", name="Connections").click(modifiers=["Control"])
        landed = opened.value
    elif how == "reload":
        first.reload()
    else:
        first.get_by_role("button", name="Show").click()
    landed.wait_for_url(lambda url: "costframe_organization" not in url)
    landed.get_by_text("Farida Nassar · Northwind Traders").wait_for()


def test_without_scripts_a_form_of_the_other_organisation_is_kept_until_the_browser_is_back(site, browse):
    first = browse("consultant", java_script_enabled=False)
    fill_in(first, 'my "payer"')
    second = first.context.new_page()
    second.goto("/organization/")
    second.get_by_label("Organisation's short name or id").fill("contoso")
    second.get_by_role("button", name="Go there").click()
    second.get_by_text("Farida Nassar · contoso").wait_for()
    first.get_by_role("button", name="Go on to the kit").click()
    first.get_by_role("heading", name="This form is of Northwind Traders").wait_for()
    assert (labels(site, NORTHWIND), labels(site, CONTOSO)) == ([], [])
    with first.context.expect_page() as opened:
        first.get_by_role("button", name="Switch back to Northwind Traders in a new tab").click()
    opened.value.get_by_text("Farida Nassar · Northwind Traders").wait_for()
    first.get_by_role("button", name="Send to Northwind Traders").click()
    first.get_by_role("heading", name='Run the kit in my "payer"').wait_for()
    assert (labels(site, NORTHWIND), labels(site, CONTOSO)) == (['my "payer"'], [])
