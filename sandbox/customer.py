"""The demo's customer: connects accounts with the product's own wizard and kit, and starts audits by its buttons."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sandbox.aws import names
from sandbox.stack import create_stack

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sandbox.aws.client import SandboxCloud
    from sandbox.browser import Browser, Page

EXPORT = {
    "export_bucket": names.BUCKET,
    "export_prefix": names.PREFIX,
    "export_name": names.CSV_EXPORT,
    "export_region": names.EXPORT_REGION,
}
STEPS = re.compile(r"(\d+) of (\d+) steps")
CONNECTION = re.compile(r"/connections/[0-9a-f-]{36}/(?=\")")
AUDIT = re.compile(r"/audits/[0-9a-f-]{36}/")
IS_POLLING = 'hx-trigger="every'
LOOK_SECONDS = 0.5


class DidNotWork(Exception):
    """The product said no where the demo expected a yes. The message holds what its page says."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """One account of the estate, as the customer calls it."""

    account_id: str
    label: str

    @property
    def export(self) -> dict[str, str]:
        """The wizard's export fields: the payer holds the cost export."""
        return EXPORT if self.account_id == names.PAYER else {}


@dataclass(kw_only=True)
class Look:
    """One audit as its page shows it."""

    account: Account
    path: str
    ended: int = 0
    total: int = 0
    is_over: bool = False
    failure: str = ""


ACCOUNTS = tuple(Account(account_id=account_id, label=label) for account_id, label in names.ACCOUNTS.items())


def connect(browser: Browser, cloud: SandboxCloud, account: Account, *, home: str | None = None) -> str:
    """Go through the wizard: draft, kit, role, access check. Returns the path of the connection's page.

    With the `home` of a connection that an earlier run began, its own kit is run again.
    """
    if home is None:
        kit = browser.submit(browser.get("/connections/new/").form("/new/"), {"label": account.label, **account.export})
        home = urlsplit(kit.url).path.split("kit/")[0]
    template = browser.get(f"{home}kit/cloudformation/file").text
    outputs = create_stack(cloud, template, account_id=account.account_id)
    [role_arn] = outputs.values()
    browser.submit(browser.get(f"{home}access/").form("/access/"), {"role_arn": role_arn})
    return home


def confirm(browser: Browser, home: str, *, seconds: float = 120) -> Page:
    """Wait for the access check's end. Raises DidNotWork with its words unless it passed."""
    deadline = time.monotonic() + seconds
    while IS_POLLING in (page := browser.get(f"{home}check/")).text:
        if time.monotonic() > deadline:
            raise DidNotWork(f"The access check did not end within {seconds:g} seconds.")
        time.sleep(LOOK_SECONDS)
    if not page.can_send("/audit/"):
        raise DidNotWork(page.words)
    return page


def home_of(browser: Browser, account: Account) -> str | None:
    """The path of the page of the connection that an earlier run made for this account; None where there is none.

    Whatever became of it: an account is connected once.
    """
    path: str
    for path in dict.fromkeys(CONNECTION.findall(browser.get("/connections/").text)):
        if account.account_id in browser.get(path).words:
            return path
    return None


def is_let_in(browser: Browser, home: str) -> bool:
    """Whether this connection's access was checked and works, so that it can be audited or is being audited now."""
    page = browser.get(home)
    return page.can_send("/audit/") or page.can_send("/stop/")


def start_audit(browser: Browser, home: str, account: Account) -> Look:
    """Press the button; where an audit is running already, watch that one."""
    page = browser.get(home)
    if page.can_send("/audit/"):
        page = browser.submit(page.form("/audit/"))
    path = urlsplit(page.url).path
    if not AUDIT.fullmatch(path):  # its links lead to audits that have ended, too
        path = urlsplit(page.form("/stop/").action).path.removesuffix("stop/")
    return Look(account=account, path=path)


def watch(browser: Browser, looks: Sequence[Look], *, show: Callable[[Sequence[Look]], None], seconds: float) -> None:
    """Look at the audits' pages until all have ended. Raises DidNotWork when time runs out."""
    deadline = time.monotonic() + seconds
    while not all(look.is_over for look in looks):
        if time.monotonic() > deadline:
            raise DidNotWork(f"The audits did not end within {seconds:g} seconds.")
        time.sleep(LOOK_SECONDS)
        for look in looks:
            if not look.is_over:
                _look_at(browser, look)
        show(looks)


def _look_at(browser: Browser, look: Look) -> None:
    page = browser.get(look.path)
    look.is_over = IS_POLLING not in page.text
    if look.is_over and 'class="banner banner--bad"' in page.text:
        look.failure = page.words
    if found := STEPS.search(page.words):
        look.ended, look.total = int(found[1]), int(found[2])
