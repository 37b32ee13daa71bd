"""How the sandbox speaks: refusals, trouble and pages in each service's own format, seen through real clients."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from sandbox.aws import names
from sandbox.aws.client import SandboxRefused

ASK = {
    "ec2": lambda c: c.describe_volumes(),
    "rds": lambda c: c.describe_db_instances(),
    "elbv2": lambda c: c.describe_load_balancers(),
    "cloudwatch": lambda c: c.get_metric_data(MetricDataQueries=[], StartTime=1, EndTime=2),
    "bcm-data-exports": lambda c: c.list_exports(),
    "s3": lambda c: c.list_objects_v2(Bucket=names.BUCKET),
    "iam": lambda c: c.list_role_policies(RoleName="reader"),
}
PAGED: dict[str, list[tuple[str, str, dict[str, list[str]]]]] = {
    "ec2": [
        ("describe_instances", "Reservations", {}),
        ("describe_volumes", "Volumes", {}),
        ("describe_snapshots", "Snapshots", {"OwnerIds": ["self"]}),
        ("describe_images", "Images", {"Owners": ["self"]}),
        ("describe_nat_gateways", "NatGateways", {}),
        ("describe_route_tables", "RouteTables", {}),
    ],
    "elbv2": [("describe_load_balancers", "LoadBalancers", {}), ("describe_target_groups", "TargetGroups", {})],
    "rds": [("describe_db_instances", "DBInstances", {})],
}


def steady(item):
    """An item without the one field that is the time of asking."""
    return {name: value for name, value in item.items() if name != "LatestRestorableTime"}


def refusal_of(call):
    with pytest.raises(ClientError) as refused:
        call()
    return refused.value.response


@pytest.mark.parametrize(
    ("kind", "service", "expected"),
    [
        ("throttle", "ec2", (503, "RequestLimitExceeded")),
        ("throttle", "rds", (400, "Throttling")),
        ("throttle", "elbv2", (400, "Throttling")),
        ("throttle", "cloudwatch", (400, "Throttling")),
        ("throttle", "bcm-data-exports", (400, "ThrottlingException")),
        ("throttle", "s3", (503, "SlowDown")),
        ("deny", "ec2", (403, "UnauthorizedOperation")),
        ("deny", "rds", (403, "AccessDenied")),
        ("deny", "cloudwatch", (400, "AccessDenied")),
        ("deny", "bcm-data-exports", (400, "AccessDeniedException")),
        ("deny", "s3", (403, "AccessDenied")),
        ("deny", "iam", (403, "AccessDenied")),
        ("error", "ec2", (500, "InternalError")),
        ("error", "rds", (500, "InternalFailure")),
        ("error", "s3", (500, "InternalError")),
    ],
)
def test_trouble_on_demand_looks_as_it_does_in_that_service(calm, sessions, kind, service, expected):
    client = sessions.read(service, account=names.PAYER)
    calm.fault(kind, service=service, account=names.PAYER, count=1)
    response = refusal_of(lambda: ASK[service](client))
    assert (response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]) == expected
    assert response["Error"]["Message"]
    if service != "cloudwatch":
        ASK[service](client)  # one fault strikes once


def test_a_fault_strikes_only_the_calls_it_names(calm, sessions):
    calm.fault("throttle", service="ec2", operation="DescribeVolumes", region="eu-west-1", count=None)
    assert sessions.read("ec2", "us-east-1").describe_volumes()
    assert sessions.read("ec2", "eu-west-1").describe_addresses()
    for _ in range(3):
        assert refusal_of(sessions.read("ec2", "eu-west-1").describe_volumes)["Error"]["Code"] == "RequestLimitExceeded"
    calm.clear_faults()
    assert sessions.read("ec2", "eu-west-1").describe_volumes()


def test_a_slow_call_is_slow_and_a_hang_up_closes_the_connection(calm, sessions):
    client = sessions.read("ec2")
    calm.fault("slow", service="ec2", seconds=0.4)
    started = time.monotonic()
    client.describe_addresses()
    assert time.monotonic() - started >= 0.4
    calm.fault("hang_up", service="ec2")
    with pytest.raises(ConnectionClosedError):
        client.describe_addresses()


def test_an_unknown_kind_of_trouble_is_refused(cloud):
    with pytest.raises(SandboxRefused, match="kind must be one of"):
        cloud.fault("earthquake")


@pytest.mark.parametrize("service", sorted(PAGED))
def test_short_pages_hold_the_same_as_long_ones(calm, sessions, service):
    client = sessions.read(service)
    for operation, key, arguments in PAGED[service]:
        paginator = client.get_paginator(operation)
        whole = [steady(one) for page in paginator.paginate(**arguments) for one in page[key]]  # as long as they come
        size = max(1, len(whole) // 8)
        calm.set_page_size(size)
        pages = [page[key] for page in paginator.paginate(**arguments)]
        calm.set_page_size(None)
        assert [steady(item) for page in pages for item in page] == whole
        assert len(pages) == -(-len(whole) // size) >= 1
        assert all(len(page) == size for page in pages[:-1])


def test_an_asked_page_size_is_honoured(sessions):
    page = sessions.read("ec2").describe_volumes(MaxResults=5)
    assert len(page["Volumes"]) == 5
    second = sessions.read("ec2").describe_volumes(MaxResults=5, NextToken=page["NextToken"])
    assert not {v["VolumeId"] for v in page["Volumes"]} & {v["VolumeId"] for v in second["Volumes"]}
    response = refusal_of(lambda: sessions.read("ec2").describe_volumes(NextToken="bm9uc2Vuc2U="))
    assert response["Error"]["Code"] == "InvalidParameterValue"


def test_objects_are_listed_in_pages_too(calm, sessions):
    client = sessions.read("s3", account=names.PAYER)
    whole = client.list_objects_v2(Bucket=names.BUCKET)["Contents"]
    calm.set_page_size(4)
    pages = list(client.get_paginator("list_objects_v2").paginate(Bucket=names.BUCKET))
    assert [one["Key"] for page in pages for one in page["Contents"]] == [one["Key"] for one in whole]
    assert len(pages) == -(-len(whole) // 4)


def test_what_others_own_is_not_ours_but_is_there(sessions):
    client = sessions.read("ec2")
    ours = client.describe_snapshots(OwnerIds=["self"])["Snapshots"]
    everybodys = client.describe_snapshots()["Snapshots"]
    assert {one["OwnerId"] for one in ours} == {names.SHOP}
    assert {one["OwnerId"] for one in everybodys} == {names.SHOP, names.AMAZON}
    assert {one["OwnerId"] for one in client.describe_images(Owners=["self"])["Images"]} == {names.SHOP}


def test_the_inventory_is_what_the_estate_says(cloud, sessions):
    counts = dict.fromkeys(("instance", "volume", "snapshot", "image", "address", "nat_gateway", "load_balancer"), 0)
    counts["database"] = 0
    for account in names.ACCOUNTS:
        for region in names.REGIONS:
            ec2 = sessions.read("ec2", region, account)
            counts["instance"] += sum(len(r["Instances"]) for r in ec2.describe_instances()["Reservations"])
            counts["volume"] += len(ec2.describe_volumes()["Volumes"])
            counts["snapshot"] += len(ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"])
            counts["image"] += len(ec2.describe_images(Owners=["self"], IncludeDisabled=True)["Images"])
            counts["address"] += len(ec2.describe_addresses()["Addresses"])
            counts["nat_gateway"] += len(ec2.describe_nat_gateways()["NatGateways"])
            balancers = sessions.read("elbv2", region, account).describe_load_balancers()
            counts["load_balancer"] += len(balancers["LoadBalancers"])
            pages = sessions.read("rds", region, account).get_paginator("describe_db_instances").paginate()
            databases = [one for page in pages for one in page["DBInstances"]]
            counts["database"] += sum(one["Engine"] not in {"docdb", "neptune"} for one in databases)
    stand = cloud.estate["resources"]
    counts["address"] -= stand["held_address"]  # listed with the others, and told by interfaces too
    assert counts == {kind: number for kind, number in stand.items() if kind in counts}


def test_one_region_of_one_account_refuses_one_call(sessions):
    account, region, action = names.REFUSED_BY_ORGANIZATION
    client = sessions.read("elbv2", region, account)
    group = client.describe_target_groups()["TargetGroups"][0]["TargetGroupArn"]
    response = refusal_of(lambda: client.describe_target_health(TargetGroupArn=group))
    assert response["Error"]["Code"] == "AccessDenied"
    assert f"{action} with an explicit deny in a service control policy" in response["Error"]["Message"]


def test_three_regions_are_switched_on(sessions):
    client = sessions.read("ec2")
    assert [one["RegionName"] for one in client.describe_regions()["Regions"]] == list(names.REGIONS)
    every = client.describe_regions(AllRegions=True)["Regions"]
    assert {one["OptInStatus"] for one in every} == {"opt-in-not-required", "not-opted-in"}
    regions = sessions.read("account").list_regions(RegionOptStatusContains=["ENABLED"])["Regions"]
    assert [one["RegionName"] for one in regions] == list(names.REGIONS)


def test_only_the_payer_has_exports_and_only_its_roles_read_them(sessions):
    payer = sessions.read("bcm-data-exports", account=names.PAYER)
    listed = payer.list_exports()["Exports"]
    assert [one["ExportName"] for one in listed] == [names.CSV_EXPORT, names.PARQUET_EXPORT]
    export = payer.get_export(ExportArn=listed[0]["ExportArn"])["Export"]
    assert "FOCUS_1_2_AWS" in export["DataQuery"]["QueryStatement"]
    assert export["DestinationConfigurations"]["S3Destination"]["S3Bucket"] == names.BUCKET
    assert sessions.read("bcm-data-exports").list_exports()["Exports"] == []
    response = refusal_of(lambda: sessions.read("s3").list_objects_v2(Bucket=names.BUCKET))
    assert "no resource-based policy allows the s3:ListBucket action" in response["Error"]["Message"]


def test_objects_are_read_whole_in_part_and_by_their_tag(sessions):
    client = sessions.read("s3", account=names.PAYER)
    one = client.list_objects_v2(Bucket=names.BUCKET)["Contents"][0]
    place = {"Bucket": names.BUCKET, "Key": one["Key"]}
    whole = client.get_object(**place)["Body"].read()
    assert len(whole) == one["Size"] == client.head_object(**place)["ContentLength"]
    assert client.get_object(**place, Range="bytes=0-99")["Body"].read() == whole[:100]
    assert client.get_object(**place, IfMatch=one["ETag"])["Body"].read() == whole
    response = refusal_of(lambda: client.get_object(**place, IfMatch='"another"'))
    assert response["Error"]["Code"] == "PreconditionFailed"
    assert refusal_of(lambda: client.get_object(Bucket=names.BUCKET, Key="nothing"))["Error"]["Code"] == "NoSuchKey"


def test_every_call_is_booked(cloud, sessions):
    before = len(cloud.calls())
    sessions.read("ec2", "eu-west-1").describe_addresses()
    refusal_of(lambda: sessions.read("rds").stop_db_instance(DBInstanceIdentifier="x"))
    fine, refused = cloud.calls(since=before)[-2:]
    assert (fine["service"], fine["operation"], fine["region"]) == ("ec2", "DescribeAddresses", "eu-west-1")
    assert (fine["account"], fine["session"], fine["outcome"]) == (names.SHOP, "audit-1", "OK")
    assert (refused["action"], refused["outcome"]) == ("rds:StopDBInstance", "denied")


def test_many_callers_are_answered_at_once(sessions):
    clients = [sessions.read("ec2", region) for region in names.REGIONS]
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda n: len(clients[n % 3].describe_volumes()["Volumes"]), range(60)))
    assert answers == answers[:3] * 20
