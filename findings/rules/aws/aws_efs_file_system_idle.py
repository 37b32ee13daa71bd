"""An elastic file system that nobody connects to is charged for all that it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.files import FileShare
from findings.rule import ALL, UNTOLD, Fine, Rule, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

IO = Metric(name="TotalIOBytes", statistic="Sum", unit="bytes")
CONNECTIONS = Metric(name="ClientConnections", statistic="Sum", unit="connections, counted each minute")
GIB = 1024**3
OF_A_DOMAIN = "ManagedByAmazonSageMakerResource"  # a tag that SageMaker sets; nobody connects while nobody works


def judge(share: FileShare, *, usage: Usage, idle_days: int) -> Verdict:
    if share.state != "available" or share.is_replica:
        return Fine("Another file system is replicated to it." if share.is_replica else "")
    if share.size_bytes is not None and not share.size_bytes:
        return Fine()
    if OF_A_DOMAIN in share.tags:
        return Fine("It belongs to a SageMaker domain.")
    days = [usage.days(metric, days=idle_days) for metric in (IO, CONNECTIONS)]
    known = [value for of_metric in days for value in of_metric if value is not None]
    if any(value > 0 for value in known):
        return Fine()
    age_days = (share.observed_at - share.created_at).days if share.created_at else 0
    was_read = usage.was_read(IO, days=idle_days) and usage.was_read(CONNECTIONS, days=idle_days)
    # Without a way in, nothing can connect, and CloudWatch may have nothing to tell.
    is_told = len(known) == 2 * idle_days or (was_read and share.mount_targets == 0)
    if age_days < idle_days or not is_told:
        return unmeasured(share, since=share.created_at, days=idle_days, what="connections and bytes")
    held = "" if share.size_bytes is None else f"{share.size_bytes / GIB:,.1f} GiB: "
    ways = "it has no mount target, and " if share.mount_targets == 0 else ""
    # A backup, which the action asks for, costs more than the cheaper classes do.
    is_cheap = share.standard_bytes is not None and 2 * share.standard_bytes < (share.size_bytes or 0)
    return Waste(
        saves=UNTOLD if is_cheap else ALL,
        because=f"{held}{ways}nobody connected over the last {counted(idle_days, 'day')}."
        + (" Most of it lies in classes that are cheaper than a backup." if is_cheap else ""),
    )


rule = Rule(
    id="aws_efs_file_system_idle",
    title="Elastic file system that nobody connects to",
    looks_at=FileShare,
    settings={"idle_days": 30},
    action="Make sure that nobody needs its files, keep a backup, then delete it with its mount targets.",
    docs="https://docs.aws.amazon.com/efs/latest/ug/delete-efs-fs.html",
    judge=judge,
    metrics=(IO, CONNECTIONS), window_days=30, implementation_effort="Medium", rollback_possible=True,
    rollback="Restore the backup into a new file system; it gets another id, which those who mount it must be told.",
    hint="aws efs delete-file-system --region {region} --file-system-id {native_id}",
)  # fmt: skip
