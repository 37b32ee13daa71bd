"""Aurora charges each read and write, or more for all else: with many of them the second is cheaper."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources.databases import DatabaseCluster
from findings.aurora_storage import is_told, left_at_standard, spans, spend, without_hours
from findings.cost_window import cost_window
from findings.rule import BillExpects, Fine, Rule, Share, Unknown, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Bill


def judge(
    cluster: DatabaseCluster, *, bill: Bill, window_days: int, min_io_percent: float, min_saved_percent: float
) -> Verdict:
    if left := left_at_standard(cluster):
        return left
    window = cost_window(cluster, bill)
    if window is None or window.days < window_days or not is_told(bill, window):
        what = "what is charged for it and its instances, by use and in one currency,"
        return unmeasured(cluster, since=cluster.created_at, days=window_days, what=what)
    parts = spans(window, days=window_days)
    if not all(spend(bill, part).is_read(io_percent=min_io_percent) for part in parts):
        return Fine()
    if missing := without_hours(bill, *parts):
        return Unknown(f"what the hours of {' and '.join(missing)} cost: the bill has none of them on some days")
    if not all(spend(bill, part).is_worth(saved_percent=min_saved_percent) for part in parts):
        return Fine("What it would pay more for storage and instances takes away what it saves.")
    seen = spend(bill, window)
    least = min(spend(bill, part).saved / part.days for part in (window, *parts))
    return Waste(
        saves=Share(fraction=least * window.days / seen.own, is_by_list=True),
        because=f"Reads and writes are {seen.io / seen.total:.0%} of what it costs with "
        f"{counted(len(bill.beside), 'instance')}: {seen.io:,.2f} of {seen.total:,.2f} "
        f"{window.lines[0].billing_currency} in {counted(window.days, 'day')}. With I/O-Optimized storage they cost "
        f"nothing, and all else at most {seen.dearer:,.2f} more. At least {least:,.2f} a day is saved.",
    )


rule = Rule(
    id="aws_rds_cluster_storage_option", title="Aurora cluster that pays much for reads and writes",
    looks_at=DatabaseCluster, settings={"window_days": 28, "min_io_percent": 25, "min_saved_percent": 5},
    action="Change the cluster's storage to Aurora I/O-Optimized.",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Overview.StorageReliability.html",
    judge=judge, reads_bill=True, action_type="Upgrade", stage="PRICE", rollback_possible=True,
    rollback="Change it back to Aurora Standard, at any time; to I/O-Optimized it goes once in 30 days.",
    hint="aws rds modify-db-cluster --region {region} --db-cluster-identifier {name} --storage-type aurora-iopt1 "
    "--apply-immediately",
    bill=BillExpects(prices=("Aurora:StorageIOUsage",), at_least=Decimal(0), says="so it may be changed already"),
)  # fmt: skip
