"""Promise: no machine, snapshot, cluster, scale set, network, firewall, route or deployment is ever changed."""

from __future__ import annotations

import pytest
from botocore import xform_name

from connections.readonly import WriteRefused
from tests.connections.aws import EXPORT, guarded, silent_address

CHANGES = {
    "shut down virtual machines": [("ec2", "StopInstances"), ("ec2", "TerminateInstances"), ("ec2", "RebootInstances")],
    "pause Kubernetes clusters": [
        ("eks", "UpdateNodegroupConfig"),
        ("eks", "DeleteCluster"),
        ("eks", "UpdateClusterConfig"),
    ],
    "delete snapshots": [("ec2", "DeleteSnapshot"), ("rds", "DeleteDBSnapshot"), ("ec2", "CreateSnapshot")],
    "alter scale sets": [
        ("autoscaling", "UpdateAutoScalingGroup"),
        ("autoscaling", "SetDesiredCapacity"),
        ("autoscaling", "DeleteAutoScalingGroup"),
    ],
    "adjust network security groups": [
        ("ec2", "AuthorizeSecurityGroupIngress"),
        ("ec2", "RevokeSecurityGroupEgress"),
        ("ec2", "DeleteSecurityGroup"),
    ],
    "modify firewall scopes": [
        ("network-firewall", "UpdateFirewallPolicy"),
        ("wafv2", "UpdateWebACL"),
        ("ec2", "CreateNetworkAclEntry"),
    ],
    "change routing": [
        ("ec2", "CreateRoute"),
        ("ec2", "DeleteRoute"),
        ("ec2", "ReplaceRoute"),
        ("route53", "ChangeResourceRecordSets"),
    ],
    "deploy new nodes": [
        ("ec2", "RunInstances"),
        ("eks", "CreateNodegroup"),
        ("ecs", "UpdateService"),
        ("codedeploy", "CreateDeployment"),
    ],
    "allocate databases": [("rds", "CreateDBInstance"), ("dynamodb", "CreateTable"), ("redshift", "CreateCluster")],
    "provision limits": [("service-quotas", "RequestServiceQuotaIncrease")],
    "scale pricing tiers": [
        ("savingsplans", "CreateSavingsPlan"),
        ("ec2", "PurchaseReservedInstancesOffering"),
        ("ec2", "ModifyVolume"),
    ],
    "delete infrastructure": [
        ("cloudformation", "DeleteStack"),
        ("ec2", "DeleteVolume"),
        ("ec2", "ReleaseAddress"),
        ("s3", "DeleteBucket"),
    ],
    "read application data": [
        ("s3", "GetObject"),
        ("dynamodb", "Scan"),
        ("rds-data", "ExecuteStatement"),
        ("secretsmanager", "GetSecretValue"),
        ("ssm", "GetParameter"),
        ("ec2", "DescribeInstanceAttribute"),
        ("lambda", "GetFunction"),
        ("logs", "FilterLogEvents"),
        ("sqs", "ReceiveMessage"),
    ],
}
CASES = [(what, *operation) for what, operations in CHANGES.items() for operation in operations]


@pytest.mark.parametrize(("what", "service", "operation"), CASES)
@pytest.mark.parametrize("export", [None, EXPORT], ids=["inventory", "bill"])
def test_costframe_cannot(what, service, operation, export):
    with silent_address() as url:
        client = guarded(url, export=export).create_client(service)
        with pytest.raises(WriteRefused) as refusal:
            getattr(client, xform_name(operation))()
    assert (refusal.value.service, refusal.value.operation) == (service, operation), what
