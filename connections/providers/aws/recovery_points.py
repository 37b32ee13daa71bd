"""What lies in the vaults of AWS Backup, and what is known of one backup by all the others."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connections.provider import Call
from connections.providers.aws.tagging import tags_by_arn
from connections.resources.backups import RecoveryPoint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from connections.providers.aws.reader import Listing, Reader
    from connections.resources.backups import BackupPlan, BackupVault

LIST_POINTS = Call(
    service="backup",
    operation="ListRecoveryPointsByBackupVault",
    action="backup:ListRecoveryPointsByBackupVault",
    why="Lists backups with their age, size and end; nothing that is in one is read.",
    # Of a vault that is not there AWS says that it is not allowed. A name that no vault can have it calls invalid.
    cheapest={"BackupVaultName": "x", "MaxResults": 1},
    answers_cheapest=frozenset({"InvalidParameterValueException", "ResourceNotFoundException"}),
    withheld=("RecoveryPoints.AggregatedScanResult", "RecoveryPoints.IamRoleArn", "RecoveryPoints.StatusMessage"),
)
LIST_HOLDS = Call(
    service="backup",
    operation="ListLegalHolds",
    action="backup:ListLegalHolds",
    why="Tells whether a legal hold may keep a backup, which nobody may delete then.",
    cheapest={"MaxResults": 1},
    withheld=("LegalHolds.Description", "LegalHolds.Title"),
)
COMMON = "BACKUP_VAULT"  # any other type of vault holds what it has apart from the account's own hands
GOES_ON = "AVAILABLE"  # said of a continuous backup, which is dated when it began and updated ever since
NO_END = -1
# The services that keep their own backups, and their tags: AWS Backup has those of all others.
TAGGED_ELSEWHERE = (
    *("ec2:snapshot", "ec2:image", "rds:snapshot", "rds:cluster-snapshot"),
    *("fsx:backup", "redshift:snapshot"),
)


def has_end(lifecycle: Mapping[str, Any]) -> bool:
    """Whether a lifecycle deletes anything. Days of -1 are AWS Backup's word for an end that was taken back."""
    return lifecycle.get("DeleteAfterDays", NO_END) > 0 or "DeleteAfterEvent" in lifecycle


def points_of(reader: Reader, vault: BackupVault) -> Listing[RecoveryPoint]:
    """Everything that lies in one vault."""
    return reader.listing(
        LIST_POINTS,
        result="RecoveryPoints",
        row=lambda item: _point(reader, vault, item),
        kinds=(RecoveryPoint.KIND,),
        page_size=1000,
        BackupVaultName=vault.name,
    )


def with_company(
    reader: Reader, points: Sequence[RecoveryPoint], *, plans: Listing[BackupPlan], is_complete: bool
) -> list[RecoveryPoint]:
    """Each with what the others, the plans and the legal holds say of it. Holds are asked for only where they matter.

    `is_complete`: every vault could be read whole, so that the newest of a source is really its newest.
    """
    is_held = _are_held(reader) if any(one.is_endless for one in points) else None
    standing = {plan.resource_id.rpartition(":")[2] for plan in plans.rows}
    newest = _newest(points) | {one.source: one.observed_at for one in points if one.state == GOES_ON}
    by_plan = _newest(one for one in points if one.plan_id)
    return [
        replace(
            one,
            is_plan_present=one.plan_id in standing or (False if plans.is_complete else None),
            are_points_read=is_complete,
            newest_at=newest.get(one.source) if is_complete else None,
            newest_planned_at=by_plan.get(one.source) if is_complete else None,
            is_held=is_held,
        )
        for one in points
    ]


