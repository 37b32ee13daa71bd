"""Our roles, and which of the identity provider's roles is which of ours. Knows no framework: the settings read it."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT = "admin=admin,member=viewer,engineer=engineer,finance=finance,viewer=viewer"
PREFIX = "org:"  # the provider's dashboard shows its roles so; version 2 of its tokens leaves it out
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class BadRoles(ValueError):
    """The setting that maps roles cannot be used. The message names what in it and the remedy, not the setting."""


class Role(StrEnum):
    """Who somebody is here. What each may do stands in tenants.access."""

    VIEWER = "viewer"
    FINANCE = "finance"
    ENGINEER = "engineer"
    ADMIN = "admin"


def roles_by_name(text: str) -> Mapping[str, Role]:
    """The provider's role names, without prefix, and what each is here. Raises BadRoles.

    `text` is a list such as `admin=admin,member=viewer`: the provider's name, then ours.
    """
    found: dict[str, Role] = {}
    for pair in text.split(","):
        name, sign, role = (part.strip() for part in pair.partition("="))
        name = name.removeprefix(PREFIX)
        if not sign or not _NAME.fullmatch(name):
            raise BadRoles(f"{pair.strip()!r} is no pair: write the provider's role, =, and ours, as in {DEFAULT}.")
        if role not in set(Role):
            raise BadRoles(f"{role!r} is none of our roles: choose one of {', '.join(Role)}.")
        if name in found:
            raise BadRoles(f"{name!r} stands there twice: say once what it is.")
        found[name] = Role(role)
    return found
