"""What stands in an account: every page, joined, and a gap in place of whatever could not be read."""

from __future__ import annotations

import dataclasses
import datetime as dt
from functools import cache

import pytest

from connections.bill_ids import bill_ids
from connections.provider import GapFound, Scope
from connections.providers.aws import calls, ec2_calls, elastic_ips, inventory, launch_templates, networks
from connections.providers.aws.agents import with_agents
from connections.providers.aws.collectors import ec2, kms, vpc
from connections.providers.aws.collectors import elasticloadbalancing as elb
from connections.providers.aws.reader import Listing, Reader
from connections.resources import KINDS, Instance, Snapshot, Volume
from sandbox.aws import names
from tests.connections.aws import session

AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def collect(cloud, *, service="ec2", region="us-east-1", account=names.SHOP):
    opened = session(cloud, account=account, service=service)
    return inventory.collect(session=opened, service=service, region=region, at=AT)


@pytest.fixture(scope="module")
def whole(cloud):
    """What a calm cloud holds, as `collect` has it, collected once for each place. To be asked before any trouble."""

    @cache
    def whole(*, service="ec2", region="us-east-1", account=names.SHOP):
        return collect(cloud, service=service, region=region, account=account)

    return whole


def of(collected, kind):
    return {thing.resource_id: thing for thing in collected.resources if isinstance(thing, kind)}


def test_every_kind_is_found_in_full(calm_cloud, whole):
    found = {}
    for service, collector in inventory.COLLECTORS.items():
        account = names.PAYER if collector.scope is Scope.PAYER else names.SHOP
        region = collector.home_region or "us-east-1"
        collected = whole(service=service, account=account, region=region)
        assert collected.gaps == ()
        for thing in collected.resources:
            assert (thing.account_id, thing.region, thing.observed_at) == (account, region, AT)
            found.setdefault(thing.KIND, set()).add(thing.resource_id)
    assert set(found) == set(KINDS)


def test_what_a_machine_runs_is_what_the_provider_says_and_is_never_assumed(calm_cloud, whole):
    machines = {machine.name: machine for machine in of(whole(), Instance).values()}
    told = {name: (machines[name].platform, machines[name].architecture) for name in machines}
    assert told["earlier-1"] == ("Linux/UNIX", "x86_64")
    assert told["x86-windows-1"] == ("Windows", "x86_64")
    assert told["platform-untold-1"] == (None, "x86_64")
    assert told["sql-small-1"] == ("Windows with SQL Server Standard", "x86_64")
    assert (machines["sql-large-limited-1"].vcpus, machines["sql-large-1"].vcpus) == (48, None)
    assert {one.tenancy for one in machines.values()} == {"default"}
    assert ("Linux/UNIX", "arm64") in told.values()


