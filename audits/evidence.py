"""What a rule may see: one resource, its usage day by day, and its cost lines. Plain values, no database."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import timedelta
from statistics import fmean
from typing import TYPE_CHECKING, NamedTuple

from connections.resources.thing import HOUR, series_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from connections.resources import Metric, Thing


HOURS = 24
JOINS: Mapping[str, Callable[[list[float]], float]] = {"Minimum": min, "Sum": math.fsum, "Average": fmean}


def _stretch(values: tuple[float | None, ...], *, start: int, length: int) -> tuple[float | None, ...]:
    """`length` values from place `start` on, which may lie before the first; places without a value are None."""
    before = min(max(-start, 0), length)
    found = values[max(start, 0) : max(start + length, 0)]
    return (None,) * before + found + (None,) * (length - before - len(found))


@dataclass(frozen=True, kw_only=True)
class DailySeries:
    """One value a day from `first_date` on; None is a day without data, which is not zero."""

    first_date: date
    values: tuple[float | None, ...]

    def window(self, *, until: date, days: int) -> tuple[float | None, ...]:
        """The last `days` complete days before `until`, oldest first; days outside the series are None."""
        return _stretch(self.values, start=(until - self.first_date).days - days, length=days)


@dataclass(frozen=True, kw_only=True)
class HourlySeries:
    """One value an hour from midnight UTC of `first_date` on; None is an hour without data, which is not zero."""

    first_date: date
    values: tuple[float | None, ...]

    def window(self, *, until: date, days: int) -> tuple[float | None, ...]:
        """The hours of the last `days` complete days before `until`, oldest first: always 24 a day."""
        return _stretch(self.values, start=((until - self.first_date).days - days) * HOURS, length=days * HOURS)

    def by_day(self, statistic: str) -> DailySeries:
        """What it comes to a day: the least, the sum or the mean of its hours, else the highest of them, of which no
        percentile of the day is above. A day that lacks an hour is not known.
        """
        join = JOINS.get(statistic, max)
        days = (self.values[start : start + HOURS] for start in range(0, len(self.values), HOURS))
        known = ([value for value in day if value is not None] for day in days)
        return DailySeries(
            first_date=self.first_date,
            values=tuple(join(day) if len(day) == HOURS else None for day in known),
        )


@dataclass(frozen=True, kw_only=True)
class Usage:
    """The usage of one resource, by metric key ("CPUUtilization.Maximum"). `until` is the first day not complete.

    `hourly` holds what was asked for by the hour; its days are in `series` as well.
    """

    until: date
    series: Mapping[str, DailySeries] = field(default_factory=dict)
    hourly: Mapping[str, HourlySeries] = field(default_factory=dict)

    def days(self, metric: Metric, *, days: int) -> tuple[float | None, ...]:
        """The last `days` complete days of `metric`; all None where nothing was read.

        Of a metric that is silent at zero, a day that was read and has no data is 0.
        """
        found = self.series.get(metric.key)
        if found is None:
            return (None,) * days
        if metric.is_silent_at_zero:
            found = replace(found, values=tuple(value or 0.0 for value in found.values))
        return found.window(until=self.until, days=days)

    def hours(self, metric: Metric, *, days: int) -> tuple[float | None, ...]:
        """The 24 hours of each of the last `days` complete days of an hourly metric, from midnight UTC on."""
        found = self.hourly.get(metric.key)
        return (None,) * days * HOURS if found is None else found.window(until=self.until, days=days)

    def highest(self, metric: Metric, *, days: int) -> float | None:
        """The highest value of the last `days` complete days; None unless every single day has one."""
        known = self.complete_days(metric, days=days)
        return max(known) if known else None

    def total(self, *metrics: Metric, days: int) -> tuple[float | None, ...]:
        """The sum of several metrics on each of the last `days` complete days; None where one of them is missing."""
        by_day = zip(*(self.days(metric, days=days) for metric in metrics), strict=True)
        return tuple(None if None in values else math.fsum(value or 0.0 for value in values) for values in by_day)

    def was_read(self, metric: Metric, *, days: int) -> bool:
        """Whether the provider was asked for each of the last `days` complete days, data or none: None is then its
        answer, and not ours for want of one.
        """
        found = self.series.get(metric.key)
        if found is None or found.first_date > self.until - timedelta(days=days):
            return False
        return found.first_date + timedelta(days=len(found.values)) >= self.until

    def complete_days(self, metric: Metric, *, days: int) -> tuple[float, ...] | None:
        """As `days`, but None unless every single day has a value: a missing day is never taken for idle."""
        values = self.days(metric, days=days)
        known = tuple(value for value in values if value is not None)
        return known if len(known) == days else None


class SeriesRow(NamedTuple):
    """A series as it is stored: the fields of a row of `audits.models.Usage` that tell its values, by their names."""

    metric: str
    statistic: str
    period_seconds: int
    first_date: date
    values: Sequence[float | None]


def usage_from(rows: Iterable[SeriesRow], *, until: date) -> Usage:
    """The usage that stored series hold."""
    daily: dict[str, DailySeries] = {}
    hourly: dict[str, HourlySeries] = {}
    for row in rows:
        key = series_key(name=row.metric, statistic=row.statistic, period_seconds=row.period_seconds)
        if row.period_seconds == HOUR:
            hourly[key] = HourlySeries(first_date=row.first_date, values=tuple(row.values))
            daily[key] = hourly[key].by_day(row.statistic)
        else:
            daily[key] = DailySeries(first_date=row.first_date, values=tuple(row.values))
    return Usage(until=until, series=daily, hourly=hourly)


@dataclass(frozen=True, kw_only=True, slots=True)
class DayCost:
    """One day's charges of one resource, in FOCUS' words. Costs are in `billing_currency`.

    Lines of one day may be summed into one where all text fields agree; costs and quantities add.
    `charge_days` is how many days the charge period covers (a monthly fee: 30), `charge_date` its first.
    `usage_type` names what was used (AWS' x_UsageType, EUC1-EBS:VolumeUsage.gp2; else FOCUS' SkuMeter) and so gives
    the price its name; "" where the file does not say, then the description is read.
    """

    charge_date: date
    billing_currency: str
    billed_cost: Decimal
    effective_cost: Decimal
    list_cost: Decimal
    contracted_cost: Decimal
    charge_category: str
    charge_description: str = ""
    service_name: str = ""
    sku_id: str = ""
    commitment_discount_id: str = ""
    consumed_quantity: Decimal | None = None
    consumed_unit: str = ""
    invoice_id: str = ""
    charge_days: int = 1
    charge_class: str = ""
    usage_type: str = ""
    pricing_category: str = ""
    commitment_discount_status: str = ""


@dataclass(frozen=True, kw_only=True)
class BilledRate:
    """What the customer's own bill charged for one kind of usage in one region: a cost and the quantity it bought.

    Summed over the last 30 complete billed days of all accounts of the bill; only lines of category Usage, without
    commitment, with a positive effective cost and quantity. One kind of usage may come as several rates.
    """

    usage_type: str
    charge_description: str
    billing_currency: str
    effective_cost: Decimal
    quantity: Decimal
    unit: str


@dataclass(frozen=True, kw_only=True)
class UncoveredDay:
    """What a bill charged on one day under one meter in one region without any commitment, over all of its accounts."""

    charge_date: date
    usage_type: str
    billing_currency: str
    effective_cost: Decimal
    quantity: Decimal


@dataclass(frozen=True, kw_only=True)
class Bill:
    """The cost lines of one resource, and up to which day (exclusive) the account's bill is complete.

    `billed_until` None means that no bill covers the resource's account at all; with it set, no lines means that the
    bill was read and does not name the resource. `rates` are what the same bill charges in the resource's region.
    Of a commitment `lines` are what of it was used and what was not, whoever used it, and `uncovered` is what was
    charged in its region beside every commitment. `beside` are the lines of what serves it and is billed for itself
    (the instances of a cluster), under the name of each, whether it has lines or none.
    """

    lines: tuple[DayCost, ...] = ()
    billed_from: date | None = None
    billed_until: date | None = None
    rates: tuple[BilledRate, ...] = ()
    uncovered: tuple[UncoveredDay, ...] = ()
    beside: tuple[tuple[str, tuple[DayCost, ...]], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that is known of one resource at one audit. `gapped_kinds`: kinds a Gap hides in its account and region.

    `are_tags_read` is False where a read of tags failed there: then a tag that the resource lacks proves nothing.
    """

    thing: Thing
    usage: Usage
    bill: Bill
    gapped_kinds: frozenset[str] = frozenset()
    are_tags_read: bool = True
