"""Promise: clients are built read-only; an accidental write is not a bug that we could ship."""

from __future__ import annotations

import dataclasses

import boto3
import pytest
from botocore import xform_name
from botocore.credentials import Credentials

from connections.management.commands.make_kits import levels_text
from connections.provider import Call
from connections.providers.aws import calls, inventory
from connections.providers.aws import guarded as guarded_module
from connections.providers.aws.guarded import GuardedSession
from connections.providers.aws.outcomes import CallBook
from connections.providers.aws.privileges import LEVELS_FILE, access_levels
from connections.providers.aws.session import HOSTS
from connections.providers.aws.tolerated import TOLERATED
from connections.readonly import Guard, WriteRefused
from tests.connections.aws import EXPORT, guarded, silent_address

ALLOWED = {(call.service, call.operation) for call in inventory.DECLARED}
EVERY_CALL = (*inventory.DECLARED, *calls.EXPORT)
OPERATIONS_OF_BOTOCORE = 19_796


@pytest.fixture(autouse=True)
def own_search_paths():
    """boto3 adds its own models to the loader of a session that it is handed; what other tests see stays as it is."""
    before = list(guarded_module.LOADER.search_paths)
    yield
    guarded_module.LOADER.search_paths[:] = before


@pytest.fixture(scope="module")
def every_client():
    """One client of every service of botocore, made by the guarded session; nobody answers at their address."""
    with silent_address() as url:
        session = guarded(url)
        yield {name: session.create_client(name) for name in session.get_available_services()}
    guarded_module.LOADER._cache.clear()  # 400 MiB of models that no other test needs


def is_refused(call, *arguments, **keywords):
    try:
        call(*arguments, **keywords)
    except WriteRefused:
        return True
    return False


def operations(client):
    return [
        (method, operation)
        for method, operation in client.meta.method_to_api_mapping.items()
        if (client.meta.service_model.service_name, operation) not in ALLOWED
    ]


def test_every_operation_of_every_service_is_refused_before_a_byte_leaves(every_client):
    tried, sent = 0, []
    for name, client in every_client.items():
        for method, operation in operations(client):
            tried += 1
            # Some streaming operations have no method, but the door behind all methods takes them.
            call = getattr(client, method, None)
            refused = is_refused(call) if call else is_refused(client._make_api_call, operation, {})
            if not refused:
                sent.append((name, operation))
    assert sent == []
    assert tried == OPERATIONS_OF_BOTOCORE - len(ALLOWED)


def test_handlers_registered_and_removed_after_a_client_exists_change_nothing(every_client):
    for name in ("ec2", "s3", "iam", "dynamodb", "lambda"):
        client = every_client[name]
        events = client.meta.events
        for event in ("provide-client-params", "choose-signer", "before-sign", "before-send"):
            with pytest.raises(WriteRefused):
                events.unregister(event, unique_id=f"costframe-{event}")
        events.register_first("provide-client-params", lambda **_: {})
        assert all(is_refused(getattr(client, method)) for method, _ in operations(client))


def test_every_paginator_is_refused(every_client):
    tried, sent = 0, []
    for name in every_client:
        for method, operation in operations(every_client[name]):
            if every_client[name].can_paginate(method):
                tried += 1
                if not is_refused(lambda: next(iter(every_client[name].get_paginator(method).paginate()))):  # noqa: B023 - called at once
                    sent.append((name, operation))
    assert sent == []
    assert tried > 3_000


def test_every_waiter_is_refused(every_client):
    sent, tried = [], 0
    for name, client in every_client.items():
        for waiter_name in client.waiter_names:
            waiter = client.get_waiter(waiter_name)
            if (name, waiter.config.operation) in ALLOWED:
                continue
            tried += 1
            if not is_refused(waiter.wait):
                sent.append((name, waiter_name))
    assert sent == []
    assert tried > 200


@pytest.mark.parametrize(
    "name", ["cloudformation", "cloudwatch", "dynamodb", "ec2", "glacier", "iam", "s3", "sns", "sqs"]
)
def test_every_action_of_every_resource_object_is_refused(name):
    with silent_address() as url:
        resource = boto3.Session(botocore_session=guarded(url)).resource(name)
        found = [resource, *things_of(resource)]
        sent = [
            (type(thing).__name__, action.name)
            for thing in found
            for action in thing.meta.resource_model.actions
            if (name, action.request.operation) not in ALLOWED and not is_refused(getattr(thing, action.name))
        ]
    assert sent == []
    assert len(found) > 1


