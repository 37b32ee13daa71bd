"""The operator's pages in a real browser: the question why, the lists and the rows, under the content policy."""

from __future__ import annotations

import pytest

from tests.tenants.doors import NORTHWIND, ORGANIZATIONS, REASON, below

pytestmark = pytest.mark.processes


@pytest.fixture
def window(chromium, door):
    """An operator's window on the list of organisations; what breaks the policy fails the test."""
    broken = []
    context = chromium.new_context(base_url=door.origin)
    context.set_default_timeout(15_000)
    context.expose_binding("reportViolation", lambda _, violation: broken.append(violation))
    context.add_init_script(
        "document.addEventListener('securitypolicyviolation', (event) => window.reportViolation("
        "`${event.violatedDirective}: ${event.blockedURI} on ${location.pathname}`))"
    )
    page = context.new_page()
    page.goto("/")
    page.locator("button[value=operator]").click()
    page.wait_for_url(f"**{ORGANIZATIONS}")
    yield page
    context.close()
    assert broken == []


def test_an_operator_says_why_and_then_follows_links_inside_one_organisation(door, window):
    window.get_by_role("link", name="Northwind").click()
    window.get_by_label("Why do you look?").fill(REASON)
    window.get_by_role("button", name="Go on").click()
    window.get_by_role("heading", name="Northwind").wait_for()
    window.get_by_role("link", name="Audits", exact=True).last.click()
    window.get_by_role("link", name="Northwind-shop").click()
    window.get_by_text("Access checks by connection").click()
    assert window.url.startswith(door.origin + below(NORTHWIND, "connections/accesscheck/"))
    assert window.get_by_text(f"“{REASON}”").is_visible()
    assert window.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_question_why_is_sent_with_a_fresh_token_after_the_page_was_left_open(window):
    window.get_by_role("link", name="Contoso").click()
    window.get_by_label("Why do you look?").fill(REASON)
    # As after an hour's sleep: the script believes its token to be old, and holds the form until it has another.
    with window.expect_response("**/v1/client/sessions/*/tokens*") as refreshed:
        window.evaluate("Date.now = ((real) => () => real() + 3_600_000)(Date.now)")
        window.get_by_role("button", name="Go on").click()
    window.get_by_role("heading", name="Contoso").wait_for()
    assert refreshed.value.status == 200
