"""What AWS Backup keeps: vaults, plans with what their rules keep, and backups by all that is known of them."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from connections.providers.aws import inventory, recovery_points
from connections.providers.aws.collectors import backup
from connections.providers.aws.reader import Listing
from connections.resources.backups import BackupPlan, BackupVault, RecoveryPoint
from sandbox.aws.families import backups
from tests.connections.aws import session

AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
READER = SimpleNamespace(account_id="1", region="eu-west-1", at=AT)
VAULT = BackupVault(resource_id="arn:v", account_id="1", region="eu-west-1", observed_at=AT, name="main")
VOLUME = "arn:aws:ec2:eu-west-1:1:volume/vol-1"


def collect(cloud, cell=backups.OWN):
    account, region = cell
    opened = session(cloud, account=account, service="backup", region=region)
    return inventory.collect(session=opened, service="backup", region=region, at=AT)


def of(collected, kind):
    return [thing for thing in collected.resources if isinstance(thing, kind)]


def point(**said):
    return recovery_points._point(READER, VAULT, {"RecoveryPointArn": "arn:p", "ResourceArn": VOLUME, **said})


def test_a_backup_is_known_by_the_others_of_its_source(calm_cloud):
    collected = collect(calm_cloud)
    assert collected.gaps == ()
    assert {vault.name: vault.is_locked for vault in of(collected, BackupVault)} == {
        "main": False, "locked": True, "empty": False,
    }  # fmt: skip
    points = of(collected, RecoveryPoint)
    assert {one.is_held for one in points} == {False}
    overtaken = [one for one in points if one.is_endless and not one.plan_id and one.newest_planned_at]
    assert overtaken
    assert all(one.are_points_read and one.newest_at == one.newest_planned_at for one in overtaken)
    assert {one.tags.get("keep") for one in points} == {None, "audit", "yes"}
    assert {one.resource_id.split(":")[2] for one in points if one.tags.get("keep") == "yes"} == {"ec2"}


def test_a_plan_knows_how_many_its_rules_without_an_end_keep_of_one_resource(calm_cloud):
    told = {plan.name: (plan.endless_rules, plan.endless_copies) for plan in of(collect(calm_cloud), BackupPlan)}
    assert told["plan-forever-1"] == (("every-day",), 61)
    assert told["plan-monthly-1"] == (("every-day",), 14)
    assert told["plan-with-end-1"] == ((), 0)


def test_of_a_plan_that_may_not_be_read_it_is_not_known_what_its_rules_set(calm_cloud):
    collected = collect(calm_cloud, backups.UNREAD)
    assert {plan.endless_rules for plan in of(collected, BackupPlan)} == {None}
    assert [(gap.action, gap.reason) for gap in collected.gaps] == [("backup:GetBackupPlan", "REFUSED")]


def test_a_legal_hold_leaves_open_what_may_be_deleted(calm_cloud):
    assert {one.is_held for one in of(collect(calm_cloud, backups.HELD), RecoveryPoint)} == {None}


def test_where_one_vault_may_not_be_read_nobody_knows_the_newest(calm_cloud):
    calm_cloud.fault("deny", service="backup", operation="ListRecoveryPointsByBackupVault", count=1)
    collected = collect(calm_cloud)
    assert [(gap.action, gap.kinds) for gap in collected.gaps] == [
        ("backup:ListRecoveryPointsByBackupVault", ("recovery_point",))
    ]
    assert {(one.are_points_read, one.newest_at) for one in of(collected, RecoveryPoint)} <= {(False, None)}
    assert {plan.endless_copies for plan in of(collected, BackupPlan)} == {None}


def test_without_the_list_of_plans_nobody_knows_whether_one_stands(calm_cloud):
    calm_cloud.fault("deny", service="backup", operation="ListBackupPlans", count=None)
    assert {one.is_plan_present for one in of(collect(calm_cloud), RecoveryPoint)} == {None}


@pytest.mark.parametrize(
    ("said", "is_endless"),
    [
        ({}, True),
        ({"Lifecycle": {"MoveToColdStorageAfterDays": 30}}, True),
        ({"Lifecycle": {"DeleteAfterDays": 35}}, False),
        ({"Lifecycle": {"DeleteAfterDays": -1, "MoveToColdStorageAfterDays": -1}}, True),
        ({"Lifecycle": {"DeleteAfterEvent": "DELETE_AFTER_COPY"}}, False),
        ({"CalculatedLifecycle": {"DeleteAt": AT}}, False),
    ],
)
def test_a_backup_has_an_end_where_anything_ends_it(said, is_endless):
    assert point(**said).is_endless is is_endless


@pytest.mark.parametrize(
    ("said", "is_copy"),
    [
        ({}, False),
        ({"SourceBackupVaultArn": "arn:aws:backup:eu-west-1:1:backup-vault:other"}, True),
        ({"ResourceArn": "arn:aws:ec2:us-east-1:1:volume/vol-1"}, True),
        ({"ResourceArn": "arn:aws:ec2:eu-west-1:2:volume/vol-1"}, True),
        ({"ResourceArn": "arn:aws:s3:::bucket"}, False),
        ({"CreatedBy": {"BackupPlanArn": "arn:aws:backup:eu-west-1:1:backup-plan:p"}}, False),
        ({"CreatedBy": {"BackupPlanArn": "arn:aws:backup:us-east-1:1:backup-plan:p"}}, True),
        ({"CreatedBy": {"BackupPlanArn": "arn:aws:backup:eu-west-1:2:backup-plan:p"}}, True),
    ],
)
def test_a_backup_is_a_copy_where_its_vault_its_source_or_its_plan_stands_elsewhere(said, is_copy):
    assert point(**said).is_copy is is_copy


@pytest.mark.parametrize(("account", "is_ours"), [("1", True), ("2", False)])
def test_a_vault_that_another_account_shares_is_not_ours(account, is_ours):
    arn = f"arn:aws:backup:eu-west-1:{account}:backup-vault:main"
    found = backup._vault(READER, {"BackupVaultArn": arn, "BackupVaultName": "main"})
    assert (found is not None) is is_ours


def test_what_is_backed_up_without_a_break_was_backed_up_just_now_and_by_its_plan_when_that_began():
    long_ago, later = AT - dt.timedelta(days=500), AT - dt.timedelta(days=300)
    old = point(Status="COMPLETED", CreationDate=long_ago, CreatedBy={"BackupPlanId": "gone"})
    endless = point(Status="AVAILABLE", CreationDate=later, CreatedBy={"BackupPlanId": "p"})
    reader = SimpleNamespace(listing=lambda *_, **__: Listing(rows=(), is_complete=True))
    found = recovery_points.with_company(
        reader, [old, endless], plans=Listing(rows=(), is_complete=True), is_complete=True
    )
    assert {one.newest_at for one in found} == {AT}
    assert {one.newest_planned_at for one in found} == {long_ago}


@pytest.mark.parametrize(
    ("said", "is_part"), [({}, False), ({"IsParent": True}, True), ({"ParentRecoveryPointArn": "arn:q"}, True)]
)
def test_what_is_one_backup_together_is_told(said, is_part):
    assert point(**said).is_part is is_part


@pytest.mark.parametrize(
    ("vault_type", "is_locked", "is_apart"),
    [("", False, False), ("BACKUP_VAULT", False, False), ("BACKUP_VAULT", True, True),
     ("LOGICALLY_AIR_GAPPED_BACKUP_VAULT", False, True)],
)  # fmt: skip
def test_what_lies_in_a_locked_or_air_gapped_vault_is_apart(vault_type, is_locked, is_apart):
    vault = BackupVault(
        resource_id="arn:v", account_id="1", region="eu-west-1", observed_at=AT, name="v", vault_type=vault_type,
        is_locked=is_locked,
    )  # fmt: skip
    made = recovery_points._point(READER, vault, {"RecoveryPointArn": "arn:p", "ResourceArn": VOLUME})
    assert made.is_apart is is_apart


@pytest.mark.parametrize(
    ("arn", "kind", "is_of"),
    [
        ("arn:aws:ec2:eu-west-1::snapshot/snap-1", "ec2:snapshot", True),
        ("arn:aws:ec2:eu-west-1::image/ami-1", "ec2:image", True),
        ("arn:aws:ec2:eu-west-1::image/ami-1", "ec2:snapshot", False),
        ("arn:aws:rds:eu-west-1:1:snapshot:awsbackup:job-1", "rds:snapshot", True),
        ("arn:aws:rds:eu-west-1:1:cluster-snapshot:awsbackup:job-1", "rds:snapshot", False),
        ("arn:aws:backup:eu-west-1:1:recovery-point:1a", "ec2:snapshot", False),
        ("arn:p", "ec2:snapshot", False),
    ],
)
def test_the_tags_of_a_snapshot_are_asked_by_its_own_service(arn, kind, is_of):
    assert recovery_points._is_of(arn, kind) is is_of


@pytest.mark.parametrize(
    ("arn", "kind"),
    [
        ("arn:aws:fsx:eu-west-1:1:backup/backup-1", "fsx:backup"),
        ("arn:aws:redshift:eu-west-1:1:snapshot:warehouse/awsbackup:job-1", "redshift:snapshot"),
        ("arn:aws:rds:eu-west-1:1:cluster-snapshot:awsbackup:job-1", "rds:cluster-snapshot"),
        ("arn:aws:backup:eu-west-1:1:recovery-point:1a", None),
    ],
)
def test_tags_are_asked_for_wherever_a_backup_is_kept(arn, kind):
    found = [one for one in recovery_points.TAGGED_ELSEWHERE if recovery_points._is_of(arn, one)]
    assert found == ([kind] if kind else [])
