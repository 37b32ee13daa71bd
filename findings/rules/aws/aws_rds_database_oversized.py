"""A database that a smaller class of its family would carry pays for processors and memory that it does not use."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Database
from findings.aws_types import facts
from findings.database_usage import (
    PEAK_CPU,
    SIZING,
    demand_of,
    left_at_its_size,
    saved_by,
    smaller_classes,
    told,
)
from findings.rightsizing import Demand, Headroom, cheapest
from findings.rule import BillExpects, Fine, Limit, Rule, Verdict, Waste

if TYPE_CHECKING:
    from audits.evidence import Usage


def judge(
    database: Database, *, usage: Usage, idle_days: int, p95_cpu: float, peak_cpu: float, memory_percent: float
) -> Verdict:
    kind = database.instance_class
    left, now, smaller = left_at_its_size(database), facts(kind), smaller_classes(kind)
    if left or now is None or not smaller:
        return left or Fine("There is no smaller class of its family.")
    demand = demand_of(database, now, usage, days=idle_days, most_cpu=peak_cpu)
    if not isinstance(demand, Demand):
        return demand
    room = Headroom(p95_cpu=p95_cpu, peak_cpu=peak_cpu, memory=memory_percent)
    found = cheapest(smaller, instance_type=kind.removeprefix("db."), demand=demand, headroom=room)
    if found is None:
        return Fine()
    return Waste(saves=saved_by(database, found), because=told(database, now, found, demand, days=idle_days))


rule = Rule(
    id="aws_rds_database_oversized",
    title="RDS database larger than what it does",
    looks_at=Database,
    settings={"idle_days": 30, "p95_cpu": 60, "peak_cpu": 90, "memory_percent": 80},
    action="Change the class to the smaller one that the finding names, in its next maintenance window.",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.DBInstance.Modifying.html",
    judge=judge, metrics=SIZING, window_days=30, action_type="Rightsize", stage="PRICE",
    limits=(Limit(title="CPU, highest of the day", metrics=(PEAK_CPU,), setting="peak_cpu", unit="%"),),
    implementation_effort="Medium", restart_needed=True, rollback_possible=True,
    rollback="Change the class back; the database restarts once more.",
    hint="aws rds describe-db-instances --region {region} --db-instance-identifier {native_id}",
    bill=BillExpects(prices=("InstanceUsage", "Multi-AZUsage"), at_least=Decimal(23), says="so it did not run all day"),
)  # fmt: skip
