"""Which EC2 instance type follows an older one, and by how much its list price is lower. Pure.

From Amazon's page of previous generations and its list prices of common regions, each percentage the least of them.
"""

from __future__ import annotations

from decimal import Decimal

# By how many percent the successor of the same size is cheaper, at the least of its sizes and common regions.
FAMILIES = {
    "c3": ("c5", 15),
    "c4": ("c5", 10),
    "i2": ("i3", 50),
    "m1": ("m5", 40),
    "m3": ("m5", 20),
    "m4": ("m5", 3),
    "r3": ("r5", 20),
    "r4": ("r5", 4),
    "t1": ("t3", 40),
    "t2": ("t3", 9),
}
# Types whose successor has no size of that name: the one with as much, and what that saves; None, where it costs more.
NEAREST = {
    "c1.medium": ("c5.large", 30),
    "c1.xlarge": ("c5.2xlarge", 30),
    "c3.8xlarge": ("c5.9xlarge", 5),
    "c4.8xlarge": ("c5.9xlarge", 3),
    "m1.medium": ("t3.medium", 40),
    "m1.small": ("t3.small", 40),
    "m2.2xlarge": ("r5.xlarge", 40),
    "m2.4xlarge": ("r5.2xlarge", 40),
    "m2.xlarge": ("r5.large", 40),
    "m3.medium": ("t3.medium", 20),
    "m4.10xlarge": None,
}


def successor(instance_type: str) -> tuple[str, Decimal] | None:
    """The type that follows ("m4.large": "m5.large") and by how many percent it is cheaper; None where none is."""
    family, _, size = instance_type.partition(".")
    new, percent = FAMILIES.get(family, ("", 0))
    found = NEAREST.get(instance_type, (f"{new}.{size}", percent) if new else None)
    return found and (found[0], Decimal(found[1]))
