"""The resources that the examples of other tools are made of: each rule's own wasteful one, from the rule's test."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from audits.evidence import Bill, Evidence, Usage
from tests.findings.evidence import TODAY, usage_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connections.resources import Thing
    from tests.outside.examples import Example

# Where the wasteful one is more than the resource that its test calls WASTEFUL: the resource with its usage, or bill.
MADE_OF: Mapping[str, Callable[[Any], tuple[Any, ...]]] = {
    "aws_apigateway_stage_cache_unused": lambda test: (test.WASTEFUL, test.MISSED),
    "aws_autoscaling_group_oversized": lambda test: (test.WASTEFUL, test.QUIET),
    "aws_commitment_reservation_expired": lambda test: (test.ENDED, test.billed()),
    "aws_commitment_reservation_underused": lambda test: (test.ACTIVE, test.billed(used="0.9", unused="0.1")),
    "aws_commitment_savings_plan_underused": lambda test: (test.ACTIVE, test.billed(used="0.9", unused="0.1")),
    "aws_docdb_instance_idle": lambda test: (test.WASTEFUL, test.QUIET),
    "aws_dynamodb_autoscaling_fixed": lambda test: (test.FIXED, test.HALF),
    "aws_dynamodb_table_capacity_mode": lambda test: (test.QUIET, test.LITTLE),
    "aws_dynamodb_table_idle": lambda test: (test.QUIET, test.UNUSED),
    "aws_dynamodb_table_overprovisioned": lambda test: (test.QUIET, test.LITTLE),
    "aws_dynamodb_table_without_autoscaling": lambda test: (test.QUIET, test.BY_DAY),
    "aws_ebs_volume_gp3_iops_unused": lambda test: (test.WASTEFUL, test.month()),
    "aws_ebs_volume_gp3_throughput_unused": lambda test: (test.WASTEFUL, test.month()),
    "aws_ebs_volume_iops_high": lambda test: (test.WASTEFUL, test.month()),
    "aws_ebs_volume_low_usage": lambda test: (test.WASTEFUL, test.STILL),
    "aws_ec2_capacity_reservation_unused": lambda test: (test.RESERVED, test.free(3.0)),
    "aws_ec2_instance_burst_credits": lambda test: (test.BURSTABLE, test.charged(20)),
    "aws_ec2_instance_cheaper_family": lambda test: (test.PROCESSORS, test.month(memory=60)),
    "aws_ec2_instance_gpu_idle": lambda test: (test.WASTEFUL, test.STILL),
    "aws_ec2_instance_idle": lambda test: (test.WASTEFUL, usage_of(test.QUIET)),
    "aws_ec2_instance_low_utilization": lambda test: (test.ROOMY, test.month(memory=None)),
    "aws_ec2_instance_off_hours": lambda test: (test.LARGE, test.weeks(test.WORK)),
    "aws_ec2_instance_oversized": lambda test: (test.LARGE, test.month()),
    "aws_ecr_lifecycle_weak": lambda test: (test.LEFT,),
    "aws_ecr_repository_unpulled": lambda test: (test.LEFT,),
    "aws_ecr_repository_without_lifecycle": lambda test: (test.KEEPS,),
    "aws_ecs_cluster_idle": lambda test: (test.WAITING, test.SILENT),
    "aws_ecs_service_without_autoscaling": lambda test: (test.FIXED, test.FORTNIGHT),
    "aws_eks_node_group_graviton": lambda test: (test.X86,),
    "aws_elasticache_cluster_idle": lambda test: (test.WASTEFUL, test.QUIET),
    "aws_elasticache_cluster_oversized": lambda test: (test.WASTEFUL, test.month()),
    "aws_elasticache_memcached_idle": lambda test: (test.WASTEFUL, test.QUIET),
    "aws_elb_classic_low_traffic": lambda test: (test.WASTEFUL, test.SILENT),
    "aws_elb_classic_without_instances": lambda test: (test.WASTEFUL, test.NONE),
    "aws_elb_load_balancer_low_traffic": lambda test: (test.WASTEFUL, test.SILENT),
    "aws_elb_load_balancer_without_targets": lambda test: (test.WASTEFUL, test.SILENT),
    "aws_emr_cluster_idle": lambda test: (test.WASTEFUL, test.WAITS),
    "aws_fsx_file_system_idle": lambda test: (test.WASTEFUL, test.STILL),
    "aws_kinesis_stream_idle": lambda test: (test.WASTEFUL, test.QUIET),
    "aws_lambda_function_failing": lambda test: (test.MODEST, test.FAILING),
    "aws_lambda_function_graviton": lambda test: (test.MODEST, test.busy()),
    "aws_lambda_function_memory_oversized": lambda test: (test.MODEST, test.ROOMY),
    "aws_lambda_function_timing_out": lambda test: (test.MODEST, test.CUT_OFF),
    "aws_lambda_provisioned_concurrency_oversized": lambda test: (test.READY, test.FEW),
    "aws_lambda_provisioned_concurrency_unused": lambda test: (test.READY, test.SILENT),
    "aws_logs_group_stale": lambda test: (test.WASTEFUL, test.SILENT),
    "aws_neptune_instance_idle": lambda test: (test.WASTEFUL, test.QUIET),
    "aws_opensearch_domain_idle": lambda test: (test.WASTEFUL, test.QUIET),
    "aws_rds_cluster_instance_idle": lambda test: (test.WASTEFUL, test.QUIET),
    "aws_rds_database_idle": lambda test: (test.WASTEFUL, test.QUIET),
    "aws_rds_database_low_cpu": lambda test: (test.WASTEFUL, test.QUIET),
    "aws_rds_database_oversized": lambda test: (test.WASTEFUL, test.month()),
    "aws_rds_database_stopped": lambda test: (test.WASTEFUL, test.SILENT),
    "aws_redshift_cluster_idle": lambda test: (test.SALES, test.QUIET),
    "aws_redshift_cluster_oversized": lambda test: (test.SALES, test.month()),
    "aws_redshift_cluster_without_pause": lambda test: (test.SALES, test.weeks(test.WORK)),
    "aws_route53_health_check_unused": lambda test: (test.WASTEFUL, test.THERE),
    "aws_s3_bucket_uploads_unaborted": lambda test: (test.WASTEFUL, test.LARGE),
    "aws_s3_bucket_versions_unexpired": lambda test: (test.WASTEFUL, test.LARGE),
    "aws_s3_bucket_without_lifecycle": lambda test: (test.WASTEFUL, test.LARGE),
    "aws_s3_bucket_without_tiering": lambda test: (test.WASTEFUL, test.LARGE),
    "aws_sagemaker_endpoint_idle": lambda test: (test.WASTEFUL, test.SILENT),
    "aws_vpc_interface_endpoint_idle": lambda test: (test.WASTEFUL, test.SILENT),
    "aws_vpc_transit_attachment_idle": lambda test: (test.WASTEFUL, test.NOTHING),
    "aws_vpc_nat_gateway_idle": lambda test: (test.WASTEFUL, test.KEEP_ALIVE),
    "aws_vpc_nat_gateway_low_traffic": lambda test: (test.WASTEFUL, test.LITTLE),
    "aws_vpc_nat_gateway_redundant": lambda test: (test.WASTEFUL, test.LITTLE),
}


@cache
def wasteful(rule_id: str) -> Evidence:
    """What the rule's own test has for waste."""
    test = import_module(f"tests.findings.rules.test_{rule_id}")
    thing, *known = MADE_OF.get(rule_id, lambda test: (test.WASTEFUL,))(test)
    usage = next((one for one in known if isinstance(one, Usage)), Usage(until=TODAY, series={}))
    bill = next((one for one in known if isinstance(one, Bill)), Bill())
    return Evidence(thing=thing, usage=usage, bill=bill)


def evidence(rule_id: str, example: Example) -> Evidence:
    """The example as our rules see it."""
    like = wasteful(rule_id)
    thing: Thing = replace(like.thing, **example.changed)
    usage = example.usage or (_with(like.usage, example.used) if example.used else like.usage)
    return Evidence(thing=thing, usage=usage, bill=example.bill or like.bill)


def _with(usage: Usage, used: Mapping[str, Any]) -> Usage:
    values = {name: list(series.values) for name, series in usage.series.items()}
    days = max(map(len, values.values()), default=30)
    told = {name: value if isinstance(value, list) else [value] * days for name, value in used.items()}
    return usage_of(values | told)
