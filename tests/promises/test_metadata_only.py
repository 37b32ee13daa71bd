"""Promise: cost metadata only, never application data. The adapter's half: what is dropped before anything is stored."""

from __future__ import annotations

import datetime as dt
import logging

import boto3
import pytest
from moto.server import ThreadedMotoServer

from connections.providers.aws import calls, inventory
from connections.providers.aws.reader import WITHHELD, clean_tags
from connections.providers.aws.session import Principal, open_session
from connections.providers.aws.tolerated import DATA_READS

AT = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
PLANTED = "hunter2-planted-secret"


@pytest.fixture
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
    assert {call.action for call in (*inventory.DECLARED, *calls.EXPORT)} & DATA_READS == {"s3:GetObject"}
    assert {call.action for call in inventory.DECLARED} & DATA_READS == set()


def test_our_own_keys_do_not_show_in_what_is_printed():
    principal = Principal(access_key_id="AKIA", secret_access_key=PLANTED, session_token=PLANTED)
    assert PLANTED not in repr(principal)
