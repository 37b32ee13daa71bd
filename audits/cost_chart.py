"""Costs by day as the geometry of stacked bars that the server draws: what is below zero hangs below the line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from audits.axes import Box, Tick, number, round_up

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

WIDTH, HEIGHT = 960, 280
LEFT, RIGHT, TOP, BOTTOM = 64, 8, 12, 28
TICKS, LABELS = 4, 8
MOST_BARS = 92  # more days than these are drawn by month
NOTHING = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Series:
    """A part of each bar: its name, its colour's number, and what it costs by day."""

    name: str
    colour: str
    by_day: Mapping[date, Decimal]


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One part of one bar, and its sentence."""

    box: Box
    colour: str
    title: str


@dataclass(frozen=True, kw_only=True)
class CostChart:
    """Everything a template needs to draw it, its sentence for who cannot see it, and the same as a table."""

    summary: str
    unit: str
    step: str  # day or month
    series: tuple[Series, ...]
    bars: tuple[Bar, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    zero: float
    table: tuple[tuple[str, tuple[Decimal, ...], Decimal], ...]  # (day, each series, sum)
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


def stacked(*, first: date, end: date, series: Sequence[Series], currency: str, basis: str) -> CostChart:
    """The chart of `series` from `first` until `end`, which is not in it. Series are stacked in the order given."""
    is_monthly = (end - first).days > MOST_BARS
    steps = _steps(first, end, is_monthly=is_monthly)
    labels = [f"{step:%Y-%m}" if is_monthly else f"{step:%Y-%m-%d}" for step in steps]
    summed = [_by_step(one.by_day, first, end, is_monthly=is_monthly) for one in series]
    columns = [[one.get(step, NOTHING) for one in summed] for step in steps]
    highest = max((sum((value for value in column if value > 0), NOTHING) for column in columns), default=NOTHING)
    lowest = min((sum((value for value in column if value < 0), NOTHING) for column in columns), default=NOTHING)
    top = round_up(float(highest)) if highest or not lowest else 0.0
    bottom = -round_up(-float(lowest)) if lowest else 0.0

    def y(value: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (top - value) / (top - bottom), 2)

    wide = (WIDTH - LEFT - RIGHT) / len(steps)
    every = -(-len(steps) // LABELS)
    step = "month" if is_monthly else "day"
    ticks = [top * n / TICKS for n in range(TICKS + 1)] if top else [0.0]
    if -bottom > top / TICKS / 2:  # else its label would stand in that of the line
        ticks.insert(0, bottom)
    return CostChart(
        summary=_summary(labels, columns, f"{basis} cost by {step}, {currency}"),
        unit=currency,
        step=step,
        series=tuple(series),
        bars=tuple(
            bar
            for place, (label, column) in enumerate(zip(labels, columns, strict=True))
            for bar in _bars(label, column, series, y, x=LEFT + wide * place, wide=wide, currency=currency)
        ),
        across=tuple(
            Tick(at=round(LEFT + wide * (place + 0.5), 2), label=_short(steps[place], is_monthly=is_monthly))
            for place in range(0, len(steps), every)
        ),
        up=tuple(Tick(at=y(value), label=number(value)) for value in ticks),
        zero=y(0.0),
        table=tuple(
            (label, tuple(column), sum(column, NOTHING)) for label, column in zip(labels, columns, strict=True)
        ),
    )


def _bars(
    label: str,
    column: Sequence[Decimal],
    series: Sequence[Series],
    y: Callable[[float], float],
    *,
    x: float,
    wide: float,
    currency: str,
) -> list[Bar]:
    """The parts of one bar, from the line upwards, and downwards for what is below zero."""
    bars, ends = [], {True: NOTHING, False: NOTHING}
    for one, value in zip(series, column, strict=True):
        if not value:
            continue
        start = ends[value > 0]
        ends[value > 0] = start + value
        high, low = sorted((y(float(start)), y(float(start + value))))
        box = Box(x=round(x + wide * 0.1, 2), y=high, width=round(wide * 0.8, 2), height=round(low - high, 2))
        bars.append(Bar(box=box, colour=one.colour, title=f"{label}, {one.name}: {value:,.2f} {currency}"))
    return bars


def _steps(first: date, end: date, *, is_monthly: bool) -> list[date]:
    days = [first + timedelta(days=place) for place in range(max(1, (end - first).days))]
    return list(dict.fromkeys(day.replace(day=1) for day in days)) if is_monthly else days


def _by_step(by_day: Mapping[date, Decimal], first: date, end: date, *, is_monthly: bool) -> dict[date, Decimal]:
    found: dict[date, Decimal] = {}
    for day, value in by_day.items():
        if first <= day < end:
            step = day.replace(day=1) if is_monthly else day
            found[step] = found.get(step, NOTHING) + value
    return found


def _short(step: date, *, is_monthly: bool) -> str:
    return f"{step:%b %Y}" if is_monthly else f"{step:%d %b}"


def _summary(labels: Sequence[str], columns: Sequence[Sequence[Decimal]], title: str) -> str:
    sums = [sum(column, NOTHING) for column in columns]
    most = labels[max(range(len(sums)), key=lambda place: sums[place])]
    return f"{title}, {labels[0]} to {labels[-1]}: between {min(sums):,.2f} and {max(sums):,.2f}, the most on {most}."
