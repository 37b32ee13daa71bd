"""Clients that speak to the running sandbox cloud as the worker's sessions do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config

from sandbox.aws import names

if TYPE_CHECKING:
    from sandbox.aws.client import SandboxCloud

READS = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": [
                "ec2:Describe*",
                "rds:Describe*",
                "elasticloadbalancing:Describe*",
                "cloudwatch:GetMetricData",
                "compute-optimizer:Get*",
                "cost-optimization-hub:GetRecommendation",
                "cost-optimization-hub:List*",
                "pricing:GetProducts",
                "savingsplans:DescribeSavingsPlans",
                "trustedadvisor:List*",
                "bcm-data-exports:ListExports",
                "bcm-data-exports:GetExport",
                "s3:ListBucket",
                "s3:GetObject",
                "iam:GetRole",
                "iam:GetRolePolicy",
                "iam:ListRolePolicies",
                "iam:ListAttachedRolePolicies",
                "iam:GetPolicy",
                "iam:GetPolicyVersion",
                "account:ListRegions",
            ],
            "Resource": "*",
        }
    ],
}
EXTERNAL_ID = "cf-7f3a91d2"


def trust(external_id=EXTERNAL_ID, principal=names.PRINCIPAL_ARN):
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    if external_id:
        statement["Condition"] = {"StringEquals": {"sts:ExternalId": external_id}}
    return {"Version": "2012-10-17", "Statement": [statement]}


class Sessions:
    """Makes clients of the sandbox, as the vendor's own user or within an assumed role."""

    def __init__(self, cloud: SandboxCloud) -> None:
        self.cloud = cloud
        self.session = boto3.session.Session()
        self._assumed: dict[str, dict[str, str]] = {}

    def client(self, service, region="us-east-1", keys=None):
        keys = keys or {
            "aws_access_key_id": self.cloud.access_key_id,
            "aws_secret_access_key": self.cloud.secret_access_key,
        }
        return self.session.client(
            service,
            region_name=region,
            endpoint_url=self.cloud.endpoint_url,
            config=Config(retries={"total_max_attempts": 1}),
            **keys,
        )

    def assume(self, arn, *, external_id=EXTERNAL_ID, **more):
        if external_id:
            more["ExternalId"] = external_id
        found = self.client("sts").assume_role(RoleArn=arn, RoleSessionName="audit-1", **more)["Credentials"]
        return {
            "aws_access_key_id": found["AccessKeyId"],
            "aws_secret_access_key": found["SecretAccessKey"],
            "aws_session_token": found["SessionToken"],
        }

    def reader(self, account=names.SHOP):
        """A session of an ordinary reading role in that account."""
        if account not in self._assumed:
            arn = self.cloud.create_role(
                account=account, name="reader", trust_policy=trust(), policies={"reads": READS}
            )
            self._assumed[account] = self.assume(arn)
        return self._assumed[account]

    def read(self, service, region="us-east-1", account=names.SHOP):
        return self.client(service, region, self.reader(account))


@pytest.fixture(scope="session")
def sessions(cloud):
    return Sessions(cloud)


@pytest.fixture
def calm(calm_cloud):
    """The sandbox without leftover faults and page sizes, before and after."""
    return calm_cloud
