"""What every resource has, and what a series of its usage is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


SHORT = frozenset({"api", "emr", "nat", "vpc", "vpn"})  # words of kinds that are written in capitals


@dataclass(frozen=True, kw_only=True)
class Thing:
    """What every resource has. `resource_id` is what the bill calls it where the bill names it (FOCUS ResourceId).

    `KIND` is the type's own word, kept with every row of it; `SERVICE` is the service of the collector that reads it.
    `ARN` is the form of a resource's ARN with {region}, {account_id}, {resource_id} or {name} in it, empty where
    `resource_id` is the ARN or the bill never has one; `IS_BILLED_BY_ARN` says which of the two the bill usually has.
    A field is a plain value or a flat tuple of those, so that it comes back from JSON as it was.

    `DETAILS` are the fields that no list tells: they are asked for of each resource by itself. They may be those that
    an earlier audit read, on `details_read_at`; None: they were read when the rest was. `are_details_read` is false
    where a call that tells some of them failed: then they are asked for again the next night, whatever they say.
    `DETAILS_BY` names the field by which it depends which calls tell them, where it does.
    """

    KIND: ClassVar[str]
    SERVICE: ClassVar[str]
    ARN: ClassVar[str] = ""
    IS_BILLED_BY_ARN: ClassVar[bool] = True
    DETAILS: ClassVar[tuple[str, ...]] = ()
    DETAILS_BY: ClassVar[str] = ""

    resource_id: str
    account_id: str
    region: str
    observed_at: datetime
    name: str = ""
    created_at: datetime | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    details_read_at: datetime | None = None
    are_details_read: bool = True

    @classmethod
    def spoken(cls) -> str:
        """What the type is called in a sentence, in the singular: "VPC endpoint"."""
        return " ".join(word.upper() if word in SHORT else word for word in cls.KIND.split("_"))


DAY, HOUR = 86_400, 3_600
# How far back values are kept: a row of hours is then about twice as long as one of days.
KEPT_DAYS = {DAY: 400, HOUR: 35}
STATISTIC = re.compile(r"Average|Maximum|Minimum|Sum|p[1-9][0-9]?")


def series_key(*, name: str, statistic: str, period_seconds: int) -> str:
    """The name under which rules and pages know a series: CPUUtilization.Maximum, or with .hourly at its end."""
    return f"{name}.{statistic}" + (".hourly" if period_seconds == HOUR else "")


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One usage series to ask the provider for: one value a day, or one an hour where `period_seconds` is HOUR.

    `statistic` is Average, Maximum, Minimum, Sum, or a percentile such as p95 (the value that 95 % of a period's
    samples lie at or below). `unit` is for the reader ("%", "bytes", "connections"). `namespace` is set where the
    series is not kept where the rest of its kind's usage is: what the customer's own agent measures ("CWAgent").
    `is_silent_at_zero`: the provider documents that it reports nothing while nothing happens, so that a day for which
    it was asked and had no data counts as 0. Said of no other metric: there, no data is never zero.
    """

    name: str
    statistic: str
    unit: str
    period_seconds: int = DAY
    is_silent_at_zero: bool = False
    namespace: str = ""

    def __post_init__(self) -> None:
        if not STATISTIC.fullmatch(self.statistic):
            raise ValueError(f"{self.name}: no statistic {self.statistic!r}; take Average, Maximum, Sum, p95 or alike.")
        if self.period_seconds not in KEPT_DAYS:
            raise ValueError(f"{self.name}: a period is {DAY} or {HOUR} seconds, not {self.period_seconds}.")

    @property
    def key(self) -> str:
        """The name under which rules and pages know the series, for example CPUUtilization.Maximum."""
        return series_key(name=self.name, statistic=self.statistic, period_seconds=self.period_seconds)

    @property
    def values_a_day(self) -> int:
        """1, or 24 where it is asked for by the hour."""
        return DAY // self.period_seconds
