"""A resource that notes whether anybody looks at its details: what no list tells and was asked for it alone. Pure."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from connections.resources import KINDS

if TYPE_CHECKING:
    from connections.resources import Thing


def watched(thing: Thing) -> tuple[Thing, set[str]]:
    """A copy of `thing`, and the names of its `DETAILS` that have been read of the copy so far."""
    noted: set[str] = set()
    copy: Thing = object.__new__(_noting(thing.KIND))
    copy.__dict__.update(vars(thing), _noted=noted)
    return copy, noted


@cache
def _noting(word: str) -> type[Thing]:
    kind = KINDS[word]
    details = frozenset(kind.DETAILS)

    def read(self: Thing, name: str) -> Any:  # noqa: ANN401 - fields are of any type
        if name in details:
            # A copy of the copy has no notes: whoever made it has read every field of this one.
            object.__getattribute__(self, "__dict__").get("_noted", set()).add(name)
        return object.__getattribute__(self, name)

    return type(kind.__name__, (kind,), {"__getattribute__": read})
