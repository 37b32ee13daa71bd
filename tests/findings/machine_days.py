"""Days of a machine's usage, for the tests of the rules on its size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Instance
from tests.findings.evidence import ACCOUNT, ago, usage_of

if TYPE_CHECKING:
    from audits.evidence import Usage

# 8 processors, 32 GiB.
LARGE = Instance(
    **ACCOUNT,
    resource_id="i-1",
    state="running",
    instance_type="m6g.2xlarge",
    launched_at=ago(300),
    platform="Linux/UNIX",
    architecture="arm64",
    tenancy="default",
)
AGENT = "mem_used_percent.Maximum"


def month(*, days: int = 30, at: dict[int, float | None] | None = None, **more: float | None) -> Usage:
    """A quiet month: `p95` and `peak` of CPU, MB of `network` and `disk` in the busiest sample, percent of `memory`.

    `at` gives single days another peak; a figure of None is one that CloudWatch does not have.
    """
    seen = {"p95": 12.0, "peak": 18.0, "network": 60.0, "disk": 100.0, "memory": 18.0, "traffic": 900.0, **more}
    values = {
        "CPUUtilization.Maximum": seen["peak"],
        "CPUUtilization.p95": seen["p95"],
        AGENT: seen["memory"],
        **{f"{name}.Maximum": _bytes(seen["network"]) for name in ("NetworkIn", "NetworkOut")},
        **{f"{name}.Sum": _bytes(seen["traffic"]) for name in ("NetworkIn", "NetworkOut")},
        **{f"{name}.Maximum": _bytes(seen["disk"]) for name in ("EBSReadBytes", "EBSWriteBytes")},
    }
    series: dict[str, list[float | None]] = {
        name: [value] * days for name, value in values.items() if value is not None
    }
    for day, peak in (at or {}).items():
        series["CPUUtilization.Maximum"][day] = peak
    return usage_of(series)


def _bytes(megabytes: float | None) -> float | None:
    return None if megabytes is None else megabytes * 1e6
