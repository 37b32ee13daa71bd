"""The machines of a Kubernetes cluster cost less on AWS' own ARM processor, if what runs there does."""

from __future__ import annotations

from connections.resources.kubernetes import NodeGroup
from findings.aws_counterparts import graviton
from findings.aws_types import facts
from findings.node_groups import left_as_it_is
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted

PLAIN = frozenset({"AL2_x86_64", "AL2023_x86_64_STANDARD", "BOTTLEROCKET_x86_64", "BOTTLEROCKET_x86_64_FIPS"})


def judge(group: NodeGroup) -> Verdict:
    if group.image_type not in {*PLAIN, "CUSTOM"}:
        return Fine()
    if left := left_as_it_is(group):
        return left
    kind = group.instance_types[0]
    now, then = facts(kind), facts(to := graviton(kind))
    if now is None or then is None:
        return Fine()
    if group.image_type == "CUSTOM":
        return Unknown("whether its image is there for ARM, too")
    return Waste(
        saves=UNTOLD,  # nobody knows before the software was tried
        because=f"{counted(group.desired_count, 'machine')} {kind} with {now.vcpus} vCPU and {now.memory_mib / 1024:g} "
        f"GiB; {to} has {then.vcpus} and {then.memory_mib / 1024:g} at a lower list price. Nobody has checked whether "
        "its containers run on ARM.",
    )


rule = Rule(
    id="aws_eks_node_group_graviton",
    title="EKS node group that may run on Graviton",
    looks_at=NodeGroup,
    settings={},
    action="Build the images for both architectures, add a group of the named type, and move over what runs there.",
    docs="https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html",
    judge=judge,
    action_type="MigrateToGraviton",
    stage="PRICE",
    implementation_effort="High",
    rollback_possible=True,
    rollback="Scale the old group up again and move the pods back.",
    hint="aws eks describe-nodegroup --region {region} --cluster-name {cluster_name} --nodegroup-name {name}",
    assumes="that all that runs there is built for ARM, too",
)
