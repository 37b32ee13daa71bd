"""Within which bounds an organisation may set a rule's thresholds, and how what somebody typed is read."""

from __future__ import annotations

import inspect
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connections.resources.thing import KEPT_DAYS
from findings.rule import WINDOW_SETTING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from findings.rule import Rule

WHOLE = re.compile(r"[0-9]{1,9}")
DECIMAL = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
MOST_SHOWN = 40
# By what a threshold's name says it is: the first that fits counts. Usage is kept for longer than the longest window.
BY_NAME = (
    (re.compile(WINDOW_SETTING), 90),
    (re.compile(r".*_days"), 3650),
    (re.compile(r".*percent.*|.*_(cpu|gpu|memory)"), 100),
    (re.compile(r".*hours_a_day"), 24),
)
MOST_OF_ANYTHING = 1_000_000_000
ALL_OF_IT = frozenset({"cpu", "gpu", "memory"})  # a threshold that ends so is a share of it
WRITTEN = {"cpu": "CPU", "gpu": "GPU", "iops": "IOPS", "mb": "MB", "gb": "GB", "gib": "GiB"}
# Nothing is below 0 of anything, so at 0 a rule would find nothing and say that all is fine.
LEAST_WHOLE, LEAST = 1, 0.001


class BadThreshold(ValueError):
    """What was typed is no value that the threshold may have. The message names the value and the remedy."""


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """The least and the most that a threshold may be; `is_whole` where its rule counts in whole numbers."""

    least: float
    most: float
    is_whole: bool

    def __str__(self) -> str:
        kind = "A whole number" if self.is_whole else "A number"
        return f"{kind} from {self.least:,} to {self.most:,}"

    def holds(self, value: object) -> bool:
        """Whether `value` is a number that lies within, of the kind that the rule counts in."""
        if type(value) is not int and (self.is_whole or type(value) is not float):
            return False
        return math.isfinite(value) and self.least <= value <= self.most


def spoken(name: str) -> str:
    """How a threshold is called on pages: "max CPU (%)" of max_cpu."""
    parts = name.split("_")
    return " ".join(WRITTEN.get(one, one) for one in parts) + (" (%)" if parts[-1] in ALL_OF_IT else "")


def bounds_of(rule: Rule, name: str) -> Bounds:
    """The bounds of one of the rule's thresholds: by its name, and by the kind of number that `judge` declares."""
    is_whole = inspect.signature(rule.judge).parameters[name].annotation in {"int", int}
    most = next((most for pattern, most in BY_NAME if pattern.fullmatch(name)), MOST_OF_ANYTHING)
    if name == WINDOW_SETTING:  # whatever is not kept could never be known
        most = min([most, *(KEPT_DAYS[metric.period_seconds] for metric in rule.metrics)])
    return Bounds(least=LEAST_WHOLE if is_whole else LEAST, most=most, is_whole=is_whole)


def read(rule: Rule, name: str, text: str) -> int | float:
    """The number in `text`. Raises BadThreshold."""
    bounds, typed = bounds_of(rule, name), text.strip()
    pattern, example = (WHOLE, "14") if bounds.is_whole else (DECIMAL, "2.5")
    if not pattern.fullmatch(typed):
        kind = "whole number" if bounds.is_whole else "number"
        raise BadThreshold(
            f"“{typed[:MOST_SHOWN]}” is no {kind} that can be used: write digits alone, as in {example}."
        )
    value = int(typed) if typed.isdecimal() else float(typed)
    if not bounds.holds(value):
        raise BadThreshold(
            f"“{typed[:MOST_SHOWN]}” lies outside of the bounds: write {str(bounds)[0].lower()}{str(bounds)[1:]}."
        )
    return int(value) if float(value).is_integer() else value


def usable(rule: Rule, values: Mapping[str, Any]) -> dict[str, int | float]:
    """Those of `values` that the rule has and that lie within bounds today: for the others its default counts."""
    return {
        name: values[name] for name in rule.settings if name in values and bounds_of(rule, name).holds(values[name])
    }
