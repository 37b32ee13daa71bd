"""Which type would carry what a machine does, at a lower list price. Pure.

By the facts of types and the committed list prices. What was not measured is not guessed: of memory, network and disk
rate that nobody has measured, a candidate has at least as much as the machine has now.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from findings.aws_types import facts, names
from findings.prices import table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from findings.aws_types import TypeFacts

# Families of one maker of processors, each with its generation: software runs as it did, and a processor of the same or
# a later generation does at least as much. Types with disks of their own, with GPUs or for networks are in none.
MAKERS = {
    "Intel": {"c5": 5, "m5": 5, "r5": 5, "c6i": 6, "m6i": 6, "r6i": 6, "c7i": 7, "m7i": 7, "r7i": 7},
    "AMD": {"c5a": 5, "m5a": 5, "r5a": 5, "c6a": 6, "m6a": 6, "r6a": 6, "c7a": 7, "m7a": 7, "r7a": 7},
    "Graviton": {"c6g": 6, "m6g": 6, "r6g": 6, "c7g": 7, "m7g": 7, "r7g": 7, "c8g": 8, "m8g": 8, "r8g": 8},
}
PERCENT = 100


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What a machine does at most: CPU in percent of all of its processors, the rest absolute; None: not measured."""

    p95_cpu: float
    peak_cpu: float
    memory_mib: float | None = None
    network_gbps: float | None = None
    ebs_mbps: float | None = None


@dataclass(frozen=True, kw_only=True)
class Headroom:
    """How full the new machine may be, in percent of what it has."""

    p95_cpu: float
    peak_cpu: float
    memory: float


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A type that would do, with its share of the present type's list price."""

    name: str
    facts: TypeFacts
    price_share: Decimal


def smaller_of_family(instance_type: str, *, least_vcpus: int = 1) -> tuple[str, ...]:
    """The types of the same family with fewer processors that have a list price, the largest first."""
    now = facts(instance_type)
    if now is None:
        return ()
    found = [(one, name) for name, one in _family(instance_type.partition(".")[0])]
    return tuple(
        name
        for one, name in sorted(found, key=lambda pair: (-pair[0].vcpus, pair[1]))
        if least_vcpus <= one.vcpus < now.vcpus and _price(name) and not _is_metal(name)
    )


def of_other_families(instance_type: str, *, least_vcpus: int = 1) -> tuple[str, ...]:
    """The types of other families of the same maker, not of an earlier generation, at a lower list price."""
    family = instance_type.partition(".")[0]
    mates = next((families for families in MAKERS.values() if family in families), {})
    price = _price(instance_type)
    return tuple(
        name
        for mate, generation in mates.items()
        if mate != family and generation >= mates[family]
        for name, one in _family(mate)
        if one.vcpus >= least_vcpus and price and 0 < (_price(name) or 0) < price and not _is_metal(name)
    )


def cheapest(among: tuple[str, ...], *, instance_type: str, demand: Demand, headroom: Headroom) -> Candidate | None:
    """Of `among`, the type with the lowest list price that carries the demand; None where none does."""
    now, price = facts(instance_type), _price(instance_type)
    if now is None or not price:
        return None
    fitting = [
        Candidate(name=name, facts=then, price_share=(_price(name) or price) / price)
        for name in among
        if (then := facts(name)) is not None and carries(then, now=now, demand=demand, headroom=headroom)
    ]
    return min(fitting, key=lambda one: (one.price_share, one.name), default=None)


def best_of_family(instance_type: str, *, least_vcpus: int, demand: Demand, headroom: Headroom) -> Candidate | None:
    """The smallest size of the same family that carries the demand; None where none does."""
    among = smaller_of_family(instance_type, least_vcpus=least_vcpus)
    return cheapest(among, instance_type=instance_type, demand=demand, headroom=headroom)


def carries(then: TypeFacts, *, now: TypeFacts, demand: Demand, headroom: Headroom) -> bool:
    """Whether a type has room for the demand of a machine of type `now`; what is not measured must not be less."""
    scale = now.vcpus / then.vcpus
    has_cpu = demand.p95_cpu * scale <= headroom.p95_cpu and demand.peak_cpu * scale <= headroom.peak_cpu
    memory = now.memory_mib if demand.memory_mib is None else demand.memory_mib * PERCENT / headroom.memory
    pairs = (
        (then.memory_mib, memory),
        (then.network_baseline_gbps, _needed(demand.network_gbps, now.network_baseline_gbps)),
        (then.ebs_baseline_mbps, _needed(demand.ebs_mbps, now.ebs_baseline_mbps)),
    )
    has_rest = all(has is not None and needs is not None and has >= needs for has, needs in pairs)
    is_alike = then.gpus >= now.gpus and then.local_disk_gb >= now.local_disk_gb and not then.is_burstable
    return has_cpu and has_rest and is_alike and set(now.architectures) <= set(then.architectures)


def _needed(measured: float | None, has_now: float | None) -> float | None:
    return has_now if measured is None else measured


def _is_metal(name: str) -> bool:
    return ".metal" in name


@cache
def _family(family: str) -> tuple[tuple[str, TypeFacts], ...]:
    return tuple(_of_family(family))


def _of_family(family: str) -> Iterator[tuple[str, TypeFacts]]:
    for name in names():
        if name.startswith(f"{family}.") and (one := facts(name)) is not None:
            yield name, one


def _price(instance_type: str) -> Decimal | None:
    listed = table("aws")
    found = listed.regions.get(listed.home, {}).get(f"BoxUsage:{instance_type}")
    return found or None
