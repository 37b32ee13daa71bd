"""Which of a repository's container images nobody has pushed or pulled for long, by their months. Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from findings.rule import Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connections.resources.images import ImageRepository

MONTH_DAYS = 30
GIB = 1024**3


def idle_gib(by_month: Sequence[int], *, days: int) -> float:
    """How much was not touched for `days` at least: a month that has begun before them is left out."""
    return sum(by_month[math.ceil(days / MONTH_DAYS) :]) / GIB


def unseen_pulls(repository: ImageRepository) -> Unknown | None:
    """What to say where somebody may pull that leaves no trace; None where nobody does."""
    if repository.is_beside_functions is None:
        return Unknown("whether functions run from its images")
    if repository.is_beside_functions:
        return Unknown("whether functions of its region, some of which run from images, run from its own")
    return None
