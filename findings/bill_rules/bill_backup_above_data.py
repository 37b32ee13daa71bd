"""Backups that are many times their database keep more copies, or for longer, than anybody restores."""

from __future__ import annotations

from audits.billed import BilledResource, cost_of, meter_of, quantity_of
from findings.rule import Fine, Rule, Share, Unknown, Verdict, Waste, counted

BACKUPS = {"aws": "BackupUsage", "azure": "Backup Storage", "gcp": "Backups"}
DATA = {
    "aws": ("RDS:GP2-Storage", "RDS:GP3-Storage", "RDS:StorageUsage", "RDS:PIOPS-Storage", "RDS:Multi-AZ",
            "Aurora:StorageUsage"),
    "azure": ("Data Stored", "Storage Data Stored", "General Purpose Data Stored"),
    "gcp": ("Cloud SQL",),
}  # fmt: skip


def judge(resource: BilledResource, *, window_days: int, max_factor: float) -> Verdict:
    word = BACKUPS.get(resource.cloud)
    lines = resource.lines(days=window_days)
    backups = [line for line in lines if word and word in meter_of(line)]
    if not backups:
        return Fine()
    if resource.known_days < window_days:
        return Unknown(f"{counted(window_days, 'complete day')} of its bill")
    data = [
        line
        for line in lines
        if line not in backups
        and meter_of(line).startswith(DATA[resource.cloud])
        and line.consumed_unit == backups[0].consumed_unit
    ]
    if not data:
        return Unknown("how large the data is: the bill names backups and no storage of the same resource")
    kept, stored = quantity_of(backups), quantity_of(data)
    if float(kept) <= float(stored) * max_factor or not stored:
        return Fine()
    share = cost_of(backups) / cost_of(lines)
    return Waste(
        saves=Share(fraction=share * (kept - stored) / kept),
        because=f"{kept:,.0f} {backups[0].consumed_unit} of backups stand beside {stored:,.0f} of data in the last "
        f"{counted(window_days, 'day')}: {kept / stored:,.1f} times as much.",
    )


rule = Rule(
    id="bill_backup_above_data",
    title="Backups many times their data",
    looks_at=BilledResource,
    settings={"window_days": 14, "max_factor": 3},
    action="Shorten how long backups are kept to what you would restore, and delete snapshots made by hand.",
    action_type="Delete",
    stage="SHRINK",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html",
    judge=judge,
    rollback="Keep them longer again; what was deleted is gone.",
    access_adds="how long they are kept, and which were made by hand",
)
