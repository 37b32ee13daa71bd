"""What a policy allows beyond reading, worked out from its text."""

from __future__ import annotations

import dataclasses

import pytest

from connections.kits.aws import policy_document
from connections.provider import ExportPlace
from connections.providers.aws import ec2_calls
from connections.providers.aws.export_key import statement_for
from connections.providers.aws.privileges import NamedPolicy, access_levels, allows, excess_of, expand, lax_trust
from connections.providers.aws.tolerated import DATA_READS, THROUGH_S3, TOLERATED
from sandbox.aws.managed import managed_policy
from tests.connections.aws import EXPORT, kit


def excess(*statements, **more):
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return excess_of([NamedPolicy(name="p", document=document)], **more)


def allow(*actions, resource="*", **more):
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def place(name):
    return ExportPlace(bucket="bills", prefix="focus", name=name, region="us-east-1")


def test_the_kits_policy_has_no_excess():
    found = excess_of(
        [NamedPolicy(name="kit", document=policy_document(kit(export=EXPORT)))],
        export=EXPORT,
    )
    assert (found.writes, found.data_reads, found.unknown) == ({}, (), ())


def test_reading_objects_elsewhere_than_in_the_export_is_named():
    inside = allow("s3:GetObject", resource="arn:aws:s3:::bills/focus/all/*")
    assert excess(inside, export=place("all")).data_reads == ()
    assert excess(inside, export=place("other")).data_reads == ("s3:GetObject",)
    assert excess(inside, allow("s3:GetObject"), export=place("all")).data_reads == ("s3:GetObject",)


def test_everything_but_something_is_nearly_everything():
    found = excess({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})
    assert "ec2:TerminateInstances" in found.writes["p"]
    assert "iam:CreateUser" not in found.writes["p"]


IN_EUROPE = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
VOLUMES = "ec2:DescribeVolumes"


@pytest.mark.parametrize(
    ("statements", "is_allowed"),
    [
        ([allow(VOLUMES)], True),
        ([allow("ec2:describe*")], True),
        ([allow("*")], True),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], True),
        ([{"Effect": "Allow", "NotAction": "ec2:*", "Resource": "*"}], False),
        ([allow("ec2:DescribeInstances")], False),
        ([], False),
        ([allow(VOLUMES), {**allow("ec2:*"), "Effect": "Deny"}], False),
        ([allow(VOLUMES), {**allow("ec2:*", Condition=IN_EUROPE), "Effect": "Deny"}], None),
        ([allow(VOLUMES, Condition=IN_EUROPE)], None),
        ([allow(VOLUMES, Condition=IN_EUROPE), allow(VOLUMES)], True),
        ([allow(VOLUMES, resource="arn:aws:ec2:eu-west-1:*:volume/*")], None),
    ],
)
def test_whether_a_call_is_allowed_in_every_region_is_told_by_the_policies(statements, is_allowed):
    document = {"Version": "2012-10-17", "Statement": statements}
    assert allows([NamedPolicy(name="p", document=document)], ec2_calls.DESCRIBE_VOLUMES) is is_allowed


def test_a_call_for_some_resources_is_allowed_where_just_those_are():
    narrow = dataclasses.replace(ec2_calls.DESCRIBE_VOLUMES, resources=("arn:1", "arn:2"))
    given = [NamedPolicy(name="p", document={"Statement": allow(VOLUMES, resource=["arn:2", "arn:1"])})]
    assert allows(given, narrow) is True
    assert allows(given, ec2_calls.DESCRIBE_VOLUMES) is None


KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
VIA_S3 = {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}
S3_OF_TWO = ["s3.us-east-1.amazonaws.com", "s3.eu-west-1.amazonaws.com"]


def test_what_we_tell_a_customer_to_add_for_the_exports_key_refuses_no_role():
    added = statement_for(key_arn=KEY, region="us-east-1")
    assert excess(added, export=place("all")).writes == {}
    assert excess(added).writes == {"p": ("kms:Decrypt",)}, "without an export there is nothing to decrypt"


@pytest.mark.parametrize(
    "wider",
    [
        {"resource": "*", "Condition": VIA_S3},
        {"resource": "arn:aws:kms:us-east-1:111122223333:key/*", "Condition": VIA_S3},
        {"resource": [KEY, "*"], "Condition": VIA_S3},
        {"resource": "arn:aws:kms:us-east-1:111122223333:alias/bills", "Condition": VIA_S3},
        {"resource": KEY},
        {"resource": KEY, "Condition": {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}},
        {"resource": KEY, "Condition": {"StringLike": {"kms:ViaService": "s3.*.amazonaws.com"}}},
        {"resource": KEY, "Condition": {"StringEqualsIfExists": VIA_S3["StringEquals"]}},
        {"resource": KEY, "Condition": {"StringNotEquals": VIA_S3["StringEquals"]}},
        {"resource": KEY, "Condition": {"ForAnyValue:StringEquals": VIA_S3["StringEquals"]}},
        {"resource": KEY, "Condition": {"StringEquals": {"kms:ViaService": ["s3.us-east-1.amazonaws.com", "ebs.x"]}}},
        {"resource": KEY, "Condition": {"StringEquals": {"kms:ViaService": []}}},
        {"resource": KEY, "Condition": {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}},
        {"resource": KEY, "Condition": {"StringEquals": {"kms:ViaService": S3_OF_TWO}}},
        {"resource": [], "Condition": VIA_S3},
    ],
)
def test_decrypting_in_any_wider_form_refuses_the_role(wider):
    assert excess(allow("kms:Decrypt", **wider), export=place("all")).writes == {"p": ("kms:Decrypt",)}


