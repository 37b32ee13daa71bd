"""Days of a volume's use, as CloudWatch tells them: half of each figure are reads, half writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.findings.evidence import usage_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audits.evidence import Usage

Day = tuple[float | None, float | None, float | None]
MIB = 1024 * 1024
QUIET: Day = (60_000, 150, 9)
MISSING: Day = (None, None, None)


def month(*last: Day, usual: Day = QUIET, days: int = 30) -> Usage:
    """Usual days, and the `last` ones: (operations of the day, its busiest minute's a second, and MiB a second)."""
    told: Sequence[Day] = [usual] * (days - len(last)) + list(last)
    values: dict[str, list[float | None]] = {}
    for way in ("Read", "Write"):
        values[f"Volume{way}Ops.Sum"] = [_half(total, 1) for total, _, _ in told]
        values[f"Volume{way}Ops.Maximum"] = [_half(iops, 60) for _, iops, _ in told]
        values[f"Volume{way}Bytes.Maximum"] = [_half(mibps, 60 * MIB) for _, _, mibps in told]
    return usage_of(values)


def _half(value: float | None, times: float) -> float | None:
    return None if value is None else value * times / 2
