"""A function of Lambda and what it did, for the tests of the rules on functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources.functions import Function
from tests.findings.evidence import ACCOUNT, usage_of

if TYPE_CHECKING:
    from audits.evidence import Usage

MODEST = Function(
    **ACCOUNT,
    resource_id="arn:aws:lambda:us-east-1:111122223333:function:resize",
    name="resize",
    memory_mib=1024,
    timeout_seconds=30,
    runtime="python3.12",
    architecture="x86_64",
    provisioned=0,
    is_measured=True,
)


def seen(
    *,
    days: int = 7,
    calls: float | None = 10_000,
    errors: float | None = 0,
    mean_ms: float = 2_000,
    p90_ms: float | None = 4_000,
    memory: float | None = 410,
    processors: float | None = 0.2,
    last: dict[str, float | None] | None = None,
) -> Usage:
    """The same on each of the last `days`, but for what `last` says of yesterday, by the series' keys."""
    time_ms = None if calls is None else calls * mean_ms
    each = {
        "Invocations.Sum": calls,
        "Errors.Sum": errors,
        "Duration.Sum": time_ms,
        "Duration.p90": p90_ms,
        "used_memory_max.Maximum": memory,
        "cpu_total_time.Sum": None if processors is None or time_ms is None else time_ms * processors,
    }
    return usage_of({key: [value] * (days - 1) + [(last or {}).get(key, value)] for key, value in each.items()})


SILENT_WEEK = seen(calls=None, errors=None, p90_ms=None, memory=None, processors=None)
NEVER_READ = usage_of({})
