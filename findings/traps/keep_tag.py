"""A tag by which its owner says that the resource is to be kept."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from findings.trap import FINE, Caught, Clear, Look, Trap

if TYPE_CHECKING:
    from connections.resources import Thing

KEYS = frozenset({"keep", "do-not-delete", "donotdelete", "retain", "costframe:keep"})
NO = frozenset({"false", "no", "0", "off", "none", "n"})
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def look(thing: Thing) -> Look:
    over = ""
    for key, value in sorted(thing.tags.items()):
        if re.sub(r"[_\s]", "-", key.strip().lower()) not in KEYS or value.strip().lower() in NO:
            continue
        until = _day(value)
        if until is None or until >= thing.observed_at.date():
            return Caught(f"Its tag {key}{f' ({value})' if value.strip() else ''} asks to keep it.")
        over = f"Its tag {key} asked to keep it until {until}, which is over."
    return Clear(over or "No tag asks to keep it.")


def _day(value: str) -> date | None:
    """The day that a tag such as retain = 2026-12-31 names."""
    try:
        return date.fromisoformat(value.strip()) if DAY.fullmatch(value.strip()) else None
    except ValueError:
        return None


trap = Trap(id="keep_tag", title="Keep tag", effect=FINE, look=look, reads_tags=True)
