"""A disk snapshot is charged for every day that nobody deletes it."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from audits.billed import BilledResource, cost_of, lacks_quantity, meter_of
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

    from audits.evidence import DayCost

SNAPSHOTS = {"aws": ("EBS:SnapshotUsage",), "gcp": ("Storage PD Snapshot",)}


def judge(resource: BilledResource, *, min_days: int, tolerance_percent: int) -> Verdict:
    days = min(min_days, resource.known_days)
    lines = _lines(resource, days)
    if not lines:
        return Fine()
    if lacks_quantity(lines):
        return Unknown("the quantity of each of its days")
    if not _is_unchanged(resource, lines, days=days, tolerance_percent=tolerance_percent):
        return Fine()
    if days < min_days:
        return Unknown(f"{counted(min_days, 'complete day')} of its bill")
    return Waste(
        saves=ALL,
        because=f"Billed with an unchanged size on each of the last {counted(days, 'day')}: "
        f"{cost_of(lines):,.2f} {lines[0].billing_currency} in all.",
    )


def _lines(resource: BilledResource, days: int) -> Sequence[DayCost]:
    if resource.cloud == "azure":
        is_snapshot = "/microsoft.compute/snapshots/" in resource.resource_id.lower()
        return [line for line in resource.lines(days=days) if is_snapshot and "Snapshots" in meter_of(line)]
    is_of_disks = "sql" not in resource.service_name.lower()  # Cloud SQL's backups may go by the same name
    return resource.lines(*SNAPSHOTS.get(resource.cloud, ("-",)), days=days) if is_of_disks else ()


def _is_unchanged(resource: BilledResource, lines: Sequence[DayCost], *, days: int, tolerance_percent: int) -> bool:
    """Compared month by month: a day bills the size divided by the days of its month."""
    start = resource.until - timedelta(days=days)
    months: dict[date, list[Decimal]] = defaultdict(list)
    for place, amount in enumerate(resource.by_day(lines, days=days)):
        months[(start + timedelta(days=place)).replace(day=1)].append(amount)
    return all(
        min(sizes) > 0 and max(sizes) * 100 <= min(sizes) * (100 + tolerance_percent) for sizes in months.values()
    )


rule = Rule(
    id="bill_snapshot_unchanged",
    title="Disk snapshot that stays as it is for months",
    looks_at=BilledResource,
    settings={"min_days": 90, "tolerance_percent": 5},
    action="Delete it where no image, backup plan or retention duty needs it.",
    docs="https://docs.aws.amazon.com/ebs/latest/userguide/ebs-deleting-snapshot.html",
    judge=judge,
    rollback="A deleted snapshot cannot be restored.",
    assumes="that no other snapshot of the disk needs the same blocks",
    told_by=("aws_ebs_snapshot_old",),
    access_adds="its age, its disk, and whether an image or a backup plan holds it",
)
