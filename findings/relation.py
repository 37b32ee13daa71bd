"""What depends on what: which resources go, or are left over, once another one is deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from connections.resources import Thing

GOES, LEFT, KEPT = "GOES", "LEFT", "KEPT"


@dataclass(frozen=True, kw_only=True)
class Relation:
    """One way in which a `child` depends on a `parent` of the same account and region.

    `parents(child)` are the provider's own ids of what it depends on; a child that several share depends on none.
    `fate(child)` is what becomes of it when the parent is deleted: it GOES along; it is LEFT, still charged until
    somebody removes it, as the rule's order of actions says; or it is KEPT on purpose, as a way back, and no saving.
    `words` say so to a reader, by fate.
    """

    parent: type[Thing]
    child: type[Thing]
    parents: Callable[[Any], tuple[str, ...]]
    fate: Callable[[Any], str]
    words: dict[str, str]
