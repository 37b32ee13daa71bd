"""What the sandbox has from moto elsewhere: machines, disks, addresses and balancers, here from the estate's items."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sandbox.aws import names
from sandbox.aws.cases import tag_list
from sandbox.aws.families import alarms, commitments
from sandbox.aws.model import Estate
from sandbox.aws.shaped import Answered
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.aws.model import Item
    from sandbox.aws.shaped import Asked


ADVISORS = frozenset({"compute-optimizer", "cost-optimization-hub"})


def _instances(asked: Asked) -> dict[str, Any]:
    return {
        "Reservations": [
            {"ReservationId": f"r-{one.native_id[2:]}", "OwnerId": one.account, "Instances": [_instance(one)]}
            for one in asked.of("instance")
        ]
    }


def _instance(item: Item) -> dict[str, Any]:
    devices = zip(("/dev/xvda", "/dev/xvdb"), item.facts["volumes"], strict=False)
    return {
        "InstanceId": item.native_id,
        "ImageId": "ami-0abcdef0123456789",
        "InstanceType": "m7g.large",
        "State": {"Code": 16, "Name": "running"},
        "LaunchTime": item.created_at,
        "Architecture": "arm64",
        "PlatformDetails": "Linux/UNIX",
        "RootDeviceName": "/dev/xvda",
        "RootDeviceType": "ebs",
        "CpuOptions": {"CoreCount": 2, "ThreadsPerCore": 1},
        "Monitoring": {"State": "disabled"},
        "Placement": {"AvailabilityZone": item.facts["zone"], "Tenancy": "default"},
        "BlockDeviceMappings": [
            {"DeviceName": device, "Ebs": {"VolumeId": volume, "Status": "attached", "AttachTime": item.created_at}}
            for device, volume in devices
        ],
        "Tags": tag_list(item),
    }


def _volumes(asked: Asked) -> dict[str, Any]:
    return {"Volumes": [_volume(one) for one in asked.of("volume")]}


def _volume(item: Item) -> dict[str, Any]:
    holder = item.facts["holder"]
    attachment = {"InstanceId": holder, "VolumeId": item.native_id, "State": "attached", "Device": "/dev/xvda"}
    return {
        "VolumeId": item.native_id,
        "VolumeType": "gp3",
        "Size": 100,
        "State": "in-use" if holder else "available",
        "CreateTime": item.created_at,
        "AvailabilityZone": item.facts["zone"],
        "Iops": 3000,
        "Throughput": 125,
        "Encrypted": True,
        "Attachments": [{**attachment, "AttachTime": item.created_at, "DeleteOnTermination": True}] if holder else [],
        "Tags": tag_list(item),
    }


def _snapshots(asked: Asked) -> dict[str, Any]:
    if asked.parameters.get("OwnerIds") != ["self"]:
        raise Refusal("InvalidParameterValue", "An account's own snapshots alone are listed.")
    return {
        "Snapshots": [
            {
                "SnapshotId": one.native_id,
                "VolumeId": one.facts["source"],
                "VolumeSize": 100,
                "State": "completed",
                "StartTime": one.created_at,
                "StorageTier": "standard",
                "OwnerId": one.account,
                "Description": "nightly",
                "Tags": tag_list(one),
            }
            for one in asked.of("snapshot")
        ]
    }


def _addresses(asked: Asked) -> dict[str, Any]:
    return {"Addresses": [_address(one) for one in asked.of("address")]}


def _address(item: Item) -> dict[str, Any]:
    holder = item.facts["holder"]
    held = {"InstanceId": holder, "AssociationId": f"eipassoc-{item.native_id.removeprefix('eipalloc-')}"}
    return {
        "AllocationId": item.native_id,
        "PublicIp": item.facts["public_ip"],
        "Domain": "vpc",
        **(held if holder else {}),
        "Tags": tag_list(item),
    }


def _balancers(asked: Asked) -> dict[str, Any]:
    return {
        "LoadBalancers": [
            {
                "LoadBalancerArn": one.native_id,
                "LoadBalancerName": one.name,
                "CreatedTime": one.created_at,
                "Type": "application",
                "Scheme": "internet-facing",
                "State": {"Code": "active"},
            }
            for one in asked.of("load_balancer")
        ]
    }


def _groups(asked: Asked) -> dict[str, Any]:
    return {
        "TargetGroups": [
            {
                "TargetGroupArn": one.facts["group"],
                "TargetGroupName": one.name,
                "TargetType": "instance",
                "LoadBalancerArns": [one.native_id],
            }
            for one in asked.of("load_balancer")
        ]
    }


def _health(asked: Asked) -> dict[str, Any]:
    wanted = asked.parameters["TargetGroupArn"]
    for one in asked.of("load_balancer"):
        if one.facts["group"] == wanted:
            targets = one.facts["targets"]
            return {
                "TargetHealthDescriptions": [
                    {"Target": {"Id": target, "Port": 80}, "TargetHealth": {"State": "healthy"}} for target in targets
                ]
            }
    raise Refusal("TargetGroupNotFound", f"Target groups '{wanted}' not found")


def _tags(asked: Asked) -> dict[str, Any]:
    known = {one.native_id: one for one in asked.of("load_balancer")}
    wanted = asked.parameters["ResourceArns"]
    if missing := [arn for arn in wanted if arn not in known]:
        raise Refusal("LoadBalancerNotFound", f"Load balancers '{missing}' not found")
    return {"TagDescriptions": [{"ResourceArn": arn, "Tags": tag_list(known[arn])} for arn in wanted]}


def without_advice(answered: Answered) -> Answered:
    """An operation of an advisor that is switched on and has nothing to say."""

    def make(asked: Asked) -> Mapping[str, Any]:
        nothing = Estate(seed=0, as_of=asked.estate.as_of)
        return answered.make(replace(asked, account=names.PAYER, estate=nothing))

    return replace(answered, make=make)


def _first(estate: Estate) -> Item:
    return estate.of("load_balancer")[0]


def _elbv2(operation: str, **more: Any) -> Answered:  # noqa: ANN401 - fields of Answered
    return Answered(
        service="elbv2", operation=operation, action=f"elasticloadbalancing:{operation}", largest=400, **more
    )


def _alone(answers: tuple[Answered, ...], operation: str, make: Callable[[Asked], Mapping[str, Any]]) -> Answered:
    """A family's operation, without what the family adds that stands in no estate."""
    return next(replace(one, make=make) for one in answers if one.operation == operation)


