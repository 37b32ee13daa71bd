"""A snapshot that is kept ready for fast restores costs as much as a large machine, whether it is restored or not."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Metric, Snapshot
from connections.resources.fast_restores import FastRestore
from findings.meters.fast_restores import FAST_RESTORE
from findings.rule import Fine, Rule, Share, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

# Each volume takes a credit, which comes back within the hour or, of a large snapshot, within the day.
LEAST, MOST = (
    Metric(name="FastSnapshotRestoreCreditsBalance", statistic=one, unit="credits") for one in ("Minimum", "Maximum")
)
WOBBLE = 0.01


def judge(restore: FastRestore, *, usage: Usage, idle_days: int) -> Verdict:
    if restore.state != "enabled":
        return Fine()
    least = [value for value in usage.days(LEAST, days=idle_days) if value is not None]
    most = [value for value in usage.days(MOST, days=idle_days) if value is not None]
    is_taken = bool(least and most) and max(most) - min(least) > WOBBLE
    # The credits begin at none when it is enabled: until they are full, a rise looks as a volume does.
    if is_taken or (restore.created_at and (restore.observed_at - restore.created_at).days <= idle_days):
        return Fine()
    if len(least) < idle_days or len(most) < idle_days or min(least) < 1:
        return unmeasured(restore, since=restore.created_at, days=idle_days, what="whether its credits were full")
    return Waste(
        saves=Share(fraction=Decimal(1) / restore.zone_count, part_of=(FAST_RESTORE,)),
        because=f"{restore.name} is kept ready in {restore.zone}, and no volume was made of it there: its credits were "
        f"full, at {max(most):.3g}, throughout the last {counted(idle_days, 'day')}.",
    )


rule = Rule(
    id="aws_ebs_fast_restore_idle",
    title="Fast snapshot restore that nothing is restored with",
    looks_at=FastRestore,
    settings={"idle_days": 30},
    action="Switch fast restore off for the snapshot in the zone.",
    docs="https://docs.aws.amazon.com/ebs/latest/userguide/ebs-fast-snapshot-restore.html",
    judge=judge, metrics=(LEAST, MOST), window_days=30, action_type="Delete",
    implementation_effort="VeryLow", rollback_possible=True, needs=(Snapshot,),
    rollback="Switch it on again: it takes an hour for each TiB of the snapshot until it is fast.",
    hint="aws ec2 disable-fast-snapshot-restores --region {region} --availability-zones {zone} "
    "--source-snapshot-ids {name}",
)  # fmt: skip
