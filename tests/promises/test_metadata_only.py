"""Promise: cost metadata only, never application data. The adapter's half: what is dropped before anything is stored."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re

import boto3
import pytest
from botocore.parsers import create_parser
from moto.server import ThreadedMotoServer

from connections.kits.aws import cli_script, cloudformation, policy_document, terraform
from connections.provider import Call
from connections.providers.aws import calls, inventory
from connections.providers.aws import guarded as guarded_module
from connections.providers.aws.guarded import GuardedSession
from connections.providers.aws.outcomes import CallBook
from connections.providers.aws.reader import WITHHELD, clean_tags
from connections.providers.aws.session import HOSTS, Principal, open_session
from connections.providers.aws.tolerated import DATA_READS
from connections.readonly import Guard
from tests.connections.aws import EXPORT, guarded, kit, silent_address
from tests.promises import content
from tests.promises.content import content_of, is_left, members, output_of, sounds_like_content

EVERY_CALL = (*inventory.DECLARED, *calls.EXPORT)
AT = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
PLANTED = "hunter2-planted-secret"


@pytest.fixture(scope="module")
def planted():
    """An account that holds secrets in the places where customers leave them; answers its address."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-east-1"}
    ec2 = boto3.client("ec2", endpoint_url=url, **keys)
    tags = [{"Key": "db_password", "Value": PLANTED}, {"Key": "Name", "Value": "visible"}]
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    ec2.run_instances(
        ImageId=image,
        MinCount=1,
        MaxCount=1,
        UserData=f"export TOKEN={PLANTED}",
        TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
    )
    ec2.create_volume(
        AvailabilityZone="us-east-1a", Size=1, TagSpecifications=[{"ResourceType": "volume", "Tags": tags}]
    )
    boto3.client("rds", endpoint_url=url, **keys).create_db_instance(
        DBInstanceIdentifier="db",
        DBInstanceClass="db.t3.micro",
        Engine="mysql",
        AllocatedStorage=20,
        MasterUsername="root",
        MasterUserPassword=PLANTED,
        Tags=[{"Key": "API-Key", "Value": PLANTED}],
    )
    yield url
    server.stop()


def test_planted_secrets_do_not_come_through_the_adapter(planted, caplog):
    def collect(service):
        session = open_session(
            principal=Principal(access_key_id="a", secret_access_key="b", sandbox_url=planted),
            role_arn="arn:aws:iam::123456789012:role/CostframeReadOnly",
            external_id="cf-1",
            connection_id="c",
            reads=inventory.calls_of(service),
        )
        return inventory.collect(session=session, service=service, region="us-east-1", at=AT)

    with caplog.at_level(logging.INFO):
        collected = [collect(service) for service in inventory.COLLECTORS]
    kinds = {resource.KIND for one in collected for resource in one.resources}
    assert {"instance", "volume", "database"} <= kinds
    assert "visible" in repr(collected)
    assert WITHHELD in repr(collected)
    assert PLANTED not in repr(collected)
    assert PLANTED not in caplog.text


@pytest.mark.parametrize("call", EVERY_CALL, ids=lambda call: call.action)
def test_whatever_sounds_like_content_in_an_answer_is_not_read_or_kept_for_a_reason(call):
    known = dict(members(output_of(call)))
    parsed = {path for path in content_of(call) if is_left(path, known[path], call)}
    assert sorted(parsed - call.kept.keys()) == []
    assert sorted({*call.withheld, *call.kept, *call.read} - known.keys()) == []
    assert all(reason.endswith(".") for reason in call.kept.values())


def test_what_several_collectors_ask_is_declared_once():
    """What one of them withholds would be withheld from another that needs it, and nobody would be told."""
    declared = {(call.service, call.operation, call) for one in inventory.COLLECTORS.values() for call in one.calls}
    assert len(declared) == len({(service, operation) for service, operation, _ in declared}) > 100


def test_a_client_is_made_from_a_model_without_what_is_withheld_or_not_read_and_with_all_the_rest():
    with silent_address() as url:
        session, paying = guarded(url), guarded(url, export=EXPORT)
        for call in EVERY_CALL:
            (paying if call in calls.EXPORT else session).create_client(call.service)
    for call in EVERY_CALL:
        whole, left = (dict(members(output_of(call, loader))) for loader in (content.MODELS, guarded_module.LOADER))
        assert left.keys() == {path for path, type_name in whole.items() if is_left(path, type_name, call)}


