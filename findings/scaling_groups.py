"""Auto Scaling groups that are not their owner's to change, or whose machines these metrics do not tell of. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import Metric
from findings.aws_counterparts import MANAGED_BY
from findings.aws_types import facts

if TYPE_CHECKING:
    from connections.resources.scaling import AutoScalingGroup

# The first makes groups with its environments, the others put their own work on the machines of a group.
MAKERS = ("elasticbeanstalk:", *MANAGED_BY, "k8s.io/", "AmazonECSManaged", "AWSBatchServiceTag")
CPU = Metric(name="CPUUtilization", statistic="Maximum", unit="%")
TRAFFIC = tuple(Metric(name=name, statistic="Sum", unit="bytes") for name in ("NetworkIn", "NetworkOut"))


def why_left(group: AutoScalingGroup) -> str:
    """Why the group is left as it is, as a sentence; empty where nothing says so."""
    if group.operator:
        return f"Run by {group.operator}, which alone may change it."
    maker = next((key for key in sorted(group.tags) if key.startswith(MAKERS)), "")
    if maker:
        return f"The tag {maker} says that another service scales it."
    if any((known := facts(one)) is not None and known.gpus for one in group.instance_types):
        return "Its machines have GPUs, of which these metrics tell nothing."
    return ""
