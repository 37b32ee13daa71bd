"""What stands in RDS: databases with the end of their support, their clusters, snapshots with what became of sources."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from connections.bill_ids import bill_ids
from connections.providers.aws import inventory
from connections.providers.aws.collectors import rds
from connections.providers.aws.database_calls import DESCRIBE_CLUSTERS, DESCRIBE_DATABASES
from connections.resources import Database
from connections.resources.databases import DatabaseCluster, DatabaseSnapshot
from sandbox.aws import names
from sandbox.aws.families.rds import REFUSED_CELL
from tests.connections.aws import session

AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def collect(cloud, *, account=names.SHOP, region="us-east-1"):
    opened = session(cloud, account=account, service="rds")
    return inventory.collect(session=opened, service="rds", region=region, at=AT)


def named(collected, kind):
    return {thing.name: thing for thing in collected.resources if isinstance(thing, kind)}


@pytest.fixture(scope="module")
def found(cloud):
    return collect(cloud)


@pytest.mark.parametrize(
    ("version", "major"),
    [
        ("8.0.40", "8.0"),
        ("5.7.44-rds.20240408", "5.7"),
        ("8.0.mysql_aurora.3.08.0", "8.0"),
        ("5.7.mysql_aurora.2.12.5", "5.7"),
        ("16.4", "16"),
        ("13.14-rds.20250101", "13"),
        ("9.6.24", "9.6"),
        ("10.6.18", "10"),
        ("19.0.0.0.ru-2024-07.rur-2024-07.r1", "19"),
        ("16", "16"),
        ("", ""),
    ],
)
def test_the_major_version_is_the_part_by_which_support_is_sold(version, major):
    assert rds.major_version(version) == major


def test_a_database_knows_when_the_support_of_its_version_ends_and_what_was_chosen_for_then(found):
    databases = named(found, Database)
    mysql, member = databases["extended-mysql-rds-1"], databases["extended-aurora-rds-1"]
    assert mysql.standard_support_ends_at == dt.datetime(2026, 7, 31, tzinfo=dt.UTC)
    assert mysql.extended_support == "open-source-rds-extended-support"
    assert databases["extended-turned-off-rds-1"].extended_support.endswith("-disabled")
    assert databases["support-not-told-rds-1"].standard_support_ends_at is None
    assert (member.cluster_id, member.extended_support) == ("orders", "open-source-rds-extended-support")
    assert member.standard_support_ends_at == dt.datetime(2024, 10, 31, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("told", "replica_of", "replica_ids"),
    [
        ({}, None, ()),
        ({"ReadReplicaSourceDBInstanceIdentifier": "main"}, "main", ()),
        ({"ReadReplicaSourceDBClusterIdentifier": "three-zones"}, "three-zones", ()),
        ({"ReadReplicaDBInstanceIdentifiers": ["copy"]}, None, ("copy",)),
        ({"ReadReplicaDBClusterIdentifiers": ["to-aurora"]}, None, ("to-aurora",)),
    ],
)
def test_a_database_knows_whom_it_follows_and_who_follows_it_be_it_a_cluster(told, replica_of, replica_ids):
    item = {"DBInstanceArn": "arn:aws:rds:eu-west-1:1:db:reports", "DBInstanceIdentifier": "reports"} | told
    read = rds._database(SimpleNamespace(account_id="1", region="eu-west-1", at=AT), item)
    assert (read.replica_of, read.replica_ids) == (replica_of, replica_ids)


def test_a_database_names_the_volumes_that_it_has_beside_its_first():
    item = {"DBInstanceArn": "arn:aws:rds:eu-west-1:1:db:reports", "DBInstanceIdentifier": "reports"}
    more = {"AdditionalStorageVolumes": [{"VolumeName": "RDSDBDATA2"}, {"VolumeName": "RDSDBDATA3"}]}
    reader = SimpleNamespace(account_id="1", region="eu-west-1", at=AT)
    assert rds._database(reader, item | more).further_volumes == ("RDSDBDATA2", "RDSDBDATA3")
    assert rds._database(reader, item).further_volumes == ()


def test_a_cluster_knows_its_instances_and_what_a_bill_may_call_it(found):
    clusters = named(found, DatabaseCluster)
    one = clusters["aurora-forgotten-1"]
    assert (one.state, one.engine, one.engine_mode) == ("available", "aurora-mysql", "provisioned")
    assert one.member_ids == ("aurora-forgotten-1-1", "aurora-forgotten-1-2")
    assert (one.writer_ids, one.member_classes) == (("aurora-forgotten-1-1",), ("db.r6g.large",))
    assert one.stable_id.startswith("cluster-")
    lasting = f"arn:aws:rds:us-east-1:{names.SHOP}:cluster:{one.stable_id.lower()}"
    assert bill_ids(one) == (lasting, f"arn:aws:rds:us-east-1:{names.SHOP}:cluster:aurora-forgotten-1")
    assert clusters["aurora-kept-1"].tags["keep"] == "true"
    assert clusters["aurora-of-the-world-1"].global_cluster == "catalogue"
    assert clusters["aurora-following-1"].replica_of.endswith(":cluster:main")
    assert clusters["aurora-followed-1"].copied_to[0].endswith(":cluster:copy")
    assert (clusters["aurora-followed-1"].clone_group[:8], one.clone_group) == ("7f1d4c1e", "")


def test_a_cluster_knows_between_what_bounds_its_serverless_instances_take_capacity(found):
    clusters = named(found, DatabaseCluster)
    asleep, plain = clusters["aurora-asleep-1"], clusters["aurora-forgotten-1"]
    assert (asleep.min_capacity, asleep.max_capacity, asleep.member_classes) == (0.0, 8.0, ("db.serverless",))
    assert (plain.min_capacity, plain.max_capacity) == (None, None)
    assert clusters["aurora-without-instance-1"].member_classes == ()


def test_an_instance_names_its_cluster_as_the_cluster_is_called_here(found):
    clusters, databases = named(found, DatabaseCluster), named(found, Database)
    member = databases["aurora-forgotten-1-2"]
    assert clusters[member.cluster_id].resource_id.endswith(f":cluster:{member.cluster_key}")
    assert (member.cluster_state, member.cluster_size, member.cluster_classes) == ("available", 2, ("db.r6g.large",))
    assert member.cluster_created_at == clusters[member.cluster_id].created_at
    assert databases["aurora-of-the-world-1-1"].cluster_joined == ("catalogue",)
    assert databases["aurora-asleep-1-1"].cluster_min_capacity == 0.0
    assert databases["aurora-kept-1-1"].tags["keep"] == "true"
    assert databases["aurora-kept-1-1"].tags["Name"] == "aurora-kept-1-1"
    alone = databases["insights-long-rds-1"]
    assert (alone.cluster_key, alone.cluster_state, alone.cluster_size) == ("", None, 0)


def test_usage_of_an_instance_is_asked_for_as_that_of_its_cluster(found):
    databases = named(found, Database)
    place = rds.COLLECTOR.places[Database]
    assert place(databases["aurora-forgotten-1-2"]).dimensions == (("DBClusterIdentifier", "aurora-forgotten-1"),)
    assert place(databases["insights-long-rds-1"]).dimensions == (("DBInstanceIdentifier", "insights-long-rds-1"),)


def test_without_the_clusters_nothing_is_known_of_the_one_of_an_instance(calm_cloud):
    calm_cloud.fault("deny", service="rds", operation="DescribeDBClusters", count=None)
    collected = collect(calm_cloud)
    member = named(collected, Database)["aurora-forgotten-1-2"]
    assert (member.cluster_id, member.cluster_key, member.cluster_state) == ("aurora-forgotten-1", "", None)
    assert [gap.kinds for gap in collected.gaps] == [("database_cluster",)]


def test_clusters_of_other_services_that_share_the_api_are_not_among_those_of_rds(found):
    assert {one.engine for one in named(found, DatabaseCluster).values()} == {"aurora-mysql", "mysql"}
    assert not [name for name in named(found, DatabaseCluster) if name.endswith(("-docdb", "-neptune"))]


def test_without_the_databases_no_class_of_an_instance_is_known(calm_cloud):
    calm_cloud.fault("deny", service="rds", operation="DescribeDBInstances", count=None)
    clusters = named(collect(calm_cloud), DatabaseCluster)
    assert clusters["aurora-forgotten-1"].member_ids
    assert {one.member_classes for one in clusters.values()} == {None}


def test_a_database_knows_what_is_kept_of_it_and_by_whom(found):
    databases = named(found, Database)
    kept = databases["insights-advanced-rds-1"]
    assert (kept.insights_days, kept.insights_mode) == (465, "advanced")
    assert databases["insights-mode-not-told-rds-1"].insights_mode is None
    assert databases["extended-mysql-rds-1"].insights_days == 0
    planned = databases["backups-long-by-plan-rds-1"]
    assert (planned.backup_days, planned.backup_service) == (30, "AWS Backup")


def test_a_snapshot_finds_its_source_under_another_name_and_a_successor_under_the_same(found):
    snapshots = named(found, DatabaseSnapshot)
    assert snapshots["old-1"].is_source_present
    assert snapshots["old-renamed-1"].source_name == "as-it-was-called"
    assert snapshots["old-renamed-1"].is_source_present
    assert snapshots["old-taken-over-1"].is_source_present
    assert snapshots["old-of-cluster-1"].is_source_present
    assert snapshots["orphan-1"].is_source_present is False
    assert (snapshots["old-1"].is_source_backed_up, snapshots["old-only-backup-1"].is_source_backed_up) == (True, False)


def test_a_snapshot_knows_where_it_was_copied_from_who_may_restore_it_and_when_it_was_exported(found):
    snapshots = named(found, DatabaseSnapshot)
    assert snapshots["orphan-copied-1"].copied_from == "eu-west-1"
    assert ":eu-west-1:" in snapshots["orphan-of-cluster-copied-1"].copied_from
    assert snapshots["old-1"].copied_from == ""
    assert (snapshots["old-shared-1"].shared_with, snapshots["old-1"].shared_with) == (("666677778888",), ())
    assert snapshots["old-exported-1"].last_exported_at is not None
    assert snapshots["old-1"].last_exported_at is None
    assert snapshots["awsbackup:job-old-by-backup-1"].managed_by == "backup"


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (rds.DESCRIBE_SHARING, "shared_with"),
        (rds.DESCRIBE_CLUSTER_SHARING, "shared_with"),
        (rds.DESCRIBE_EXPORTS, "are_exports_read"),
        (DESCRIBE_DATABASES, "is_source_present"),
        (DESCRIBE_CLUSTERS, "is_source_present"),
    ],
    ids=lambda value: getattr(value, "operation", ""),
)
def test_what_a_refused_read_would_have_told_is_not_known_and_never_assumed(calm_cloud, call, field):
    calm_cloud.fault("deny", service="rds", operation=call.operation, count=None)
    collected = collect(calm_cloud)
    assert [gap.action for gap in collected.gaps] == [call.action]
    snapshots = [one for one in collected.resources if isinstance(one, DatabaseSnapshot)]
    assert any(getattr(snapshot, field) in {None, False} for snapshot in snapshots)
    assert not any(one.is_source_present is False for one in snapshots if is_hidden(call, one))


def is_hidden(call, snapshot):
    lists = {"db": DESCRIBE_DATABASES, "db-cluster": DESCRIBE_CLUSTERS}
    return call == lists[snapshot.snapshot_of]


def test_without_the_ends_of_support_none_is_known(calm_cloud):
    calm_cloud.fault("deny", service="rds", operation="DescribeDBMajorEngineVersions", count=None)
    collected = collect(calm_cloud)
    assert [gap.action for gap in collected.gaps] == ["rds:DescribeDBMajorEngineVersions"]
    databases = named(collected, Database).values()
    assert {database.standard_support_ends_at for database in databases} == {None}


def test_an_organisation_that_refuses_who_shares_leaves_one_gap_a_call_and_no_answer(cloud):
    account, region = REFUSED_CELL
    collected = collect(cloud, account=account, region=region)
    assert {gap.action for gap in collected.gaps} == {"rds:DescribeDBSnapshotAttributes"}
    assert {one.shared_with for one in named(collected, DatabaseSnapshot).values()} == {None}
