"""A snapshot that somebody took of a database that is gone, and that nobody shares or exports, is often a left-over."""

from __future__ import annotations

from connections.resources import Database
from connections.resources.databases import DatabaseSnapshot
from findings.database_snapshots import left_alone
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted


def judge(snapshot: DatabaseSnapshot, *, orphaned_days: int) -> Verdict:
    left = left_alone(snapshot, days=orphaned_days)
    if snapshot.is_source_present or isinstance(left, Fine):
        return left if isinstance(left, Fine) else Fine()
    if left is not None or snapshot.created_at is None:
        return left or Unknown("when the snapshot was taken")
    if snapshot.is_source_present is None:
        return Unknown("whether the snapshot's database still stands")
    days = (snapshot.observed_at - snapshot.created_at).days
    return Waste(
        saves=ALL,
        because=f"Taken by hand {counted(days, 'day')} ago of {snapshot.source_name} ({snapshot.engine}), which is "
        "gone; neither shared nor exported lately, and no backup service keeps it.",
    )


rule = Rule(
    id="aws_rds_snapshot_orphaned",
    title="RDS snapshot of a database that is gone",
    looks_at=DatabaseSnapshot,
    settings={"orphaned_days": 90},
    action="Make sure that nobody needs or must keep the data, then delete the snapshot.",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteSnapshot.html",
    judge=judge,
    rollback="None: a deleted snapshot is gone. Export it to S3 first where the data may be asked for.",
    hint="aws rds delete-{snapshot_of}-snapshot --region {region} --{snapshot_of}-snapshot-identifier {name}",
    needs=(Database,),
)
