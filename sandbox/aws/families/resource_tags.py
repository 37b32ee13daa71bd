"""Tags as the Resource Groups Tagging API answers them for a whole region at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.aws.cases import tag_list
from sandbox.aws.shaped import Answered

if TYPE_CHECKING:
    from sandbox.aws.model import Item
    from sandbox.aws.shaped import Asked

# What the API calls a type of resource, and the kind that it is here.
KINDS = {
    "acm-pca:certificate-authority": "certificate_authority",
    "aoss:collection": "search_collection",
    "appstream:fleet": "streaming_fleet",
    "backup": "recovery_point",
    "cloudfront:distribution": "distribution",
    "cloudtrail:trail": "trail",
    "cloudwatch:alarm": "alarm",
    "comprehend:document-classifier-endpoint": "language_endpoint",
    "comprehend:entity-recognizer-endpoint": "entity_endpoint",
    "dms:rep": "replication_instance",
    "ec2:snapshot": "snapshot",
    "ec2:vpn-connection": "vpn_connection",
    "ecr:repository": "image_repository",
    "ecs:cluster": "container_cluster",
    "ecs:service": "container_service",
    "elasticache:cluster": "cache_cluster",
    "elasticache:serverlesscache": "serverless_cache",
    "elasticmapreduce:cluster": "emr_cluster",
    "es:domain": "search_domain",
    "globalaccelerator:accelerator": "accelerator",
    "kinesis:stream": "stream",
    "kms:key": "encryption_key",
    "lambda:function": "function",
    "logs:log-group": "log_group",
    "memorydb:cluster": "memory_cluster",
    "mq:broker": "broker",
    "route53:healthcheck": "health_check",
    "route53:hostedzone": "hosted_zone",
    "s3": "bucket",
    "sagemaker:endpoint": "model_endpoint",
    "sagemaker:notebook-instance": "notebook",
    "transfer:server": "transfer_server",
    "workspaces:workspace": "desktop",
}


def _arn(item: Item) -> str:
    return f"arn:aws:s3:::{item.bill_id}" if item.kind == "bucket" else item.bill_id


def _tagged(asked: Asked) -> dict[str, Any]:
    wanted = asked.parameters.get("ResourceTypeFilters") or list(KINDS)
    items = [item for name in wanted for item in asked.of(KINDS[name]) if item.tags and item.is_in_inventory]
    return {"ResourceTagMappingList": [{"ResourceARN": _arn(item), "Tags": tag_list(item)} for item in items]}


ANSWERS = (
    Answered(
        service="resourcegroupstaggingapi",
        operation="GetResources",
        action="tag:GetResources",
        make=_tagged,
        honours=frozenset({"ResourceTypeFilters"}),
    ),
)
