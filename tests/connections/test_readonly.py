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
        GUARD.check_wire("ec2", operation, method, "https://ec2.eu-west-1.amazonaws.com/")


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
    GUARD.check_object_url(url, "GET")


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
        GUARD.check_object_url(url, "GET")


def declared(service, operation, **more):
    return Call(service=service, operation=operation, action=f"{service}:{operation}", why="For this test.", **more)


POSTING = Guard(
    reads=(
        declared("opensearch", "DescribeDomains", post_path="/2021-01-01/opensearch/domain-info"),
        declared("opensearch", "ListDomainNames"),
    ),
    host_suffixes=(".amazonaws.com",),
)
OPENSEARCH = "https://es.eu-west-1.amazonaws.com"


def test_a_read_that_is_a_post_leaves_for_its_own_path():
    POSTING.check_wire("opensearch", "", "POST", f"{OPENSEARCH}/2021-01-01/opensearch/domain-info")


@pytest.mark.parametrize(
    ("service", "method", "path"),
    [
        ("opensearch", "POST", "/2021-01-01/opensearch/domain"),
        ("opensearch", "POST", "/2021-01-01/opensearch/domain-info/"),
        ("opensearch", "POST", "/2021-01-01/opensearch/domain-info/x"),
        ("opensearch", "POST", "/2021-01-01/opensearch/domain%2dinfo"),
        ("opensearch", "POST", "//2021-01-01/opensearch/domain-info"),
        ("opensearch", "POST", "/2021-01-01/opensearch/domain/../domain-info"),
        ("opensearch", "POST", "/2021-01-01/opensearch/domain-info?x=1"),
        ("opensearch", "POST", "/"),
        ("opensearch", "POST", ""),
        ("opensearch", "PUT", "/2021-01-01/opensearch/domain-info"),
        ("opensearch", "DELETE", "/2021-01-01/opensearch/domain-info"),
        ("opensearch", "post", "/2021-01-01/opensearch/domain-info"),
        ("es", "POST", "/2021-01-01/opensearch/domain-info"),
    ],
)
def test_a_post_to_anything_else_does_not_leave(service, method, path):
    with pytest.raises(WriteRefused):
        POSTING.check_wire(service, "", method, f"{OPENSEARCH}{path}")


BUCKETS = Guard(
    reads=(
        declared("s3", "ListBuckets"),
        declared("s3", "GetBucketLifecycleConfiguration", bucket_setting="lifecycle"),
        declared("s3", "GetBucketTagging", bucket_setting="tagging"),
        declared("s3", "GetBucketPolicy", bucket_setting="policy"),
        declared("s3", "GetObject"),
    ),
    host_suffixes=(".amazonaws.com",),
)
S3 = "https://s3.eu-west-1.amazonaws.com"


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("ListBuckets", {}),
        ("ListBuckets", {"MaxBuckets": 100, "ContinuationToken": "x"}),
        ("GetBucketLifecycleConfiguration", {"Bucket": "logs"}),
        ("GetBucketTagging", {"Bucket": "logs.example.com", "ExpectedBucketOwner": "123456789012"}),
    ],
)
def test_declared_settings_of_any_bucket_may_be_asked_for(operation, parameters):
    BUCKETS.check_operation("s3", operation, parameters)


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("GetBucketLifecycleConfiguration", {}),
        ("GetBucketLifecycleConfiguration", {"Bucket": "logs", "Key": "x"}),
        ("GetBucketLifecycleConfiguration", {"Bucket": "logs/x"}),
        ("GetBucketLifecycleConfiguration", {"Bucket": "arn:aws:s3:us-east-1:1:accesspoint/logs"}),
        ("GetBucketLifecycleConfiguration", {"Bucket": ".."}),
        ("GetBucketPolicy", {"Bucket": "logs"}),
        ("GetBucketVersioning", {"Bucket": "logs"}),
        ("GetObject", {"Bucket": "logs", "Key": "x"}),
        ("ListBuckets", {"Prefix": "x"}),
    ],
)
def test_nothing_else_of_a_bucket_may_be_asked_for(operation, parameters):
    with pytest.raises(WriteRefused):
        BUCKETS.check_operation("s3", operation, parameters)


