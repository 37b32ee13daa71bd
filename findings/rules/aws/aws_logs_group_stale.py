"""A log group to which nothing is written any longer is still charged for all that it ever stored."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.logs import LogGroup
from findings.rule import ALL, BillExpects, Fine, Rule, Unknown, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

INCOMING = Metric(name="IncomingBytes", statistic="Sum", unit="bytes", is_silent_at_zero=True)
GIB = 1024**3


def judge(group: LogGroup, *, usage: Usage, idle_days: int, min_stored_gib: float) -> Verdict:
    stored_gib = None if group.stored_bytes is None else group.stored_bytes / GIB
    kept = _why_kept(group)
    if kept or (stored_gib is not None and stored_gib < min_stored_gib):
        return Fine(kept)  # without a look at its usage, which then is not asked for either
    incoming = [value for value in usage.days(INCOMING, days=idle_days) if value is not None]
    if any(value > 0 for value in incoming):
        return Fine()
    # Copies come in by no group's usage and by no charge: the first one is free.
    copied = "" if group.gets_copies is False else "whether logs of other accounts are copied to it"
    if copied or group.log_class != "STANDARD":
        return Unknown(copied or f"whether CloudWatch counts what comes in for the class {group.log_class}")
    age_days = (group.observed_at - group.created_at).days if group.created_at else 0
    if len(incoming) < idle_days or age_days < idle_days:
        return unmeasured(group, since=group.created_at, days=idle_days, what="incoming bytes")
    if stored_gib is None:
        return Unknown("how much the log group stores")
    return Waste(
        saves=ALL,
        because=f"{stored_gib:,.1f} GiB are stored for ever, and nothing came in over the last "
        f"{counted(idle_days, 'day')}.",
    )


def _why_kept(group: LogGroup) -> str:
    if group.retention_days is not None or group.log_class == "DELIVERY":
        return "It empties itself: what it stores is deleted when its time is over."
    by_policy = "A policy of the account keeps it for ever." if group.by_policy else ""
    return "Protected against deletion by its owner." if group.is_protected else by_policy


rule = Rule(
    id="aws_logs_group_stale", title="Log group to which nothing is written", looks_at=LogGroup,
    settings={"idle_days": 90, "min_stored_gib": 1},
    action="Make sure that nobody has to keep the logs, export what is needed, then delete the group.",
    docs="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3Export.html",
    judge=judge, metrics=(INCOMING,), window_days=90,
    rollback="A deleted group does not come back; what was exported to S3 stays there.",
    hint="aws logs delete-log-group --region {region} --log-group-name {name}",
    bill=BillExpects(prices=("DataProcessing", "VendedLog"), at_most=lambda _: Decimal(0), says="so something came in"),
)  # fmt: skip
