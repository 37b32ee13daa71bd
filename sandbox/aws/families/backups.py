"""AWS Backup: plans with and without an end, backups that nobody needs, and such as only seem so."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import charges, names
from sandbox.aws.cases import GIB, Case, Stand, meter
from sandbox.aws.model import Item, all_but
from sandbox.aws.shaped import Answered
from sandbox.aws.storage import snapshot_arn
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.shaped import Asked

ENDLESS = "aws_backup_plan_without_expiry"
OVERTAKEN, LEFT = "aws_backup_recovery_point_superseded", "aws_backup_recovery_point_left_over"
POINT_RULES = (OVERTAKEN, LEFT)
BILLED_AS = "AWS Backup"
SERVICES = {BILLED_AS: ("Storage", "Backup Storage", "AWSBackup")}
RESOURCE_TYPES = {"recovery_point": "Recovery Point", "backup_plan": "Backup Plan", "backup_vault": "Backup Vault"}
# A legal hold is on in the second, and an organisation's policy refuses to tell of plans in the third.
OWN, HELD, UNREAD = (names.SHOP, "us-east-1"), (names.LAB, "eu-west-1"), (names.LAB, "ap-southeast-2")
REFUSED = ((*UNREAD, "backup:GetBackupPlan"),)
VAULTS: dict[str, dict[str, Any]] = {"main": {}, "locked": {"Locked": True, "MinRetentionDays": 365}, "empty": {}}
PLANS = {
    "plan_forever": Case(count=3, wastes=(ENDLESS,), untold=(ENDLESS,), has={"copies": 61}),
    "plan_monthly": Case(has={"copies": 14}, trap="sets no end, but makes one a month"),
    "plan_with_end": Case(count=2, has={"days": 35, "copies": 3}),
    "plan_at_rest": Case(has={"copies": 2, "ran": 90}, trap="sets no end, but has not run for three months"),
    "plan_unread": Case(count=2, unknowns=(ENDLESS,), has={"cell": UNREAD}, trap="runs, but its rules may not be read"),
}
BY_HAND = {"is_followed": True}
POINTS = {
    "backup_overtaken": Case(count=2, age_days=300, wastes=(OVERTAKEN,), has=BY_HAND),
    "backup_overtaken_disk": Case(
        age_days=310, wastes=(OVERTAKEN,), untold=(OVERTAKEN,), has=BY_HAND | {"is_snapshot": True}
    ),
    "backup_of_spring": Case(age_days=150, has=BY_HAND, trap="by hand and without an end, but five months old"),
    "backup_alone": Case(age_days=500, trap="by hand and without an end, but no plan has made one since"),
    "backup_ending": Case(age_days=300, has=BY_HAND | {"days": 400}, trap="by hand, but it expires by itself"),
    "backup_locked": Case(age_days=300, has=BY_HAND | {"vault": "locked"}, trap="by hand, but its vault is locked"),
    "backup_copied": Case(age_days=300, has=BY_HAND | {"is_copy": True}, trap="without an end, but a copy from afar"),
    "backup_restored": Case(age_days=300, has=BY_HAND | {"restored": 20}, trap="by hand, but restored this month"),
    "backup_kept": Case(age_days=300, has=BY_HAND, tags={"keep": "audit"}, trap="by hand, but its tag asks to keep it"),
    "backup_kept_disk": Case(
        age_days=300,
        has=BY_HAND | {"is_snapshot": True},
        tags={"keep": "yes"},
        trap="its snapshot's tag asks to keep it",
    ),
    "backup_held": Case(
        count=2, age_days=300, unknowns=(OVERTAKEN,), has=BY_HAND | {"cell": HELD}, trap="a legal hold may keep it"
    ),
    "backup_left": Case(count=3, age_days=500, wastes=(LEFT,), has={"is_of_lost_plan": True, "last": 300}),
    "backup_replanned": Case(
        age_days=500, has={"is_of_lost_plan": True} | BY_HAND, trap="its plan is gone, but another one backs it up"
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    for cell in (OWN, HELD, UNREAD):
        for name, more in VAULTS.items():
            _vault(draw, estate, _stand(cell, "vault", name, draw.ago(800)), more)
    for stand in _stands(draw, PLANS):
        _plan(draw, estate, stand)
    for stand in _stands(draw, POINTS):
        _kept(draw, estate, stand)


def _stand(cell: tuple[str, str], case_name: str, label: str, created_at: datetime, case: Case | None = None) -> Stand:
    account, region = cell
    return Stand(
        case_name=case_name,
        case=case or Case(),
        account=account,
        region=region,
        label=label,
        created_at=created_at,
    )


def _stands(draw: Draw, cases: dict[str, Case]) -> Iterator[Stand]:
    for name, case in cases.items():
        for number in range(case.count):
            age = case.age_days or draw.days(200, 700)
            label = f"{name.replace('_', '-')}-{number + 1}"
            yield _stand(case.has.get("cell", OWN), name, label, draw.ago(age + 0.2), case)


def _vault(draw: Draw, estate: Estate, stand: Stand, more: dict[str, Any]) -> None:
    arn = stand.arn("backup", f"backup-vault:{stand.label}")
    item = stand.item(draw, kind="backup_vault", native_id=arn, bill_id=arn, rules=())
    item.shape = {
        "BackupVaultName": stand.label,
        "BackupVaultArn": arn,
        "VaultType": "BACKUP_VAULT",
        "CreationDate": stand.created_at,
        "Locked": False,
    } | more
    estate.items.append(item)


def _plan(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, digest = stand.case.has, draw.hex(32)
    plan_id = f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:]}"
    arn = stand.arn("backup", f"backup-plan:{plan_id}")
    item = stand.item(draw, kind="backup_plan", native_id=arn, bill_id=arn, rules=(ENDLESS,))
    item.shape = {
        "BackupPlanArn": arn,
        "BackupPlanId": plan_id,
        "BackupPlanName": stand.label,
        "CreationDate": stand.created_at,
        "VersionId": digest,
        "LastExecutionDate": draw.ago(has.get("ran", 0.5)),
    }
    rule: dict[str, Any] = {"RuleName": "every-day", "TargetBackupVaultName": "main", "RuleId": plan_id}
    item.facts["rules"] = [rule | ({"Lifecycle": {"DeleteAfterDays": has["days"]}} if "days" in has else {})]
    estate.items.append(item)
    source = _file_system(draw, stand)
    for number in range(has.get("copies", 0)):
        made = draw.ago(number + 1.3)
        _point(draw, estate, stand, source=source, created_at=made, plan_id=plan_id, days=has.get("days"))


def _kept(draw: Draw, estate: Estate, stand: Stand) -> None:
    """One backup of a case, and those beside it that make it what it is."""
    case = stand.case
    has, lost = case.has, f"lost-{draw.hex(12)}" if case.has.get("is_of_lost_plan") else ""
    volume_id = draw.id("vol")
    source = stand.arn("ec2", f"volume/{volume_id}") if has.get("is_snapshot") else _file_system(draw, stand)
    item = _point(draw, estate, stand, source=source, created_at=stand.created_at, plan_id=lost, days=has.get("days"))
    item.case, item.trap, item.wastes, item.unknowns = stand.case_name, case.trap, case.wastes, case.unknowns
    item.fines, item.saves = all_but(POINT_RULES, case.wastes, case.unknowns), dict.fromkeys(case.untold)
    item.tags, item.facts["vault"] = {"Name": stand.label, **case.tags}, has.get("vault", "main")
    if has.get("is_copy"):
        item.shape["SourceBackupVaultArn"] = f"arn:aws:backup:us-west-2:{stand.account}:backup-vault:main"
    if "restored" in has:
        item.shape["LastRestoreTime"] = draw.ago(has["restored"])
    if has.get("is_snapshot"):
        _as_snapshot(draw, estate, stand, item, volume_id)
    else:
        held = Decimal(draw.days(20, 90))
        item.charges = [
            meter(draw, item, service=BILLED_AS, name="WarmStorage-ByteHrs-EFS", unit="GB-Mo", price="0.05", held=held)
        ]
    if has.get("is_followed"):
        _point(draw, estate, stand, source=source, created_at=draw.ago(1.3), plan_id="by-another-plan", days=35)
    if "last" in has:
        last = _point(draw, estate, stand, source=source, created_at=draw.ago(has["last"]), plan_id=lost)
        last.trap = "its plan is gone, but it is the last backup that there is"
        last.fines, last.unknowns = (OVERTAKEN,), (LEFT,)


def _file_system(draw: Draw, stand: Stand) -> str:
    return stand.arn("elasticfilesystem", f"file-system/{draw.id('fs')}")


def _point(
    draw: Draw,
    estate: Estate,
    stand: Stand,
    *,
    source: str,
    created_at: datetime,
    plan_id: str,
    days: int | None = None,
) -> Item:
    """A backup in the main vault, in order as long as nobody says otherwise."""
    arn = stand.arn("backup", f"recovery-point:{draw.hex(32)}")
    item = Item(
        kind="recovery_point", account=stand.account, region=stand.region, native_id=arn, bill_id=arn,
        case="made_by_plan", created_at=created_at, facts={"vault": "main"}, fines=POINT_RULES,
    )  # fmt: skip
    item.shape = {
        "RecoveryPointArn": arn,
        "ResourceArn": source,
        "ResourceType": "EFS",
        "Status": "COMPLETED",
        "CreationDate": created_at,
        "CompletionDate": created_at + timedelta(hours=1),
        "BackupSizeInBytes": 40 * GIB,
        "IsParent": False,
    }
    if plan_id:
        item.shape["CreatedBy"] = {
            "BackupPlanId": plan_id,
            "BackupPlanArn": stand.arn("backup", f"backup-plan:{plan_id}"),
            "BackupRuleName": "every-day",
        }
    if days:
        item.shape["Lifecycle"] = {"DeleteAfterDays": days}
        item.shape["CalculatedLifecycle"] = {"DeleteAt": created_at + timedelta(days=days)}
    estate.items.append(item)
    return item


def _as_snapshot(draw: Draw, estate: Estate, stand: Stand, item: Item, volume_id: str) -> None:
    """The backup of a volume: a snapshot of EC2's, on whose bill it stands and whose tags it has."""
    snapshot_id = draw.id("snap")
    item.native_id = item.bill_id = f"arn:aws:ec2:{stand.region}::snapshot/{snapshot_id}"
    item.shape |= {"RecoveryPointArn": item.bill_id, "ResourceType": "EBS"}
    first, last = charges.span(stand.created_at, draw.as_of)
    estate.items.append(
        Item(
            kind="snapshot", account=stand.account, region=stand.region, native_id=snapshot_id,
            bill_id=snapshot_arn(stand.region, stand.account, snapshot_id), case="backup", created_at=stand.created_at,
            name=stand.label, tags={**item.tags, "aws:backup:source-resource": volume_id},
            facts={
                "size": 40, "volume_id": volume_id, "description": "This snapshot is created by the AWS Backup service."
            },
            fines=names.SNAPSHOT_RULES,
            charges=[charges.snapshot_storage(region=stand.region, gib=Decimal(25), first=first, last=last)],
        )
    )  # fmt: skip
    item.tags = {}  # the list of tags knows it by its snapshot's name


