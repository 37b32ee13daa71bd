"""What a tag says of a resource that is not for production. Pure; a resource without such a tag is taken for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connections.resources import Thing

TAGS = frozenset({"env", "environment", "stage"})
# Whole words only. Staging is left out: many rehearse there what production must stand.
WORDS = frozenset({"dev", "develop", "development", "test", "testing", "qa", "sandbox"})


def told_by(thing: Thing) -> str:
    """The tags that say so ("env=dev"); "" where none does, or where one of them says otherwise."""
    told = {key: value for key, value in thing.tags.items() if key.strip().lower() in TAGS}
    if any(value.strip().lower() not in WORDS for value in told.values()):
        return ""
    return " and ".join(f"{key}={value}" for key, value in sorted(told.items()))
