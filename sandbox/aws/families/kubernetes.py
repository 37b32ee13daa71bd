"""Kubernetes clusters of EKS: on supported versions, on extended support, and on versions that no list has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import charges
from sandbox.aws.compute import tags
from sandbox.aws.model import Charge, Item, all_but
from sandbox.aws.names import PAYER, SHOP
from sandbox.aws.shaped import Answered, Asked
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from datetime import date

    from sandbox.aws.model import Draw, Estate

EXTENDED = "aws_eks_cluster_extended_support"
CELLS = ((SHOP, "us-east-1"), (PAYER, "eu-west-1"))
EKS = "Amazon Elastic Container Service for Kubernetes"
SERVICES = {EKS: ("Compute", "Containers", "AmazonEKS")}
RESOURCE_TYPES = {"kubernetes_cluster": "EKS Cluster"}
CODES = {"us-east-1": "USE1-", "eu-west-1": "EUW1-"}
OWN_HOUR, SUPPORT_HOUR = Decimal("0.10"), Decimal("0.50")
# version: days since its standard support ended (negative: to come), what AWS calls it
VERSIONS = {
    "1.35": (-290, "STANDARD_SUPPORT"),
    "1.34": (-120, "STANDARD_SUPPORT"),
    "1.33": (-6, "STANDARD_SUPPORT"),
    "1.32": (110, "EXTENDED_SUPPORT"),
    "1.31": (230, "EXTENDED_SUPPORT"),
    "1.30": (390, "UNSUPPORTED"),
}


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """One way to be a cluster, and how many of them there are."""

    count: int
    version: str
    policy: str = "EXTENDED"
    state: str = "ACTIVE"
    wastes: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    trap: str = ""


CLUSTERS = {
    "extended": Cluster(count=2, version="1.31", wastes=(EXTENDED,)),
    "extended_lately": Cluster(count=1, version="1.32", wastes=(EXTENDED,)),
    "supported": Cluster(count=2, version="1.34"),
    "almost_over": Cluster(count=1, version="1.33", trap="its standard support ends in six days, and has not yet"),
    "upgraded_by_aws": Cluster(
        count=1, version="1.32", policy="STANDARD", trap="an old version, but by its policy AWS upgrades it instead"
    ),
    "being_made": Cluster(count=1, version="1.32", state="CREATING", trap="an old version, but only being made"),
    "not_listed": Cluster(
        count=2, version="1.36", unknowns=(EXTENDED,), trap="a version of which AWS' list says nothing yet"
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    for name, case in CLUSTERS.items():
        for number in range(case.count):
            _cluster(draw, estate, name, number)


def _cluster(draw: Draw, estate: Estate, name: str, number: int) -> None:
    case = CLUSTERS[name]
    account, region = CELLS[number % len(CELLS)]
    created = draw.ago(draw.days(90, 600) + 0.3)
    label = f"{name.replace('_', '-')}-{number + 1}"
    arn = f"arn:aws:eks:{region}:{account}:cluster/{label}"
    own = tags(draw, label)
    hours = {"perCluster": OWN_HOUR} | ({"extendedSupport": SUPPORT_HOUR} if case.wastes else {})
    span = charges.span(created, draw.as_of)
    item = Item(
        kind="kubernetes_cluster",
        account=account,
        region=region,
        native_id=arn,
        bill_id=arn,
        case=name,
        created_at=created,
        name=label,
        tags=own,
        shape={
            "name": label,
            "arn": arn,
            "createdAt": created,
            "version": case.version,
            "endpoint": f"https://{draw.hex(32).upper()}.gr7.{region}.eks.amazonaws.com",
            "roleArn": f"arn:aws:iam::{account}:role/eks",
            "status": case.state,
            "certificateAuthority": {"data": "LS0tLS1CRUdJTg=="},
            "upgradePolicy": {"supportType": case.policy},
            "tags": own,
        },
        wastes=case.wastes,
        fines=all_but((EXTENDED,), case.wastes, case.unknowns),
        unknowns=case.unknowns,
        saves={EXTENDED: SUPPORT_HOUR / (OWN_HOUR + SUPPORT_HOUR)},
        trap=case.trap,
        charges=[_hours(kind, price, region, *span) for kind, price in hours.items() if case.state == "ACTIVE"],
    )
    estate.items.append(item)


def _hours(kind: str, price: Decimal, region: str, first: date, last: date) -> Charge:
    return Charge(
        service=EKS,
        meter=f"{CODES[region]}AmazonEKS-Hours:{kind}",
        operation="CreateOperation" if kind == "perCluster" else "ExtendedSupport",
        description=f"Amazon EKS {'cluster' if kind == 'perCluster' else 'extended support'} usage",
        unit="Hours",
        price=price,
        per_day=charges.HOURS,
        first=first,
        last=last,
    )


def _names(asked: Asked) -> dict[str, Any]:
    return {"clusters": [item.name for item in asked.of("kubernetes_cluster")]}


def _described(asked: Asked) -> dict[str, Any]:
    for item in asked.of("kubernetes_cluster"):
        if item.name == asked.parameters["name"]:
            return {"cluster": item.shape}
    raise Refusal("ResourceNotFoundException", f"No cluster found for name: {asked.parameters['name']}.", status=404)


def _versions(asked: Asked) -> dict[str, Any]:
    """Those without support only where all are asked for."""
    rows = []
    for version, (ended, support) in VERSIONS.items():
        end = asked.estate.as_of - timedelta(days=ended)
        row = {
            "clusterVersion": version,
            "clusterType": "eks",
            "defaultVersion": version == "1.34",
            "releaseDate": end - timedelta(days=425),
            "endOfStandardSupportDate": end,
            "endOfExtendedSupportDate": end + timedelta(days=365),
            "status": support.lower().replace("_", "-"),
            "versionStatus": support,
        }
        if asked.parameters.get("includeAll") or support != "UNSUPPORTED":
            rows.append(row)
    return {"clusterVersions": rows}


ANSWERS = (
    Answered(service="eks", operation="ListClusters", make=_names),
    Answered(
        service="eks",
        operation="DescribeCluster",
        make=_described,
        honours=frozenset({"name"}),
        tried_with=lambda estate: {"name": estate.of("kubernetes_cluster")[0].name},
    ),
    Answered(service="eks", operation="DescribeClusterVersions", make=_versions, honours=frozenset({"includeAll"})),
)
