"""Every trap that is known: each module here holds one, under its own name."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from findings.trap import Trap


class BadTrap(Exception):
    """A file in findings/traps does not hold one trap named as the file. Rename the file or the trap."""


def find() -> tuple[Trap, ...]:
    """The trap of each module, in the order of their names; `BadTrap` where one does not hold its own."""
    found = []
    for module_info in pkgutil.iter_modules(__path__, f"{__name__}."):
        name = module_info.name.rpartition(".")[2]
        trap = getattr(import_module(module_info.name), "trap", None)
        if not isinstance(trap, Trap) or trap.id != name:
            raise BadTrap(f"{module_info.name} must hold one trap with id {name!r}.")
        found.append(trap)
    return tuple(sorted(found, key=lambda trap: trap.id))
