"""AWS Backup: vaults, plans, and what is kept in the vaults, each joined with the rest. No backup is ever opened."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector
from connections.providers.aws.recovery_points import (
    LIST_HOLDS,
    LIST_POINTS,
    has_end,
    points_of,
    tags_of,
    with_company,
    with_copies,
)
from connections.providers.aws.tagging import GET_RESOURCES
from connections.resources.backups import BackupPlan, BackupVault, RecoveryPoint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Listing, Reader
    from connections.resources import Thing

LIST_VAULTS = Call(
    service="backup",
    operation="ListBackupVaults",
    action="backup:ListBackupVaults",
    why="Lists vaults of AWS Backup, and whether they are locked.",
    cheapest={"MaxResults": 1},
)
LIST_PLANS = Call(
    service="backup",
    operation="ListBackupPlans",
    action="backup:ListBackupPlans",
    why="Lists backup plans, so that what a plan made that is gone can be told.",
    cheapest={"MaxResults": 1},
    withheld=("BackupPlansList.AdvancedBackupSettings",),
)
GET_PLAN = Call(
    service="backup",
    operation="GetBackupPlan",
    action="backup:GetBackupPlan",
    why="Tells for how long the rules of a backup plan keep what they make.",
    cheapest={"BackupPlanId": "00000000-0000-0000-0000-000000000000"},
    answers_cheapest=frozenset({"ResourceNotFoundException", "InvalidParameterValueException"}),
    absent=frozenset({"ResourceNotFoundException"}),
    withheld=("AdvancedBackupSettings", "BackupPlan.AdvancedBackupSettings", "BackupPlan.Rules.RecoveryPointTags"),
)


def collect(reader: Reader) -> Iterator[Thing]:
    """Everything that AWS Backup has in one region. A vault is read only where something lies in it."""
    vaults: Listing[BackupVault]
    plans: Listing[BackupPlan]
    vaults, plans = reader.together(lambda: _vaults(reader), lambda: _plans(reader))
    found = reader.together(*(partial(points_of, reader, vault) for vault in vaults.rows if vault.point_count != 0))
    is_complete = vaults.is_complete and all(one.is_complete for one in found)
    points = with_company(reader, [point for one in found for point in one.rows], plans=plans, is_complete=is_complete)
    tags = tags_of(reader, points) if points or plans.rows else {}
    for thing in (*vaults.rows, *with_copies(plans.rows, points, is_complete=is_complete), *points):
        yield replace(thing, tags=tags.get(thing.resource_id, {}))


def _vaults(reader: Reader) -> Listing[Any]:
    return reader.listing(
        LIST_VAULTS,
        result="BackupVaultList",
        row=lambda item: _vault(reader, item),
        kinds=(BackupVault.KIND, RecoveryPoint.KIND),
        page_size=1000,
    )


def _vault(reader: Reader, item: dict[str, Any]) -> BackupVault | None:
    """A vault; None where another account shares its own: what lies there is charged there, and not ours to list."""
    arn: str = item["BackupVaultArn"]
    if f":{reader.account_id}:" not in arn:
        return None
    return BackupVault(
        resource_id=arn,
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item["BackupVaultName"],
        created_at=item.get("CreationDate"),
        vault_type=item.get("VaultType", ""),
        is_locked=bool(item.get("Locked")),
        min_days=item.get("MinRetentionDays"),
        max_days=item.get("MaxRetentionDays"),
        point_count=item.get("NumberOfRecoveryPoints"),
    )


def _plans(reader: Reader) -> Listing[Any]:
    listed: Listing[BackupPlan] = reader.listing(
        LIST_PLANS,
        result="BackupPlansList",
        row=lambda item: BackupPlan(
            resource_id=item["BackupPlanArn"],
            account_id=reader.account_id,
            region=reader.region,
            observed_at=reader.at,
            name=item.get("BackupPlanName", ""),
            created_at=item.get("CreationDate"),
            last_ran_at=item.get("LastExecutionDate"),
        ),
        kinds=(BackupPlan.KIND,),
        page_size=1000,
    )
    told = reader.together(*(partial(_with_rules, reader, plan) for plan in listed.rows))
    return replace(listed, rows=tuple(told))


def _with_rules(reader: Reader, plan: BackupPlan) -> BackupPlan:
    answer = reader.one(GET_PLAN, BackupPlanId=plan.resource_id.rpartition(":")[2])
    if answer is None or "BackupPlan" not in answer:
        return plan
    rules = answer["BackupPlan"].get("Rules", ())
    endless = [rule["RuleName"] for rule in rules if not has_end(rule.get("Lifecycle", {}))]
    return replace(plan, endless_rules=tuple(sorted(endless)))


COLLECTOR = Collector(
    service="backup",
    needs={
        BackupVault: (LIST_VAULTS,),
        BackupPlan: (LIST_PLANS, GET_PLAN, LIST_POINTS),
        RecoveryPoint: (LIST_VAULTS, LIST_POINTS, LIST_PLANS, LIST_HOLDS),
    },
    calls=(LIST_VAULTS, LIST_POINTS, LIST_PLANS, GET_PLAN, LIST_HOLDS, GET_RESOURCES),
    collect=collect,
)
