"""Promise decrypted_in_workers_only, from the other side: what AWS says of a sealed role does not tell its name."""

from __future__ import annotations

import dataclasses

import pytest
from botocore.exceptions import ClientError

from connections.access_check import check_access
from connections.kits.aws import ROLE_NAME
from connections.providers.aws import costs, inventory
from connections.providers.aws.outcomes import without_names
from connections.providers.aws.session import CannotAssumeRole, open_session
from sandbox.aws import names
from tests.conftest import AT
from tests.connections.aws import EXPORT, EXTERNAL_ID, principal, role, try_only

NAME, FOLDER = "PlantedRole", "/PlantedFolder/"
WRITES = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:DeleteVolume", "Resource": "*"}]}


def planted(cloud, *, path="/", **more):
    name = NAME if path == "/" else f"{NAME}Below"  # an account has one role of a name
    return role(cloud, account=names.PAYER, name=name, path=path, **more)


def check(cloud, **more):
    arn = planted(cloud, **more)
    return check_access(
        principal=principal(cloud), role_arn=arn, external_id=EXTERNAL_ID, connection_id="c-1", export=EXPORT,
        regions=("us-east-1",),
    )  # fmt: skip


def enter(cloud, **more):
    return open_session(
        principal=principal(cloud), role_arn=planted(cloud, export=EXPORT), external_id=EXTERNAL_ID,
        connection_id="c-1", **more,
    )  # fmt: skip


def holds_name(told):
    return "planted" in repr(told).lower()


@pytest.mark.parametrize(
    ("service", "operation"),
    [("sts", "AssumeRole"), ("sts", "GetCallerIdentity"), ("iam", "*"), ("ec2", "*"), ("s3", "*")],
)
def test_no_report_of_a_refused_check_names_the_role(calm_cloud, monkeypatch, service, operation):
    # Others meet no refusal, of which alone AWS tells.
    asking = [name for name, one in inventory.COLLECTORS.items() if service in {call.service for call in one.calls}]
    try_only(monkeypatch, *asking)
    calm_cloud.fault("deny", service=service, operation=operation, count=None)
    report = check(calm_cloud, path=FOLDER)
    told = [*report.refusals, *report.warnings, *(line.message for line in report.matrix)]
    assert names.PAYER in repr(told) or "s3:" in repr(told), "the account or the missing action is still told"
    assert not holds_name(report)


def test_a_policy_that_was_named_after_the_role_does_not_tell_it_either(calm_cloud):
    [(field, sentence)] = check(calm_cloud, policies={f"{NAME}-more": WRITES}).refusals
    assert (field, "its policy (sealed)-more allows ec2:DeleteVolume" in sentence) == ("role_arn", True)


def test_no_gap_of_an_audit_names_the_role(calm_cloud):
    calm_cloud.fault("deny", service="ec2", count=None)
    found = inventory.collect(
        session=enter(calm_cloud, reads=inventory.calls_of("ec2")), service="ec2", region="us-east-1", at=AT
    )
    assert "ec2:DescribeVolumes" in {gap.action for gap in found.gaps}
    assert not holds_name(found.gaps)


def test_no_problem_of_an_export_names_the_role(calm_cloud):
    calm_cloud.fault("deny", service="s3", count=None)
    with pytest.raises(costs.ExportProblem) as problem:
        costs.find_periods(session=enter(calm_cloud, export=EXPORT), place=EXPORT)
    assert not holds_name(problem.value)


@pytest.mark.parametrize("operation", ["get_role", "list_role_policies"])
def test_the_error_itself_does_not_hold_the_name_so_no_traceback_can(calm_cloud, operation):
    opened = enter(calm_cloud)
    calm_cloud.fault("deny", service="iam", count=None)
    with pytest.raises(ClientError) as error:
        getattr(opened.client("iam"), operation)(RoleName=NAME)
    assert not holds_name((error.value, error.value.response))
    assert names.PAYER in str(error.value)


def test_a_name_that_aws_says_without_an_arn_is_taken_out_too(calm_cloud):
    with pytest.raises(ClientError, match=r"NoSuchEntity.*name \(sealed\)-gone cannot be found") as error:
        enter(calm_cloud).client("iam").get_role_policy(RoleName=NAME, PolicyName=f"{NAME}-gone")
    assert not holds_name(error.value)


def test_being_locked_out_does_not_name_the_role(calm_cloud):
    calm_cloud.fault("deny", service="sts", operation="AssumeRole", count=None)
    with pytest.raises(CannotAssumeRole, match=names.PAYER) as error:
        enter(calm_cloud)
    assert not holds_name(error.value)


def test_the_name_that_our_kit_proposes_is_nobodys_secret(calm_cloud):
    """Else a policy of that name, which the kit makes, could not be told apart."""
    opened = dataclasses.replace(enter(calm_cloud), role_name=ROLE_NAME)
    assert opened.conceal(f"its policy {ROLE_NAME}") == f"its policy {ROLE_NAME}"


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("The role with name Door cannot be found.", "The role with name (sealed) cannot be found."),
        ("door-policy, DOOR_2 and x.Door", "(sealed)-policy, (sealed)_2 and x.(sealed)"),
        ("Doors and outDoor are other words", "Doors and outDoor are other words"),
    ],
)
def test_a_name_that_stands_alone_is_taken_out(told, kept):
    assert without_names(told, role_name="Door") == kept
