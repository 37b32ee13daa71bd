"""Which meters run for a resource, as the provider names them on a bill."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.aws import prices
from sandbox.aws.model import Charge
from sandbox.aws.names import REGION_CODES

if TYPE_CHECKING:
    from datetime import datetime

HOURS = Decimal(24)
EC2 = "Amazon Elastic Compute Cloud"
VPC = "Amazon Virtual Private Cloud"
ELB = "Elastic Load Balancing"
RDS = "Amazon Relational Database Service"


def instance_hours(*, kind: str, region: str, first: date, last: date, is_covered: bool = False) -> Charge:
    price = prices.INSTANCE_HOUR[kind][region]
    return Charge(
        service=EC2,
        meter=f"{REGION_CODES[region]}BoxUsage:{kind}",
        operation="RunInstances",
        description=f"${price} per On Demand Linux {kind} Instance Hour",
        unit="Hrs",
        price=price,
        per_day=HOURS,
        is_covered=is_covered,
        first=first,
        last=last,
    )


def transfer_out(*, region: str, gib_per_day: Decimal, first: date, last: date) -> Charge:
    price = prices.TRANSFER_OUT_GIB[region]
    return Charge(
        service=EC2,
        meter=f"{REGION_CODES[region]}DataTransfer-Out-Bytes",
        operation="RunInstances",
        description=f"${price} per GB - first 10 TB / month data transfer out",
        unit="GB",
        price=price,
        per_day=gib_per_day,
        first=first,
        last=last,
    )


def volume_storage(*, kind: str, region: str, gib: int, first: date, last: date) -> Charge:
    price = prices.VOLUME_GIB_MONTH[kind][region]
    suffix = {"io1": "EBS:VolumeUsage.piops"}.get(kind, f"EBS:VolumeUsage.{kind}")
    return Charge(
        service=EC2,
        meter=f"{REGION_CODES[region]}{suffix}",
        operation=f"CreateVolume-{kind.capitalize()}",
        description=f"${price} per GB-month of provisioned storage ({kind})",
        unit="GB-Mo",
        price=price,
        held=Decimal(gib),
        first=first,
        last=last,
    )


def volume_performance(*, kind: str, region: str, iops: int, mibps: int, first: date, last: date) -> list[Charge]:
    """What a volume has beyond its storage. Throughput is billed by GiB/s, though the API counts MiB/s."""
    meters = {
        "gp3": (("VolumeP-IOPS.gp3", iops, "IOPS-Mo", 1), ("VolumeP-Throughput.gp3", mibps, "GiBps-mo", 1024)),
        "io1": (("VolumeP-IOPS.piops", iops, "IOPS-Mo", 1),),
        "io2": (
            ("VolumeP-IOPS.io2", min(iops, 32_000), "IOPS-Mo", 1),
            ("VolumeP-IOPS.io2.tier2", max(0, iops - 32_000), "IOPS-Mo", 1),
        ),
    }
    found = []
    for name, units, unit, per in meters.get(kind, ()):
        price = prices.VOLUME_PERFORMANCE[name][region] * per
        if units:
            found.append(
                Charge(
                    service=EC2,
                    meter=f"{REGION_CODES[region]}EBS:{name}",
                    operation=f"CreateVolume-{kind.capitalize()}",
                    description=f"${price} per {unit} provisioned ({kind})",
                    unit=unit,
                    price=price,
                    held=Decimal(units) / per,
                    first=first,
                    last=last,
                )
            )
    return found


def gp3_saves_of_io1(*, gib: int, iops: int, region: str) -> Decimal:
    """The share of an io1 volume's cost that gp3 saves, when gp3 is given its IOPS and what io1 moves with them:
    256 KiB each, 500 MiB/s at most.
    """
    performance = prices.VOLUME_PERFORMANCE
    mibps = min(500, math.ceil(iops * 256 / 1024))
    now = prices.VOLUME_GIB_MONTH["io1"][region] * gib + performance["VolumeP-IOPS.piops"][region] * iops
    then = prices.VOLUME_GIB_MONTH["gp3"][region] * gib
    then += performance["VolumeP-IOPS.gp3"][region] * max(0, iops - 3000)
    then += performance["VolumeP-Throughput.gp3"][region] * max(0, mibps - 125)
    return 1 - then / now


def part(meters: list[Charge], name: str) -> Decimal:
    """The share that one meter has in what volumes' meters charge together."""
    costs = [(charge.meter, (charge.held or 0) * charge.price) for charge in meters]
    return sum((cost for meter, cost in costs if meter.endswith(name)), Decimal(0)) / sum(cost for _, cost in costs)


def hours_saved(meters: list[Charge], *, hours: int) -> Decimal:
    """The share of what a machine's meters charge that standing still for so many hours of each week saves."""
    costs = [(charge.meter, (charge.per_day or 0) * charge.price) for charge in meters]
    running = sum((cost for meter, cost in costs if "BoxUsage" in meter), Decimal(0))
    return running / sum(cost for _, cost in costs) * hours / 168


def gp2_sustains(gib: int) -> tuple[int, int]:
    """IOPS and MiB/s that a gp2 volume sustains: 3 IOPS a GiB of 256 KiB each, 250 MiB/s at most."""
    iops = min(16_000, max(100, 3 * gib))
    return iops, min(250, math.ceil(iops * 256 / 1024))


