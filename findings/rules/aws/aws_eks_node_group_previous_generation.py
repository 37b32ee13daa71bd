"""A group of machines of an earlier generation, where the next has as much of everything for less."""

from __future__ import annotations

from connections.resources.kubernetes import NodeGroup
from findings.aws_counterparts import follower, has_same_disks
from findings.aws_types import facts
from findings.node_groups import left_as_it_is
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted


def judge(group: NodeGroup) -> Verdict:
    if left := left_as_it_is(group):
        return left
    kind = group.instance_types[0]
    now, then = facts(kind), facts(to := follower(kind))
    if now is None or then is None:
        return Fine()
    if not has_same_disks(kind, to):
        return Unknown(f"whether the {now.local_disk_gb:,} GB of disk in each machine are used: {to} has less")
    return Waste(
        saves=UNTOLD,  # the machines are charged, each by itself
        because=f"{counted(group.desired_count, 'machine')} {kind} with {now.vcpus} vCPU and {now.memory_mib / 1024:g} "
        f"GiB; {to} of the next generation has {then.vcpus} and {then.memory_mib / 1024:g} at a lower list price.",
    )


rule = Rule(
    id="aws_eks_node_group_previous_generation",
    title="EKS node group of a previous generation",
    looks_at=NodeGroup,
    settings={},
    action="Add a group of the named type, move over what runs there, then delete the old one.",
    docs="https://docs.aws.amazon.com/eks/latest/userguide/migrate-stack.html",
    judge=judge,
    action_type="Upgrade",
    stage="PRICE",
    implementation_effort="Medium",
    rollback_possible=True,
    rollback="Make a group of the old type again and move the pods back.",
    hint="aws eks describe-nodegroup --region {region} --cluster-name {cluster_name} --nodegroup-name {name}",
)
