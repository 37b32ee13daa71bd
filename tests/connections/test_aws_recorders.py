"""What AWS Config counts: only a recorder tells that is the customer's own, sees all, works, and has for days."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel

from connections.access_check import check_access
from connections.kits.aws import policy_document
from connections.provider import Record
from connections.providers.aws import calls, inventory, recorded
from connections.providers.aws.outcomes import CallBook
from connections.providers.aws.reader import Listing
from connections.providers.aws.recorders import (
    SETTLED,
    is_settled,
    own_recorder,
    read_records,
    record_of,
    records,
)
from connections.providers.aws.session import open_session
from connections.resources import Volume
from sandbox.aws import names
from sandbox.aws.families import records as sandbox_records
from tests.connections.aws import EXTERNAL_ID, kit, principal, role, try_only

AT = dt.datetime(2026, 11, 26, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
TABLE, CLUSTER = "AWS::DynamoDB::Table", "AWS::RDS::DBCluster"
OWN_ROLE = "arn:aws:iam::222233334444:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
ALL = {"allSupported": True, "recordingStrategy": {"useOnly": "ALL_SUPPORTED_RESOURCE_TYPES"}}
RECORDER = {"name": "default", "roleARN": OWN_ROLE, "recordingGroup": ALL, "recordingScope": "PAID"}
STATUS = {
    "name": "default", "recording": True, "lastStatus": "SUCCESS",
    "lastStartTime": AT - 90 * DAY, "lastStatusChangeTime": AT - DAY,
}  # fmt: skip
EVERYTHING = recorded.types_in("eu-west-1")


def recording(**group):
    return records({**RECORDER, "recordingGroup": group}, region="eu-west-1")


@pytest.mark.parametrize(
    ("group", "types"),
    [
        (ALL, EVERYTHING),
        ({"allSupported": True}, EVERYTHING),
        ({"recordingStrategy": ALL["recordingStrategy"]}, frozenset()),
        ({"resourceTypes": [TABLE, "AWS::EC2::Instance"]}, {TABLE}),
        (
            {"recordingStrategy": {"useOnly": "INCLUSION_BY_RESOURCE_TYPES"}, "resourceTypes": [TABLE]},
            {TABLE},
        ),
        (
            {
                "recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"},
                "exclusionByResourceTypes": {"resourceTypes": [TABLE]},
            },
            EVERYTHING - {TABLE},
        ),
        (
            {"recordingStrategy": {"useOnly": "SOMETHING_NEW"}, "allSupported": True, "resourceTypes": [TABLE]},
            frozenset(),
        ),
        ({}, frozenset()),
    ],
    ids=["all", "all of old", "all, but not", "named of old", "named", "all but one", "a strategy of later", "nothing"],
)
def test_a_recorder_tells_of_the_types_that_it_records_for_certain(group, types):
    assert recording(**group) == types


def test_a_recorder_with_a_role_that_may_lack_a_permission_tells_of_nothing():
    for other in ("arn:aws:iam::222233334444:role/config", OWN_ROLE + "2"):
        assert records({**RECORDER, "roleARN": other}, region="eu-west-1") == frozenset()
    assert records({"name": "default", "recordingGroup": ALL}, region="eu-west-1") == frozenset()


def test_a_type_tells_only_where_aws_records_it():
    assert CLUSTER in records(RECORDER, region="eu-west-1")
    assert CLUSTER not in records(RECORDER, region="sa-east-1")
    assert records(RECORDER, region="ap-northeast-3") == frozenset()
    assert [where for where in recorded.LONG_OPEN if "AWS::CloudFront::Distribution" in recorded.types_in(where)] == [
        "us-east-1"
    ]


@pytest.mark.parametrize(
    ("others", "found"),
    [
        ([RECORDER], RECORDER),
        ([], {}),
        ([{**RECORDER, "recordingScope": "INTERNAL"}], {}),
        ([{**RECORDER, "servicePrincipal": "securityhub.amazonaws.com"}], {}),
        ([{**RECORDER, "connectorArn": "arn:aws:config:eu-west-1:222233334444:connector/c"}], {}),
        ([{**RECORDER, "name": "other", "servicePrincipal": "securityhub.amazonaws.com"}, RECORDER], RECORDER),
        ([RECORDER, {**RECORDER, "name": "other"}], {}),
    ],
    ids=["one", "none", "internal", "a service's", "another cloud's", "one beside a service's", "two"],
)
def test_only_the_customers_own_recorder_counts(others, found):
    assert own_recorder(others) == found


@pytest.mark.parametrize(
    ("changed", "settled"),
    [
        ({}, True),
        ({"lastStatus": "Success"}, True),
        ({"lastStartTime": AT - SETTLED, "lastStatusChangeTime": AT - SETTLED}, True),
        ({"lastStartTime": AT - SETTLED + dt.timedelta(seconds=1)}, False),
        ({"lastStartTime": None}, False),
        ({"recording": False}, False),
        ({"recording": None}, False),
        ({"lastStatus": "FAILURE"}, False),
        ({"lastStatus": "Pending"}, False),
        ({"lastStatus": "NotApplicable"}, False),
        ({"lastStatus": None}, False),
        ({"lastStatusChangeTime": AT - 91 * DAY}, False),
        ({"lastStatusChangeTime": None}, False),
        ({"servicePrincipal": "securityhub.amazonaws.com"}, False),
        ({"name": "other"}, False),
    ],
)
def test_a_recorder_tells_that_works_and_has_for_days(changed, settled):
    assert is_settled(RECORDER, status={**STATUS, **changed}, at=AT) is settled


def counted(*rows, told_of=frozenset({TABLE}), is_complete=True):
    return record_of(Listing(rows=rows, is_complete=is_complete), told_of=told_of)


def test_what_is_counted_stands():
    found = counted(("AWS::EC2::VPC", 1), (TABLE, 3), (CLUSTER, 0), ("AWS::S3::Bucket", None))
    standing = {"AWS::EC2::VPC", TABLE, "AWS::S3::Bucket"}
    assert found == Record(told_of=frozenset({TABLE}), standing=frozenset(standing)), (
        "a number that is missing is not 0"
    )


def test_no_count_at_all_and_counts_that_break_off_tell_nothing():
    assert counted() is None
    assert counted(("AWS::EC2::VPC", 1), is_complete=False) is None


@pytest.fixture
def reading(calm_cloud):
    """Reads the records of an account in some regions through real clients; answers them and the calls booked."""

    def read(account, *, regions=names.REGIONS, policies=None):
        arn = role(calm_cloud, account=account, name="CostframeRecords", policies=policies)
        book = CallBook()
        session = open_session(
            principal=principal(calm_cloud), role_arn=arn, external_id=EXTERNAL_ID, connection_id="c-1",
            reads=calls.RECORDS, book=book,
        )  # fmt: skip
        try:
            found = read_records(session, regions=regions, at=dt.datetime.now(dt.UTC))
        finally:
            session.close()
        booked = [(one.operation, one.outcome, one.count) for one in book.counts() if one.service == "config"]
        return found, booked

    return read


EACH = ["DescribeConfigurationRecorderStatus", "DescribeConfigurationRecorders", "GetDiscoveredResourceCounts"]


def test_three_calls_a_region_tell_what_stands_there_also_where_nobody_has_anything(reading):
    regions = (*names.REGIONS, "eu-north-1", "ap-northeast-3")
    found, booked = reading(names.LAB, regions=regions)
    assert found.keys() == {*regions} - {"ap-northeast-3"}, "no type is known to be recorded there, so nobody asks"
    assert booked == [(operation, "OK", 4) for operation in EACH]
    assert "AWS::RDS::DBInstance" in found["eu-west-1"].standing
    assert found["eu-west-1"].told_of == EVERYTHING
    assert found["eu-north-1"].standing == {*sandbox_records.BY_ITSELF, "AWS::CloudWatch::Alarm"}


def test_short_pages_are_read_to_the_end(reading, calm_cloud):
    whole, _ = reading(names.LAB)
    calm_cloud.set_page_size(4)
    found, booked = reading(names.LAB)
    assert found == whole
    assert {operation: count for operation, _, count in booked}["GetDiscoveredResourceCounts"] > 9


def test_a_recorder_of_some_types_tells_of_those_alone(reading):
    found, _ = reading(names.SHOP)
    functions = {"AWS::Lambda::Function"}
    assert found["us-east-1"].told_of == functions | {"AWS::S3::Bucket"}
    assert found["eu-west-1"].told_of == functions, "whether buckets are recorded in Europe is not known"


def test_an_account_without_a_recorder_is_asked_once_a_region(reading):
    assert reading(names.PAYER) == ({}, [("DescribeConfigurationRecorders", "OK", 3)])


def of_an_older_kit():
    allowed = policy_document(kit(role_name="CostframeRecords"))
    for statement in allowed["Statement"]:
        statement["Action"] = [one for one in statement["Action"] if not one.startswith("config:")]
    return {"kit": allowed}


def test_a_role_of_an_older_kit_is_asked_once_and_nothing_is_known(reading):
    found = reading(names.LAB, policies=of_an_older_kit())
    assert found == ({}, [("DescribeConfigurationRecorders", "REFUSED", 1)])


def test_an_access_check_shows_that_a_role_of_an_older_kit_lacks_it_and_does_not_warn(calm_cloud, monkeypatch):
    try_only(monkeypatch, "vpn")
    arn = role(calm_cloud, account=names.LAB, name="CostframeRecords", policies=of_an_older_kit())
    report = check_access(
        principal=principal(calm_cloud), role_arn=arn, external_id=EXTERNAL_ID, connection_id="c-1",
        regions=("us-east-1",),
    )  # fmt: skip
    assert (report.refusals, report.warnings) == ((), ())
    lines = [line for line in report.matrix if line.action.startswith("config:")]
    assert [line.result for line in lines] == ["REFUSED"] * 3
    assert all("nothing is missing without it" in line.why for line in lines)


@pytest.mark.parametrize(("operation", "kind"), [(EACH[0], "deny"), (EACH[1], "error"), (EACH[2], "deny")])
def test_a_region_in_which_a_call_fails_tells_nothing_and_the_others_do(reading, calm_cloud, operation, kind):
    calm_cloud.fault(kind, service="config", operation=operation, region="eu-west-1", count=None)
    found, _ = reading(names.LAB)
    assert found.keys() == {"us-east-1", "ap-southeast-2"}


CONFIG = ServiceModel(Loader().load_service_model("config", "service-2"), "config")


@pytest.mark.parametrize("service", sorted(inventory.COLLECTORS))
def test_a_collector_names_types_of_aws_config_for_each_of_its_own_or_for_none(service):
    collector = inventory.COLLECTORS[service]
    named = {name for names in collector.recorded_as.values() for name in names}
    assert named <= set(CONFIG.shape_for("ResourceType").enum)
    assert named <= recorded.WHERE.keys()
    assert set(collector.recorded_as) in ({*collector.kinds}, set())
    assert all(collector.recorded_as.values())


def test_each_type_that_is_known_to_be_recorded_somewhere_is_named_by_a_collector():
    named = {name for one in inventory.COLLECTORS.values() for types in one.recorded_as.values() for name in types}
    assert named == recorded.WHERE.keys()
    assert {where for regions in recorded.WHERE.values() for where in regions} == recorded.LONG_OPEN


@pytest.mark.parametrize(
    ("recorded_as", "fault"),
    [
        ({Volume: ("AWS::EC2::Volume",)}, "a record tells of all of its types or of none"),
        (dict.fromkeys(inventory.COLLECTORS["rds"].kinds, ()), "a record tells of all of its types or of none"),
        (dict.fromkeys(inventory.COLLECTORS["rds"].kinds, ("AWS::RDS::New",)), "AWS::RDS::New is recorded"),
    ],
)
def test_a_collector_that_names_some_of_its_types_or_an_unknown_one_is_refused(recorded_as, fault):
    module = type("module", (), {})
    module.__name__ = "connections.providers.aws.collectors.rds"
    module.COLLECTOR = dataclasses.replace(inventory.COLLECTORS["rds"], recorded_as=recorded_as)
    with pytest.raises(inventory.BadCollector, match=fault):
        inventory.find([module])
