"""What a waste rule is, and the three things it may say about one resource."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from connections.resources import Metric, Thing

STAGES = ("DELETE", "SHRINK", "PRICE")
# A rule that reads usage names the setting with its window so: whoever collects usage must know how far to look back.
WINDOW_SETTING = "idle_days"


@dataclass(frozen=True, kw_only=True)
class Share:
    """A part of what a resource costs that acting would save.

    Either `fraction` of its cost is saved (1 for all of it), or the fraction follows from two prices, `from_price` and
    `to_price`: names looked up in the bill first, then in a dated price table. Then `quantity` units a month are
    bought at either price, and what the new way needs on top are `extras`: (price name, units a month); what is paid
    today besides, and no longer then, are `besides`. With `part_of`, price names, the fraction is one of what is
    billed under those names alone: the rest of the resource's cost stays.
    `is_by_list`: by the table alone, where a bill's own name for the unit does not tell Linux from Windows. A
    `fraction` is then one by which list prices are known to differ, and the saving an estimate.
    `is_of_late`: of what is charged by use; where its last day costs clearly less than those before, that day counts.
    So it does of a share with `part_of`.
    """

    fraction: Decimal | None = None
    from_price: str | None = None
    to_price: str | None = None
    quantity: Decimal = Decimal(1)
    extras: tuple[tuple[str, Decimal], ...] = ()
    besides: tuple[tuple[str, Decimal], ...] = ()
    part_of: tuple[str, ...] = ()
    is_by_list: bool = False
    is_of_late: bool = False

    @property
    def leaves(self) -> frozenset[str]:
        """The names of the prices that acting leaves; empty where the share is one of all that the resource costs."""
        names = (self.from_price, *(name for name, _ in self.besides)) if self.from_price else ()
        return frozenset(name for name in (*names, *self.part_of) if name)


ALL = Share(fraction=Decimal(1))
ALL_OF_LATE = Share(fraction=Decimal(1), is_of_late=True)
# Something can be saved, but the bill alone does not tell how much: shown without a figure, never as 0.
UNTOLD = Share(from_price="what it costs now", to_price="what it would cost")


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
class BillExpects:
    """What the bill must say on each day if a verdict of waste is right, so that the bill can contradict it.

    The quantity a day under the prices that begin with one of `prices` ("BoxUsage") lies between `at_least` and
    `at_most(settings)`. `at_least` demands a line on each day; `at_most` alone does not. `says` ends the sentence
    "The bill charges 10.5 Hrs on 2026-07-03, ..." when it does not. `may_be_absent`: in the state that the rule looks
    for, nothing is charged for the resource itself, so that a bill without a line for it agrees.
    """

    prices: tuple[str, ...]
    says: str
    at_least: Decimal | None = None
    at_most: Callable[[Mapping[str, Any]], Decimal] | None = None
    may_be_absent: bool = False


@dataclass(frozen=True, kw_only=True)
class Limit:
    """What usage must stay below each day for the verdict of waste: the line in the reader's chart.

    The sum of `metrics`, divided by `per`, is compared with the value of the setting named `setting`, in `unit`; where
    that means another value on some resources, `of` works it out of the resource and the setting's value.
    """

    title: str
    metrics: tuple[Metric, ...]
    setting: str
    unit: str
    per: float = 1.0
    of: Callable[[Any, float], float] | None = None

    def on(self, thing: Thing, settings: Mapping[str, Any]) -> float | None:
        """The value that the usage of `thing` is compared with; None where `settings` do not name it."""
        value = settings.get(self.setting)
        return value if value is None or self.of is None else self.of(thing, value)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One kind of waste.

    `judge(thing, *, usage?, **settings)` sees one resource (and, where `metrics` are declared, its `usage`, an
    `audits.evidence.Usage`) and returns a verdict. It has no clock: it reads `thing.observed_at`.
    The words of `action_type`, `implementation_effort` (VeryLow..VeryHigh), `restart_needed`, `rollback_possible`
    are those of AWS Cost Optimization Hub. `stage` orders overlaps: DELETE before SHRINK before PRICE.
    `hint` is a command as text with {resource_id}, {region}, {account_id} and other fields of the resource:
    shown to a person, never run by us. `hint_adds` are further names in it, each worked out of the resource.
    `where_told` are those of `metrics` that few resources have, and without which the verdict stands: where the
    provider tells none of their days, no day of theirs is missing.
    `access_adds` is, of a rule that needs a bill alone, what reading the cloud
    would add to prove it: the end of a sentence. `assumes` is what its saving rests on that no bill proves; such
    savings are shown apart, and never added to those that are proven. `reads_bill`: the verdict itself needs the bill,
    which is then passed as `bill`, an `audits.evidence.Bill`; of any other rule the bill only prices what it found.
    `told_by`, of a rule that needs a bill alone, are the rules on resources that tell the same with more to go by: on
    a resource of a type that one of them looks at, which an audit has read, it says nothing. `apart` says of what has
    a figure why that is added to none: the end of a sentence.
    """

    id: str
    title: str
    looks_at: type[Thing]
    settings: Mapping[str, int | float]
    action: str
    docs: str
    judge: Callable[..., Verdict]
    metrics: tuple[Metric, ...] = ()
    limits: tuple[Limit, ...] = ()
    window_days: int = 0
    action_type: str = "Delete"
    stage: str = "DELETE"
    implementation_effort: str = "Low"
    restart_needed: bool = False
    rollback_possible: bool = False
    rollback: str = ""
    hint: str = ""
    hint_adds: Mapping[str, Callable[[Any], object]] = field(default_factory=dict)
    needs: tuple[type[Thing], ...] = field(default=())
    bill: BillExpects | None = None
    access_adds: str = ""
    assumes: str = ""
    reads_bill: bool = False
    told_by: tuple[str, ...] = ()
    apart: str = ""
    where_told: tuple[Metric, ...] = ()

    def metrics_missed(self, usage: Any, *, days: int) -> tuple[Metric, ...]:  # noqa: ANN401 - an audits.evidence.Usage
        """The metrics of which a day without a value in the last `days` takes something from the evidence."""
        return tuple(
            metric
            for metric in self.metrics
            if metric not in self.where_told or any(value is not None for value in usage.days(metric, days=days))
        )

    @property
    def needs_usage(self) -> bool:
        """Whether the rule can only judge with usage."""
        return bool(self.metrics)

    @property
    def why_apart(self) -> str:
        """Why its figures are in no total; "" for a rule whose figures are added up."""
        return self.apart or (f"it rests on an assumption: {self.assumes}" if self.assumes else "")

    @property
    def cloud(self) -> str:
        """The provider whose resources the rule judges: the first word of its id."""
        return self.id.partition("_")[0]

    def given(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The rule's settings with `settings` laid over their defaults; names that it does not have are left out."""
        return {name: settings.get(name, default) for name, default in self.settings.items()}

    def days(self, settings: Mapping[str, Any]) -> int:
        """How many complete days of usage the rule wants under `settings`; 0 for a rule without usage."""
        return int(self.given(settings).get(WINDOW_SETTING, self.window_days)) if self.needs_usage else 0

    def ask(self, thing: Thing, *, usage: Any, settings: Mapping[str, Any], bill: Any = None) -> Verdict:  # noqa: ANN401 - an audits.evidence.Usage and Bill, which this layer does not know
        """Judge `thing` with the rule's settings, passing usage and bill only to a rule that says it needs them."""
        given = self.given(settings) | ({"bill": bill} if self.reads_bill else {})
        if self.needs_usage:
            return self.judge(thing, usage=usage, **given)
        return self.judge(thing, **given)

    def hint_for(self, thing: Thing) -> str:
        """The command for one resource, each value quoted for a shell."""
        values = {part.name: getattr(thing, part.name) for part in fields(thing)}
        values["native_id"] = native_id(thing)
        values |= {name: worked_out(thing) for name, worked_out in self.hint_adds.items()}
        return self.hint.format_map({name: shlex.quote(str(value)) for name, value in values.items()})


def native_id(thing: Thing) -> str:
    """What the resource's own API calls it: the last part of its id where the bill uses an ARN."""
    is_arn = thing.resource_id.startswith("arn:")
    return re.split("[:/]", thing.resource_id)[-1] if is_arn else thing.resource_id


def unmeasured(thing: Thing, *, since: datetime | None, days: int, what: str) -> Fine | Unknown:
    """What to say where usage is missing: too young to have it is Fine, anything else is not known and never idle."""
    age_days = None if since is None else (thing.observed_at - since).days
    if age_days is not None and age_days < days:
        return Fine(f"There for {counted(age_days, 'day')} only.")
    return Unknown(f"{what} on every one of the last {counted(days, 'day')}")


def counted(number: int, noun: str) -> str:
    """The number with its noun: 1 day, 14 days."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
