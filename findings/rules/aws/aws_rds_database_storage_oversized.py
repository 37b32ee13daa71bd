"""A database pays for all the storage that it was given, and storage never shrinks by itself."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Database
from findings.database_storage import GIB, METERS, SEEN, Stored, demand_of, needs_its_size, wanted_gib
from findings.database_usage import part_of_more
from findings.rule import Fine, Rule, Share, Verdict, Waste, counted

if TYPE_CHECKING:
    from audits.evidence import Usage


def judge(database: Database, *, usage: Usage, idle_days: int, fill_percent: int, least_gib: int) -> Verdict:
    meters = METERS.get(database.storage_type, ())
    if database.state != "available" or not meters or database.storage_gib <= least_gib:
        return Fine()
    if joined := part_of_more(database):
        return joined
    found = demand_of(database, usage, days=idle_days)
    if not isinstance(found, Stored):
        return found
    wanted = wanted_gib(database, found.free, fill_percent=fill_percent)
    if database.storage_gib - wanted < max(least_gib, database.storage_gib / 2):
        return Fine()
    if left := needs_its_size(found, storage_type=database.storage_type, gib=wanted, days=idle_days):
        return left
    return Waste(
        saves=Share(fraction=1 - Decimal(wanted) / database.storage_gib, part_of=meters),
        because=f"Of its {database.storage_gib:,} GiB of {database.storage_type} at least {min(found.free) / GIB:,.0f} "
        f"were free on each of the last {counted(idle_days, 'day')}; {wanted:,} GiB would hold what it has and what it "
        f"gains in a year, and sustain its busiest minute of at most {found.operations:,.0f} operations a second.",
    )


rule = Rule(
    id="aws_rds_database_storage_oversized",
    title="RDS database with far more storage than it fills",
    looks_at=Database,
    settings={"idle_days": 30, "fill_percent": 60, "least_gib": 100},
    action="Move it to the storage that the finding names by a blue/green deployment, or by dump and restore.",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/blue-green-deployments.html",
    judge=judge, metrics=SEEN, window_days=30, action_type="Rightsize", stage="SHRINK",
    implementation_effort="High", restart_needed=True, rollback_possible=True,
    rollback="Give it more storage again, without a restart; AWS takes one such change in six hours.",
    hint="aws rds describe-db-instances --region {region} --db-instance-identifier {native_id}",
)  # fmt: skip
