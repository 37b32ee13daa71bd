"""Who may assume which role, and what a session may then do."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from sandbox.aws import names, policy
from sandbox.aws.client import SandboxRefused
from tests.sandbox.conftest import EXTERNAL_ID, READS, trust

OTHER = "arn:aws:iam::123123123123:user/somebody"
VENDOR_ROOT = f"arn:aws:iam::{names.VENDOR}:root"


def allow(*actions, resource="*", **more):
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": [*actions], "Resource": resource, **more}],
    }


@pytest.mark.parametrize(
    ("trust_policy", "external_id", "is_trusted"),
    [
        (trust(), EXTERNAL_ID, True),
        (trust(), "another", False),
        (trust(), None, False),
        (trust(external_id=None), None, True),
        (trust(external_id=None), "whatever", True),
        (trust(principal=VENDOR_ROOT), EXTERNAL_ID, True),
        (trust(principal=names.VENDOR), EXTERNAL_ID, True),
        (trust(principal=OTHER), EXTERNAL_ID, False),
        (trust(principal="*"), EXTERNAL_ID, True),
    ],
)
def test_a_role_is_assumed_only_as_its_trust_policy_says(cloud, sessions, trust_policy, external_id, is_trusted):
    arn = cloud.create_role(account=names.LAB, name="trusting", trust_policy=trust_policy, policies={"reads": READS})
    if is_trusted:
        keys = sessions.assume(arn, external_id=external_id)
        identity = sessions.client("sts", keys=keys).get_caller_identity()
        assert identity["Arn"] == f"arn:aws:sts::{names.LAB}:assumed-role/trusting/audit-1"
        assert identity["Account"] == names.LAB
    else:
        with pytest.raises(ClientError) as refused:
            sessions.assume(arn, external_id=external_id)
        assert refused.value.response["Error"]["Code"] == "AccessDenied"
        assert refused.value.response["Error"]["Message"] == (
            f"User: {names.PRINCIPAL_ARN} is not authorized to perform: sts:AssumeRole on resource: {arn}"
        )


def test_an_unknown_role_is_refused_in_the_same_words(sessions):
    arn = f"arn:aws:iam::{names.LAB}:role/nobody"
    with pytest.raises(ClientError, match="is not authorized to perform: sts:AssumeRole on resource: " + arn):
        sessions.assume(arn)


@pytest.mark.parametrize(
    ("role", "session", "verdict"),
    [
        (READS, None, None),
        (READS, allow("ec2:DescribeVolumes"), None),
        (READS, allow("ec2:DescribeImages"), "no session policy allows the ec2:DescribeVolumes action"),
        (allow("ec2:DescribeImages"), allow("ec2:*"), "no identity-based policy allows the ec2:DescribeVolumes action"),
        (allow("*"), allow("ec2:Describe*"), None),
        (
            {
                "Version": "2012-10-17",
                "Statement": [*allow("*")["Statement"], {"Effect": "Deny", "Action": "ec2:*Volumes", "Resource": "*"}],
            },
            None,
            "explicit deny in an identity-based policy",
        ),
        (
            allow("*"),
            {
                "Version": "2012-10-17",
                "Statement": [*allow("*")["Statement"], {"Effect": "Deny", "Action": "ec2:*Volumes", "Resource": "*"}],
            },
            "explicit deny in a session policy",
        ),
        (allow("ec2:DescribeVolumes", Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}}), None, None),
        (
            allow("ec2:DescribeVolumes", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}),
            None,
            "no identity-based",
        ),
    ],
)
def test_a_call_needs_both_the_role_and_the_session_policy(cloud, sessions, role, session, verdict):
    arn = cloud.create_role(account=names.LAB, name="narrowed", trust_policy=trust(), policies={"one": role})
    more = {"Policy": json.dumps(session)} if session else {}
    ec2 = sessions.client("ec2", keys=sessions.assume(arn, **more))
    if verdict is None:
        assert ec2.describe_volumes()["Volumes"]
    else:
        with pytest.raises(ClientError, match=verdict) as refused:
            ec2.describe_volumes()
        assert refused.value.response["Error"]["Code"] == "UnauthorizedOperation"
        assert "assumed-role/narrowed/audit-1 is not authorized to perform: ec2:DescribeVolumes" in str(refused.value)


@pytest.mark.parametrize(
    "document",
    [
        {"Statement": [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]},
        {"Statement": [{"Effect": "Allow", "Action": "*", "NotResource": "x"}]},
        allow("ec2:*", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
        allow("ec2:*", Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}}),
        allow("ec2:*", Condition={"ForAnyValue:StringEquals": {"s3:prefix": "x"}}),
        allow("s3:*", Condition={"StringLike": {"s3:prefix": "${aws:username}/*"}}),
    ],
)
def test_what_the_sandbox_cannot_decide_is_an_error_and_never_a_yes(cloud, sessions, document):
    with pytest.raises(SandboxRefused, match="UnknownPolicy"):
        cloud.create_role(account=names.LAB, name="odd", trust_policy=trust(), policies={"odd": document})
    with pytest.raises(policy.UnknownPolicy):
        policy.decide([document], action="ec2:DescribeVolumes", resource="*", context={})
    sessions.reader(names.LAB)
    arn = f"arn:aws:iam::{names.LAB}:role/reader"
    with pytest.raises(ClientError) as refused:
        sessions.assume(arn, Policy=json.dumps(document))
    assert refused.value.response["Error"]["Code"] == "MalformedPolicyDocument"


def test_a_session_policy_longer_than_the_provider_takes_is_refused(sessions):
    sessions.reader(names.LAB)
    long = json.dumps(allow(*(f"ec2:Describe{'x' * 40}{n}" for n in range(60))))
    with pytest.raises(ClientError, match="2048"):
        sessions.assume(f"arn:aws:iam::{names.LAB}:role/reader", Policy=long)


def test_a_wrong_secret_and_an_unknown_key_are_told_apart(cloud, sessions):
    wrong = {"aws_access_key_id": cloud.access_key_id, "aws_secret_access_key": "wrong"}
    unknown = {"aws_access_key_id": "AKIAUNKNOWN", "aws_secret_access_key": "wrong"}
    codes = []
    for keys in (wrong, unknown):
        with pytest.raises(ClientError) as refused:
            sessions.client("sts", keys=keys).get_caller_identity()
        codes.append(refused.value.response["Error"]["Code"])
    assert codes == ["SignatureDoesNotMatch", "InvalidClientTokenId"]


@pytest.mark.parametrize(
    ("service", "ask", "code"),
    [
        ("ec2", lambda c: c.describe_volumes(), "RequestExpired"),
        ("rds", lambda c: c.describe_db_instances(), "ExpiredToken"),
        ("sts", lambda c: c.get_caller_identity(), "ExpiredToken"),
        ("s3", lambda c: c.list_objects_v2(Bucket=names.BUCKET), "ExpiredToken"),
        ("bcm-data-exports", lambda c: c.list_exports(), "ExpiredTokenException"),
    ],
)
def test_an_expired_session_is_refused_in_each_protocol(cloud, sessions, service, ask, code):
    arn = cloud.create_role(account=names.PAYER, name="brief", trust_policy=trust(), policies={"reads": READS})
    keys = sessions.assume(arn)
    assert cloud.expire_sessions(keys["aws_access_key_id"]) == 1
    with pytest.raises(ClientError) as refused:
        ask(sessions.client(service, keys=keys))
    assert refused.value.response["Error"]["Code"] == code


def test_a_federated_user_has_the_users_rights_narrowed_by_the_session_policy(cloud, sessions):
    user = cloud.create_user(
        account=names.SHOP, name="keys", policies={"one": allow("ec2:*", "sts:GetFederationToken")}
    )
    own = {"aws_access_key_id": user["access_key_id"], "aws_secret_access_key": user["secret_access_key"]}
    sts = sessions.client("sts", keys=own)
    found = sts.get_federation_token(Name="costframe", Policy=json.dumps(allow("ec2:DescribeVolumes")))["Credentials"]
    keys = {
        "aws_access_key_id": found["AccessKeyId"],
        "aws_secret_access_key": found["SecretAccessKey"],
        "aws_session_token": found["SessionToken"],
    }
    ec2 = sessions.client("ec2", keys=keys)
    assert ec2.describe_volumes()["Volumes"]
    with pytest.raises(ClientError, match="no session policy allows the ec2:DescribeImages action"):
        ec2.describe_images(Owners=["self"])
    with pytest.raises(ClientError, match="no session policy"):
        ec2.terminate_instances(InstanceIds=["i-01234567890123456"])


def test_the_roles_policies_can_be_read_as_they_are(cloud, sessions):
    arn = cloud.create_role(
        account=names.LAB,
        name="greedy",
        trust_policy=trust(),
        policies={"reads": READS, "extra": allow("ec2:TerminateInstances")},
        managed_policies=["arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"],
    )
    iam = sessions.client("iam", keys=sessions.assume(arn))
    assert iam.get_role(RoleName="greedy")["Role"]["AssumeRolePolicyDocument"] == trust()
    assert iam.list_role_policies(RoleName="greedy")["PolicyNames"] == ["reads", "extra"]
    extra = iam.get_role_policy(RoleName="greedy", PolicyName="extra")["PolicyDocument"]
    assert extra == allow("ec2:TerminateInstances")
    (attached,) = iam.list_attached_role_policies(RoleName="greedy")["AttachedPolicies"]
    version = iam.get_policy(PolicyArn=attached["PolicyArn"])["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=attached["PolicyArn"], VersionId=version)["PolicyVersion"]["Document"]
    assert "acm:ListCertificates" in json.dumps(document)


def test_regions_in_which_nothing_stands_can_be_switched_on_and_off(cloud, sessions):
    def switched_on():
        found = sessions.read("account").list_regions(RegionOptStatusContains=["ENABLED"])["Regions"]
        return {one["RegionName"] for one in found}

    cloud.switch_on(["eu-west-2", "eu-north-1"])
    try:
        assert switched_on() == {*names.REGIONS, "eu-west-2", "eu-north-1"}
    finally:
        cloud.switch_on([])
    assert switched_on() == set(names.REGIONS)