def gp3_saves(*, gib: int, region: str) -> Decimal:
    """The share of a gp2 volume's cost that gp3 saves, when gp3 is given what gp2 sustains; 3,000 IOPS and 125 MiB/s
    of it come free. 0.2 up to 166 GiB, less above.
    """
    iops, mibps = gp2_sustains(gib)
    extras = (("VolumeP-IOPS.gp3", max(0, iops - 3000)), ("VolumeP-Throughput.gp3", max(0, mibps - 125)))
    now = prices.VOLUME_GIB_MONTH["gp2"][region] * gib
    then = prices.VOLUME_GIB_MONTH["gp3"][region] * gib
    then += sum(prices.VOLUME_PERFORMANCE[name][region] * units for name, units in extras)
    return max(Decimal(0), 1 - then / now)


def snapshot_storage(*, region: str, gib: Decimal, first: date, last: date) -> Charge:
    price = prices.SNAPSHOT_GIB_MONTH[region]
    return Charge(
        service=EC2,
        meter=f"{REGION_CODES[region]}EBS:SnapshotUsage",
        operation="CreateSnapshot",
        description=f"${price} per GB-Month of snapshot data stored",
        unit="GB-Mo",
        price=price,
        held=gib,
        first=first,
        last=last,
    )


def address_hours(*, region: str, is_idle: bool, first: date, last: date) -> Charge:
    price = prices.ADDRESS_HOUR[region]
    state = "Idle" if is_idle else "InUse"
    return Charge(
        service=VPC,
        meter=f"{REGION_CODES[region]}PublicIPv4:{state}Address",
        operation="AllocateAddressVPC" if is_idle else "AssociateAddressVPC",
        description=f"${price} per {state} public IPv4 address per hour",
        unit="Hrs",
        price=price,
        per_day=HOURS,
        first=first,
        last=last,
    )


def unused_capacity(*, kind: str, count: int, region: str, first: date, last: date) -> list[Charge]:
    """Reserved capacity in which no machine runs costs what the machines would."""
    price = prices.INSTANCE_HOUR[kind][region]
    unused = Charge(
        service=EC2,
        meter=f"{REGION_CODES[region]}UnusedBox:{kind}",
        operation="RunInstances",
        description=f"${price} per Unused Reservation Linux {kind} Instance Hour",
        unit="Hrs",
        price=price,
        per_day=HOURS * count,
        first=first,
        last=last,
    )
    return [unused] if count else []


def nat_gateway(*, region: str, gib_per_day: Decimal, first: date, last: date) -> list[Charge]:
    hour, gib = prices.NAT_HOUR[region], prices.NAT_GIB[region]
    code = REGION_CODES[region]
    return [
        Charge(
            service=EC2,
            meter=f"{code}NatGateway-Hours",
            operation="NatGateway",
            description=f"${hour} per NAT Gateway Hour",
            unit="Hrs",
            price=hour,
            per_day=HOURS,
            first=first,
            last=last,
        ),
        Charge(
            service=EC2,
            meter=f"{code}NatGateway-Bytes",
            operation="NatGateway",
            description=f"${gib} per GB Data Processed by NAT Gateways",
            unit="GB",
            price=gib,
            per_day=gib_per_day,
            first=first,
            last=last,
        ),
    ]


def load_balancer(*, kind: str, region: str, units: Decimal, first: date, last: date) -> list[Charge]:
    hour, unit = prices.BALANCER_HOUR[kind][region], prices.BALANCER_UNIT_HOUR[region]
    code = REGION_CODES[region]
    operation = {
        "application": "LoadBalancing:Application",
        "network": "LoadBalancing:Network",
        "gateway": "LoadBalancing:Gateway",
    }[kind]
    hours = Charge(
        service=ELB,
        meter=f"{code}LoadBalancerUsage",
        operation=operation,
        description=f"${hour} per {kind.capitalize()} LoadBalancer-hour (or partial hour)",
        unit="Hrs",
        price=hour,
        per_day=HOURS,
        first=first,
        last=last,
    )
    capacity = Charge(
        service=ELB,
        meter=f"{code}LCUUsage",
        operation=operation,
        description=f"${unit} per used load balancer capacity unit-hour (or partial hour)",
        unit="LCU-Hrs",
        price=unit,
        per_day=units,
        first=first,
        last=last,
    )
    return [hours, capacity] if units else [hours]


def database(*, kind: str, region: str, gib: int, first: date, last: date, is_multi_az: bool = False) -> list[Charge]:
    """A standby in a second zone doubles both, and gives them other names."""
    times = 2 if is_multi_az else 1
    hour, month = prices.DATABASE_HOUR[kind][region] * times, prices.DATABASE_GIB_MONTH[region] * times
    zones, stored = ("Multi-AZ", "RDS:Multi-AZ-GP2-Storage") if is_multi_az else ("Single-AZ", "RDS:GP2-Storage")
    used = "Multi-AZUsage" if is_multi_az else "InstanceUsage"
    code = REGION_CODES[region]
    return [
        Charge(
            service=RDS,
            meter=f"{code}{used}:{kind}",
            operation="CreateDBInstance:0014",
            description=f"${hour} per RDS {kind} {zones} instance hour (or partial hour) running PostgreSQL",
            unit="Hrs",
            price=hour,
            per_day=HOURS,
            first=first,
            last=last,
        ),
        Charge(
            service=RDS,
            meter=f"{code}{stored}",
            operation="CreateDBInstance:0014",
            description=f"${month} per GB-month of provisioned GP2 storage running PostgreSQL",
            unit="GB-Mo",
            price=month,
            held=Decimal(gib),
            first=first,
            last=last,
        ),
    ]


def span(created_at: datetime, as_of: datetime, *, until: datetime | None = None) -> tuple[date, date]:
    """The days on which a meter runs: from the day of creation to the last billed day or the day it stopped."""
    last_billed = date.fromordinal(as_of.date().toordinal() - 1)
    return created_at.date(), min(last_billed, until.date()) if until else last_billed