@pytest.mark.parametrize(
    "url",
    [
        S3,
        f"{S3}/",
        f"{S3}/?max-buckets=100&continuation-token=x",
        f"{S3}/logs?lifecycle",
        f"{S3}/logs.example.com?tagging",
        "https://logs.s3.eu-west-1.amazonaws.com/?lifecycle",
        "https://logs.s3.amazonaws.com?lifecycle",
        f"{S3}/logs?lifecycle&continuation-token=x",
    ],
)
def test_the_address_of_a_declared_setting_passes(url):
    BUCKETS.check_object_url(url, "GET")
    BUCKETS.check_wire("s3", "", "GET", url)


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("GET", f"{S3}/logs"),
        ("GET", f"{S3}/logs?policy"),
        ("GET", f"{S3}/logs?acl"),
        ("GET", f"{S3}/logs?versions"),
        ("GET", f"{S3}/logs?list-type=2"),
        ("GET", f"{S3}/logs?lifecycle&list-type=2"),
        ("GET", f"{S3}/logs?lifecycle=x"),
        ("GET", f"{S3}/logs?lifecycle&lifecycle"),
        ("GET", f"{S3}/logs?lifecycle&tagging"),
        ("GET", f"{S3}/logs?prefix=x"),
        ("GET", f"{S3}/logs?continuation-token=x"),
        ("GET", f"{S3}/logs/key?lifecycle"),
        ("GET", f"{S3}/logs/key"),
        ("GET", f"{S3}/logs%2Fkey?lifecycle"),
        ("GET", f"{S3}//key?lifecycle"),
        ("GET", f"{S3}/..?lifecycle"),
        ("GET", f"{S3}/?lifecycle"),
        ("GET", f"{S3}/?prefix=x"),
        ("GET", "https://logs.s3.eu-west-1.amazonaws.com/"),
        ("GET", "https://logs.s3.eu-west-1.amazonaws.com/key?lifecycle"),
        ("GET", "https://logs.s3.eu-west-1.amazonaws.com/key"),
        ("GET", "https://123456789012.s3-control.eu-west-1.amazonaws.com/logs?lifecycle"),
        ("GET", "https://x.s3-accesspoint.eu-west-1.amazonaws.com/?lifecycle"),
        ("HEAD", f"{S3}/logs?lifecycle"),
        ("PUT", f"{S3}/logs?lifecycle"),
        ("DELETE", f"{S3}/logs?lifecycle"),
        ("POST", f"{S3}/logs?lifecycle"),
    ],
)
def test_no_other_address_of_a_bucket_passes(method, url):
    with pytest.raises(WriteRefused):
        BUCKETS.check_object_url(url, method)


def test_the_list_of_buckets_is_a_read_of_its_own():
    one = Guard(reads=BUCKETS.reads[1:], host_suffixes=(".amazonaws.com",))
    with pytest.raises(WriteRefused):
        one.check_operation("s3", "ListBuckets", {})
    assert one.buckets.refusal_of_parameters("ListBuckets", {})
    with pytest.raises(WriteRefused):
        one.check_object_url(S3, "GET")


def test_a_session_with_an_export_asks_for_no_other_buckets_settings():
    paying = Guard(reads=BUCKETS.reads, host_suffixes=(".amazonaws.com",), export=EXPORT)
    with pytest.raises(WriteRefused):
        paying.check_operation("s3", "GetBucketLifecycleConfiguration", {"Bucket": "logs"})
    with pytest.raises(WriteRefused):
        paying.check_object_url(f"{S3}/logs?lifecycle", "GET")