def test_nothing_else_of_a_key_comes_in_with_it():
    found = excess(allow("kms:*", resource=KEY, Condition=VIA_S3), export=place("all")).writes["p"]
    assert "kms:Encrypt" in found
    assert "kms:Decrypt" not in found


@pytest.mark.parametrize("pattern", ["*", "*:*", "**"])
def test_a_star_is_every_action(pattern):
    assert len(expand([pattern])[0]) == len(access_levels())


@pytest.mark.parametrize(
    ("deny", "is_excused"),
    [
        ({"Effect": "Deny", "Action": "ec2:Terminate*", "Resource": "*"}, True),
        ({"Effect": "Deny", "NotAction": "ec2:Describe*", "Resource": "*"}, True),
        ({"Effect": "Deny", "Action": "ec2:Terminate*", "Resource": "arn:aws:ec2:*:*:instance/i-1"}, False),
        (
            {
                "Effect": "Deny",
                "Action": "ec2:Terminate*",
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
            },
            False,
        ),
    ],
)
def test_only_a_deny_without_ifs_excuses(deny, is_excused):
    assert (excess(allow("ec2:TerminateInstances"), deny).writes == {}) == is_excused


def test_one_statement_need_not_stand_in_a_list():
    document = {"Statement": {"Effect": "Allow", "Action": "ec2:StopInstances", "Resource": "*"}}
    assert excess_of([NamedPolicy(name="p", document=document)]).writes == {"p": ("ec2:StopInstances",)}


def test_an_unknown_read_is_named_but_not_refused():
    found = excess(allow("brandnew:ListThings", "brandnew:*"))
    assert found.unknown == ("brandnew:ListThings",)
    assert found.writes == {"p": ("brandnew:*",)}


def test_every_tolerated_action_exists_is_no_read_and_has_a_reason():
    for action, reason in (TOLERATED | THROUGH_S3).items():
        assert access_levels()[action] not in {"Read", "List"}
        assert reason.endswith(".")


def test_every_data_read_exists():
    assert set(access_levels()) >= DATA_READS


@pytest.mark.parametrize(
    ("name", "among"),
    [
        ("AdministratorAccess", "iam:CreateUser"),
        ("PowerUserAccess", "ec2:TerminateInstances"),
        ("AmazonEC2FullAccess", "ec2:RunInstances"),
        ("ReadOnlyAccess", "cognito-idp:GetTokensFromRefreshToken"),
        ("SecurityAudit", None),
        ("job-function/ViewOnlyAccess", None),
    ],
)
def test_the_providers_own_policies_are_told_apart(name, among):
    found = excess_of([NamedPolicy(name="p", document=managed_policy(f"arn:aws:iam::aws:policy/{name}"))])
    assert (among in found.writes["p"]) if among else found.writes == {}
    assert found.data_reads


@pytest.mark.parametrize(
    "statement",
    [
        {"effect": "Allow", "action": "ec2:TerminateInstances", "resource": "*"},
        {"Effect": "allow", "Action": "ec2:TerminateInstances", "Resource": "*"},
        {"Effect": "Allow", "notaction": "iam:*", "Resource": "*"},
    ],
)
def test_an_unusual_spelling_hides_nothing(statement):
    assert "ec2:TerminateInstances" in excess(statement).writes["p"]


def trust(principal, action="sts:AssumeRole", **condition):
    return {"Statement": {"Effect": "Allow", "Principal": principal, "Action": action, "Condition": condition}}


OURS = {"sts:ExternalId": "cf-1"}


@pytest.mark.parametrize(
    ("document", "is_lax"),
    [
        (trust({"AWS": "arn:aws:iam::1:role/us"}, StringEquals=OURS), False),
        (trust({"Service": "ec2.amazonaws.com"}), False),
        (trust("*", StringEquals=OURS), True),
        (trust({"AWS": ["arn:aws:iam::1:root", "*"]}, StringEquals=OURS), True),
        (trust("*", "sts:*", StringEquals=OURS), True),
        (trust("*", "sts:TagSession", StringEquals=OURS), False),
        (trust("*", StringEquals={**OURS, "aws:PrincipalArn": "arn:aws:iam::1:role/us"}), False),
        (trust("*", StringEqualsIfExists={**OURS, "aws:PrincipalArn": "arn:aws:iam::1:role/us"}), True),
        (trust({"AWS": "arn:aws:iam::1:role/us"}, StringLike={"sts:ExternalId": "cf-1*"}), True),
        ({"Statement": [{"Effect": "Allow", "NotPrincipal": {"AWS": "1"}, "Action": "sts:AssumeRole"}]}, True),
        ({"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}]}, False),
        ({}, False),
    ],
)
def test_who_a_trust_policy_lets_in(document, is_lax):
    assert bool(lax_trust(document)) is is_lax
