"""Every relation that is known: each module here holds those of one family, as RELATIONS."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from findings.relation import Relation


class BadRelations(Exception):
    """A file in findings/relations holds no RELATIONS, or something else under that name. Mend or remove the file."""


def find() -> tuple[Relation, ...]:
    """The relations of each module, in the order of the modules' names; `BadRelations` where one holds none."""
    found: list[Relation] = []
    for module_info in sorted(pkgutil.iter_modules(__path__, f"{__name__}."), key=lambda info: info.name):
        relations = getattr(import_module(module_info.name), "RELATIONS", ())
        if not relations or not all(isinstance(one, Relation) for one in relations):
            raise BadRelations(f"{module_info.name} must hold a tuple of relations as RELATIONS.")
        found.extend(relations)
    return tuple(found)
