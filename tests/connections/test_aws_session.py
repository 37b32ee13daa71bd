"""The session: nothing of its surroundings reaches it, it renews itself, it can be found, and it says what is wrong."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os

import pytest
from botocore import xform_name
from botocore.credentials import Credentials, RefreshableCredentials
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from connections.providers.aws import calls, inventory
from connections.providers.aws.access import cheapest
from connections.providers.aws.guarded import LOADER, GuardedSession
from connections.providers.aws.outcomes import CallBook, sentence_of
from connections.providers.aws.session import HOSTS, CannotAssumeRole, Principal, account_of, open_session
from connections.readonly import Guard, WriteRefused
from sandbox.aws import names
from sandbox.aws.policy import matches
from tests.connections.aws import EXPORT, EXTERNAL_ID, guarded, principal, role, session, silent_address


def test_the_surroundings_give_no_credentials_endpoints_or_models(tmp_path, monkeypatch):
    planted = tmp_path / ".aws" / "models" / "ec2" / "2099-01-01"
    planted.mkdir(parents=True)
    (planted / "service-2.json").write_text("{}")
    (tmp_path / ".aws" / "config").write_text(
        "[default]\nregion = eu-south-2\nendpoint_url = http://127.0.0.1:1\ncredential_process = false\n"
    )
    (tmp_path / ".aws" / "credentials").write_text(
        "[default]\naws_access_key_id = PLANTED\naws_secret_access_key = x\n"
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    for name, value in {
        "AWS_ACCESS_KEY_ID": "PLANTED",
        "AWS_SECRET_ACCESS_KEY": "PLANTED",
        "AWS_SESSION_TOKEN": "PLANTED",
        "AWS_PROFILE": "nobody",
        "AWS_REGION": "eu-south-2",
        "AWS_DEFAULT_REGION": "eu-south-2",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ENDPOINT_URL_EC2": "http://127.0.0.1:1",
        "AWS_DATA_PATH": str(tmp_path / ".aws" / "models"),
        "AWS_BEARER_TOKEN_BEDROCK": "PLANTED",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "BOTOCORE_EXPERIMENTAL__PLUGINS": "x=does.not.exist",
        "AWS_MAX_ATTEMPTS": "99",
    }.items():
        monkeypatch.setenv(name, value)
    with silent_address() as url:
        made = guarded(url)
        client = made.create_client("ec2")
        assert client.meta.endpoint_url == url
        assert client.meta.region_name == "us-east-1"
        assert made.get_credentials().access_key == "AKIAEXAMPLE"
        assert made.get_auth_token() is None
        assert client.meta.config.retries["total_max_attempts"] == 4
        assert client.meta.service_model.api_version == "2016-11-15"
        assert made.available_profiles == []
    assert LOADER.search_paths == [LOADER.BUILTIN_DATA_PATH]
    assert os.environ["AWS_PROFILE"] == "nobody"


def test_a_session_reads_and_leaves_a_trace_that_the_customer_can_find(calm_cloud):
    calm_cloud.clear_calls()
    opened = session(calm_cloud)
    assert opened.client("sts").get_caller_identity()["Arn"].endswith("assumed-role/CostframeReadOnly/costframe-c-1")
    assert "costframe (read-only)" in opened.client("ec2").meta.config.user_agent_extra
    assert opened.account_id == names.SHOP


def test_an_inventory_session_opens_no_bucket_and_a_bill_session_no_inventory(calm_cloud):
    looking = session(calm_cloud, account=names.PAYER)
    with pytest.raises(WriteRefused):
        looking.client("s3").get_object(Bucket=EXPORT.bucket, Key=f"{EXPORT.path}/data/x")
    bill = session(calm_cloud, account=names.PAYER, export=EXPORT)
    with pytest.raises(WriteRefused):
        bill.client("ec2").describe_volumes()
    assert bill.client("s3").list_objects_v2(Bucket=EXPORT.bucket, Prefix=f"{EXPORT.path}/metadata/")["KeyCount"] > 0


def test_a_session_renews_itself_before_it_runs_out(calm_cloud):
    opened = session(calm_cloud)
    credentials = opened.botocore.get_credentials()
    assert isinstance(credentials, RefreshableCredentials)
    first = credentials.access_key
    opened.client("ec2").describe_addresses()
    assert credentials.access_key == first
    credentials._expiry_time = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=30)
    opened.client("ec2").describe_addresses()
    assert credentials.access_key != first
    assert {call.count for call in opened.book.counts() if call.operation == "AssumeRole"} == {2}


def test_a_session_lasts_fifteen_minutes_and_is_not_renewed_at_every_call(calm_cloud):
    credentials = session(calm_cloud).botocore.get_credentials()
    left = credentials._expiry_time - dt.datetime.now(dt.UTC)
    assert dt.timedelta(minutes=14) < left <= dt.timedelta(minutes=15)
    assert not credentials.refresh_needed()


def test_our_own_wrong_key_is_not_the_customers_fault(calm_cloud):
    arn = role(calm_cloud)
    wrong = Principal(access_key_id="AKIAWRONG", secret_access_key="x", sandbox_url=calm_cloud.endpoint_url)
    with pytest.raises(CannotAssumeRole, match="COSTFRAME_AWS_ACCESS_KEY_ID") as error:
        open_session(principal=wrong, role_arn=arn, external_id=EXTERNAL_ID, connection_id="c")
    assert error.value.permanent
    assert not error.value.is_denied


@pytest.mark.parametrize(
    ("kind", "is_permanent"), [("deny", True), ("throttle", False), ("error", False), ("hang_up", False)]
)
def test_whether_another_try_can_help_is_said(calm_cloud, kind, is_permanent):
    arn = role(calm_cloud)
    calm_cloud.fault(kind, service="sts", operation="AssumeRole", count=None)
    with pytest.raises(CannotAssumeRole) as error:
        open_session(principal=principal(calm_cloud), role_arn=arn, external_id=EXTERNAL_ID, connection_id="c")
    assert error.value.permanent == is_permanent
    assert calm_cloud.secret_access_key not in str(error.value)


def test_a_role_arn_may_have_a_path():
    assert account_of("arn:aws:iam::123456789012:role/a/b/Reader") == ("123456789012", "Reader")


def test_our_principals_own_session_can_do_nothing_but_assume(calm_cloud):
    opened = session(calm_cloud)
    door = opened.botocore.get_credentials()._refresh_using.__self__
    with pytest.raises(WriteRefused):
        door._client.get_caller_identity()


def test_what_is_heard_in_one_session_is_not_heard_in_another():
    with silent_address() as url:
        one, other = guarded(url), guarded(url)
        one.register("a-word.of-ours", lambda **_: "heard")
        assert [said for _, said in one.emit("a-word.of-ours")] == ["heard"]
        assert [said for _, said in other.emit("a-word.of-ours")] == []
        assert [said for _, said in guarded(url).emit("a-word.of-ours")] == []


def test_nothing_leaves_once_the_work_is_to_end():
    class Enough(Exception):
        pass

    with silent_address() as url:
        made = guarded(url)

        def end():
            raise Enough

        made._book.before_call = end
        with pytest.raises(Enough):
            made.create_client("ec2").describe_volumes()
    assert made._book.counts() == ()


def test_every_attempt_is_booked_with_its_outcome(calm_cloud):
    opened = session(calm_cloud)
    calm_cloud.fault("deny", service="ec2", operation="DescribeVolumes")
    with pytest.raises(ClientError):
        opened.client("ec2").describe_volumes()
    opened.client("ec2").describe_volumes()
    booked = {(one.operation, one.outcome, one.error_code): one.count for one in opened.book.counts()}
    assert booked["DescribeVolumes", "OK", ""] == 1
    assert booked["DescribeVolumes", "REFUSED", "UnauthorizedOperation"] == 1


class Heard:
    """A pace that waits for nothing, remembers what it was told, and leaves all tries to the SDK."""

    def __init__(self):
        self.calls, self.complaints = [], []

    def before_call(self, **place):
        self.calls.append(tuple(place.values()))

    def throttled(self, **place):
        self.complaints.append(tuple(place.values()))

    def further_try(self, *, tries):
        assert tries


def test_each_try_keeps_the_pace_of_its_service_and_region_before_it_is_signed_and_each_complaint_is_told(calm_cloud):
    heard = Heard()
    opened = session(calm_cloud, book=CallBook(pace=heard))
    for client in (opened.client("ec2", "eu-west-1"), opened.client("ec2"), opened.client("iam")):
        client.meta.events.register("before-sign", lambda **_: heard.calls.append("signed"))
    heard.calls.clear()
    calm_cloud.fault("throttle", service="ec2", operation="DescribeVolumes", region="eu-west-1", count=1)
    calm_cloud.fault("deny", service="ec2", operation="DescribeVolumes", region="us-east-1", count=1)
    opened.client("ec2", "eu-west-1").describe_volumes()
    with pytest.raises(ClientError):
        opened.client("ec2").describe_volumes()
    opened.client("iam").list_role_policies(RoleName="CostframeReadOnly")
    turns = [("ec2", "eu-west-1"), ("ec2", "eu-west-1"), ("ec2", "us-east-1"), ("iam", "us-east-1")]
    assert heard.calls == [one for turn in turns for one in (turn, "signed")]
    assert heard.complaints == [("ec2", "eu-west-1")]


def test_clients_are_made_once_and_closed_with_the_session(calm_cloud):
    opened = session(calm_cloud)
    assert opened.client("ec2") is opened.client("ec2", "us-east-1")
    assert opened.client("ec2") is not opened.client("ec2", "eu-west-1")
    opened.close()
    assert opened._clients == {}


def test_every_call_is_declared_once():
    pairs = [(call.service, call.operation) for call in (*inventory.DECLARED, *calls.EXPORT)]
    assert len(pairs) == len(set(pairs))


NAMED = {
    "User: arn:aws:sts::222233334444:assumed-role/Door/costframe-c-1 is not authorized to perform: ec2:DescribeVolumes": (
        "User: assumed-role of account 222233334444 is not authorized to perform: ec2:DescribeVolumes"
    ),
    "User: arn:aws:iam::999999999999:user/us may not sts:AssumeRole on arn:aws-us-gov:iam::222233334444:role/a/b/Door": (
        "User: user of account 999999999999 may not sts:AssumeRole on role of account 222233334444"
    ),
    "not authorized to perform: iam:GetRole on resource: role Door because": (
        "not authorized to perform: iam:GetRole on resource: role because"
    ),
    "s3:ListBucket on resource: arn:aws:s3:::nwt-costs": "s3:ListBucket on resource: arn:aws:s3:::nwt-costs",
}


@pytest.mark.parametrize(("told", "kept"), NAMED.items())
def test_what_aws_says_is_kept_without_the_names_of_roles(told, kept):
    error = ClientError({"Error": {"Code": "AccessDenied", "Message": told}}, "X")
    assert sentence_of(error) == f"AccessDenied: {kept}"


@pytest.mark.parametrize("length", range(440, 500, 7))
def test_a_name_is_taken_out_before_the_sentence_is_cut(length):
    told = "x" * length + " arn:aws:iam::222233334444:role/DoorDoorDoor"
    assert "Door" not in sentence_of(ClientError({"Error": {"Code": "AccessDenied", "Message": told}}, "X"))


class Lent(Credentials):
    """Those of whichever session is tried: a client keeps the credentials that it was made with."""

    def get_frozen_credentials(self):
        return self.session.get_credentials().get_frozen_credentials()


@dataclasses.dataclass
class Clients:
    """One client of each service, made once: each session in turn lends them its guard and its credentials."""

    lent: Lent
    session: GuardedSession
    of: dict[str, object]

    def lend(self, opened, *, reads=None):
        """As clients of `opened`, or where `reads` are given, of one whose guard allows these."""
        guard = opened.botocore.guard
        self.lent.session = opened.botocore
        self.session.guard = guard if reads is None else dataclasses.replace(guard, reads=reads)

    def ask(self, call):
        asked = cheapest(call, account_id=names.SHOP, region="us-east-1")
        return getattr(self.of[call.service], xform_name(call.operation))(**asked)


@pytest.fixture(scope="module")
def clients(cloud):
    lent = Lent("of", "nobody")
    everything = Guard(reads=inventory.DECLARED, host_suffixes=HOSTS, sandbox_url=cloud.endpoint_url)
    made = GuardedSession(guard=everything, book=CallBook(), credentials=lent, region="us-east-1")
    return Clients(lent, made, {name: made.create_client(name) for name in {one.service for one in inventory.DECLARED}})


SERVICES = sorted(inventory.COLLECTORS)
OTHERS = sorted(set(inventory.DECLARED) - set(calls.ACCESS), key=lambda call: (call.service, call.operation))
STEPS_BETWEEN = 13


def others_of(service):
    return [call for call in OTHERS if call not in inventory.calls_of(service)]


def dealt_to(service):
    """Some of the others' calls, others to each step, so that each call is with some of those that may not make it."""
    strangers = {call: [one for one in SERVICES if call not in inventory.calls_of(one)] for call in OTHERS}
    starts = {call: number % len(strangers[call]) for number, call in enumerate(OTHERS)}
    return [call for call in OTHERS if service in strangers[call][starts[call] :: STEPS_BETWEEN]]


