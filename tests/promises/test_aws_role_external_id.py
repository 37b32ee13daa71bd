"""Promise: an AWS role, read-only, with an External ID that is ours, unique, and demanded."""

from __future__ import annotations

import pytest

from connections.access_check import check_access
from connections.models import new_external_id
from connections.providers.aws.session import CannotAssumeRole, open_session
from sandbox.aws import names
from tests.connections.aws import EXTERNAL_ID, principal, role, try_only


def trusting(condition):
    statement = {"Effect": "Allow", "Principal": {"AWS": names.PRINCIPAL_ARN}, "Action": "sts:AssumeRole"}
    if condition:
        statement["Condition"] = condition
    return {"Version": "2012-10-17", "Statement": [statement]}


def check(cloud, arn, *, external_id=EXTERNAL_ID, **more):
    return check_access(principal=principal(cloud), role_arn=arn, external_id=external_id, connection_id="c-1", **more)


def test_a_role_as_the_kit_makes_it_is_accepted(calm_cloud, monkeypatch):
    try_only(monkeypatch, "ec2")
    report = check(calm_cloud, role(calm_cloud))
    assert report.refusals == ()
    assert report.account_id == names.SHOP


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (None, {"without any External ID", "with a wrong one"}),
        ({"StringLike": {"sts:ExternalId": "cf-*"}}, {"with a wrong one"}),
        ({"StringNotEquals": {"sts:ExternalId": "x"}}, {"without any External ID", "with a wrong one"}),
    ],
)
def test_a_role_that_strangers_can_assume_is_refused_and_the_reason_said(calm_cloud, condition, said):
    arn = role(calm_cloud, name="Lax", trust=trusting(condition))
    report = check(calm_cloud, arn)
    assert report.is_refused
    assert {field for field, _ in report.refusals} == {"role_arn"}
    assert all(any(way in sentence for _, sentence in report.refusals) for way in said)
    assert len(report.refusals) == len(said)
    # Nothing else is asked of a role that is refused at the door.
    assert {call.service for call in report.calls} == {"sts"}


@pytest.mark.parametrize(
    ("principal", "operator", "external_id", "said"),
    [
        ("*", "StringEquals", EXTERNAL_ID, "names everybody"),
        ({"AWS": names.PRINCIPAL_ARN}, "StringLike", f"{EXTERNAL_ID[:-1]}?", "fits a pattern"),
    ],
)
def test_a_door_that_one_wrong_external_id_does_not_find_open_is_read_from_the_trust_policy(
    calm_cloud, principal, operator, external_id, said
):
    trust = trusting({operator: {"sts:ExternalId": external_id}})
    trust["Statement"][0]["Principal"] = principal
    [(field, sentence)] = check(calm_cloud, role(calm_cloud, name="Ajar", trust=trust)).refusals
    assert field == "role_arn"
    assert said in sentence


def test_a_role_with_another_external_id_is_refused_with_the_remedy(calm_cloud):
    arn = role(calm_cloud, name="Other", trust=trusting({"StringEquals": {"sts:ExternalId": "cf-another"}}))
    [(field, sentence)] = check(calm_cloud, arn).refusals
    assert field == "role_arn"
    assert "External ID: run the kit again" in sentence


@pytest.mark.parametrize(
    "arn",
    [
        "not an arn",
        "arn:aws:iam::12345:role/X",
        "arn:aws:iam::123456789012:user/X",
        "arn:aws-cn:iam::123456789012:role/X",
        "arn:aws:iam::123456789012:role/",
        "arn:aws:iam::123456789012:role/X\n",
    ],
)
def test_a_wrong_arn_names_the_field_and_shows_a_right_one(calm_cloud, arn):
    [(field, sentence)] = check(calm_cloud, arn).refusals
    assert field == "role_arn"
    assert "arn:aws:iam::123456789012:role/CostframeReadOnly" in sentence


def test_a_role_that_does_not_exist_is_refused(calm_cloud):
    [(field, sentence)] = check(calm_cloud, "arn:aws:iam::222233334444:role/Nobody").refusals
    assert field == "role_arn"
    assert "no role of that name exists there" in sentence
    assert "Nobody" not in sentence, "the role's name is sealed"


def test_a_role_of_another_account_than_the_pinned_one_is_refused(calm_cloud):
    [(field, sentence)] = check(calm_cloud, role(calm_cloud), pinned_account_id=names.LAB).refusals
    assert field == "role_arn"
    assert names.LAB in sentence
    assert names.SHOP in sentence


def test_an_answer_that_did_not_come_is_no_refusal(calm_cloud):
    arn = role(calm_cloud)
    calm_cloud.fault("throttle", service="sts", operation="AssumeRole", count=None)
    with pytest.raises(CannotAssumeRole) as error:
        check(calm_cloud, arn)
    assert not error.value.permanent


def test_the_session_policy_narrows_a_role_that_could_do_everything(calm_cloud):
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    arn = role(calm_cloud, account=names.PAYER, name="Mighty", policies={"all": everything})
    session = open_session(principal=principal(calm_cloud), role_arn=arn, external_id=EXTERNAL_ID, connection_id="c-1")
    # Our own guard is taken off here, so that only AWS' side is left.
    object.__setattr__(session.botocore.guard, "allowed", {("ec2", "DescribeVpcs")})
    with pytest.raises(Exception, match="no session policy allows the ec2:DescribeVpcs action"):
        session.client("ec2").describe_vpcs()


def test_external_ids_are_ours_and_never_the_same():
    made = {new_external_id() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(one) == 43 and one.startswith("cf-") for one in made)
