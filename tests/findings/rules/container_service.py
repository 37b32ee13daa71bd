"""A service of ECS and what it did, for the tests of the rules on services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources.containers import ContainerService
from tests.findings.evidence import ACCOUNT, ago, usage_of

if TYPE_CHECKING:
    from audits.evidence import Usage

GROUP = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/shop/0123456789abcdef"
MODEST = ContainerService(
    **ACCOUNT,
    resource_id="arn:aws:ecs:us-east-1:111122223333:service/apps/shop",
    name="shop",
    created_at=ago(300),
    state="ACTIVE",
    cluster_name="apps",
    launch="FARGATE",
    scheduling="REPLICA",
    desired_count=2,
    running_count=2,
    target_groups=(GROUP,),
    is_measured=True,
    scaling=(),
)


def seen(
    *,
    days: int,
    requests: float | None = 500,
    cpu: float | None = 20,
    memory: float | None = 25,
    size: tuple[float | None, float | None] = (1024, 4096),
    last: dict[str, float | None] | None = None,
) -> Usage:
    """The same on each of the last `days`, but for what `last` says of yesterday, by the series' keys."""
    each = {
        "RequestCountPerTarget.Sum": requests,
        "CPUUtilization.Maximum": cpu,
        "MemoryUtilization.Maximum": memory,
        "CpuReserved.Average": size[0],
        "MemoryReserved.Average": size[1],
    }
    return usage_of({key: [value] * (days - 1) + [(last or {}).get(key, value)] for key, value in each.items()})


NEVER_READ = usage_of({})
