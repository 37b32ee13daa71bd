"""A resource as plain JSON and back, so that a rule can see again what an audit saw."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from connections.resources import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connections.resources import Thing


def to_data(thing: Thing) -> dict[str, Any]:
    """Every field of `thing` as JSON knows it: datetimes in ISO 8601, tuples as lists. Kept in `Resource.data`."""
    return {one.name: _to_json(getattr(thing, one.name)) for one in fields(thing)}


def from_data(kind: str, data: Mapping[str, Any]) -> Thing:
    """The resource that `to_data` was given. `kind` is `Resource.kind`; unknown fields are left out."""
    thing_class = KINDS[kind]
    known = {one.name for one in fields(thing_class)}
    return thing_class(**{name: _from_json(name, value) for name, value in data.items() if name in known})


def _to_json(value: Any) -> Any:  # noqa: ANN401 - JSON is any of its types
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_to_json(one) for one in value]
    return value


def _from_json(name: str, value: Any) -> Any:  # noqa: ANN401 - as above
    if isinstance(value, list):
        return tuple(_from_json(name, one) for one in value)
    # The vocabulary ends every datetime's name with _at, and nothing else.
    return datetime.fromisoformat(value) if name.endswith("_at") and value is not None else value
