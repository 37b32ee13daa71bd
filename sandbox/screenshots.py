"""`make screenshots`: the README's pictures, taken in a real browser from a demo that ran to its end."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from sandbox import customer, demo
from sandbox.clerk.people import ENGINEER
from sandbox.fleet import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

PICTURES = ROOT / "docs" / "pictures"
SIZE = {"width": 1280, "height": 860}
WHOLE = {"finding", "bill"}  # what they are about goes on below the fold
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-sync"]


def main() -> int:
    """Run the demo, sign in by one click, and take each picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", type=Path, default=ROOT / ".local" / "demo")
    parser.add_argument("--to", type=Path, default=PICTURES, help="the folder for the pictures")
    parser.add_argument("--scheme", choices=["light", "dark"], default="light")
    parser.add_argument("--width", type=int, default=SIZE["width"])
    chosen = parser.parse_args()
    chosen.to.mkdir(parents=True, exist_ok=True)
    with demo.only_one(chosen.state), demo.running(chosen.state, seed=7) as running, sync_playwright() as playwright:
        demo.audit_everything(running)
        audit = next(
            path
            for path in running.browser().get("/audits/").links
            if customer.AUDIT.fullmatch(path) and "refused" in running.browser().get(path).words
        )
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        page = browser.new_page(viewport={"width": chosen.width, "height": SIZE["height"]}, color_scheme=chosen.scheme)
        page.goto(f"{running.web_origin}/findings/")
        page.get_by_role("button", name=ENGINEER.name).click()
        page.wait_for_url(f"{running.web_origin}/**")
        for name, where in (
            ("action-list", "/findings/"),
            ("finding", finding_with_usage(page, running.web_origin)),
            ("audit", audit),
            ("calls", f"{audit}calls/"),
            ("connections", "/connections/"),
            ("costs", "/costs/"),
            ("bills", "/bills/"),
            ("bill", last_closed_bill(page, running.web_origin)),
            ("rules", "/findings/rules/"),
        ):
            page.goto(f"{running.web_origin}{where}")
            page.screenshot(path=chosen.to / f"{name}.png", full_page=name in WHOLE)
            demo.say(f"{name}: {where}")
        browser.close()
    return 0


def finding_with_usage(page: Page, origin: str) -> str:
    """The dearest idle machine: its page has a chart beside its bill."""
    page.goto(f"{origin}/findings/?rule=aws_ec2_instance_idle")
    return str(page.locator("table a[href^='/findings/']").first.get_attribute("href"))


def last_closed_bill(page: Page, origin: str) -> str:
    """The month before this one: its page stands beside its invoice."""
    page.goto(f"{origin}/bills/")
    return str(page.locator("tbody th a").nth(1).get_attribute("href"))


if __name__ == "__main__":
    sys.exit(main())
