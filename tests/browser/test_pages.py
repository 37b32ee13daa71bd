"""The pages of connections, audits and bills in a real browser: policy, access, phone width, polling, no scripts."""

from __future__ import annotations

import time

import jwt
import pytest

from audits import uploads
from audits.models import Audit, BillUpload, BillUploadChunk, Step
from connections.models import AccessCheck, Connection
from sandbox.clerk.people import ENGINEER
from tests.browser.looks import sideways, violations
from tests.browser.seed import seed
from tests.conftest import AT

EMPTY = (
    "/connections/",
    "/audits/",
    "/bills/",
    "/bills/rates/",
    "/costs/",
    "/activity/",
    "/activity/chain/",
    "/connections/new/",
    "/no-such-page/",
)
FULL = (
    "/connections/",
    "/audits/",
    "/bills/",
    "/bills/?in=EUR",
    "/bills/rates/",
    "/bills/{bill}/",
    "/bills/{bill}/focus/",
    "/bills/formats/",
    "/bills/upload/",
    "/bills/uploads/{waiting}/",
    "/bills/uploads/{loading}/",
    "/bills/uploads/{loaded}/",
    "/bills/uploads/{refused_files}/",
    "/bills/uploads/{loaded}/proves/",
    "/costs/",
    "/costs/?by=kind&cost=billed&since=x",
    "/costs/?service=nobody",
    "/costs/?by=owner",
    "/costs/?tag=team&value=shop",
    "/costs/?tag=team&value=shop&by=tag:env",
    "/activity/",
    "/activity/?who=nobody&since=x",
    "/activity/chain/",
    "/audits/{done}/",
    "/audits/{running}/",
    "/audits/{done}/calls/",
    "/connections/{payer}/",
    "/connections/{draft}/kit/",
    "/connections/{refused}/access/",
    "/connections/{payer}/check/",
    "/connections/{payer}/check/calls/",
    "/connections/{checking}/check/",
    "/connections/{refused}/check/",
    "/connections/{payer}/delete/",
    "/audits/nights/",
    "/organization/members/",
    "/organization/roles/",
    "/findings/opinions/",
    "/findings/rules/",
    "/findings/rules/aws_ebs_volume_unattached/",
    "/findings/rules/previews/{tried}/",
    "/findings/rules/previews/{asked}/",
)
WIDE = 1280  # of a usual window, in which everything is in sight
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ARN = "arn:aws:iam::555555555555:role/CostframeReadOnly"


def complaints(page):
    return [
        f"{page.url} in {scheme}: {one['id']}: {one['nodes'][0]['html'][:150]}"
        for scheme, one in violations(page, runOnly=STANDARDS)
    ]


def is_too_wide(page):
    return page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def spoil_token(page, site):
    """Put an expired token of the same session into the browser, which still believes in the fresh one."""
    cookies = [one for one in page.context.cookies(site.origin) if one["name"].startswith("__session")]
    session_id = jwt.decode(cookies[0]["value"], options={"verify_signature": False})["sid"]
    expired = site.issuer.mint(ENGINEER, session_id=session_id, azp=site.origin, at=time.time() - 300)
    for cookie in cookies:
        page.context.add_cookies([{"name": cookie["name"], "value": expired, "url": site.origin}])


@pytest.mark.parametrize("width", [WIDE, 390])
def test_every_page_is_accessible_in_light_and_dark_and_fits_the_window(site, browse, width):
    page = browse(viewport={"width": width, "height": 900})
    found, wide, hidden = [], [], set()
    for path in EMPTY:
        page.goto(path)
        found += complaints(page)
    ids = seed(site)
    for path in FULL:
        answer = page.goto(path.format(**ids))
        assert answer.status == 200, path
        found += complaints(page)
        wide += [path] if is_too_wide(page) else []
        hidden |= {(path, name) for name in sideways(page)}
    assert found == []
    assert width < WIDE or hidden == set()
    assert wide == []


def test_the_content_policy_is_in_force_and_its_breach_is_noticed(page, violations):
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    page.evaluate("document.body.appendChild(document.createElement('script')).textContent = 'window.planted = 1'")
    page.wait_for_function("true")
    assert page.evaluate("window.planted") is None
    assert [one.partition(":")[0] for one in violations] == ["style-src-attr", "script-src-elem"]
    violations.clear()


def test_progress_moves_without_a_reload_and_ends_by_itself(site, page):
    ids = seed(site)
    page.goto(f"/audits/{ids['running']}/")
    assert page.get_by_role("heading", name="3 of 11 steps done").is_visible()
    page.evaluate("window.isTheSamePage = true")
    page.locator("#stop-button").focus()
    with site.rows():
        Step.objects.filter(audit_id=ids["running"], kind="INVENTORY").update(state="DONE")
    page.get_by_role("heading", name="9 of 11 steps done").wait_for()
    assert page.evaluate("document.activeElement.id") == "stop-button"
    with site.rows():
        Step.objects.filter(audit_id=ids["running"]).update(state="DONE")
        Audit.objects.filter(id=ids["running"]).update(state="DONE", ended_at=AT)
    page.get_by_text("No gaps: every call that was made was answered.").wait_for()
    assert page.locator("#audit-announcement").text_content() == "The audit has ended."
    assert page.evaluate("window.isTheSamePage")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2500)
    assert asked == [], "the page still polls"


