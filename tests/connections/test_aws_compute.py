"""What is read of images, fast restores, groups and lifecycles beyond what the sandbox shows."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import pytest

from connections.bill_ids import bill_ids
from connections.provider import MetricPlace
from connections.providers.aws import agents, fast_restores, images, launch_templates
from connections.providers.aws.collectors import autoscaling, ec2, s3, sagemaker
from connections.providers.aws.reader import Listing
from connections.resources import Image, Instance, Metric, Snapshot
from connections.resources.buckets import Bucket
from connections.resources.models import ModelEndpoint

AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
READER = SimpleNamespace(account_id="1", region="eu-west-1", at=AT)
BASE = {"account_id": "1", "region": "eu-west-1", "observed_at": AT}
FAST = {"SnapshotId": "snap-1", "AvailabilityZone": "eu-west-1a", "State": "enabled", "OwnerId": "1"}
GROUP = {"AutoScalingGroupName": "web", "MinSize": 1, "MaxSize": 4, "DesiredCapacity": 2}
MACHINE = Instance(resource_id="i-1", state="running", instance_type="m5.large", image_id="ami-1", **BASE)
IMAGE = Image(resource_id="ami-1", state="available", **BASE)


@pytest.mark.parametrize(
    ("told", "pool"),
    [
        ({"PublicIpv4Pool": "amazon"}, ""),
        ({}, ""),
        ({"PublicIpv4Pool": "ipv4pool-ec2-0a1b2c3d"}, "ipv4pool-ec2-0a1b2c3d"),
        ({"CustomerOwnedIpv4Pool": "ipv4pool-coip-0a1b2c3d"}, "ipv4pool-coip-0a1b2c3d"),
    ],
)
def test_an_address_knows_the_pool_of_its_owners_that_it_comes_from(told, pool):
    found = ec2._address(READER, {"AllocationId": "eipalloc-1", "PublicIp": "198.51.100.7"} | told)
    assert (found.pool, found.associated_with) == (pool, None)


@pytest.mark.parametrize("listed", [ec2._instances, ec2._volumes])
def test_what_an_account_hides_since_a_service_runs_it_is_asked_for_too(listed):
    asked = {}

    def listing(call, **parameters):
        asked.update(parameters)
        return Listing(rows=(), is_complete=True)

    listed(SimpleNamespace(listing=listing))
    assert asked["IncludeManagedResources"] is True


def test_a_disk_names_the_service_that_keeps_it():
    item = {"VolumeId": "vol-1", "Size": 8, "State": "in-use"}
    kept = ec2._volume(READER, item | {"Operator": {"Managed": True, "Principal": "eks.amazonaws.com"}})
    assert (ec2._volume(READER, item).operator, kept.operator) == ("", "eks.amazonaws.com")


@pytest.mark.parametrize(
    ("machines", "is_complete", "has"),
    [
        ((MACHINE,), True, True),
        ((MACHINE,), False, True),
        ((), True, False),
        ((), False, None),
    ],
)
def test_whether_a_machine_of_an_image_stands_is_not_known_where_the_list_broke_off(machines, is_complete, has):
    (found,) = images.with_machines((IMAGE,), Listing(rows=machines, is_complete=is_complete))
    assert found.has_instances is has


def test_a_machine_that_is_terminated_does_not_stand():
    gone = Instance(resource_id="i-2", state="terminated", instance_type="m5.large", image_id="ami-1", **BASE)
    (found,) = images.with_machines((IMAGE,), Listing(rows=(gone,), is_complete=True))
    assert found.has_instances is False


@pytest.mark.parametrize(
    ("rows", "is_complete", "has"), [((1,), True, True), ((1,), False, True), ((), True, False), ((), False, None)]
)
def test_whether_there_are_launch_templates_is_not_known_where_their_list_broke_off(rows, is_complete, has):
    (found,) = launch_templates.with_templates((IMAGE,), Listing(rows=rows, is_complete=is_complete))
    assert found.has_launch_templates is has


FORGOTTEN = {"last_launched_at": AT - dt.timedelta(days=30), "has_instances": False}


@pytest.mark.parametrize(
    ("changed", "permissions", "is_shared"),
    [
        ({}, [], False),
        ({}, [{"UserId": "1"}], False),
        ({}, [{"UserId": "1"}, {"UserId": "2"}], True),
        ({}, [{"Group": "all"}], True),
        ({}, [{"OrganizationArn": "arn:aws:organizations::1:organization/o-1"}], True),
        ({}, None, None),
        ({"has_instances": None}, [{"UserId": "2"}], True),
    ],
)
def test_an_image_is_shared_where_anybody_but_its_own_account_may_launch_it(changed, permissions, is_shared):
    answer = None if permissions is None else {"LaunchPermissions": permissions}
    reader = SimpleNamespace(together=lambda *jobs: [job() for job in jobs], one=lambda *_, **__: answer)
    (found,) = images.with_sharing(reader, [replace(IMAGE, **(FORGOTTEN | changed))])
    assert found.is_shared is is_shared


@pytest.mark.parametrize(
    ("changed", "is_shared"),
    [
        ({"is_public": True}, True),
        ({"state": "disabled"}, False),
        ({"state": "pending"}, None),
        ({"has_instances": True}, None),
        ({"managed_by": "backup"}, None),
        ({"last_launched_at": None}, None),
        ({"last_launched_at": AT - dt.timedelta(days=29)}, None),
    ],
)
def test_nobody_asks_whom_an_image_is_shared_with_that_is_settled_without(changed, is_shared):
    reader = SimpleNamespace(together=lambda *jobs: [job() for job in jobs])
    (found,) = images.with_sharing(reader, [replace(IMAGE, **(FORGOTTEN | changed))])
    assert found.is_shared is is_shared


@pytest.mark.parametrize(
    ("item", "told"),
    [
        ({}, (False, False, None)),
        ({"DeregistrationProtection": "disabled"}, (False, False, None)),
        ({"DeregistrationProtection": "enabled-with-cooldown"}, (True, False, None)),
        ({"DeregistrationProtection": "enabled-without-cooldown"}, (True, False, None)),
        ({"ProductCodes": [{"ProductCodeId": "abc", "ProductCodeType": "marketplace"}]}, (False, True, None)),
        ({"Tags": [{"Key": "aws:backup:source-resource", "Value": "i-1"}]}, (False, False, "backup")),
        ({"Tags": [{"Key": "dlm:managed", "Value": "true"}]}, (False, False, "dlm")),
        ({"Tags": [{"Key": "AWSElasticDisasterRecoveryManaged", "Value": "drs.amazonaws.com"}]}, (False, False, "drs")),
    ],
)
def test_an_image_tells_who_protects_sells_or_keeps_it(item, told):
    found = ec2._image(READER, {"ImageId": "ami-1", "State": "available"} | item)
    assert (found.is_protected, found.is_sold, found.managed_by) == told


@pytest.mark.parametrize(("item", "may_be_shared"), [({}, False), ({"MultiAttachEnabled": True}, True)])
def test_a_volume_tells_whether_several_machines_may_hold_it(item, may_be_shared):
    found = ec2._volume(READER, {"VolumeId": "vol-1", "VolumeType": "io1", "Size": 8, "State": "in-use"} | item)
    assert found.is_multi_attach is may_be_shared


def test_a_fast_restore_is_of_a_snapshot_in_a_zone_and_has_the_snapshot_s_tags():
    other, third = (FAST | {"AvailabilityZone": f"eu-west-1{zone}"} for zone in "bc")
    rows = [fast_restores._restore(READER, item) for item in (FAST, other, third | {"State": "disabled"})]
    snapshot = Snapshot(resource_id="snap-1", size_gib=8, state="completed", tags={"keep": "yes"}, **BASE)
    found = list(fast_restores.with_snapshots(rows, [snapshot]))
    assert [one.resource_id for one in found] == [f"snap-1/eu-west-1{zone}" for zone in "abc"]
    assert {one.zone_count for one in found} == {2}
    assert all(one.tags == {"keep": "yes"} for one in found)
    assert bill_ids(found[0])[0] == "arn:aws:ec2:eu-west-1:1:snapshot/snap-1"


def test_credits_are_kept_by_snapshot_and_zone_and_asked_for_of_what_is_enabled():
    dimensions = (("SnapshotId", "snap-1"), ("AvailabilityZone", "eu-west-1a"))
    assert fast_restores.place(fast_restores._restore(READER, FAST)) == MetricPlace(
        namespace="AWS/EBS", dimensions=dimensions
    )
    assert fast_restores.place(fast_restores._restore(READER, FAST | {"State": "disabling"})) is None


def test_machines_of_a_warm_pool_are_not_in_service():
    machines = [
        {"LifecycleState": state, "InstanceType": kind}
        for state, kind in (
            ("InService", "m6g.large"), ("InService", "c6g.large"), ("Warmed:Stopped", "r6g.large"), ("Pending", ""),
        )
    ]  # fmt: skip
    found = autoscaling._group(READER, GROUP | {"Instances": machines, "WarmPoolSize": 1})
    assert (found.instance_count, found.instance_types, found.warm_count) == (2, ("c6g.large", "m6g.large"), 1)


@pytest.mark.parametrize(
    ("operator", "name"),
    [
        ({}, ""),
        ({"Managed": False}, ""),
        ({"Managed": True, "Principal": "eks.amazonaws.com"}, "eks.amazonaws.com"),
        ({"Managed": True}, "another service"),
    ],
)
def test_a_group_names_the_service_that_runs_it(operator, name):
    assert autoscaling._group(READER, GROUP | {"Operator": operator}).operator == name


def test_memory_of_a_group_is_where_the_agent_adds_up_by_it():
    place = autoscaling._place(autoscaling._group(READER, GROUP))
    own = (("AutoScalingGroupName", "web"),)
    for namespace, asked in (("AWS/EC2", ""), ("CWAgent", "CWAgent")):
        metric = Metric(name="any", statistic="Maximum", unit="%", namespace=asked)
        assert place.of(metric) == (namespace, own)


@pytest.mark.parametrize(
    ("state", "is_monitored"), [("disabled", False), ("disabling", False), ("pending", True), ("enabled", True)]
)
def test_a_machine_says_whether_its_metrics_are_sent_each_minute(state, is_monitored):
    item = {"InstanceId": "i-1", "State": {"Name": "running"}, "Monitoring": {"State": state}}
    assert ec2._instance(READER, item).is_monitored is is_monitored


OF_GPU = {"InstanceId": "i-1", "InstanceType": "g4dn.xlarge", "index": "0"}
PAIRS = tuple(part for pair in sorted(OF_GPU.items()) for part in pair)


def listing(*rows, is_complete=True):
    return SimpleNamespace(listing=lambda *_, **__: Listing(rows=rows, is_complete=is_complete))


@pytest.mark.parametrize(
    ("reader", "told"),
    [
        (listing(OF_GPU), PAIRS),
        (listing({"InstanceId": "i-1", "index": "0"}, OF_GPU), PAIRS),
        (listing(OF_GPU, OF_GPU | {"index": "1"}), ()),
        (listing(OF_GPU | {"InstanceType": "g4dn.12xlarge"}), ()),
        (listing(OF_GPU | {"InstanceId": "i-2"}), ()),
        (listing(), ()),
        (listing(is_complete=False), None),
        (listing(OF_GPU, is_complete=False), PAIRS),
    ],
)
def test_a_gpu_is_read_under_all_that_its_agent_names_and_not_where_there_are_several(reader, told):
    machine = replace(MACHINE, instance_type="g4dn.xlarge")
    (found,) = agents.with_gpus(reader, [machine])
    assert found.gpu_dimensions == told


def test_gpus_are_not_asked_for_where_no_machine_can_have_one():
    (found,) = agents.with_gpus(SimpleNamespace(), [MACHINE])
    assert found.gpu_dimensions == ()


def test_a_metric_with_dimensions_of_its_own_is_not_looked_for_under_those_of_its_namespace():
    machine = replace(MACHINE, agent_dimensions=("InstanceId", "i-1"), gpu_dimensions=("index", "0"))
    gpu, memory = (Metric(name=name, statistic="Maximum", unit="%", namespace="CWAgent") for name in (agents.GPU, "m"))
    assert ec2._of_instance(machine).of(gpu) == ("CWAgent", (("index", "0"),))
    assert ec2._of_instance(machine).of(memory) == ("CWAgent", (("InstanceId", "i-1"),))
    assert ec2._of_instance(replace(machine, gpu_dimensions=())).of(gpu) is None


ABORT = {"Status": "Enabled", "Filter": {}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}
MOVE = {"Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Transitions": [{"Days": 30, "StorageClass": "GLACIER"}]}


@pytest.mark.parametrize(
    ("rules", "moves"),
    [
        ([], False),
        ([ABORT], False),
        ([ABORT, MOVE], True),
        ([ABORT, MOVE | {"Status": "Disabled"}], False),
        ([ABORT | {"Expiration": {"Days": 365}}], True),
        ([ABORT | {"Expiration": {"Date": AT}}], True),
        ([ABORT | {"Expiration": {"ExpiredObjectDeleteMarker": True}}], False),
        ([ABORT | {"NoncurrentVersionTransitions": [{"NoncurrentDays": 30, "StorageClass": "GLACIER"}]}], False),
        (None, None),
    ],
)
def test_a_lifecycle_moves_objects_where_some_rule_of_it_does_so_with_any_that_stand(rules, moves):
    answers = {s3.GET_LIFECYCLE: None if rules is None else {"Rules": rules}, s3.GET_VERSIONING: {}}
    reader = SimpleNamespace(one=lambda call, **_: answers[call], kept=lambda _own: None)
    found = s3._with_settings(reader, Bucket(resource_id="b", **BASE))
    assert found.moves_objects is moves


@pytest.mark.parametrize(
    ("config", "is_counted_by_machine"),
    [
        ({}, False),
        ({"MetricsConfig": {"MetricPublishFrequencyInSeconds": 60}}, False),
        ({"MetricsConfig": {"EnableEnhancedMetrics": False}}, False),
        ({"MetricsConfig": {"EnableEnhancedMetrics": True}}, True),
    ],
)
def test_a_model_endpoint_says_whether_its_calls_are_told_with_the_machine_that_answered(config, is_counted_by_machine):
    reader = SimpleNamespace(one=lambda *_, **__: {"ProductionVariants": [{"VariantName": "all"}]} | config)
    found = sagemaker._with_variants(reader, ModelEndpoint(resource_id="e", name="e", state="InService", **BASE))
    assert (found.is_counted_by_machine, found.variant_names) == (is_counted_by_machine, ("all",))
