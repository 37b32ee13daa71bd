"""Promise: write or update permissions are strictly refused, by name."""

from __future__ import annotations

import pytest

from connections.access_check import check_access
from sandbox.aws import names
from tests.connections.aws import EXTERNAL_ID, principal, role, try_only


def allowing(*actions, **more):
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}],
    }


def check(cloud, *, is_short=False, **more):
    arn = role(cloud, name="Tried", **more)
    return check_access(
        principal=principal(cloud), role_arn=arn, external_id=EXTERNAL_ID, connection_id="c-1",
        regions=("us-east-1",), is_short=is_short,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (allowing("ec2:TerminateInstances"), "ec2:TerminateInstances"),
        (allowing("ec2:*"), "ec2:AcceptAddressTransfer"),
        (allowing("*"), "more"),
        (allowing("iam:PassRole"), "iam:PassRole"),
        (allowing("ec2:CreateTags"), "ec2:CreateTags"),
        (allowing("s3:PutBucketPolicy"), "s3:PutBucketPolicy"),
        (allowing("ec2:Describe*", "rds:Delete?BInstance"), "rds:DeleteDBInstance"),
        (allowing("EC2:terminateinstances"), "ec2:TerminateInstances"),
        (allowing("ec2:StopInstances", Condition={"StringEquals": {"aws:RequestedRegion": "x"}}), "ec2:StopInstances"),
        (allowing("brandnew:DestroyEverything"), "brandnew:DestroyEverything"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_role_that_may_do_more_than_read_is_refused_by_name(calm_cloud, policy, said):
    report = check(calm_cloud, policies={"extra": policy})
    [(field, sentence)] = report.refusals
    assert field == "role_arn"
    assert "its policy extra allows" in sentence
    assert said in sentence


@pytest.mark.parametrize(
    ("name", "is_refused"),
    [
        ("AdministratorAccess", True),
        ("job-function/ViewOnlyAccess", False),
        ("AmazonEC2ReadOnlyAccess", False),
        ("AWSBillingReadOnlyAccess", False),
    ],
)
def test_the_providers_own_policies_are_told_apart(calm_cloud, name, is_refused):
    report = check(calm_cloud, is_short=True, managed_policies=[f"arn:aws:iam::aws:policy/{name}"])
    assert report.is_refused == is_refused, report.refusals


def test_a_role_that_may_read_what_customers_store_is_told_so(calm_cloud, monkeypatch):
    try_only(monkeypatch, "s3", "dynamodb")
    report = check(calm_cloud, policies={"extra": allowing("s3:GetObject", "dynamodb:Scan")})
    assert not report.is_refused
    [warning] = report.warnings
    assert "dynamodb:Scan, s3:GetObject" in warning


def test_policies_that_cannot_be_read_are_admitted(calm_cloud, monkeypatch):
    try_only(monkeypatch, "ec2")
    calm_cloud.fault("deny", service="iam", count=None)
    report = check(calm_cloud)
    assert not report.is_refused
    assert any("cannot tell whether it may do more than read" in warning for warning in report.warnings)
    assert {line.result for line in report.matrix if line.action == "iam:GetRole"} == {"REFUSED"}


def test_the_kits_own_role_has_no_excess(calm_cloud):
    report = check(calm_cloud, account=names.SHOP)
    assert (report.refusals, report.warnings) == ((), ())
