"""Our roles: read from the setting, or the process does not start."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tenants.roles import DEFAULT, BadRoles, Role, roles_by_name
from tests.database import ROOT


def test_the_default_knows_our_roles_by_their_names_and_the_providers_two():
    assert roles_by_name(DEFAULT) == {
        "admin": Role.ADMIN,
        "member": Role.VIEWER,
        "engineer": Role.ENGINEER,
        "finance": Role.FINANCE,
        "viewer": Role.VIEWER,
    }


def test_the_providers_prefix_and_blanks_may_stand_there():
    assert roles_by_name(" org:cost_lead = finance , admin=admin") == {"cost_lead": Role.FINANCE, "admin": Role.ADMIN}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no pair"),
        ("admin", "is no pair"),
        ("admin=admin,", "is no pair"),
        ("=admin", "is no pair"),
        ("the boss=admin", "is no pair"),
        ("admin=owner", "'owner' is none of our roles"),
        ("admin=Admin", "'Admin' is none of our roles"),
        ("admin=", "'' is none of our roles"),
        ("admin=admin=admin", "is none of our roles"),
        ("admin=admin,org:admin=viewer", "'admin' stands there twice"),
    ],
)
def test_a_setting_that_cannot_be_read_says_what_in_it(text, said):
    with pytest.raises(BadRoles, match=said):
        roles_by_name(text)


@pytest.mark.parametrize(
    ("name", "value", "never"),
    [
        ("COSTFRAME_CLERK_ROLES", "admin=owner", "\0"),
        ("COSTFRAME_CLERK_WEBHOOK_SECRET", "whsec_planted", "planted"),
        ("COSTFRAME_CLERK_WEBHOOK_SECRET", "cGxhbnRlZC1zZWNyZXQtcGxhbnRlZA==", "cGxhbnRl"),
    ],
)
def test_no_process_starts_on_a_bad_setting_and_the_message_names_it(name, value, never):
    done = subprocess.run(
        [sys.executable, "-c", "import costframe.settings"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "COSTFRAME_ROLE": "migrate", "COSTFRAME_SANDBOX": "true", name: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert f"ImproperlyConfigured: {name}: " in done.stderr
    assert never not in done.stderr