def things_of(resource):
    for part in resource.meta.resource_model.subresources:
        wanted = [each for each in part.resource.identifiers if each.source == "input"]
        thing = getattr(resource, part.name)(*["x" * 8 for _ in wanted])
        thing.meta.data = {}  # or an action would first load it, which is a read
        yield thing


def test_uploads_and_copies_of_the_transfer_manager_are_refused(tmp_path):
    file = tmp_path / "file"
    file.write_text("x")
    with silent_address() as url:
        bucket = boto3.Session(botocore_session=guarded(url, export=EXPORT)).resource("s3").Bucket(EXPORT.bucket)
        with pytest.raises(WriteRefused):
            bucket.upload_file(str(file), f"{EXPORT.path}/data/x")
        with pytest.raises(WriteRefused):
            bucket.copy({"Bucket": EXPORT.bucket, "Key": "x"}, f"{EXPORT.path}/data/x")
        with pytest.raises(WriteRefused):
            bucket.download_file("elsewhere/x", str(tmp_path / "y"))


def test_presigned_urls_are_refused_for_allowed_reads_too():
    with silent_address() as url:
        session = guarded(url, export=EXPORT)
        s3, sts = session.create_client("s3"), session.create_client("sts")
        inside = {"Bucket": EXPORT.bucket, "Key": f"{EXPORT.path}/data/x"}
        assert is_refused(s3.generate_presigned_url, "get_object", Params=inside)
        assert is_refused(s3.generate_presigned_url, "put_object", Params=inside)
        assert is_refused(s3.generate_presigned_post, **inside)
        assert is_refused(sts.generate_presigned_url, "get_caller_identity")


def test_presigned_urls_of_every_operation_are_refused(every_client):
    signed = [
        (name, operation)
        for name in ("ec2", "rds", "s3", "sts", "iam", "lambda", "polly", "sqs")
        for method, operation in every_client[name].meta.method_to_api_mapping.items()
        if hasattr(every_client[name], method) and not is_refused(every_client[name].generate_presigned_url, method)
    ]
    assert signed == []


def test_tokens_that_open_a_database_are_refused():
    with silent_address() as url:
        session = guarded(url)
        rds = session.create_client("rds")
        assert is_refused(rds.generate_db_auth_token, DBHostname="db", Port=5432, DBUsername="reader")
        dsql = session.create_client("dsql")
        assert is_refused(dsql.generate_db_connect_admin_auth_token, Hostname="db")


@pytest.mark.parametrize("event", ["before-call", "request-created", "before-send"])
def test_a_read_that_a_handler_rewrites_into_a_write_does_not_leave(event):
    with silent_address() as url:
        client = guarded(url).create_client("ec2")

        def rewrite(params=None, request=None, **_):
            if params is not None:
                params["body"]["Action"] = "TerminateInstances"
            elif hasattr(request, "prepare"):
                request.data = {"Action": "TerminateInstances", "Version": "2016-11-15"}
            else:
                request.body = b"Action=TerminateInstances&Version=2016-11-15"

        client.meta.events.register_first(f"{event}.ec2.DescribeVolumes", rewrite)
        with pytest.raises(WriteRefused) as refusal:
            client.describe_volumes()
    assert refusal.value.operation == "TerminateInstances"


@pytest.mark.parametrize(
    "body",
    [
        b"Action=DescribeVolumes&Action=TerminateInstances",
        b"Version=1&Action=TerminateInstances",
        b"",
        b"x=%26Action=DescribeVolumes",
        b"Action=DescribeVolumes&%41ction=TerminateInstances",
    ],
)
def test_a_body_that_names_two_operations_or_none_does_not_leave(body):
    with silent_address() as url:
        client = guarded(url).create_client("ec2")
        client.meta.events.register_first("before-send", lambda request, **_: setattr(request, "body", body))
        with pytest.raises(WriteRefused):
            client.describe_volumes()


@pytest.mark.parametrize(
    ("method", "query", "target", "body"),
    [
        ("GET", "?Action=TerminateInstances", None, None),
        ("HEAD", "?%41ction=TerminateInstances", None, None),
        ("GET", "", None, b"Action=TerminateInstances"),
        ("POST", "?Action=TerminateInstances", None, b"Action=DescribeVolumes"),
        ("POST", "", "x.DescribeVolumes", b"Action=TerminateInstances"),
        ("POST", "x/operation/DescribeVolumes", None, b"Action=TerminateInstances"),
    ],
)
def test_a_write_that_hides_behind_the_name_of_a_read_does_not_leave(method, query, target, body):
    with silent_address() as url:
        client = guarded(url).create_client("ec2")

        def disguise(request, **_):
            request.method, request.url, request.body = method, f"{url}/{query}", body
            if target:
                request.headers["X-Amz-Target"] = target
            if method != "POST":
                del request.headers["Content-Type"]

        client.meta.events.register_first("before-send", disguise)
        with pytest.raises(WriteRefused):
            client.describe_volumes()


