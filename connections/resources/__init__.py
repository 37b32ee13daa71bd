"""The vocabulary: what stands in a customer's cloud, as plain frozen values.

A provider's adapter makes these, a waste rule reads them. They hold what a rule or a reader
needs and nothing that may carry a secret (no user data, no environment, no template body).
Every datetime is aware and in UTC; sizes are in GiB; `observed_at` is when the provider answered.
A field that the provider may withhold, or that a refused call left open, is None: not known.

Every module here but thing.py holds the types of one family, and a type is found by standing in one: nothing lists
them. The types below are also known by this package's own name; all others are imported from their module.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING

from connections.resources.compute import Image, Instance, Snapshot, Volume
from connections.resources.databases import Database
from connections.resources.network import Address, LoadBalancer, NatGateway
from connections.resources.thing import Metric, Thing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

__all__ = [
    "KINDS",
    "Address",
    "BadKind",
    "Database",
    "Image",
    "Instance",
    "LoadBalancer",
    "Metric",
    "NatGateway",
    "Snapshot",
    "Thing",
    "Volume",
    "kinds_in",
]


class BadKind(Exception):
    """A type of resource has no name of its own. Give it a `KIND` and a `SERVICE`, and a `KIND` that no other has."""


def kinds_in(modules: Iterable[ModuleType]) -> dict[str, type[Thing]]:
    """The types of resource that stand in some modules, by kind and in its order; `BadKind` says what is wrong."""
    found: dict[str, type[Thing]] = {}
    for kind in (kind for module in modules for kind in _types_of(module)):
        name = vars(kind).get("KIND")
        if not name or not vars(kind).get("SERVICE"):
            raise BadKind(f"{kind.__module__}.{kind.__qualname__} has no KIND or no SERVICE of its own.")
        if name in found:
            other = found[name]
            raise BadKind(f"{kind.__module__}.{kind.__qualname__} is called {name!r}, as {other.__qualname__} is.")
        found[name] = kind
    return dict(sorted(found.items()))


def _types_of(module: ModuleType) -> Iterator[type[Thing]]:
    for kind in vars(module).values():
        is_own = isinstance(kind, type) and issubclass(kind, Thing) and kind.__module__ == module.__name__
        if is_own and kind is not Thing:
            yield kind


KINDS: dict[str, type[Thing]] = kinds_in(
    import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)
)
