"""What stands in the estate beside machines, storage, network and databases: one module a family, found by its file.

A family may hold `add(draw, estate)`, which puts its items into the estate after those of the four older families, and
`ANSWERS`, the operations that it answers (`sandbox.aws.shaped`). What it puts on the bill it may name in `SERVICES` (a
service's category, subcategory and code) and `RESOURCE_TYPES` (a kind's word there), and in `REFUSED`
the calls that an organisation's policy refuses, as (account, region, permission). Families do not know each other.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType


@cache
def found() -> tuple[ModuleType, ...]:
    """The modules of all families, by name."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    return tuple(importlib.import_module(f"{__name__}.{name}") for name in names)


@cache
def refused() -> frozenset[tuple[str, str, str]]:
    """What the families' organisation refuses: (account, region, permission)."""
    return frozenset(one for family in found() for one in getattr(family, "REFUSED", ()))