@pytest.mark.parametrize("service", SERVICES)
def test_a_step_can_call_nothing_of_another_collector_whatever_the_role_may_do(calm_cloud, clients, service):
    opened = session(calm_cloud, service=service)
    others = others_of(service)
    clients.lend(opened)
    for call in others:
        with pytest.raises(WriteRefused, match="not a declared read"):
            clients.ask(call)
    sent = opened.botocore.get_credentials()._refresh_using.__self__.request["Policy"]
    actions = {action for statement in json.loads(sent)["Statement"] for action in statement["Action"]}
    # One permission of AWS' may be for several operations: there our own guard stands alone.
    own = {action for call in (*inventory.calls_of(service), *calls.ACCESS) for action in call.permissions}
    foreign = {call.action for call in others} - own
    assert [one for one in foreign if any(matches(action, one, is_case_kept=False) for action in actions)] == []
    # What no policy of the session names, AWS refuses, also where our own guard is taken off.
    clients.lend(opened, reads=inventory.DECLARED)
    for call in dealt_to(service):
        if call.action in foreign:
            with pytest.raises(ClientError, match="no session policy allows"):
                clients.ask(call)


def test_each_call_is_asked_of_aws_by_some_step_of_another_collector():
    asked = {call for service in SERVICES for call in dealt_to(service)}
    assert asked == set(OTHERS)


def test_an_answer_that_cannot_be_parsed_is_not_quoted():
    error = ResponseParserError(
        "Unable to parse response (no element found), invalid XML: b'<MasterUserPassword>planted'"
    )
    assert sentence_of(error) == "ResponseParserError: the answer could not be parsed."
