"""An FSx file system that nobody reads or writes costs its full size and throughput."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.files import FileSystem
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

READS = Metric(name="DataReadOperations", statistic="Sum", unit="operations")
WRITES = Metric(name="DataWriteOperations", statistic="Sum", unit="operations")
# Another file system may be replicated to these, behind the back of what is counted for clients.
REPLICATED_TO = frozenset({"ONTAP", "OPENZFS"})


def judge(system: FileSystem, *, usage: Usage, idle_days: int) -> Verdict:
    if system.state != "AVAILABLE":
        return Fine()
    days = [usage.days(metric, days=idle_days) for metric in (READS, WRITES)]
    known = [value for of_metric in days for value in of_metric if value is not None]
    if any(value > 0 for value in known):
        return Fine()
    age_days = (system.observed_at - system.created_at).days if system.created_at else 0
    if len(known) < 2 * idle_days or age_days < idle_days:
        return unmeasured(system, since=system.created_at, days=idle_days, what="reads and writes")
    if system.system_type in REPLICATED_TO:
        return Unknown("whether another file system is replicated to it")
    return Waste(
        saves=ALL,
        because=f"{system.storage_gib:,} GiB ({system.system_type}): no read and no write over the last "
        f"{counted(idle_days, 'day')}.",
    )


rule = Rule(
    id="aws_fsx_file_system_idle",
    title="FSx file system that nobody reads or writes",
    looks_at=FileSystem,
    settings={"idle_days": 30},
    action="Make sure that nobody needs its files, take a last backup, then delete it.",
    docs="https://docs.aws.amazon.com/fsx/latest/WindowsGuide/administering-file-systems.html",
    judge=judge,
    metrics=(READS, WRITES),
    window_days=30,
    implementation_effort="Medium",
    rollback_possible=True,
    rollback="Restore the last backup into a new file system; it gets another name in DNS.",
    hint="aws fsx create-backup --region {region} --file-system-id {native_id}\n"
    "aws fsx describe-backups --region {region} --filters Name=file-system-id,Values={native_id}\n"
    "aws fsx delete-file-system --region {region} --file-system-id {native_id}",
)
