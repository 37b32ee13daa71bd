"""Snapshots that are kept ready for fast restores: restored, forgotten, and those that only seem forgotten."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import charges, usage
from sandbox.aws.cases import Case, meter, stands
from sandbox.aws.compute import put
from sandbox.aws.model import HISTORY_DAYS
from sandbox.aws.shaped import Answered
from sandbox.aws.storage import snapshot_arn

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate, Item
    from sandbox.aws.shaped import Asked

IDLE = "aws_ebs_fast_restore_idle"
RESOURCE_TYPES = {"fast_restore": "Snapshot"}
FULL = 10.0
# `used` are days on which volumes were made, `zones` in how many zones it is switched on.
CASES = {
    "ready_used": Case(count=3, has={"used": (2, 9, 16, 23)}),
    "ready_used_once": Case(has={"used": (28,)}, trap="one volume was made of it, four weeks ago"),
    "ready_forgotten": Case(count=2, wastes=(IDLE,)),
    "ready_forgotten_in_two_zones": Case(wastes=(IDLE,), has={"zones": 2}),
    "ready_days_missing": Case(count=2, unknowns=(IDLE,), has={"missing": (5, 19)}, trap="full, but days are missing"),
    "ready_new": Case(age_days=9, trap="full, but switched on nine days ago"),
    "ready_no_more": Case(has={"state": "disabled"}, trap="no volume is made of it, but it is switched off"),
    "ready_by_another": Case(has={"owner": "666677778888"}, trap="switched on, and paid for, by another account"),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        snapshot_id = draw.id("snap")
        for zone in "ab"[: stand.case.has.get("zones", 1)]:
            _restore(draw, estate, stand, snapshot_id, f"{stand.region}{zone}")


def _restore(draw: Draw, estate: Estate, stand: Stand, snapshot_id: str, zone: str) -> None:
    has = stand.case.has
    arn = snapshot_arn(stand.region, stand.account, snapshot_id)
    item = stand.item(draw, kind="fast_restore", native_id=f"{snapshot_id}/{zone}", bill_id=arn, rules=(IDLE,))
    state = has.get("state", "enabled")
    item.shape = {
        "SnapshotId": snapshot_id,
        "AvailabilityZone": zone,
        "State": state,
        "StateTransitionReason": "Client.UserInitiated - Lifecycle state transition",
        "OwnerId": has.get("owner", item.account),
        "EnablingTime": item.created_at,
        "OptimizingTime": item.created_at,
        "EnabledTime": item.created_at,
    }
    if "owner" in has:
        item.is_in_inventory, item.fines = False, ()
    elif state == "enabled":
        item.charges = [
            meter(draw, item, service=charges.EC2, name="EBS:FastSnapshotRestore", unit="DSU-Hrs", price="0.75",
                  operation="FastSnapshotRestore", per_day=Decimal(24))
        ]  # fmt: skip
        _measure(draw, estate, item, zone)
    estate.items.append(item)


def _measure(draw: Draw, estate: Estate, item: Item, zone: str) -> None:
    age, has = (draw.as_of - item.created_at).days, CASES[item.case].has
    used, missing = has.get("used", ()), has.get("missing", ())
    values = usage.flat(FULL)
    for days_ago in used:
        values["Minimum"][HISTORY_DAYS - days_ago] = FULL - 1
    values = usage.without(values, lambda ago: ago in missing or ago > age)
    own = ("SnapshotId", item.shape["SnapshotId"], "AvailabilityZone", zone)
    put(estate, item, ("AWS/EBS", "FastSnapshotRestoreCreditsBalance", *own), values)


def _restores(asked: Asked) -> dict[str, Any]:
    return {"FastSnapshotRestores": [item.shape for item in asked.of("fast_restore")]}


ANSWERS = (Answered(service="ec2", operation="DescribeFastSnapshotRestores", make=_restores, largest=200),)
