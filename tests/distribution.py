"""How the whole suite is shared out: by module, to processes that each have an own PostgreSQL, Redis and sandbox cloud.

Whatever starts the product's processes or a browser is run by one of them, so that two never compete and their
deadlines hold on a small machine. What takes longest is begun first: then the processes end at about the same time.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from xdist.scheduler import LoadFileScheduling

if TYPE_CHECKING:
    from xdist.remote import Producer

ROOT = Path(__file__).resolve().parent.parent
PROCESSES = "processes"
SECONDS_OF_A_TEST = 0.1
# Modules that take much longer than so many tests do, and about how long, on two cores that do nothing else.
SECONDS = {
    "tests/architecture/test_dependencies.py": 20,
    "tests/audits/test_alike_rows.py": 60,
    "tests/audits/test_bill_sources.py": 15,
    "tests/audits/test_bill_step.py": 25,
    "tests/audits/test_bills.py": 25,
    "tests/audits/test_cost_page.py": 25,
    "tests/audits/test_cost_tags.py": 35,
    "tests/audits/test_focus_export.py": 30,
    "tests/audits/test_foreign_bills.py": 30,
    "tests/audits/test_malformed_bills.py": 50,
    "tests/audits/test_quarantine.py": 25,
    "tests/connections/test_aws_costs.py": 40,
    "tests/connections/test_aws_inventory.py": 30,
    "tests/connections/test_aws_metrics.py": 45,
    "tests/costframe/test_deployed.py": 25,
    "tests/costframe/test_old_databases.py": 25,
    "tests/promises/test_no_write_client_imported.py": 15,
    "tests/promises/test_tenant_isolation.py": 40,
    "tests/sandbox/test_export.py": 15,
    "tests/sandbox/test_processes.py": 15,
    "tests/tenants/test_access.py": 90,
    "tests/tenants/test_indexes.py": 20,
    "tests/tenants/test_oracles.py": 20,
    "tests/tenants/test_permissions.py": 25,
}


@cache
def group_of(module: str) -> str:
    """What is run by one process together with this module: nothing else, or all that starts processes."""
    is_marked = "mark.processes" in (ROOT / module).read_text() or "mark.browser" in (ROOT / module).read_text()
    return PROCESSES if is_marked or module.startswith("tests/browser/") else module


class LongestFirst(OrderedDict[str, dict[str, bool]]):
    """Groups of tests that wait for a process, of which the one that will take longest is taken first."""

    def popitem(self, last: bool = True) -> tuple[str, dict[str, bool]]:  # noqa: FBT001, FBT002, ARG002 - a dict's own
        group = max(self, key=lambda group: seconds_of(group, tests=len(self[group])))
        return group, self.pop(group)


def seconds_of(group: str, *, tests: int) -> float:
    """About how long a group takes. That which starts processes is by far the longest."""
    return float("inf") if group == PROCESSES else max(SECONDS.get(group, 0), tests * SECONDS_OF_A_TEST)


class ByGroup(LoadFileScheduling):
    """Fixtures of a module are dear, so it is never split."""

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        super().__init__(config, log)
        self.workqueue = LongestFirst()

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid.partition("::")[0])


def sendable(text: str) -> str:
    """Lone surrogates written out: the channel between xdist's processes takes UTF-8 only, and else the run ends."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def share_out(config: pytest.Config, log: Producer) -> ByGroup:
    """The scheduler of xdist. Roles and their passwords are one for a whole server, so two workers cannot share one."""
    if os.environ.get("COSTFRAME_DATABASE_URL"):
        raise pytest.UsageError(
            "COSTFRAME_DATABASE_URL gives one server, which several workers cannot share: run with -n 0, "
            "or unset it, so that each worker starts a server of its own."
        )
    return ByGroup(config, log)
