"""Streaming fleets: used, forgotten, and those that only seem forgotten."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import usage
from sandbox.aws.cases import Case, meter, stands
from sandbox.aws.compute import put
from sandbox.aws.shaped import Answered

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.shaped import Asked

IDLE = "aws_appstream_fleet_idle"
BILLED_AS = "Amazon AppStream"
SERVICES = {BILLED_AS: ("Other", "Other (Other)", "AmazonAppStream")}
RESOURCE_TYPES = {"streaming_fleet": "Fleet"}
STILL = {"is_still": True}
CASES = {
    "streamed": Case(count=3),
    "unused": Case(count=2, wastes=(IDLE,), has=STILL),
    "unused_on_demand": Case(wastes=(IDLE,), has=STILL | {"type": "ON_DEMAND"}),
    "course": Case(has={"days_ago": (27, 28)}, trap="unused, but for the two days of a course"),
    "new_class": Case(age_days=11, has=STILL, trap="nobody connects yet, but it is eleven days old"),
    "by_session": Case(has=STILL | {"type": "ELASTIC"}, trap="unused, but charged by the session alone"),
    "switched_off": Case(has={"state": "STOPPED", "machines": 0}, trap="unused, but stopped"),
    "scaled_to_none": Case(has=STILL | {"machines": 0}, trap="unused, but none of its machines runs"),
    "exam": Case(tags={"retain": "yes"}, has=STILL, trap="unused, but to be kept for the exams"),
    "switched_on": Case(
        count=2, unknowns=(IDLE,), has=STILL | {"days": 6}, trap="unused for the six days since it was started again"
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        _fleet(draw, estate, stand)


def _fleet(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, arn = stand.case.has, stand.arn("appstream", f"fleet/{stand.label}")
    item = stand.item(draw, kind="streaming_fleet", native_id=arn, bill_id=arn, rules=(IDLE,))
    machines, fleet_type = has.get("machines", 2), has.get("type", "ALWAYS_ON")
    item.shape = {
        "Arn": arn,
        "Name": item.name,
        "Description": "Northwind's drawing programs",
        "InstanceType": "stream.standard.medium",
        "FleetType": fleet_type,
        "ComputeCapacityStatus": {"Desired": machines, "Running": machines, "InUse": 0, "Available": machines},
        "State": has.get("state", "RUNNING"),
        "CreatedTime": item.created_at,
    }
    if machines and fleet_type != "ELASTIC":
        price = "0.1" if fleet_type == "ALWAYS_ON" else "0.025"
        item.charges = [
            meter(draw, item, service=BILLED_AS, name=f"{fleet_type}:stream.standard.medium", unit="Hrs", price=price,
                  operation="Streaming", per_day=Decimal(24 * machines))
        ]  # fmt: skip
    estate.items.append(item)
    if not machines or stand.case.age_days is not None:
        return
    values = usage.flat(0.0) if has.get("is_still") else usage.gauge(draw.random, low=10, high=40, peak=100)
    if "days_ago" in has:
        values = usage.raised(usage.flat(0.0), days_ago=has["days_ago"], to=50.0, statistics=("Maximum",))
    known = has.get("days", 45)
    values = usage.without(values, lambda ago: ago > known)
    put(estate, item, ("AWS/AppStream", "CapacityUtilization", "Fleet", item.name), values)


def _listed(asked: Asked) -> dict[str, Any]:
    return {"Fleets": [item.shape for item in asked.of("streaming_fleet")]}


ANSWERS = (Answered(service="appstream", operation="DescribeFleets", make=_listed),)