def _points_in(asked: Asked, vault: str) -> list[dict[str, Any]]:
    return [item.shape for item in asked.of("recovery_point") if item.facts["vault"] == vault]


def _vaults(asked: Asked) -> dict[str, Any]:
    return {
        "BackupVaultList": [
            item.shape | {"NumberOfRecoveryPoints": len(_points_in(asked, item.name))}
            for item in asked.of("backup_vault")
        ]
    }


def _points(asked: Asked) -> dict[str, Any]:
    name = asked.parameters["BackupVaultName"]
    if len(name) < 2:  # noqa: PLR2004 - as AWS Backup has it
        raise Refusal("InvalidParameterValueException", "Invalid backup vault name.")
    if name not in {item.name for item in asked.of("backup_vault")}:
        raise Refusal("AccessDeniedException", "Insufficient privileges to perform this action.", status=403)
    return {"RecoveryPoints": _points_in(asked, name)}


def _plans(asked: Asked) -> dict[str, Any]:
    return {"BackupPlansList": [item.shape for item in asked.of("backup_plan")]}


def _one_plan(asked: Asked) -> dict[str, Any]:
    wanted = asked.parameters["BackupPlanId"]
    for item in asked.of("backup_plan"):
        if item.shape["BackupPlanId"] == wanted:
            plan = {"BackupPlanName": item.name, "Rules": item.facts["rules"]}
            return {"BackupPlan": plan, "BackupPlanId": wanted, "BackupPlanArn": item.bill_id}
    raise Refusal("ResourceNotFoundException", "Failed reading Backup plan with provided version")


def _holds(asked: Asked) -> dict[str, Any]:
    states = {OWN: ("CANCELED",), HELD: ("CANCELED", "ACTIVE")}.get((asked.account, asked.region), ())
    return {
        "LegalHolds": [
            {"Title": "a matter", "Status": state, "LegalHoldId": f"hold-{number}"}
            for number, state in enumerate(states)
        ]
    }


ANSWERS = (
    Answered(service="backup", operation="ListBackupVaults", make=_vaults, largest=1000),
    Answered(service="backup", operation="ListBackupPlans", make=_plans, largest=1000),
    Answered(service="backup", operation="ListLegalHolds", make=_holds, largest=1000),
    Answered(
        service="backup",
        operation="ListRecoveryPointsByBackupVault",
        make=_points,
        honours=frozenset({"BackupVaultName"}),
        largest=1000,
        tried_with=lambda _: {"BackupVaultName": "main"},
    ),
    Answered(
        service="backup",
        operation="GetBackupPlan",
        make=_one_plan,
        honours=frozenset({"BackupPlanId"}),
        tried_with=lambda estate: {"BackupPlanId": estate.of("backup_plan")[0].shape["BackupPlanId"]},
    ),
)
