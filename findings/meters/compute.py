"""Machines and disks."""

from __future__ import annotations

from decimal import Decimal

from connections.resources import Instance, Volume
from findings.prices import HOURS_A_MONTH

GP3_IOPS, GP3_MIBPS = 3000, 125


def _instance(instance: Instance) -> tuple[tuple[str, Decimal], ...]:
    if instance.platform == "Linux/UNIX" and instance.lifecycle == "on-demand":
        return ((f"BoxUsage:{instance.instance_type}", HOURS_A_MONTH),)
    return ()


def _volume(volume: Volume) -> tuple[tuple[str, Decimal], ...]:
    storage = (f"EBS:VolumeUsage.{volume.volume_type}", Decimal(volume.size_gib))
    if volume.volume_type == "gp3":
        extras = (
            ("EBS:VolumeP-IOPS.gp3", (volume.iops or GP3_IOPS) - GP3_IOPS),
            ("EBS:VolumeP-Throughput.gp3", (volume.throughput_mibps or GP3_MIBPS) - GP3_MIBPS),
        )
        return (storage, *((name, Decimal(units)) for name, units in extras if units > 0))
    if volume.volume_type == "io1" and volume.iops:
        return (("EBS:VolumeUsage.piops", Decimal(volume.size_gib)), ("EBS:VolumeP-IOPS.piops", Decimal(volume.iops)))
    return (storage,) if volume.volume_type in {"gp2", "st1", "sc1"} else ()


METERS = {Instance: _instance, Volume: _volume}
