"""Pages by key: what follows a row or comes before it, however many rows came or went in between."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q

if TYPE_CHECKING:
    from django.db.models import QuerySet

Row = TypeVar("Row", bound=Model)


class BadCursor(ValueError):
    """A place in the list that this list never gave out. Start at the first page."""


@dataclass(frozen=True, kw_only=True)
class Sort:
    """An order: `fields` end with a unique one and go one way, so that an index serves them.

    `is_descending` is how the fields run when the reader first asks; `is_reversed` is the other way. `reads_down` says
    whether what the reader sees falls in the first way, which is not the same for an age kept as a date.
    """

    name: str
    fields: tuple[str, ...]
    is_descending: bool = False
    reads_down: bool = False
    is_reversed: bool = False

    @property
    def runs_down(self) -> bool:
        """Whether the fields run from large to small."""
        return self.is_descending != self.is_reversed

    @property
    def aria(self) -> str:
        """The value of aria-sort."""
        return "descending" if self.reads_down != self.is_reversed else "ascending"

    @property
    def parameter(self) -> str:
        """As the URL has it."""
        return f"-{self.name}" if self.is_reversed else self.name


@dataclass(frozen=True, kw_only=True)
class Page(Generic[Row]):
    """Some rows with the places before and after them; None: there is nothing further that way."""

    rows: tuple[Row, ...]
    before: str | None = None
    after: str | None = None


def page_of(
    rows: QuerySet[Row], *, sort: Sort, size: int, after: str | None = None, before: str | None = None
) -> Page[Row]:
    """At most `size` rows, after the place `after` or before the place `before`. Raises BadCursor."""
    down = sort.runs_down != bool(before)
    place = before or after
    ordered = rows.order_by(*(f"-{name}" if down else name for name in sort.fields))
    if place:
        try:
            values = [_moment_in_utc(rows.model, name, value) for name, value in _values(place, sort).items()]
            ordered = ordered.filter(_beyond(sort.fields, values, down=down))
            found = list(ordered[: size + 1])
        except (ValidationError, ValueError, TypeError, OverflowError) as error:
            raise BadCursor(place) from error
    else:
        found = list(ordered[: size + 1])
    more, found = len(found) > size, found[:size]
    if before:
        found.reverse()
    has_before, has_after = (more, True) if before else (bool(after), more)
    return Page(
        rows=tuple(found),
        before=_place(found[0], sort) if found and has_before else None,
        after=_place(found[-1], sort) if found and has_after else None,
    )


def _beyond(fields: tuple[str, ...], values: list[Any], *, down: bool) -> Q:
    """Everything past the row with these values: (a, b) > (x, y) written out, led by the bound that an index needs."""
    past, bound = ("lt", "lte") if down else ("gt", "gte")
    beyond = Q()
    for number, name in enumerate(fields):
        same = dict(zip(fields[:number], values, strict=False))
        beyond |= Q(**same, **{f"{name}__{past}": values[number]})
    return Q(**{f"{fields[0]}__{bound}": values[0]}) & beyond


def _place(row: Model, sort: Sort) -> str:
    values = [str(getattr(row, name)) for name in sort.fields]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _moment_in_utc(model: type[Model], name: str, value: str) -> Any:  # noqa: ANN401 - whatever the column holds
    """The value as the column has it. PostgreSQL has no moment before its first year, whatever the zone says."""
    field: Any = model._meta.get_field(name)  # noqa: SLF001 - Django's own way to name it
    found = field.to_python(value)
    return found.astimezone(dt.UTC) if isinstance(found, dt.datetime) else found


def _values(place: str, sort: Sort) -> dict[str, str]:
    try:
        values: Any = json.loads(base64.urlsafe_b64decode(place + "=" * (-len(place) % 4)))
    except (binascii.Error, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise BadCursor(place) from error
    is_ours = isinstance(values, list) and all(isinstance(value, str) and "\0" not in value for value in values)
    if not is_ours or len(values) != len(sort.fields):
        raise BadCursor(place)
    return dict(zip(sort.fields, values, strict=True))
