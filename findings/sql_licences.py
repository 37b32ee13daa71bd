"""What AWS charges and what Microsoft allows for SQL Server in the price of an EC2 machine. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from findings.aws_types import facts
from findings.rule import Fine, Unknown

if TYPE_CHECKING:
    from connections.resources import Instance

LEAST_VCPUS = 4  # as many are charged for on a machine that has fewer
# The most that any version uses: 32 and 16 cores, of two threads each. Before SQL Server 2025, Standard used 24 cores.
MOST_VCPUS = {"Standard": 64, "Web": 32}
MOST_VCPUS_BEFORE_2025 = {"Standard": 48, "Web": 32}
EDITION = re.compile(r"SQL Server (\w+)")


def edition_and_vcpus(instance: Instance) -> tuple[str, int] | Fine | Unknown:
    """The edition of SQL Server in a running machine's price, and its processors that are switched on."""
    if instance.state != "running":
        return Fine()
    if instance.platform is None:
        return Unknown("which operating system it runs, and whether SQL Server is in its price")
    found = EDITION.search(instance.platform)
    if not found:
        return Fine()
    now = facts(instance.instance_type)
    vcpus = instance.vcpus or (now.vcpus if now else None)
    if vcpus is None:
        return Unknown(f"how many processors a machine of type {instance.instance_type!r} has")
    return found[1], vcpus
