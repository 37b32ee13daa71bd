"""A snapshot that somebody took of a database months ago is seldom the one that would be restored."""

from __future__ import annotations

from connections.resources import Database
from connections.resources.databases import DatabaseSnapshot
from findings.database_snapshots import left_alone
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted


def judge(snapshot: DatabaseSnapshot, *, old_days: int) -> Verdict:
    left = left_alone(snapshot, days=old_days)
    if snapshot.is_source_present is False or isinstance(left, Fine):
        return left if isinstance(left, Fine) else Fine()
    if left is not None or snapshot.created_at is None:
        return left or Unknown("when the snapshot was taken")
    if snapshot.is_source_present is None:
        return Unknown("whether the snapshot's database still stands")
    if not snapshot.is_source_backed_up:
        return Fine("Its database has no automatic backups: the snapshots taken by hand are all there is.")
    days = (snapshot.observed_at - snapshot.created_at).days
    return Waste(
        saves=ALL,
        because=f"Taken by hand {counted(days, 'day')} ago of {snapshot.source_name} ({snapshot.engine}), which still "
        "stands and is backed up by itself; neither shared nor exported lately, and no backup service keeps it.",
    )


rule = Rule(
    id="aws_rds_snapshot_old",
    title="Old manual RDS snapshot",
    looks_at=DatabaseSnapshot,
    settings={"old_days": 90},
    action="Make sure that a newer backup exists and that nobody must keep this one, then delete the snapshot.",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteSnapshot.html",
    judge=judge,
    rollback="None: a deleted snapshot is gone. Export it to S3 first where the data may be asked for.",
    hint="aws rds delete-{snapshot_of}-snapshot --region {region} --{snapshot_of}-snapshot-identifier {name}",
    needs=(Database,),
)
