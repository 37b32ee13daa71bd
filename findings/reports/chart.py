"""Daily values as the geometry of an SVG that the server draws: lines that break where a day is missing."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from audits.axes import Box, Tick, number, round_up

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from audits.evidence import DailySeries
    from connections.resources import Thing
    from findings.rule import Rule
    from findings.unit_prices import PriceHistory

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 24, 28
TICKS = 4


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One chart: everything a template needs to draw it, its sentence for who cannot see it, and its table."""

    title: str
    unit: str
    summary: str
    lines: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    gaps: tuple[Box, ...]
    window: Box | None
    threshold: Tick | None
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    table: tuple[tuple[date, str], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM
    beside: tuple[str, ...] = ()  # a second value a day, in the same scale


def usage_panels(
    rule: Rule,
    *,
    thing: Thing,
    settings: Mapping[str, float],
    series: Mapping[str, DailySeries],
    window: tuple[date, date] | None,
) -> list[Panel]:
    """A chart for each limit of the rule, else for each of its metrics; `window` is [first, until) as it was judged.

    What was never measured has no chart.
    """
    panels = []
    drawn = [
        (limit.title, limit.unit, limit.metrics, limit.per, limit.on(thing, settings)) for limit in rule.limits
    ] or [(f"{metric.name}, {metric.statistic.lower()} of the day", metric.unit, (metric,), 1.0, None)
          for metric in rule.metrics]  # fmt: skip
    for title, unit, metrics, per, limit in drawn:
        known = [series[metric.key] for metric in metrics if metric.key in series]
        if len(known) == len(metrics):
            first, values = _summed(known, per=per)
            panels.append(panel(title=title, unit=unit, first=first, values=values, limit=limit, window=window))
    return panels


def cost_panel(*, currency: str, by_day: Mapping[date, float], first: date, until: date) -> Panel:
    """What the bill charged each day from `first` until `until`. A day that the bill does not name cost nothing."""
    values = [by_day.get(first + timedelta(days=day), 0.0) for day in range((until - first).days)]
    return panel(title="Effective cost a day", unit=currency, first=first, values=values, limit=None, window=None)


def price_panel(history: PriceHistory) -> Panel:
    """What a unit cost each day, in effect and at list price. Days without use have no price and are no gap."""
    first, last = history.by_day[0][0], history.by_day[-1][0]
    prices = {day: (float(effective), float(listed)) for day, effective, listed in history.by_day}
    days = [prices.get(first + timedelta(days=day), (None, None)) for day in range((last - first).days + 1)]
    drawn = panel(
        title=history.name,
        unit=f"{history.currency} per {history.unit}" if history.unit else f"{history.currency} a unit",
        first=first,
        values=[effective for effective, _ in days],
        limit=None,
        window=None,
        beside=[listed for _, listed in days],
    )
    changes = len([one for one in history.stretches if one.period_days == 1]) - 1
    told = "one price" if not changes else f"{changes} change{'s' if changes > 1 else ''} of price"
    return replace(drawn, gaps=(), summary=f"{history.name}, {first} to {last}: {told}.")


def panel(
    *,
    title: str,
    unit: str,
    first: date,
    values: Sequence[float | None],
    limit: float | None,
    window: tuple[date, date] | None,
    beside: Sequence[float | None] = (),
) -> Panel:
    """The chart of `values`, one a day from `first` on; None is a day without data and breaks the line.

    `beside` is a second value a day, drawn in the same scale.
    """
    top = round_up(max([value for value in (*values, *beside) if value is not None] + [limit or 0.0], default=0.0))
    step = (WIDTH - LEFT - RIGHT) / max(1, len(values))

    def x(day: float) -> float:
        return round(LEFT + step * day, 2)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top, 2)

    stretches = _stretches(values)
    inside = None
    if window is not None:
        start, end = (max(0, min(len(values), (day - first).days)) for day in window)
        inside = Box(x=x(start), y=TOP, width=round(x(end) - x(start), 2), height=HEIGHT - TOP - BOTTOM)
    return Panel(
        title=title,
        unit=unit,
        summary=_summary(title, unit, first, values, limit),
        lines=tuple(" ".join(f"{x(day + 0.5)},{y(value)}" for day, value in run) for run in stretches if len(run) > 1),
        dots=tuple((x(run[0][0] + 0.5), y(run[0][1])) for run in stretches if len(run) == 1),
        beside=tuple(
            " ".join(f"{x(day + 0.5)},{y(value)}" for day, value in run) for run in _stretches(beside) if len(run) > 1
        ),
        gaps=tuple(
            Box(x=x(start), y=TOP, width=round(x(end) - x(start), 2), height=HEIGHT - TOP - BOTTOM)
            for start, end in _missing(values)
        ),
        window=inside,
        threshold=None if limit is None else Tick(at=y(limit), label=f"limit {number(limit)}"),
        across=_days(first, len(values), x),
        up=tuple(Tick(at=y(top * n / TICKS), label=number(top * n / TICKS)) for n in range(TICKS + 1)),
        table=tuple(
            (first + timedelta(days=day), "no data" if value is None else number(value))
            for day, value in enumerate(values)
        ),
    )


def _summed(series: Sequence[DailySeries], *, per: float) -> tuple[date, list[float | None]]:
    first = min(one.first_date for one in series)
    until = max(one.first_date + timedelta(days=len(one.values)) for one in series)
    columns = zip(*(one.window(until=until, days=(until - first).days) for one in series), strict=True)
    return first, [
        None if None in values else math.fsum(value for value in values if value is not None) / per
        for values in columns
    ]


def _stretches(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """Runs of days with data, each a list of (day, value)."""
    runs: list[list[tuple[int, float]]] = []
    for day, value in enumerate(values):
        if value is None:
            continue
        if runs and runs[-1][-1][0] == day - 1:
            runs[-1].append((day, value))
        else:
            runs.append([(day, value)])
    return runs


def _missing(values: Sequence[float | None]) -> list[tuple[int, int]]:
    """Runs of days without data, as [start, end)."""
    runs: list[tuple[int, int]] = []
    for day, value in enumerate(values):
        if value is None:
            start = runs.pop()[0] if runs and runs[-1][1] == day else day
            runs.append((start, day + 1))
    return runs


def _days(first: date, count: int, x: Callable[[float], float]) -> tuple[Tick, ...]:
    every = max(1, math.ceil(count / 5))
    return tuple(Tick(at=x(day + 0.5), label=f"{first + timedelta(days=day):%d %b}") for day in range(0, count, every))


def _summary(title: str, unit: str, first: date, values: Sequence[float | None], limit: float | None) -> str:
    known = [value for value in values if value is not None]
    last = first + timedelta(days=len(values) - 1)
    if not known:
        return f"{title}: no data from {first} to {last}."
    missing = len(values) - len(known)
    parts = [f"{title}, {first} to {last}: between {number(min(known))} and {number(max(known))} {unit}"]
    if limit is not None:
        parts.append(f"the limit is {number(limit)} {unit}")
    if missing:
        parts.append(f"no data on {missing} of {len(values)} days")
    return "; ".join(parts) + "."
