"""What a FOCUS file of a bill will lack, before it is written: counted by the database, in the words of the export."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection as database

from audits.bill_format import Absent
from audits.bill_formats import BILL_FORMATS
from audits.charge_details import DIMENSIONS
from audits.focus_columns import ALLOWED, COLUMNS, DECIMALS, NAMES, TIMES
from audits.focus_export import NUMBERS, TEXTS, sentences
from audits.focus_values import quoted
from audits.spreadsheet import DANGEROUS
from tenants import scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audits.models import BillLoad

# Lines are counted by what describes them, so that the many texts of that are read once each and not for each line.
COUNTED = """
with counted as materialized (
    select detail_number, count(*) as lines, {counts} from audits_costline
     where organization_id = %(organization)s and load_id = %(load)s group by detail_number
)
select coalesce(sum(lines), 0)::bigint, {sums}
  from counted left join audits_costdetail detail
    on detail.organization_id = %(organization)s and detail.load_id = %(load)s and detail.number = detail_number
"""
FORMULA = "~ %(dangerous)s"
IN_DETAIL = f"""
exists (select from jsonb_each_text(columns) as pair (key, value) where key <> all(%(decimals)s) and value {FORMULA})
or exists (select from jsonb_each_text(extra) as pair (key, value) where value {FORMULA})
"""
TAGS = "Tags"
NOT_KEPT = {"PricingCurrencyEffectiveCost": "Costframe does not keep it."}


@dataclass(frozen=True, kw_only=True)
class Notes:
    """What a file will lack.

    `sentences` are the export's; `reasons` are why a column is empty in each row, where the mapping of the bill's
    format says it; `silent` are the other columns that no row has and FOCUS lets be empty.
    """

    rows: int
    sentences: tuple[str, ...]
    reasons: tuple[tuple[str, str], ...]
    silent: tuple[str, ...]


def notes_of(load: BillLoad) -> Notes:
    """Of the lines of a load of the open scope. Reads all of them."""
    rows, formulas, filled, not_allowed = _counted(load)
    needed = {column.name for column in COLUMNS if column.needs_value}
    empty = Counter({name: rows - filled[name] for name in needed if rows > filled[name]})
    absent = _reasons(load.bill_format)
    nowhere = [name for name in NAMES if not filled[name]] if rows else []
    return Notes(
        rows=rows,
        sentences=tuple(sentences(rows, empty, not_allowed, formulas)),
        reasons=tuple((name, absent[name]) for name in nowhere if name in absent),
        silent=tuple(name for name in nowhere if name not in absent and name not in needed),
    )


def _reasons(format_id: str) -> Mapping[str, str]:
    """Why a format cannot deliver a column."""
    found = next((one for one in BILL_FORMATS if one.id == format_id), None)
    told = {name: one.reason for name, one in found.columns.items() if isinstance(one, Absent)} if found else {}
    return {**told, **NOT_KEPT}


def _counted(load: BillLoad) -> tuple[int, int, Counter[str], Counter[str]]:
    """Rows, rows with what a spreadsheet may run, rows with a value by column, and with one that is not listed."""
    columns = list(_columns())
    counts = [
        f"count(*) filter (where {condition}) as {quoted(name)}" for name, condition, is_line in columns if is_line
    ]
    sums = [
        f"coalesce(sum({quoted(name) if is_line else 'lines'}) {'' if is_line else f'filter (where {condition})'}, 0)"
        for name, condition, is_line in columns
    ]
    values = {f"of_{name}": list(allowed) for name, allowed in ALLOWED.items()}
    asked: dict[str, Any] = {
        **values,
        "organization": scope.current(),
        "load": load.id,
        "decimals": list(DECIMALS),
        "dangerous": f"^[{''.join(DANGEROUS)}]".replace("-", "\\-"),
    }
    any_text = " or ".join(f"{column} {FORMULA}" for column in TEXTS.values())
    counts.append(f"count(*) filter (where {any_text}) as formulas")
    sums.append(f"coalesce(sum(case when {IN_DETAIL} then lines else formulas end), 0)")
    with database.cursor() as cursor:
        cursor.execute(COUNTED.format(counts=", ".join(counts), sums=", ".join(sums)), asked)
        rows, *found = (int(one) for one in cursor.fetchone())
    by_name = dict(zip((name for name, _, _ in columns), found, strict=False))
    filled = Counter({name: by_name.get(name, rows if name in TIMES else 0) for name in NAMES})
    not_allowed = Counter({name: count for name in ALLOWED if (count := by_name[f"not {name}"])})
    return rows, found[-1], filled, not_allowed


def _columns() -> Iterator[tuple[str, str, bool]]:
    """What is counted: a name, the condition, and whether it is of a line; else it is of what describes lines."""
    for name, column in TEXTS.items():
        yield name, f"{column} <> ''", True
    for name, column in NUMBERS.items():
        yield name, f"{column} is not null", True
    for name in DIMENSIONS:
        yield name, f"columns ->> '{name}' <> ''", False
    yield TAGS, "tags <> '{}'", False
    for name in ALLOWED:
        text = TEXTS.get(name, f"columns ->> '{name}'")
        yield f"not {name}", f"{text} <> '' and {text} <> all(%(of_{name})s)", name in TEXTS