def with_copies(
    plans: Iterable[BackupPlan], points: Sequence[RecoveryPoint], *, is_complete: bool
) -> Iterator[BackupPlan]:
    """Plans with the most that one of their rules without an end keeps of one resource."""
    kept: dict[str, list[RecoveryPoint]] = defaultdict(list)
    for one in points:
        if one.is_endless and not one.is_apart and not one.is_part and not one.is_copy:
            kept[one.plan_id].append(one)
    for plan in plans:
        own = kept[plan.resource_id.rpartition(":")[2]]
        counts = Counter((one.rule_name, one.source) for one in own if one.rule_name in (plan.endless_rules or ()))
        (rule_name, source), most = max(counts.items(), key=lambda one: one[1], default=(("", ""), 0))
        made = [one.created_at for one in own if (one.rule_name, one.source) == (rule_name, source)]
        yield replace(
            plan,
            endless_copies=most if is_complete else None,
            endless_since_at=min((moment for moment in made if moment), default=None),
        )


def tags_of(reader: Reader, points: Iterable[RecoveryPoint]) -> dict[str, dict[str, str]]:
    """Tags by the name that AWS Backup has for a thing; of snapshots and images only where one has no end."""
    endless = [one.resource_id for one in points if one.is_endless]
    types = [one for one in TAGGED_ELSEWHERE if any(_is_of(arn, one) for arn in endless)]
    found = tags_by_arn(reader, "backup", *types)
    # AWS Backup leaves the account out of the ARN of a snapshot or an image, and the list of tags does not.
    return found | {
        arn: found[full] for arn in endless if (full := arn.replace("::", f":{reader.account_id}:")) in found
    }


def _is_of(arn: str, kind: str) -> bool:
    """Whether an ARN is of a kind as the list of tags names it ("ec2:snapshot")."""
    parts = arn.replace("/", ":").split(":")
    return parts[2:3] + parts[5:6] == kind.split(":")


def _are_held(reader: Reader) -> bool | None:
    """False where there is no legal hold. Where there is one, which backups it keeps is not asked."""
    holds = reader.listing(LIST_HOLDS, result="LegalHolds", row=lambda item: item.get("Status"), page_size=1000)
    return False if holds.is_complete and not set(holds.rows) - {"CANCELED"} else None


def _newest(points: Iterable[RecoveryPoint]) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    for one in points:
        made = one.created_at
        if made is not None and one.state == "COMPLETED" and (one.source not in found or made > found[one.source]):
            found[one.source] = made
    return found


def _point(reader: Reader, vault: BackupVault, item: dict[str, Any]) -> RecoveryPoint:
    made_by, ends = item.get("CreatedBy", {}), item.get("CalculatedLifecycle", {})
    lifecycle: dict[str, Any] = item.get("Lifecycle", {})
    source = item.get("ResourceArn", "")
    home = [part for part in source.split(":")[3:5] if part]  # of some resources, such as buckets, it says neither
    return RecoveryPoint(
        resource_id=item["RecoveryPointArn"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item.get("ResourceName", ""),
        created_at=item.get("CreationDate"),
        state=item.get("Status", ""),
        vault_name=vault.name,
        source=source,
        source_type=item.get("ResourceType", ""),
        size_bytes=item.get("BackupSizeInBytes"),
        completed_at=item.get("CompletionDate"),
        cold_at=ends.get("MoveToColdStorageAt"),
        ends_at=ends.get("DeleteAt"),
        is_endless=not (ends.get("DeleteAt") or has_end(lifecycle)),
        plan_id=made_by.get("BackupPlanId", ""),
        rule_name=made_by.get("BackupRuleName", ""),
        is_apart=vault.is_locked or vault.vault_type not in {"", COMMON},
        is_copy=_is_copy(reader, item, made_by.get("BackupPlanArn", ""), home),
        is_part=bool(item.get("IsParent") or item.get("ParentRecoveryPointArn")),
        last_restored_at=item.get("LastRestoreTime"),
    )


def _is_copy(reader: Reader, item: dict[str, Any], plan_arn: str, home: list[str]) -> bool:
    """Whether it comes from elsewhere: by what AWS says, by where its source stands, or by where its plan does."""
    here = {reader.region, reader.account_id}
    plan_home = plan_arn.split(":")[3:5] if plan_arn else []
    return bool(item.get("SourceBackupVaultArn")) or not here.issuperset((*home, *plan_home))
