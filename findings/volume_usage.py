"""What daily statistics prove of a volume's use: its total of each day, and its busiest minute where that is told."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from connections.resources import Metric
from findings.traps import kubernetes_volume

if TYPE_CHECKING:
    from audits.evidence import Usage
    from connections.resources import Volume

OPERATIONS = tuple(
    Metric(name=name, statistic="Sum", unit="operations") for name in ("VolumeReadOps", "VolumeWriteOps")
)
BUSIEST_OPERATIONS = tuple(
    Metric(name=name, statistic="Maximum", unit="operations a minute") for name in ("VolumeReadOps", "VolumeWriteOps")
)
BUSIEST_BYTES = tuple(
    Metric(name=name, statistic="Maximum", unit="bytes a minute") for name in ("VolumeReadBytes", "VolumeWriteBytes")
)
SECONDS, MINUTES, MIB = 60, 1440, 1024 * 1024


def why_held(volume: Volume) -> str:
    """Why an attached volume is there whether it is read or not, as a sentence; empty where nothing says so."""
    if any(state != "running" for state in volume.attached_states or ()):
        return "Not all of its instances run."
    if volume.is_root:
        return "An instance starts from it."
    if volume.is_deleted_with_instance:
        return "It is deleted with its instance, as the volume that an instance starts from is."
    return kubernetes_volume.trap.caught(volume)


def busiest_iops(usage: Usage, *, days: int) -> tuple[float | None, ...]:
    """Operations a second in each day's busiest minute, at most: reads and writes may have had theirs apart."""
    return tuple(
        None if value is None or not is_told else value / SECONDS
        for value, is_told in zip(usage.total(*BUSIEST_OPERATIONS, days=days), _are_told(usage, days), strict=True)
    )


def busiest_mibps(usage: Usage, *, days: int) -> tuple[float | None, ...]:
    """MiB a second in each day's busiest minute, at most."""
    return tuple(
        None if value is None or not is_told else value / SECONDS / MIB
        for value, is_told in zip(usage.total(*BUSIEST_BYTES, days=days), _are_told(usage, days), strict=True)
    )


def _are_told(usage: Usage, days: int) -> tuple[bool, ...]:
    """Whether each day's maximum is that of its minutes.

    CloudWatch has one for volumes on Nitro machines alone. On others it answers a figure too: where a day's operations
    are more than its minutes at that figure make, it is none.
    """
    told = [True] * days
    for total, busiest in zip(OPERATIONS, BUSIEST_OPERATIONS, strict=True):
        pairs = zip(usage.days(total, days=days), usage.days(busiest, days=days), strict=True)
        for at, (made, most) in enumerate(pairs):
            told[at] &= made is not None and most is not None and made <= math.ceil(most) * MINUTES
    return tuple(told)