HIDDEN_TOO = frozenset({"IncludeManagedResources"})  # nothing here is hidden
ANSWERS = (
    _alone(alarms.ANSWERS, "DescribeAlarms", lambda asked: {"MetricAlarms": [one.shape for one in asked.of("alarm")]}),
    _alone(commitments.ANSWERS, "DescribeSavingsPlans", lambda _: {"savingsPlans": []}),
    Answered(service="ec2", operation="DescribeInstances", make=_instances, honours=HIDDEN_TOO, largest=1000),
    Answered(service="ec2", operation="DescribeVolumes", make=_volumes, honours=HIDDEN_TOO, largest=500),
    Answered(
        service="ec2",
        operation="DescribeSnapshots",
        make=_snapshots,
        honours=frozenset({"OwnerIds"}),
        largest=1000,
        tried_with=lambda _: {"OwnerIds": ["self"]},
    ),
    Answered(service="ec2", operation="DescribeAddresses", make=_addresses),
    Answered(
        service="cloudwatch",
        operation="ListMetrics",
        make=lambda _: {"Metrics": []},
        honours=frozenset({"Namespace", "MetricName", "Dimensions"}),
    ),
    _elbv2("DescribeLoadBalancers", make=_balancers),
    _elbv2("DescribeTargetGroups", make=_groups),
    _elbv2(
        "DescribeTargetHealth",
        make=_health,
        honours=frozenset({"TargetGroupArn"}),
        tried_with=lambda estate: {"TargetGroupArn": _first(estate).facts["group"]},
    ),
    _elbv2(
        "DescribeTags",
        make=_tags,
        honours=frozenset({"ResourceArns"}),
        tried_with=lambda estate: {"ResourceArns": [_first(estate).native_id]},
    ),
)
