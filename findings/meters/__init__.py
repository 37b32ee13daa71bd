"""What a provider charges for a resource that no bill names: which meters run, and how many units a month.

Every module here tells it for the types of one family: `METERS` says for a type what runs. They are found by standing
here; a type that no module knows has no meters.
"""

from __future__ import annotations

import pkgutil
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType

    from connections.resources import Thing

Meters = tuple[tuple[str, Decimal], ...]


class BadMeters(Exception):
    """A module in findings/meters has no METERS, or tells of a type that another tells of. Leave one of them out."""


def find(modules: Iterable[ModuleType]) -> dict[type[Thing], Callable[[Any], Meters]]:
    """What the modules tell, by type of resource."""
    found: dict[type[Thing], Callable[[Any], Meters]] = {}
    for module in modules:
        told = getattr(module, "METERS", None)
        if not told or set(told) & set(found):
            raise BadMeters(f"{module.__name__} must hold METERS for types that no other module there knows.")
        found |= told
    return found


_METERS = find(import_module(f"{__name__}.{one.name}") for one in pkgutil.iter_modules(__path__))


def meters(thing: Thing) -> Meters:
    """(price name, units a month) of all that the provider charges for the resource standing there, unused.

    Empty where that cannot be told: a snapshot's own size, a database's engine price, a licence within an instance.
    """
    told = _METERS.get(type(thing))
    return told(thing) if told else ()
