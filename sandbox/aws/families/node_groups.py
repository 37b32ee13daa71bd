"""Groups of machines of Kubernetes clusters, by type and image. They stand in clusters of another family."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.aws.cases import Case, Stand
from sandbox.aws.shaped import Answered
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from sandbox.aws.model import Draw, Estate, Item
    from sandbox.aws.shaped import Asked

GRAVITON, PREVIOUS = "aws_eks_node_group_graviton", "aws_eks_node_group_previous_generation"
X86, ARM = "AL2023_x86_64_STANDARD", "AL2023_ARM_64_STANDARD"
HOST = "supported"  # the case of clusters that have groups
CASES = {
    "arm": Case(count=3, has={"image": ARM, "types": ("m6g.large",)}),
    "x86": Case(
        count=3, wastes=(GRAVITON,), untold=(GRAVITON,), has={"types": ("m5.large", "m5a.large"), "desired": 3}
    ),
    "x86_bottlerocket": Case(
        wastes=(GRAVITON,), untold=(GRAVITON,), has={"image": "BOTTLEROCKET_x86_64", "types": ("c6i.xlarge",)}
    ),
    "x86_spare": Case(has={"types": ("m5.large",), "capacity": "SPOT"}, trap="may run on ARM, but is spare capacity"),
    "x86_windows": Case(
        has={"types": ("m5.large",), "image": "WINDOWS_CORE_2022_x86_64"}, trap="of a type with a twin, but of Windows"
    ),
    "x86_none": Case(has={"types": ("r5.large",), "desired": 0}, trap="may run on ARM, but has no machine"),
    "x86_own_image": Case(
        count=2,
        unknowns=(GRAVITON,),
        has={"types": ("m5.large",), "image": "CUSTOM"},
        trap="may run on ARM, if its own image does",
    ),
    "gpu": Case(has={"types": ("g4dn.xlarge",), "image": "AL2023_x86_64_NVIDIA"}),
    "earlier": Case(count=3, wastes=(PREVIOUS,), untold=(PREVIOUS,), has={"types": ("m4.large",), "desired": 2}),
    "earlier_second": Case(
        wastes=(GRAVITON,),
        untold=(GRAVITON,),
        has={"types": ("m5.large", "m4.large")},
        trap="an earlier type, but tried only where the present one is not to be had",
    ),
    "earlier_spare": Case(
        has={"types": ("m4.large",), "capacity": "SPOT"}, trap="an earlier type, whose spare capacity may be cheap"
    ),
    "earlier_disks": Case(
        unknowns=(PREVIOUS,), has={"types": ("r3.large",)}, trap="an earlier type with disks that the next has not"
    ),
    "templated": Case(
        count=2,
        unknowns=(GRAVITON, PREVIOUS),
        has={"image": "CUSTOM", "types": ()},
        trap="its types stand in a template",
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    hosts = [cluster for cluster in estate.of("kubernetes_cluster") if cluster.case == HOST]
    for name, case in CASES.items():
        for number in range(case.count):
            _group(draw, estate, hosts[number % len(hosts)], name, number)


def _group(draw: Draw, estate: Estate, cluster: Item, name: str, number: int) -> None:
    case = CASES[name]
    label = f"{name.replace('_', '-')}-{number + 1}"
    stand = Stand(
        case_name=name,
        case=case,
        account=cluster.account,
        region=cluster.region,
        label=label,
        created_at=draw.ago(draw.days(60, 300) + 0.4),
    )
    arn = stand.arn("eks", f"nodegroup/{cluster.name}/{label}/{draw.hex(8)}")
    item = stand.item(draw, kind="node_group", native_id=arn, bill_id=arn, rules=(GRAVITON, PREVIOUS))
    has = case.has
    desired = has.get("desired", 2)
    item.shape = {
        "nodegroupName": label,
        "nodegroupArn": arn,
        "clusterName": cluster.name,
        "createdAt": item.created_at,
        "status": "ACTIVE",
        "capacityType": has.get("capacity", "ON_DEMAND"),
        "scalingConfig": {"minSize": 0, "maxSize": 6, "desiredSize": desired},
        "amiType": has.get("image", X86),
        "nodeRole": f"arn:aws:iam::{cluster.account}:role/nodes",
        "labels": {"team": "shop"},
        "tags": item.tags,
    }
    if has["types"]:
        item.shape["instanceTypes"] = list(has["types"])
    else:
        item.shape["launchTemplate"] = {"name": label, "version": "3", "id": draw.id("lt")}
    estate.items.append(item)


def _of(asked: Asked) -> list[Item]:
    cluster = asked.parameters["clusterName"]
    if not any(item.name == cluster for item in asked.of("kubernetes_cluster")):
        raise Refusal("ResourceNotFoundException", f"No cluster found for name: {cluster}.", status=404)
    return [item for item in asked.of("node_group") if item.shape["clusterName"] == cluster]


def _listed(asked: Asked) -> dict[str, Any]:
    return {"nodegroups": [item.name for item in _of(asked)]}


def _described(asked: Asked) -> dict[str, Any]:
    for item in _of(asked):
        if item.name == asked.parameters["nodegroupName"]:
            return {"nodegroup": item.shape}
    raise Refusal("ResourceNotFoundException", "No node group found.", status=404)


def _first(estate: Estate) -> dict[str, str]:
    shape = estate.of("node_group")[0].shape
    return {"clusterName": shape["clusterName"], "nodegroupName": shape["nodegroupName"]}


ANSWERS = (
    Answered(
        service="eks",
        operation="ListNodegroups",
        make=_listed,
        honours=frozenset({"clusterName"}),
        tried_with=lambda estate: {"clusterName": _first(estate)["clusterName"]},
    ),
    Answered(
        service="eks",
        operation="DescribeNodegroup",
        make=_described,
        honours=frozenset({"clusterName", "nodegroupName"}),
        tried_with=_first,
    ),
)
