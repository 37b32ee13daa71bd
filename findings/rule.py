"""What a waste rule is, and the three things it may say about one resource."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connections.resources import Metric, Thing


@dataclass(frozen=True, kw_only=True)
class Share:
    """A part of what a resource costs that acting would save.

    Either `fraction` of its cost is saved (1 for all of it), or the fraction follows from two prices,
    `from_price` and `to_price`: names looked up in the bill first, then in a dated price table.
    """

    fraction: Decimal | None = None
    from_price: str | None = None
    to_price: str | None = None


ALL = Share(fraction=Decimal(1))


@dataclass(frozen=True)
class Waste:
    """The resource wastes money: how much of its cost acting `saves`, and `because`, a sentence with numbers."""

    saves: Share
    because: str


@dataclass(frozen=True)
class Fine:
    """The resource is in order as far as this rule looks. `because` may say why, for the reader of a grid."""

    because: str = ""


@dataclass(frozen=True)
class Unknown:
    """It cannot be told, because `missing` is not known ("when the volume was detached", "CPU of the last 14 days")."""

    missing: str


Verdict = Waste | Fine | Unknown


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One kind of waste.

    `judge(thing, *, usage?, **settings)` sees one resource (and, where `metrics` are declared, its `usage`, an
    `audits.evidence.Usage`) and returns a verdict. It has no clock: it reads `thing.observed_at`.
    The words of `action_type`, `implementation_effort` (VeryLow..VeryHigh), `restart_needed`, `rollback_possible`
    are those of AWS Cost Optimization Hub. `stage` orders overlaps: DELETE before SHRINK before PRICE.
    `hint` is a command as text with {resource_id}, {region}, {account_id} and other fields of the resource:
    shown to a person, never run by us.
    """

    id: str
    title: str
    looks_at: type[Thing]
    settings: Mapping[str, int | float]
    action: str
    docs: str
    judge: Callable[..., Verdict]
    metrics: tuple[Metric, ...] = ()
    window_days: int = 0
    action_type: str = "Delete"
    stage: str = "DELETE"
    implementation_effort: str = "Low"
    restart_needed: bool = False
    rollback_possible: bool = False
    rollback: str = ""
    hint: str = ""
    needs: tuple[type[Thing], ...] = field(default=())

    @property
    def needs_usage(self) -> bool:
        """Whether the rule can only judge with usage."""
        return bool(self.metrics)

    def ask(self, thing: Thing, *, usage: Any, settings: Mapping[str, Any]) -> Verdict:  # noqa: ANN401
        """Judge `thing` with the rule's settings, passing usage only to a rule that declares metrics."""
        given = {name: settings.get(name, default) for name, default in self.settings.items()}
        if self.needs_usage:
            return self.judge(thing, usage=usage, **given)
        return self.judge(thing, **given)
