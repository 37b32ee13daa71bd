"""An RDS database that is used, and whose processor is hardly ever busy, may do with a smaller class."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Database
from findings.database_usage import CONNECTIONS, PEAK_CPU, left_to_others
from findings.rule import UNTOLD, BillExpects, Fine, Limit, Rule, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

# Taken for their memory, of which the processor tells nothing.
MEMORY_FAMILIES = ("db.r", "db.x", "db.z")


def judge(database: Database, *, usage: Usage, idle_days: int, max_cpu: float) -> Verdict:
    if database.state != "available" or database.instance_class.endswith((".micro", ".serverless")):
        return Fine()
    if left := left_to_others(database):
        return left
    cpu = [value for value in usage.days(PEAK_CPU, days=idle_days) if value is not None]
    connections = [value for value in usage.days(CONNECTIONS, days=idle_days) if value is not None]
    if any(value >= max_cpu for value in cpu) or database.instance_class.startswith(MEMORY_FAMILIES):
        return Fine()
    if len(cpu) < idle_days or len(connections) < idle_days:
        return unmeasured(database, since=database.created_at, days=idle_days, what="CPU and connections")
    if max(connections) <= 0:
        return Fine("Nobody connects: its size is not the question.")
    return Waste(
        saves=UNTOLD,
        because=f"{database.instance_class} ({database.engine}): CPU peaked at {max(cpu):.1f} % over the last "
        f"{counted(idle_days, 'day')}, with up to {max(connections):,.0f} connections. Its memory is not measured.",
    )


rule = Rule(
    id="aws_rds_database_low_cpu",
    title="RDS database with little CPU in use",
    looks_at=Database,
    settings={"idle_days": 30, "max_cpu": 20},
    action="Check its free memory, then change it to a smaller class in its next maintenance window.",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.DBInstance.Modifying.html",
    judge=judge,
    metrics=(PEAK_CPU, CONNECTIONS),
    limits=(Limit(title="CPU, highest of the day", metrics=(PEAK_CPU,), setting="max_cpu", unit="%"),),
    window_days=30, action_type="Rightsize", stage="SHRINK", implementation_effort="Medium", restart_needed=True,
    rollback_possible=True, rollback="Change the class back; the database restarts once more.",
    hint="aws rds modify-db-instance --region {region} --db-instance-identifier {native_id} "
    "--db-instance-class A_SMALLER_CLASS --no-apply-immediately",
    bill=BillExpects(prices=("InstanceUsage", "Multi-AZUsage"), at_least=Decimal(23), says="so it did not run all day"),
)  # fmt: skip