def test_an_object_that_a_handler_points_elsewhere_does_not_leave():
    with silent_address() as url:
        client = guarded(url, export=EXPORT).create_client("s3")

        def elsewhere(request, **_):
            request.url = f"{url}/{EXPORT.bucket}/private/salaries.csv"

        client.meta.events.register_first("before-send", elsewhere)
        with pytest.raises(WriteRefused):
            client.get_object(Bucket=EXPORT.bucket, Key=f"{EXPORT.path}/data/x")


class Sent(Exception):
    """What stands behind the guard was reached."""


class Wire:
    """Takes the place of what sends bytes."""

    def send(self, request):
        raise Sent(request.method, request.url)


def client_of(call):
    """A client of a session that makes one call, to the provider's own addresses."""
    session = GuardedSession(
        guard=Guard(reads=(call,), host_suffixes=HOSTS), book=CallBook(), credentials=Credentials("a", "b"),
        region="eu-west-1",
    )  # fmt: skip
    client = session.create_client(call.service)
    client._endpoint.http_session._inner = Wire()
    return client


PLANS = Call(
    service="savingsplans", operation="DescribeSavingsPlans", action="savingsplans:DescribeSavingsPlans",
    why="Made up.", post_path="/DescribeSavingsPlans",
)  # fmt: skip
LIFECYCLE = Call(
    service="s3", operation="GetBucketLifecycleConfiguration", action="s3:GetLifecycleConfiguration", why="Made up.",
    bucket_setting="lifecycle",
)  # fmt: skip


def test_a_read_that_is_a_post_leaves_where_its_path_is_declared_and_nowhere_else():
    with pytest.raises(Sent, match="/DescribeSavingsPlans"):
        client_of(PLANS).describe_savings_plans()
    with pytest.raises(WriteRefused, match="not a plain read"):
        client_of(dataclasses.replace(PLANS, post_path="")).describe_savings_plans()
    client = client_of(PLANS)

    def rewrite(request, **_):
        request.url = request.url.replace("Describe", "Create")

    client.meta.events.register_first("before-send", rewrite)
    with pytest.raises(WriteRefused, match="not a plain read"):
        client.describe_savings_plans()


@pytest.mark.parametrize("bucket", ["logs", "logs.example.com"])
def test_a_declared_setting_of_a_bucket_leaves_and_an_object_of_it_does_not(bucket):
    client = client_of(LIFECYCLE)
    with pytest.raises(Sent, match=r"\?lifecycle"):
        client.get_bucket_lifecycle_configuration(Bucket=bucket)
    assert is_refused(client.get_object, Bucket=bucket, Key="x")
    assert is_refused(client.get_bucket_versioning, Bucket=bucket)

    def rewrite(request, **_):
        request.url = request.url.replace("?lifecycle", "/salaries.csv")

    client.meta.events.register_first("before-send", rewrite)
    assert is_refused(client.get_bucket_lifecycle_configuration, Bucket=bucket)


@pytest.mark.parametrize(
    "option",
    [
        {"endpoint_url": "https://example.com"},
        {"verify": False},
        {"use_ssl": False},
        {"aws_access_key_id": "AKIAOTHER", "aws_secret_access_key": "other"},
    ],
)
def test_a_client_cannot_be_made_looser_than_the_session(option):
    with silent_address() as url, pytest.raises(WriteRefused):
        guarded(url).create_client("ec2", **option)


@pytest.mark.parametrize("call", EVERY_CALL, ids=lambda call: call.action)
def test_the_allowlist_is_read_and_list_only(call):
    assert access_levels()[call.action] in {"Read", "List"} or call.action in TOLERATED
    assert {access_levels()[action] for action in call.besides} <= {"Read", "List"}
    assert call.why


def test_the_access_levels_are_those_of_the_providers_reference():
    assert LEVELS_FILE.read_text() == levels_text()


def test_every_declared_operation_exists():
    with silent_address() as url:
        session = guarded(url)
        for call in EVERY_CALL:
            client = session.create_client(call.service)
            assert client.meta.method_to_api_mapping[xform_name(call.operation)] == call.operation
