"""The guard by itself: what it lets through and what not."""

from __future__ import annotations

import pytest

from connections.provider import Call, ExportPlace
from connections.readonly import Guard, WriteRefused

EXPORT = ExportPlace(bucket="bills", prefix="focus", name="all", region="us-east-1")
READS = tuple(
    Call(service=service, operation=operation, action=f"{service}:{operation}", why="For this test.")
    for service, operation in (
        ("ec2", "DescribeVolumes"),
        ("s3", "GetObject"),
        ("s3", "ListObjectsV2"),
        ("s3", "GetBucketLocation"),
    )
)
GUARD = Guard(reads=READS, host_suffixes=(".amazonaws.com",), export=EXPORT)
SANDBOX = Guard(reads=READS, host_suffixes=(".amazonaws.com",), sandbox_url="http://127.0.0.1:4000")


def test_a_declared_read_passes():
    GUARD.check_operation("ec2", "DescribeVolumes", {})


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("ec2", "DeleteVolume"),
        ("ec2", "describevolumes"),
        ("ec2", "DescribeVolumes "),
        ("EC2", "DescribeVolumes"),
        ("rds", "DescribeVolumes"),
        ("ec2", ""),
        ("s3", "PutObject"),
    ],
)
def test_what_is_not_declared_letter_by_letter_is_refused(service, operation):
    with pytest.raises(WriteRefused) as refusal:
        GUARD.check_operation(service, operation, {})
    assert (refusal.value.service, refusal.value.operation) == (service, operation)


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("GetObject", {"Bucket": "bills", "Key": "focus/all/data/part.csv.gz"}),
        ("ListObjectsV2", {"Bucket": "bills", "Prefix": "focus/all/metadata/"}),
        ("GetBucketLocation", {"Bucket": "bills"}),
    ],
)
def test_the_exports_own_path_may_be_read(operation, parameters):
    GUARD.check_operation("s3", operation, parameters)


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("GetObject", {"Bucket": "bills", "Key": "focus/allother/part"}),
        ("GetObject", {"Bucket": "bills", "Key": "focus/all"}),
        ("GetObject", {"Bucket": "bills", "Key": "focus/all/../secret"}),
        ("GetObject", {"Bucket": "other", "Key": "focus/all/data/part"}),
        ("GetObject", {"Bucket": "arn:aws:s3:us-east-1:1:accesspoint/bills", "Key": "focus/all/x"}),
        ("GetObject", {"Bucket": "bills"}),
        ("ListObjectsV2", {"Bucket": "bills"}),
        ("ListObjectsV2", {"Bucket": "bills", "Prefix": ""}),
        ("ListObjectsV2", {"Bucket": "bills", "Prefix": "focus/"}),
        ("GetBucketLocation", {"Bucket": "other"}),
    ],
)
def test_objects_outside_the_export_are_refused(operation, parameters):
    with pytest.raises(WriteRefused):
        GUARD.check_operation("s3", operation, parameters)


def test_without_an_export_no_bucket_opens():
    with pytest.raises(WriteRefused):
        SANDBOX.check_operation("s3", "GetObject", {"Bucket": "bills", "Key": "focus/all/x"})


@pytest.mark.parametrize(
    "url",
    [
        "http://ec2.us-east-1.amazonaws.com/",
        "https://ec2.us-east-1.amazonaws.com.example.com/",
        "https://amazonaws.com.example/",
        "https://example.com/?x=.amazonaws.com",
        "https://ec2.us-east-1.amazonaws.com:8443/",
        "https://user@example.com/.amazonaws.com",
        "https://169.254.169.254/latest/meta-data",
        "ftp://ec2.us-east-1.amazonaws.com/",
        "http://127.0.0.1:4000/",
    ],
)
def test_only_the_providers_own_hosts_over_tls_may_be_spoken_to(url):
    with pytest.raises(WriteRefused):
        GUARD.check_address("ec2", "DescribeVolumes", url)


def test_the_providers_host_over_tls_passes():
    GUARD.check_address("ec2", "DescribeVolumes", "https://ec2.eu-west-1.amazonaws.com/")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:4001/", "https://ec2.us-east-1.amazonaws.com/", "https://127.0.0.1:4000/"]
)
def test_in_the_sandbox_nothing_else_may_be_spoken_to(url):
    with pytest.raises(WriteRefused):
        SANDBOX.check_address("ec2", "DescribeVolumes", url)
    SANDBOX.check_address("ec2", "DescribeVolumes", "http://127.0.0.1:4000/")


@pytest.mark.parametrize("url", ["http://10.0.0.1:80", "https://example.com", "http://localhost.example.com"])
def test_a_sandbox_that_is_not_loopback_is_refused(url):
    with pytest.raises(WriteRefused):
        Guard(reads=READS, host_suffixes=(), sandbox_url=url)


@pytest.mark.parametrize(
    ("operation", "method"),
    [("DeleteVolume", "POST"), ("DeleteVolume", "GET"), ("", "POST"), ("", "PUT"), ("", "DELETE")],
)
def test_the_request_itself_is_judged_whatever_it_was_said_to_be(operation, method):
    with pytest.raises(WriteRefused):
        GUARD.check_wire("ec2", operation, method)


@pytest.mark.parametrize(
    "url",
    [
        "https://bills.s3.us-east-1.amazonaws.com/focus/all/data/x",
        "https://s3.us-east-1.amazonaws.com/bills/focus/all/data/x",
        "https://bills.s3.amazonaws.com/?list-type=2&prefix=focus%2Fall%2Fdata%2F",
        "https://s3.us-east-1.amazonaws.com/bills?location",
    ],
)
def test_an_address_inside_the_export_passes(url):
    GUARD.check_object_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://bills.s3.us-east-1.amazonaws.com/focus/other",
        "https://bills.s3.us-east-1.amazonaws.com/focus/all/%2e%2e/other",
        "https://s3.us-east-1.amazonaws.com/other/focus/all/data/x",
        "https://other.s3.us-east-1.amazonaws.com/focus/all/data/x",
        "https://bills.s3.amazonaws.com/?list-type=2",
        "https://bills.s3.amazonaws.com/?list-type=2&prefix=",
        "https://s3.us-east-1.amazonaws.com/",
        "https://bills.s3.amazonaws.com/focus/other?location",
    ],
)
def test_an_address_outside_the_export_is_refused(url):
    with pytest.raises(WriteRefused):
        GUARD.check_object_url(url)
