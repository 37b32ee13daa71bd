"""Beginning an audit, and what is left of work that was lost: the calls that it had made."""

from __future__ import annotations

import datetime as dt

import pytest

from audits import collect, steps
from audits.models import ApiCall, Audit, Gap, Step
from audits.planning import Billed
from connections.kits.aws import trust_document
from connections.models import Connection
from costframe import beginning, claims, pipeline, planning
from sandbox.aws import names
from tenants import scope
from tests.conftest import AT
from tests.connections import aws
from tests.database import acting_as

MINUTE = dt.timedelta(seconds=61)


@pytest.fixture
def audit(organization):
    """An audit of a connection in use that somebody asked for, seen by a worker."""
    with scope.organization(organization.id):
        shop = Connection.objects.create(label="Shop", state="CONNECTED", account_id="222233334444", created_at=AT)
        asked = Audit.objects.create(connection=shop, requested_by="Ada", requested_at=AT, due_at=AT)
        with acting_as("cf_worker"):
            yield asked


def a_book():
    book = collect.StoppableBook(lambda: None)
    book.note(service="sts", operation="AssumeRole")
    return book


def booked():
    return list(ApiCall.objects.values_list("operation", "count", "step__kind"))


@pytest.mark.parametrize("kept", ["fail", "end"])
def test_the_calls_of_a_step_that_was_taken_over_are_booked_and_nothing_else_of_it(organization, audit, kept):
    begun = Audit.take(audit.id, at=AT, seconds=60)
    part = steps.Part(kind=Step.Kind.INVENTORY, account_id="1", region="eu-west-1", service="ec2")
    steps.begin(audit=begun, survey=steps.Survey(), parts=[part], at=AT)
    step = Step.objects.get(kind="INVENTORY")
    asleep, awake = (Step.take(step.id, at=at, seconds=60) for at in (AT, AT + MINUTE))
    work = pipeline.Work(organization_id=organization.id, step=asleep, hold=claims.Hold(), book=a_book())
    if kept == "fail":
        work.fail("It failed.", is_final=True)
    else:
        work.end(claims.LOST)
    assert booked() == [("AssumeRole", 1, "INVENTORY")]
    step.refresh_from_db()
    assert (step.claim, step.state, step.call_count) == (awake.claim, "WAITING", 0)


def test_an_audit_whose_worker_died_after_it_was_asked_to_stop_is_stopped_by_the_next_one(organization, audit):
    Audit.take(audit.id, at=AT, seconds=60)
    with acting_as("cf_web"):
        Audit.objects.filter(id=audit.id).update(stop_requested_at=AT)
    beginning.begin_audit(organization_id=organization.id, audit=Audit.take(audit.id, at=AT + MINUTE, seconds=60))
    audit.refresh_from_db()
    assert (audit.state, audit.due_at) == ("STOPPED", None)


@pytest.mark.parametrize(
    ("reason", "state", "is_due"),
    [(claims.STOPPED, "STOPPED", False), (claims.OVERDUE, "FAILED", False), (claims.LEAVING, "REQUESTED", True),
     (claims.LOST, "REQUESTED", True)],
)  # fmt: skip
def test_a_beginning_that_ends_early_books_its_calls(organization, audit, reason, state, is_due):
    claimed = Audit.take(audit.id, at=AT, seconds=60)
    trial = beginning._Beginning(
        organization_id=organization.id, audit=claimed, connection=claimed.connection, book=a_book(), account_id="1"
    )
    trial._end(reason)
    audit.refresh_from_db()
    assert (audit.state, audit.due_at is not None, booked()) == (state, is_due, [("AssumeRole", 1, None)])
    assert (audit.claim == claimed.claim) is (reason == claims.LOST)


@pytest.fixture
def first_night(organization, calm_cloud, settings, monkeypatch):
    """Begins an audit of an account of the sandbox, in its regions and one where nobody has anything."""
    settings.AWS_ACCESS_KEY_ID = calm_cloud.access_key_id
    settings.AWS_SECRET_ACCESS_KEY = calm_cloud.secret_access_key
    settings.AWS_ENDPOINT_URL = calm_cloud.endpoint_url
    monkeypatch.setattr(beginning, "release_connections", lambda: None)
    monkeypatch.setattr("audits.planning.is_drawn", lambda *_, **__: False)
    calm_cloud.switch_on(["eu-north-1"])

    def begin(account):
        with acting_as("cf_web"):
            made = Connection.objects.create(label="Lab", state="CONNECTED", account_id=account, created_at=AT)
            asked = Audit.objects.create(connection=made, requested_by="Ada", requested_at=AT, due_at=AT)
        trust = trust_document(aws.kit(external_id=made.external_id))
        secret = {"role_arn": aws.role(calm_cloud, account=account, trust=trust)}
        opened = collect.Credential(connection=made, secret=secret, digest="", pinned_account_id=None)
        monkeypatch.setattr(collect, "open_credential", lambda **_: opened)
        with acting_as("cf_worker"):
            claimed = Audit.take(asked.id, at=AT, seconds=60)
            book = collect.StoppableBook(lambda: None)
            beginning._Beginning(
                organization_id=organization.id, audit=claimed, connection=claimed.connection, book=book
            ).make()
        config = {one.operation: one.count for one in book.counts() if one.service == "config"}
        return config, {(one.region, one.service): one for one in Step.objects.filter(audit=asked, kind="INVENTORY")}

    with scope.organization(organization.id):
        yield begin
    calm_cloud.switch_on([])


def test_on_a_first_night_without_a_bill_aws_config_leaves_out_what_it_does_not_have(first_night):
    config, found = first_night(names.LAB)
    assert set(config.values()) == {4}, "three calls a region, of which four are switched on"
    left_out = {place for place, step in found.items() if step.state == "NOT_CALLED"}
    assert {("eu-north-1", service) for service in ("rds", "lambda", "kms", "dynamodb", "vpn")} <= left_out
    assert found["eu-north-1", "rds"].plan == "NOT_RECORDED"
    assert found["eu-west-1", "rds"].state == "WAITING", "databases stand there"
    assert found["eu-north-1", "ec2"].state == "WAITING", "AWS Config does not know snapshots"
    assert found["eu-north-1", "s3"].state == "WAITING", "whether it knows buckets there is not known"
    assert set(ApiCall.objects.filter(service="config").values_list("operation", "count", "outcome")) == {
        (operation, 4, "OK") for operation in config
    }
    assert not Gap.objects.exists()


def test_an_account_without_a_recorder_is_read_as_before(first_night):
    config, found = first_night(names.PAYER)
    assert config == {"DescribeConfigurationRecorders": 4}
    assert {step.state for step in found.values() if step.plan != "NOT_OFFERED"} == {"WAITING"}


def test_where_a_bill_tells_aws_config_is_not_asked(first_night, monkeypatch):
    told = Billed(days=30, charged=frozenset({("Amazon Relational Database Service", "eu-north-1")}))
    monkeypatch.setattr(planning, "billed_in", lambda **_: told)
    config, found = first_night(names.LAB)
    assert config == {}
    assert found["eu-north-1", "rds"].state == "WAITING"
    assert found["eu-north-1", "lambda"].plan == "NOT_BILLED"
