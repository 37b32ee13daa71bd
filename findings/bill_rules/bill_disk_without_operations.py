"""A disk whose operations are billed by number and that is billed for none is read and written by nothing."""

from __future__ import annotations

import re

from audits.billed import BilledResource, cost_of, meter_of
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted

# Only the disks whose every operation is on the bill: AWS' magnetic volumes, Azure's standard disks.
CAPACITY = {
    "aws": re.compile(r"EBS:VolumeUsage"),
    "azure": re.compile(r"[SE]\d+ (?:(?:LRS|ZRS) )?Disks?"),
}
OPERATIONS = {"aws": "EBS:VolumeIOUsage", "azure": "Disk Operations"}


def judge(resource: BilledResource, *, window_days: int) -> Verdict:
    capacity = CAPACITY.get(resource.cloud)
    is_disk = resource.cloud != "azure" or "/microsoft.compute/disks/" in resource.resource_id.lower()
    if capacity is None or not is_disk:
        return Fine()
    lines = resource.lines(days=window_days)
    stored = [line for line in lines if capacity.fullmatch(meter_of(line))]
    was_other = any("EBS:VolumeUsage." in meter_of(line) for line in lines)
    if not stored or was_other or any(OPERATIONS[resource.cloud] in meter_of(line) for line in lines):
        return Fine()
    if resource.known_days < window_days:
        return Unknown(f"{counted(window_days, 'complete day')} of its bill")
    if not all(cost > 0 for cost in resource.cost_by_day(stored, days=window_days)):
        return Fine()
    return Waste(
        saves=ALL,
        because=f"Billed for its size on each of the last {counted(window_days, 'day')} "
        f"({cost_of(stored):,.2f} {stored[0].billing_currency}) and for 0 operations.",
    )


rule = Rule(
    id="bill_disk_without_operations",
    title="Disk that is billed for its size and for no operation",
    looks_at=BilledResource,
    settings={"window_days": 30},
    action="Take a snapshot, then delete the disk.",
    docs="https://learn.microsoft.com/azure/virtual-machines/disks-find-unattached-portal",
    judge=judge,
    rollback="Make a new disk of the snapshot.",
    told_by=("aws_ebs_volume_low_usage",),
    access_adds="whether it is attached, to what, and since when",
)
