"""A real Chromium and a live site. A page that breaks its own content policy fails the test that opened it."""

from __future__ import annotations

import os
import shutil

import pytest

from tests.browser.live import Site

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items):
    for item in items:
        if "/tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def chromium():
    """An installed Chromium, else Playwright's own. Without one the browser tests are skipped, except in CI.

    For one module only: while Playwright is open it keeps an event loop in this thread, which Django takes for
    asynchronous code and refuses to query in.
    """
    from playwright.sync_api import Error, sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        except Error as error:
            reason = f"No Chromium is found here, so no page is driven: {str(error).splitlines()[0]}"
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
            yield browser
        browser.close()


@pytest.fixture(scope="session")
def running_site(cluster, server_directory):
    """The web process, once a session."""
    urls = cluster.copy()
    site = Site(urls=urls, directory=server_directory / "site")
    yield site
    site.stop()
    cluster.drop(urls["database"])


@pytest.fixture
def site(running_site, django_db_blocker):
    """The live site with nothing in it but the organisation."""
    with django_db_blocker.unblock():
        running_site.forget_everything()
        yield running_site


@pytest.fixture
def violations():
    """What pages did against their content policy. A test that provokes one takes it out again."""
    return []


@pytest.fixture
def browse(chromium, site, violations):
    """Open a window: `browse("engineer")` is signed in, `browse(None)` is not. Options are Playwright's."""
    contexts = []

    def open_window(person="engineer", **options):
        context = chromium.new_context(base_url=site.origin, **options)
        contexts.append(context)
        context.set_default_timeout(15_000)
        context.expose_binding("reportViolation", lambda _, violation: violations.append(violation))
        context.add_init_script(
            "document.addEventListener('securitypolicyviolation', (event) => window.reportViolation("
            "`${event.violatedDirective}: ${event.blockedURI} on ${location.pathname}`))"
        )
        page = context.new_page()
        if person is not None:
            page.goto("/audits/")
            page.locator(f"button[value={person}]").click()
            page.wait_for_url("**/audits/")
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert violations == [], "A page broke its own content policy."


@pytest.fixture
def page(browse):
    """The engineer's window."""
    return browse()