def test_a_member_that_is_withheld_never_becomes_a_value_whatever_the_provider_answers():
    functions = Call(
        service="lambda", operation="ListFunctions", action="lambda:ListFunctions", why="Made up.",
        withheld=("Functions.Environment", "Functions.Description"),
    )  # fmt: skip
    session = GuardedSession(
        guard=Guard(reads=(functions,), host_suffixes=HOSTS), book=CallBook(), credentials=None, region="us-east-1"
    )
    shape = session.create_client("lambda").meta.service_model.operation_model("ListFunctions").output_shape
    told = {"FunctionName": "f", "MemorySize": 128, "Environment": {"Variables": {"TOKEN": PLANTED}}}
    body = json.dumps({"Functions": [{**told, "Description": PLANTED}]}).encode()
    answer = create_parser("rest-json").parse({"status_code": 200, "headers": {}, "body": body}, shape)
    assert answer["Functions"] == [{"FunctionName": "f", "MemorySize": 128}]


def test_the_name_of_a_databases_first_user_is_not_read(planted):
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-east-1"}
    said = boto3.client("rds", endpoint_url=planted, **keys).describe_db_instances()["DBInstances"][0]
    session = open_session(
        principal=Principal(access_key_id="a", secret_access_key="b", sandbox_url=planted),
        role_arn="arn:aws:iam::123456789012:role/CostframeReadOnly",
        external_id="cf-1",
        connection_id="c",
        reads=inventory.calls_of("rds"),
    )
    read = session.client("rds").describe_db_instances()["DBInstances"][0]
    assert (said["MasterUsername"], "MasterUsername" in read) == ("root", False)
    assert (read["DBInstanceIdentifier"], read["AllocatedStorage"]) == ("db", 20)


@pytest.mark.parametrize(
    ("name", "type_name", "sounds"),
    [
        ("Environment", "structure", True),
        ("UserData", "string", True),
        ("stageVariableOverrides", "map", True),
        ("DefaultArguments", "map", True),
        ("CustomHeaders", "structure", True),
        ("ConfigurationProperties", "map", True),
        ("MasterUserSecret", "structure", True),
        ("FsxAdminPassword", "string", True),
        ("authKey", "string", True),
        ("PreSharedKey", "string", True),
        ("CustomerGatewayConfiguration", "string", True),
        ("definition", "string", True),
        ("SessionScriptS3Location", "structure", True),
        ("ResourceRecords", "list", True),
        ("PolicyDocument", "string", True),
        ("AccessPolicies", "string", True),
        ("Parameters", "list", True),
        ("MasterUsername", "string", True),
        ("sshKeyName", "string", True),
        ("Description", "string", True),
        ("Comment", "string", True),
        ("TagDescriptions", "list", False),
        ("InstanceType", "string", False),
        ("DBParameterGroups", "list", False),
        ("KmsKeyId", "string", False),
    ],
)
def test_a_name_that_sounds_like_content_is_heard(name, type_name, sounds):
    assert sounds_like_content(name, type_name) == sounds


@pytest.mark.parametrize(
    "key",
    [
        "password",
        "DB_PASSWORD",
        "db-password",
        "ApiKey",
        "api_key",
        "my.secret",
        "oauth-token",
        "AWS Access Key",
        "private-key",
    ],
)
def test_the_value_of_a_tag_that_speaks_of_a_secret_is_withheld(key):
    assert clean_tags([{"Key": key, "Value": PLANTED}]) == {key: WITHHELD}


@pytest.mark.parametrize("key", ["Name", "team", "cost-centre", "keyboard", "environment"])
def test_other_tags_come_through(key):
    assert clean_tags([{"Key": key, "Value": "x"}]) == {key: "x"}


def test_no_declared_call_reads_what_customers_store_but_the_exports_own_path():
    assert {call.action for call in EVERY_CALL} & DATA_READS == {"s3:GetObject"}
    assert {call.action for call in inventory.DECLARED} & DATA_READS == set()


OF_CONFIG = {
    "config:DescribeConfigurationRecorders",
    "config:DescribeConfigurationRecorderStatus",
    "config:GetDiscoveredResourceCounts",
}


@pytest.mark.parametrize("export", [None, EXPORT])
@pytest.mark.parametrize(
    "form", [cloudformation, terraform, cli_script, lambda made: json.dumps(policy_document(made))]
)
def test_of_aws_config_a_kit_asks_for_recorders_and_numbers_alone_and_for_no_configuration(form, export):
    assert set(re.findall(r"config:[\w*]+", form(kit(export=export)))) == OF_CONFIG


def test_no_step_may_ask_aws_config_for_anything():
    declared = {call.action for service in inventory.COLLECTORS for call in inventory.calls_of(service)}
    assert {action for action in declared if action.startswith("config:")} == set()
    assert {call.action for call in calls.RECORDS} == OF_CONFIG
    assert "ConfigurationRecorders.recordingMode" not in calls.DESCRIBE_RECORDERS.read, "it has texts of people's own"


def test_our_own_keys_do_not_show_in_what_is_printed():
    principal = Principal(access_key_id="AKIA", secret_access_key=PLANTED, session_token=PLANTED)
    assert PLANTED not in repr(principal)
