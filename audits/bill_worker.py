"""What loading a bill needs of its surroundings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audits.load_meter import Meter

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager


@dataclass(frozen=True, kw_only=True)
class Worker:
    """What loading needs of its surroundings.

    `reading` opens a short transaction; `results` one that writes, is fenced by the claim at its end and cut off when
    the work is to end; `raise_if_over` ends the work early elsewhere; `seconds` is the most that one period may take,
    what it waits for others left out; `meter` is told how far a load is.
    """

    reading: Callable[[], AbstractContextManager[object]]
    results: Callable[[], AbstractContextManager[object]]
    raise_if_over: Callable[[], None]
    seconds: float
    meter: Meter = field(default_factory=Meter)
