"""Fills moto's load balancers and the payer's bucket with the estate, in moto's own process."""

# moto builds these classes itself though mypy counts them abstract, and its packages re-export without saying so.
# mypy: disable-error-code="abstract,attr-defined"

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.elbv2 import elbv2_backends
from moto.elbv2.models import FakeHealthStatus, FakeLoadBalancer, FakeTargetGroup
from moto.s3 import s3_backends

from sandbox.aws import names
from sandbox.aws.fill_ec2 import backend_of, subnet_of
from sandbox.aws.network import target_group_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.aws.model import Estate, Item

PORTS = {"application": ("HTTP", "80"), "network": ("TCP", "443"), "gateway": ("GENEVE", "6081")}


class UnhealthyTargetGroup(FakeTargetGroup):
    """A target group whose targets are registered but answer no health check."""

    def health_for(self, target: dict[str, Any], ec2_backend: Any) -> FakeHealthStatus:  # noqa: ANN401
        status = super().health_for(target, ec2_backend)
        if target["Id"] in self.targets:
            status.status, status.reason = "unhealthy", "Target.FailedHealthChecks"
            status.description = "Health checks failed"
        return status


class UncheckedTargetGroup(FakeTargetGroup):
    """A target group whose targets nobody checks, as those of functions unless somebody asks for it."""

    def health_for(self, target: dict[str, Any], ec2_backend: Any) -> FakeHealthStatus:  # noqa: ANN401
        status = super().health_for(target, ec2_backend)
        status.status, status.reason = "unavailable", "Target.HealthCheckDisabled"
        status.description = "Health checks are disabled for this target group"
        return status


def fill(estate: Estate) -> None:
    for item in estate.of("load_balancer"):
        _load_balancer(item)


def _tags(item: Item) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in item.tags.items()]


def _load_balancer(item: Item) -> None:
    backend, ec2 = elbv2_backends[item.account][item.region], backend_of(item)
    kind = item.facts["type"]
    protocol, port = PORTS[kind]
    balancer = FakeLoadBalancer(
        name=item.name,
        security_groups=[],
        subnets=[subnet_of(ec2)],
        vpc_id=ec2.default_vpc.id,
        arn=item.native_id,
        dns_name=f"{item.name}-1.{item.region}.elb.amazonaws.com",
        state="active",
        scheme="internal" if kind == "gateway" else "internet-facing",
        loadbalancer_type=kind,
    )
    balancer.created_time = f"{item.created_at:%Y-%m-%dT%H:%M:%S}.000Z"
    backend.load_balancers[item.native_id] = balancer
    backend.tagging_service.tag_resource(item.native_id, _tags(item))
    for at, group in enumerate(item.facts["groups"]):
        checked = FakeTargetGroup if item.facts["is_healthy"] else UnhealthyTargetGroup
        make = checked if item.facts.get("is_checked", True) else UncheckedTargetGroup
        name = target_group_name(item.name, at)
        target_group = make(
            name=name,
            account_id=item.account,
            region_name=item.region,
            vpc_id=ec2.default_vpc.id,
            protocol=protocol,
            port=port,
        )
        target_group.arn = f"arn:aws:elasticloadbalancing:{item.region}:{item.account}:targetgroup/{name}/{group['id']}"
        target_group.load_balancer_arns.append(item.native_id)
        for target in group["targets"]:
            target_group.targets[target] = {"Id": target, "Port": port}
        backend.target_groups[target_group.arn] = target_group


def put_objects(objects: Mapping[str, bytes]) -> None:
    """Writes the export's objects in their order, the manifest of a period after its parts."""
    backend = s3_backends[names.PAYER]["aws"]
    if names.BUCKET not in backend.buckets:
        backend.create_bucket(names.BUCKET, names.EXPORT_REGION)
    for key, body in objects.items():
        backend.put_object(names.BUCKET, key, body)


def delete_object(key: str) -> None:
    s3_backends[names.PAYER]["aws"].delete_object(names.BUCKET, key)
