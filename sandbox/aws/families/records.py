"""AWS Config: one account records all that it can, one some types alone, and one nothing. No resource's configuration
is answered, but how many there are of which type.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sandbox.aws import names
from sandbox.aws.families import names_and_checks
from sandbox.aws.shaped import Answered, Pages

if TYPE_CHECKING:
    from sandbox.aws.shaped import Asked

SERVICE, OWN_NAME = "config", "default"
SINCE = timedelta(days=200)
ALL = {
    "allSupported": True,
    "includeGlobalResourceTypes": True,
    "resourceTypes": [],
    "exclusionByResourceTypes": {"resourceTypes": []},
    "recordingStrategy": {"useOnly": "ALL_SUPPORTED_RESOURCE_TYPES"},
}
SOME_TYPES = ["AWS::EC2::Instance", "AWS::Lambda::Function", "AWS::S3::Bucket"]
SOME = {
    "allSupported": False,
    "includeGlobalResourceTypes": False,
    "resourceTypes": SOME_TYPES,
    "exclusionByResourceTypes": {"resourceTypes": []},
    "recordingStrategy": {"useOnly": "INCLUSION_BY_RESOURCE_TYPES"},
}
GROUPS: dict[str, dict[str, Any]] = {names.LAB: ALL, names.SHOP: SOME}
# What every region has, whether anybody uses it or not.
BY_ITSELF = {
    "AWS::EC2::VPC": 1,
    "AWS::EC2::Subnet": 3,
    "AWS::EC2::SecurityGroup": 1,
    "AWS::EC2::NetworkAcl": 1,
    "AWS::EC2::RouteTable": 1,
    "AWS::EC2::InternetGateway": 1,
    "AWS::Athena::WorkGroup": 1,
    "AWS::CodeDeploy::DeploymentConfig": 17,
    "AWS::RDS::DBSecurityGroup": 1,
}
# Of the estate's kinds, those that AWS Config knows. Document and graph databases are RDS' to it.
TYPES = {
    "accelerator": "AWS::GlobalAccelerator::Accelerator",
    "address": "AWS::EC2::EIP",
    "alarm": "AWS::CloudWatch::Alarm",
    "api_stage": "AWS::ApiGateway::Stage",
    "auto_scaling_group": "AWS::AutoScaling::AutoScalingGroup",
    "backup_plan": "AWS::Backup::BackupPlan",
    "backup_vault": "AWS::Backup::BackupVault",
    "broker": "AWS::AmazonMQ::Broker",
    "bucket": "AWS::S3::Bucket",
    "certificate_authority": "AWS::ACMPCA::CertificateAuthority",
    "classic_load_balancer": "AWS::ElasticLoadBalancing::LoadBalancer",
    "container_cluster": "AWS::ECS::Cluster",
    "container_service": "AWS::ECS::Service",
    "database": "AWS::RDS::DBInstance",
    "database_cluster": "AWS::RDS::DBCluster",
    "database_snapshot": "AWS::RDS::DBSnapshot",
    "distribution": "AWS::CloudFront::Distribution",
    "document_instance": "AWS::RDS::DBInstance",
    "encryption_key": "AWS::KMS::Key",
    "function": "AWS::Lambda::Function",
    "graph_instance": "AWS::RDS::DBInstance",
    "held_address": "AWS::EC2::EIP",
    "instance": "AWS::EC2::Instance",
    "kubernetes_cluster": "AWS::EKS::Cluster",
    "load_balancer": "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "nat_gateway": "AWS::EC2::NatGateway",
    "recovery_point": "AWS::Backup::RecoveryPoint",
    "table": "AWS::DynamoDB::Table",
    "trail": "AWS::CloudTrail::Trail",
    "volume": "AWS::EC2::Volume",
    "vpc_endpoint": "AWS::EC2::VPCEndpoint",
    "vpn_connection": "AWS::EC2::VPNConnection",
    "warehouse": "AWS::Redshift::Cluster",
}


def _recorders(asked: Asked) -> dict[str, Any]:
    if asked.account not in GROUPS:
        return {"ConfigurationRecorders": []}
    recorder = {
        "arn": f"arn:aws:config:{asked.region}:{asked.account}:configuration-recorder/{OWN_NAME}/abcdefgh12345678",
        "name": OWN_NAME,
        "roleARN": f"arn:aws:iam::{asked.account}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig",
        "recordingGroup": GROUPS[asked.account],
        "recordingMode": {"recordingFrequency": "CONTINUOUS"},
        "recordingScope": "PAID",
    }
    return {"ConfigurationRecorders": [recorder]}


def _states(asked: Asked) -> dict[str, Any]:
    if asked.account not in GROUPS:
        return {"ConfigurationRecordersStatus": []}
    state = {
        "name": OWN_NAME,
        "lastStartTime": asked.estate.as_of - SINCE,
        "recording": True,
        "lastStatus": "Success",
        "lastStatusChangeTime": asked.estate.as_of - timedelta(hours=3),
    }
    return {"ConfigurationRecordersStatus": [state]}


def counts(asked: Asked) -> dict[str, int]:
    """How many there are of each type that is recorded. What a bill alone knows stands nowhere any more."""
    group = GROUPS.get(asked.account)
    if group is None:
        return {}
    stand = (kind for kind in TYPES for item in asked.of(kind) if item.is_in_inventory)
    found = Counter(BY_ITSELF) + Counter(TYPES[kind] for kind in stand)
    found += Counter({TYPES["alarm"]: len(names_and_checks.alarms(asked))})  # which are no resources of the estate
    return {name: count for name, count in sorted(found.items()) if group["allSupported"] or name in SOME_TYPES}


def _counts(asked: Asked) -> dict[str, Any]:
    found = counts(asked)
    return {
        "totalDiscoveredResources": sum(found.values()),
        "resourceCounts": [{"resourceType": name, "count": count} for name, count in found.items()],
    }


ANSWERS = (
    Answered(service=SERVICE, operation="DescribeConfigurationRecorders", make=_recorders),
    Answered(service=SERVICE, operation="DescribeConfigurationRecorderStatus", make=_states),
    Answered(
        service=SERVICE,
        operation="GetDiscoveredResourceCounts",
        make=_counts,
        pages=Pages(token="nextToken", limit="limit", next_token="nextToken", items="resourceCounts"),  # noqa: S106 - page tokens
    ),
)