@pytest.mark.parametrize("service", sorted(inventory.COLLECTORS))
def test_short_pages_bring_the_same_as_long_ones(calm_cloud, whole, service):
    region = inventory.COLLECTORS[service].home_region or "us-east-1"
    long = whole(service=service, region=region).resources
    calm_cloud.set_page_size(max(2, len(long) // 40))
    short = collect(calm_cloud, service=service, region=region)
    assert {repr(thing) for thing in short.resources} == {repr(thing) for thing in long}
    assert short.gaps == ()


@pytest.mark.parametrize(
    ("call", "kinds"),
    [
        (ec2_calls.DESCRIBE_INSTANCES, ("instance",)),
        (ec2_calls.DESCRIBE_VOLUMES, ("volume",)),
        (ec2_calls.DESCRIBE_SNAPSHOTS, ("snapshot",)),
        (ec2_calls.DESCRIBE_IMAGES, ("image",)),
        (elastic_ips.DESCRIBE_ADDRESSES, ("address",)),
        (launch_templates.DESCRIBE_TEMPLATES, ("launch_template",)),
        (vpc.DESCRIBE_NAT_GATEWAYS, ("nat_gateway",)),
        (networks.DESCRIBE_ROUTE_TABLES, ()),
        (vpc.DESCRIBE_SUBNETS, ()),
        (networks.DESCRIBE_VPC_ENDPOINTS, ("vpc_endpoint",)),
        (vpc.DESCRIBE_TRANSIT_ATTACHMENTS, ("transit_attachment",)),
    ],
    ids=lambda value: getattr(value, "operation", ""),
)
def test_a_refused_call_is_a_gap_that_names_it_and_nothing_else_is_lost(calm_cloud, whole, call, kinds):
    service = "vpc" if call in vpc.COLLECTOR.calls else "ec2"
    before = whole(service=service)
    calm_cloud.fault("deny", service="ec2", operation=call.operation, count=None)
    collected = collect(calm_cloud, service=service)
    [gap] = collected.gaps
    assert (gap.account_id, gap.region, gap.service) == (names.SHOP, "us-east-1", service)
    assert (gap.action, gap.reason, gap.kinds) == (call.action, "REFUSED", kinds)
    assert call.action in gap.message
    left = [thing for thing in before.resources if thing.KIND not in kinds]
    assert len(collected.resources) == len(left)


def test_a_launch_template_that_another_service_manages_is_listed_where_the_account_hides_it(cloud):
    reader = Reader(session=session(cloud), region="us-east-1", service="ec2", at=AT)
    assert "eks.amazonaws.com" in {one.operator for one in launch_templates.templates(reader).rows}


@pytest.mark.parametrize(("kind", "reason"), [("throttle", "THROTTLED"), ("error", "FAILED"), ("hang_up", "FAILED")])
def test_trouble_is_a_gap_with_its_reason(calm_cloud, kind, reason):
    calm_cloud.fault(kind, service="rds", count=None)
    collected = collect(calm_cloud, service="rds")
    assert collected.resources == ()
    assert {gap.reason for gap in collected.gaps} == {reason}
    kinds = {kind for gap in collected.gaps for kind in gap.kinds}
    assert kinds == {"database", "database_cluster", "database_snapshot"}


def reader(cloud):
    opened = session(cloud, service="elasticloadbalancing")
    return Reader(session=opened, region="us-east-1", service="elasticloadbalancing", at=AT)


NO_GROUP = f"arn:aws:elasticloadbalancing:us-east-1:{names.SHOP}:targetgroup/costframe-none/0123456789abcdef"
MAY_BE_ABSENT = dataclasses.replace(elb.DESCRIBE_TARGET_HEALTH, absent=elb.DESCRIBE_TARGET_HEALTH.answers_cheapest)


def listed(reading, call):
    return reading.listing(call, result="TargetHealthDescriptions", row=lambda item: item, TargetGroupArn=NO_GROUP)


def test_what_the_provider_says_is_not_set_up_is_an_answer_where_the_call_declares_it(calm_cloud):
    reading = reader(calm_cloud)
    assert listed(reading, MAY_BE_ABSENT) == Listing(rows=(), is_complete=True)
    assert reading.one(MAY_BE_ABSENT, TargetGroupArn=NO_GROUP) == {}
    assert reading.gaps == ()


def test_what_the_provider_says_is_not_there_is_a_gap_where_the_call_does_not_declare_it(calm_cloud):
    reading = reader(calm_cloud)
    assert listed(reading, elb.DESCRIBE_TARGET_HEALTH) == Listing(rows=(), is_complete=False)
    assert reading.one(elb.DESCRIBE_TARGET_HEALTH, TargetGroupArn=NO_GROUP) is None
    assert [(gap.action, gap.reason) for gap in reading.gaps] == [
        ("elasticloadbalancing:DescribeTargetHealth", "FAILED")
    ]


def test_a_refusal_is_a_gap_whatever_may_be_absent(calm_cloud):
    calm_cloud.fault("deny", operation="DescribeTargetHealth", count=None)
    reading = reader(calm_cloud)
    assert not listed(reading, MAY_BE_ABSENT).is_complete
    assert reading.one(MAY_BE_ABSENT, TargetGroupArn=NO_GROUP) is None
    assert [gap.reason for gap in reading.gaps] == ["REFUSED"]


def test_a_key_that_was_deleted_since_it_was_listed_is_none_and_no_gap(calm_cloud):
    opened = session(calm_cloud, service="kms")
    reading = Reader(session=opened, region="us-east-1", service="kms", at=AT)
    assert kms._key(reading, f"arn:aws:kms:us-east-1:{names.SHOP}:key/{kms.NOBODYS}") is None
    assert reading.gaps == ()


def test_rows_may_lie_deeper_in_the_answer(calm_cloud):
    opened = session(calm_cloud)
    reading = Reader(session=opened, region="us-east-1", service="ec2", at=AT)
    document = reading.listing(
        calls.GET_ROLE,
        result="Role.AssumeRolePolicyDocument.Statement",
        row=lambda item: item["Action"],
        RoleName="CostframeReadOnly",
    )
    assert (document.rows, document.is_complete) == (("sts:AssumeRole",), True)
    none = reading.listing(
        calls.GET_ROLE, result="Role.Nothing.Here", row=lambda item: item, RoleName="CostframeReadOnly"
    )
    assert (none.rows, none.is_complete) == ((), True)


def test_a_call_that_fails_once_is_tried_again(calm_cloud):
    calm_cloud.fault("throttle", service="rds", operation="DescribeDBInstances", count=1)
    opened = session(calm_cloud, service="rds")
    collected = inventory.collect(session=opened, service="rds", region="us-east-1", at=AT)
    assert collected.gaps == ()
    outcomes = {(call.operation, call.outcome): call.count for call in opened.book.counts()}
    assert outcomes["DescribeDBInstances", "THROTTLED"] == 1
    assert outcomes["DescribeDBInstances", "OK"] >= 1


def test_a_listing_that_breaks_off_keeps_what_it_has_and_says_so(calm_cloud, whole):
    there = of(whole(), Volume)
    calm_cloud.set_page_size(len(there) // 4)
    opened = session(calm_cloud)
    pages = []

    def break_off(**_):
        pages.append(1)
        if len(pages) == 2:
            calm_cloud.fault("error", service="ec2", operation="DescribeVolumes", count=None)

    opened.client("ec2").meta.events.register("after-call.ec2.DescribeVolumes", break_off)
    collected = inventory.collect(session=opened, service="ec2", region="us-east-1", at=AT)
    assert 0 < len(of(collected, Volume)) < len(there)
    assert [(gap.action, gap.kinds) for gap in collected.gaps] == [("ec2:DescribeVolumes", ("volume",))]
    absent = [each for each in of(collected, Snapshot).values() if each.is_volume_present is False]
    assert absent == []


def test_without_the_instances_a_volume_does_not_know_what_holds_it(calm_cloud):
    calm_cloud.fault("deny", service="ec2", operation="DescribeInstances", count=None)
    volumes = of(collect(calm_cloud), Volume).values()
    assert {volume.attached_states for volume in volumes if volume.attached_to} == {None}
    assert {volume.attached_states for volume in volumes if not volume.attached_to} == {()}


def test_without_the_list_of_metrics_nobody_knows_what_an_agent_reports(calm_cloud, whole):
    told = {one.agent_dimensions for one in of(whole(), Instance).values()}
    assert () in told
    assert any("mem" not in str(one) and one[:2][0] == "ImageId" for one in told if one)
    calm_cloud.fault("deny", service="cloudwatch", operation="ListMetrics", count=None)
    collected = collect(calm_cloud)
    assert {one.agent_dimensions for one in of(collected, Instance).values()} == {None}
    assert [(gap.action, gap.reason, gap.kinds) for gap in collected.gaps] == [
        ("cloudwatch:ListMetrics", "REFUSED", ())
    ]


AGENT = {"InstanceId": "i-1", "ImageId": "ami-1", "InstanceType": "m5.large"}


@pytest.mark.parametrize(
    ("listed", "is_complete", "dimensions"),
    [
        ([AGENT], True, ("ImageId", "ami-1", "InstanceId", "i-1", "InstanceType", "m5.large")),
        ([AGENT | {"InstanceType": "m5.xlarge"}, {"InstanceId": "i-1"}], True, ("InstanceId", "i-1")),
        ([{"InstanceId": "i-1"}, {"InstanceId": "i-1", "host": "a"}], False, ("InstanceId", "i-1", "host", "a")),
        ([AGENT | {"InstanceType": "m5.xlarge"}], True, ()),
        ([AGENT | {"InstanceId": "i-2"}, {"host": "ip-10-0-0-1"}], True, ()),
        ([], True, ()),
        ([], False, None),
    ],
)
def test_of_what_an_agent_reported_under_the_present_type_with_the_most_dimensions_counts(
    listed, is_complete, dimensions
):
    machine = Instance(
        resource_id="i-1", account_id="1", region="eu-west-1", observed_at=AT, state="running", instance_type="m5.large"
    )
    [found] = with_agents((machine,), Listing(rows=tuple(listed), is_complete=is_complete))
    assert found.agent_dimensions == dimensions


def test_without_the_images_a_snapshot_does_not_know_its_users(calm_cloud):
    calm_cloud.fault("deny", service="ec2", operation="DescribeImages", count=None)
    snapshots = of(collect(calm_cloud), Snapshot).values()
    assert snapshots
    assert {snapshot.image_ids for snapshot in snapshots} == {None}


def test_a_target_whose_health_nobody_checks_as_a_functions_answers_like_a_healthy_one(calm_cloud):
    found = collect(calm_cloud, service="elasticloadbalancing", region="eu-west-1").resources
    counts = {one.name: (one.target_count, one.healthy_target_count) for one in found}
    names_of = ("quiet-unchecked-1", "quiet-silent-1", "quiet-scaled-to-nothing-1")
    assert [counts[name] for name in names_of] == [(1, 1), (1, 1), (0, 0)]


def test_without_target_health_a_balancer_does_not_know_its_targets(calm_cloud):
    collected = collect(calm_cloud, service="elasticloadbalancing", account=names.LAB, region="ap-southeast-2")
    assert [(gap.action, gap.kinds) for gap in collected.gaps] == [("elasticloadbalancing:DescribeTargetHealth", ())]
    assert {b.target_count for b in collected.resources if b.target_group_count} == {None}


def test_volumes_know_the_machines_that_hold_them(calm_cloud, whole):
    collected = whole()
    machines = of(collected, Instance)
    held = [volume for volume in of(collected, Volume).values() if volume.attached_to]
    assert held
    for volume in held:
        states = tuple(machines[machine].state for machine in volume.attached_to)
        assert volume.attached_states == states
        if "running" in states:
            assert volume.last_stop_at is None
    stopped = [volume for volume in held if volume.attached_states == ("stopped",)]
    assert all(volume.last_stop_at == machines[volume.attached_to[0]].stopped_at for volume in stopped)


def test_volumes_know_the_groups_of_the_machines_that_hold_them(calm_cloud, whole):
    collected = whole()
    machine = next(one for one in of(collected, Instance).values() if one.state == "stopped")
    volume = next(one for one in of(collected, Volume).values() if one.attached_to == (machine.resource_id,))
    assert volume.autoscaling_groups == ()
    for group in (None, "web"):
        held = Listing(rows=(dataclasses.replace(machine, autoscaling_group=group),), is_complete=True)
        (known,) = ec2._with_instances((volume,), held)
        assert known.autoscaling_groups == (("web",) if group else ())


@pytest.mark.parametrize(
    ("said", "operator"),
    [
        ({}, ""),
        ({"Operator": {"Managed": False}}, ""),
        ({"Operator": {"Managed": False, "Principal": "eks.amazonaws.com"}}, ""),
        ({"Operator": {"Managed": True, "Principal": "eks.amazonaws.com"}}, "eks.amazonaws.com"),
        ({"Operator": {"Managed": True}}, "another service"),
    ],
)
def test_a_machine_names_the_service_that_runs_it(calm_cloud, said, operator):
    opened = session(calm_cloud, account=names.SHOP, service="ec2")
    reader = Reader(session=opened, region="us-east-1", service="ec2", at=AT)
    assert ec2._instance(reader, {"InstanceId": "i-1", "State": {"Name": "running"}, **said}).operator == operator


@pytest.mark.parametrize(
    ("reason", "moment"),
    [
        ("User initiated (2026-01-02 03:04:05 GMT)", dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)),
        ("User initiated (2026-01-02 03:04:05 UTC)", dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)),
        ("User initiated", None),
        ("Server.ScheduledStop: Stopped due to scheduled retirement", None),
        ("", None),
    ],
)
def test_when_a_machine_stopped_is_read_from_the_reason(reason, moment):
    assert ec2.stopped_at(reason) == moment


def test_an_expired_session_that_cannot_be_renewed_is_a_gap(calm_cloud):
    opened = session(calm_cloud, service="rds")
    opened.client("rds")
    assert calm_cloud.expire_sessions(opened.botocore.get_credentials().access_key) == 1
    collected = inventory.collect(session=opened, service="rds", region="us-east-1", at=AT)
    assert collected.resources == ()
    assert {type(gap) for gap in collected.gaps} == {GapFound}


def test_an_unknown_service_is_refused(calm_cloud):
    opened = session(calm_cloud)
    with pytest.raises(inventory.UnknownService, match=", ".join(sorted(inventory.COLLECTORS))):
        inventory.collect(session=opened, service="no-such-service", region="us-east-1", at=AT)


def test_a_bill_may_name_a_resource_by_id_or_by_arn():
    volume = Volume(
        resource_id="vol-1", account_id="1", region="eu-west-1", observed_at=AT, volume_type="gp3", size_gib=1, state=""
    )
    assert bill_ids(volume) == ("vol-1", "arn:aws:ec2:eu-west-1:1:volume/vol-1")


def test_the_sandboxes_bill_uses_one_of_those_forms(calm_cloud, whole):
    billed = {
        row["native_id"]: row["resource_id"]
        for row in calm_cloud.estate["waste"]
        if (row["account"], row["region"]) == (names.SHOP, "us-east-1")
    }
    forms = {
        thing.resource_id: bill_ids(thing)
        for service in inventory.COLLECTORS
        for thing in whole(service=service).resources
    }
    known = set(billed) & set(forms)
    assert len(known) > 5
    assert {native_id: billed[native_id] for native_id in known if billed[native_id] not in forms[native_id]} == {}
