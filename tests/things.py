"""Made-up resources of any type, by what its fields are said to hold."""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

if TYPE_CHECKING:
    from connections.resources import Thing

MOMENTS = st.datetimes(min_value=dt.datetime(2020, 1, 1), max_value=dt.datetime(2030, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001 - hypothesis gives them their zone
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=8),
    int: st.integers(0, 10**6),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    type(None): st.none(),
    dt.datetime: MOMENTS,
}


def things(kind: type[Thing]) -> st.SearchStrategy[Thing]:
    """Resources of one type with any value in each field."""
    hints = get_type_hints(kind, localns={"datetime": dt.datetime, "Mapping": Mapping})
    return st.builds(kind, **{one.name: _values(hints[one.name]) for one in fields(kind)})


def _values(hint: Any) -> st.SearchStrategy[Any]:
    inner = get_args(hint)
    if isinstance(hint, types.UnionType):
        return st.one_of(*map(_values, inner))
    if get_origin(hint) is tuple:
        if inner[-1] is Ellipsis:
            return st.lists(_values(inner[0]), max_size=3).map(tuple)
        return st.tuples(*map(_values, inner))
    if get_origin(hint) is Mapping:
        return st.dictionaries(*map(_values, inner), max_size=3)
    return PLAIN[hint]
