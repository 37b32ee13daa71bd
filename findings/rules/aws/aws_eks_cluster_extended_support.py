"""A cluster on a version of Kubernetes past its standard support costs six times the price of its control plane."""

from __future__ import annotations

from decimal import Decimal

from connections.resources.kubernetes import KubernetesCluster
from findings.rule import BillExpects, Fine, Rule, Share, Unknown, Verdict, Waste

EXTENDED = "AmazonEKS-Hours:extendedSupport"


def judge(cluster: KubernetesCluster) -> Verdict:
    if cluster.state not in {"ACTIVE", "UPDATING"}:
        return Fine()
    if cluster.version_support is None:
        return Unknown(f"until when AWS supports Kubernetes {cluster.version} at no extra price")
    if cluster.version_support != "EXTENDED_SUPPORT":
        return Fine()
    if cluster.upgrade_policy == "STANDARD":
        return Fine("Its policy is to have AWS upgrade it when standard support ends, in place of paying for more.")
    until = cluster.standard_support_ends_at
    since = "" if until is None else f", whose standard support ended on {until.date()}"
    return Waste(
        saves=Share(fraction=Decimal(1), part_of=(EXTENDED,)),
        because=f"It runs Kubernetes {cluster.version}{since}: each hour of extended support is charged on top of the "
        "cluster's own.",
    )


rule = Rule(
    id="aws_eks_cluster_extended_support",
    title="EKS cluster on extended support",
    looks_at=KubernetesCluster,
    settings={},
    action="Upgrade the cluster, one minor version after the other, to a version with standard support.",
    docs="https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html",
    judge=judge,
    action_type="Upgrade",
    stage="PRICE",
    implementation_effort="High",
    rollback_possible=True,
    rollback="Within 7 days EKS sets the control plane back by one minor version, nodes first, and extended support is "
    "charged again. Later, or by more than one, only a new cluster.",
    hint="aws eks update-cluster-version --region {region} --name {native_id} --kubernetes-version THE_NEXT_VERSION",
    bill=BillExpects(prices=(EXTENDED,), at_least=Decimal(23), says="so it is not on extended support all day"),
)
