"""Backups that are kept for long outgrow the data that they are of."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from audits.billed import (
    BilledResource,
    cost_of,
    fraction_of,
    is_database_storage,
    lacks_quantity,
    meter_of,
    quantity_of,
)
from findings.rule import Fine, Rule, Share, Unknown, Verdict, Waste, counted

if TYPE_CHECKING:
    from audits.evidence import DayCost


def judge(resource: BilledResource, *, window_days: int, max_times: float) -> Verdict:
    lines = resource.lines(days=window_days)
    data = [line for line in lines if is_database_storage(line)]
    backups = [line for line in lines if _is_backup(line)]
    if not data or not backups:
        return Fine()
    if resource.known_days < window_days:
        return Unknown(f"{counted(window_days, 'complete day')} of its bill")
    if lacks_quantity((*data, *backups)):
        return Unknown("how much its data and its backups are")
    if len({line.consumed_unit.lower().replace("gib", "gb") for line in (*data, *backups)}) > 1:
        return Unknown("its data and its backups in one unit")
    is_whole = all(amount > 0 for found in (data, backups) for amount in resource.by_day(found, days=window_days))
    allowed, held = quantity_of(data) * Decimal(str(max_times)), quantity_of(backups)
    if not is_whole or held <= allowed:
        return Fine()
    paid = cost_of(backups)
    return Waste(
        saves=Share(fraction=fraction_of(paid * (1 - allowed / held), lines)),
        because=f"Its billed backups are {held / quantity_of(data):,.1f} times its data and cost {paid:,.2f} "
        f"{backups[0].billing_currency} in the last {counted(window_days, 'day')}.",
    )


def _is_backup(line: DayCost) -> bool:
    meter, text = meter_of(line).lower(), f"{meter_of(line)} {line.charge_description}".lower()
    is_azure = "backup" in text and meter.endswith("data stored")
    return meter.startswith(("rds:chargedbackupusage", "aurora:backupusage", "cloud sql: backups")) or is_azure


rule = Rule(
    id="bill_backup_above_data",
    title="Backups many times the size of the database",
    looks_at=BilledResource,
    settings={"window_days": 14, "max_times": 3},
    action="Shorten how long backups are kept, and delete manual and long-term ones that nobody needs.",
    action_type="Rightsize",
    stage="SHRINK",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html",
    judge=judge,
    rollback="Set the retention back; deleted backups are gone.",
    assumes="that no duty wants the backups beyond three times the data",
    access_adds="how long backups are kept, how many there are by hand, and for which duty",
)
