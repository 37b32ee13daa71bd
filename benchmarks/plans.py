"""What PostgreSQL's explanation of a query says about the indexes that it goes by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, kw_only=True)
class Scan:
    """One table read by a query: (index, its condition) of each index used; none where it is read from end to end.

    `rows` are those that it gave on, where the explanation was made by running the query.
    """

    table: str
    indexes: tuple[tuple[str, str], ...]
    rows: float

    @property
    def is_led_by_the_organisation(self) -> bool:
        """Whether it reads one organisation's part of an index, and of each where it combines several."""
        owner = "id" if self.table == "tenants_organization" else "organization_id"
        return bool(self.indexes) and all(f"({owner} = " in condition for _, condition in self.indexes)

    def __str__(self) -> str:
        names = ", ".join(name for name, _ in self.indexes) or "no index"
        return f"{self.table} by {names}, {self.rows:,.0f} rows"


def scans_of(explained: list[dict[str, Any]]) -> list[Scan]:
    """Every scan of a table in what EXPLAIN (FORMAT JSON) answers."""
    return list(_scans(explained[0]["Plan"]))


def _scans(plan: dict[str, Any]) -> Iterator[Scan]:
    if "Relation Name" in plan:
        yield Scan(
            table=plan["Relation Name"],
            indexes=tuple(
                (one["Index Name"], one.get("Index Cond", "")) for one in _parts(plan) if "Index Name" in one
            ),
            rows=plan.get("Actual Rows", 0) * plan.get("Actual Loops", 0),
        )
        return
    for part in plan.get("Plans", ()):
        yield from _scans(part)


def _parts(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _parts(part)