def test_a_bill_is_handed_in_and_followed_to_its_end(site, page, tmp_path):
    files = []
    for name in ("part-1.csv", "part-2.csv"):
        (tmp_path / name).write_bytes(b"x" * 3_000_000)
        files.append(tmp_path / name)
    page.goto("/bills/")
    page.get_by_role("link", name="Hand in files").first.click()
    page.get_by_label("Source").fill("Azure, shop")
    page.get_by_label("Files").set_input_files(files)
    page.get_by_role("button", name="Hand in").click()
    page.get_by_role("heading", name="1 of 4 steps done").wait_for()
    with site.rows("cf_worker"):
        upload = BillUpload.objects.get()
        held = BillUploadChunk.objects.values_list("file_number", "number").order_by("file_number", "number")
        assert (list(held), upload.size_bytes) == ([(file, chunk) for file in (0, 1) for chunk in range(3)], 6_000_000)
        uploads.end(upload, state="REFUSED", message="part-1.csv is no bill that is known here.", at=AT)
    page.get_by_text("part-1.csv is no bill that is known here.").wait_for()
    assert page.locator("#upload-announcement").text_content() == "The files are refused, nothing was changed."


def test_polling_survives_a_token_that_runs_out(site, page):
    ids = seed(site)
    page.goto(f"/audits/{ids['running']}/")
    spoil_token(page, site)
    with site.rows():
        Step.objects.filter(audit_id=ids["running"], kind="INVENTORY").update(state="DONE")
    page.get_by_role("heading", name="9 of 11 steps done").wait_for()


def test_a_form_sent_with_an_expired_token_loses_nothing(site, page):
    page.goto("/connections/new/")
    page.get_by_label("Name", exact=True).fill('my "payer"')
    page.get_by_label("Regions").fill("eu-west-1 us-east-1")
    spoil_token(page, site)
    page.get_by_role("button", name="Go on to the kit").click()
    page.get_by_role("heading", name="Your session ran out").wait_for()
    page.get_by_role("button", name="Send again").click()
    page.get_by_role("heading", name='Run the kit in my "payer"').wait_for()
    with site.rows("cf_web"):
        assert Connection.objects.get().regions == ["eu-west-1", "us-east-1"]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_wizard_goes_through(site, browse, scripts):
    page = browse(java_script_enabled=scripts)
    page.goto("/connections/")
    page.get_by_role("link", name="Connect an AWS account").click()
    page.get_by_label("Name", exact=True).fill("production")
    page.get_by_role("button", name="Go on to the kit").click()
    external_id = page.locator("#external-id").text_content()
    page.get_by_role("link", name="Terraform").click()
    assert external_id in page.locator("#kit-text").text_content()
    page.get_by_role("link", name="I ran it: give the role").click()
    page.get_by_label("Role ARN").fill("CostframeReadOnly")
    page.get_by_role("button", name="Seal and try the access").click()
    assert page.get_by_label("Role ARN").input_value() == "CostframeReadOnly"
    page.get_by_label("Role ARN").fill(ARN)
    page.get_by_role("button", name="Seal and try the access").click()
    page.get_by_role("heading", name="Waiting for a worker").wait_for()
    with site.rows():
        AccessCheck.objects.update(state="PASSED", account_id="555555555555", ended_at=AT, due_at=None)
    if not scripts:
        page.get_by_role("link", name="Reload to see how far it is").click()
    page.get_by_text("Access works, and it only reads.").wait_for()


def test_the_keyboard_reaches_the_content_first_and_focus_is_seen(page):
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_signing_out_ends_the_session_and_without_scripts_says_what_goes_on(site, browse, scripts):
    page = browse("finance", java_script_enabled=scripts)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="You are signed out").wait_for()
    assert page.get_by_text("Your session is over, here and at the identity provider.").is_visible() is scripts
    assert page.get_by_role("link", name="end it there").is_visible() is not scripts
    page.goto("/connections/")
    assert page.url.startswith(site.issuer.sign_in_url)
    assert page.get_by_text("You are signed in as Bruno Keller").is_visible() is not scripts


def test_a_stranger_sees_nothing_of_the_first_organisation(site, browse):
    ids = seed(site)
    page = browse("stranger")
    page.goto("/connections/")
    assert page.get_by_text("No account is connected").is_visible()
    assert page.goto(f"/connections/{ids['payer']}/").status == 404
