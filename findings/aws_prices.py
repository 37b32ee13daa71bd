"""What AWS charges for a resource that no bill names: which meters run, and how many units a month."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Address, Instance, LoadBalancer, NatGateway, Volume
from findings.prices import HOURS_A_MONTH

if TYPE_CHECKING:
    from connections.resources import Thing

GP3_IOPS, GP3_MIBPS = 3000, 125


def meters(thing: Thing) -> tuple[tuple[str, Decimal], ...]:
    """(price name, units a month) of all that the provider charges for the resource standing there, unused.

    Empty where that cannot be told: a snapshot's own size, a database's engine price, a licence within an instance.
    """
    if isinstance(thing, Volume):
        return _volume(thing)
    if isinstance(thing, Address):
        return (("PublicIPv4:IdleAddress", HOURS_A_MONTH),)
    if isinstance(thing, NatGateway):
        return (("NatGateway-Hours", HOURS_A_MONTH),)
    if isinstance(thing, LoadBalancer):
        return ((f"LoadBalancerUsage:{thing.balancer_type}", HOURS_A_MONTH),)
    if isinstance(thing, Instance) and thing.platform == "Linux/UNIX" and thing.lifecycle == "on-demand":
        return ((f"BoxUsage:{thing.instance_type}", HOURS_A_MONTH),)
    return ()


def _volume(volume: Volume) -> tuple[tuple[str, Decimal], ...]:
    storage = (f"EBS:VolumeUsage.{volume.volume_type}", Decimal(volume.size_gib))
    if volume.volume_type == "gp3":
        extras = (
            ("EBS:VolumeP-IOPS.gp3", (volume.iops or GP3_IOPS) - GP3_IOPS),
            ("EBS:VolumeP-Throughput.gp3", (volume.throughput_mibps or GP3_MIBPS) - GP3_MIBPS),
        )
        return (storage, *((name, Decimal(units)) for name, units in extras if units > 0))
    return (storage,) if volume.volume_type in {"gp2", "st1", "sc1"} else ()
