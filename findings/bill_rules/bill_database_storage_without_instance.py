"""A database that is stopped still pays for its storage, and for its backups."""

from __future__ import annotations

from audits.billed import BilledResource, cost_of, is_database_storage, meter_of
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted

# The ids of databases that are charged for storage and compute under one id: not so Aurora's clusters.
IDS = {
    "aws": (":db:",),
    "azure": ("/microsoft.sql/", "/microsoft.dbforpostgresql/", "/microsoft.dbformysql/"),
    "gcp": ("",),
}
# What is charged while a database rests. Any other charge is taken for one of running.
AT_REST = (
    *("storage", "data stored", "backup", "iops", "throughput", "paid io"),
    *("ip address", "network", "datatransfer", "data transfer"),
)


def judge(resource: BilledResource, *, window_days: int, min_days: int) -> Verdict:
    is_database = any(part in resource.resource_id.lower() for part in IDS.get(resource.cloud, ()))
    lines = resource.lines(days=window_days) if is_database else ()
    stored = [line for line in lines if is_database_storage(line) and line.effective_cost > 0]
    if not stored:
        return Fine()
    if resource.known_days < window_days:
        return Unknown(f"{counted(window_days, 'complete day')} of its bill")
    days = {line.charge_date for line in stored}
    running = {line.charge_date for line in lines if not any(word in meter_of(line).lower() for word in AT_REST)}
    rested = len(days - running)
    if len(days) < window_days or rested < min_days:
        return Fine()
    return Waste(
        saves=ALL,
        because=f"Charged for storage on each of the last {counted(window_days, 'day')} ({cost_of(stored):,.2f} "
        f"{stored[0].billing_currency}), and on {rested} of them for no compute.",
    )


rule = Rule(
    id="bill_database_storage_without_instance",
    title="Database that pays for storage and hardly ever runs",
    looks_at=BilledResource,
    settings={"window_days": 28, "min_days": 21},
    action="Take a last backup and keep it where it is cheap, then delete the database.",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_StopInstance.html",
    judge=judge,
    rollback="Restore the last backup.",
    told_by=("aws_rds_database_stopped",),
    access_adds="whether it is stopped or paused, since when, and how it was used before",
)
