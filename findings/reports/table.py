"""The action list for a terminal: as wide as it is, amounts under each other, totals by currency."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from findings.reports.money import UNKNOWN, amount
from findings.rule import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from findings.queries import ActionRow, CurrencyTotal, Totals

GAP = "  "
ELLIPSIS = "…"
WIDTH = 120


@dataclass(frozen=True, kw_only=True)
class _Column:
    """A column: what stands in it, how narrow it may become, and which gives way first (the largest `yields`)."""

    title: str
    cell: Callable[[ActionRow], str]
    least: int
    yields: int = 0
    is_right: bool = False


def _saving(row: ActionRow) -> str:
    if row.apart and row.gross is not None:
        return f"({amount(row.gross)}) {row.currency}"
    return UNKNOWN if row.net is None else f"{amount(row.net)} {row.currency}"


def _resource(row: ActionRow) -> str:
    return row.resource if row.name in {"", row.resource} else f"{row.resource} {row.name}"


def _action(row: ActionRow) -> str:
    return f"(counted in: {row.absorbed_by})" if row.absorbed_by and not row.net else row.action


def _confidence(row: ActionRow) -> str:
    return row.confidence.lower() if row.points is None else f"{row.confidence.lower()} {row.points}"


COLUMNS = (
    _Column(title="RULE", cell=lambda row: row.rule, least=16, yields=2),
    _Column(title="RESOURCE", cell=_resource, least=22, yields=3),
    _Column(title="REGION", cell=lambda row: row.region, least=9),
    _Column(title="A MONTH", cell=_saving, least=7, is_right=True),
    _Column(title="CONFIDENCE", cell=_confidence, least=10),
    _Column(title="ACTION", cell=_action, least=20, yields=4),
)


def render(rows: Sequence[ActionRow], totals: Totals, *, width: int = WIDTH) -> str:
    """The list and its totals as lines no longer than `width` (at least 100 are used), ending in a newline."""
    widths = _widths(rows, max(width, 100))
    lines = [_line([column.title for column in COLUMNS], widths), GAP.join("-" * width for width in widths)]
    lines += [_line([column.cell(row) for column in COLUMNS], widths) for row in rows]
    lines.append("")
    lines += [_total(total) for total in totals.currencies]
    if totals.apart_count:
        lines.append(f"{totals.apart_count:,} more stand apart: their figures, in brackets, are added to nothing.")
    if totals.unknown_count:
        lines.append(f"{totals.unknown_count:,} more without a known price: left out of the totals, not counted as 0.")
    if not rows:
        lines = ["Nothing to do."]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _total(total: CurrencyTotal) -> str:
    parts = [
        f"{total.currency}: {amount(total.monthly)} a month in {counted(total.count, 'finding')}",
        f"{amount(total.verified)} verified ({total.verified_count:,})",
        f"{amount(total.estimated)} estimated ({total.estimated_count:,})",
    ]
    if total.frees_commitment:
        parts.append(f"of it {amount(total.cash)} cash, {amount(total.frees_commitment)} frees commitments")
    return "; ".join(parts)


def _widths(rows: Sequence[ActionRow], width: int) -> list[int]:
    """As wide as what stands there; where that is too much, the columns that may give way do, a character at a time."""
    widths = [max([len(column.title), *(len(column.cell(row)) for row in rows)]) for column in COLUMNS]
    spare = width - len(GAP) * (len(COLUMNS) - 1)
    while sum(widths) > spare:
        yielding = [n for n, column in enumerate(COLUMNS) if column.yields and widths[n] > column.least]
        if not yielding:
            break
        most = max(yielding, key=lambda n: widths[n] - COLUMNS[n].least + COLUMNS[n].yields)
        widths[most] -= 1
    return widths


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return GAP.join(
        _fit(cell, width).rjust(width) if column.is_right else _fit(cell, width).ljust(width)
        for cell, width, column in zip(cells, widths, COLUMNS, strict=True)
    )


def _fit(text: str, width: int) -> str:
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return printable if len(printable) <= width else printable[: width - 1] + ELLIPSIS
