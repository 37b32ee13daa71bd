"""What stands by for a disaster looks idle, and is paid for because it does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from findings.trap import CHANGES, LOWER, Caught, Clear, Look, Trap

if TYPE_CHECKING:
    from connections.resources import Thing

WORDS = frozenset({"dr", "drp", "disaster", "disasterrecovery", "failover", "standby"})
NO = frozenset({"", "false", "no", "0", "off", "none"})


def look(thing: Thing) -> Look:
    if found := _word(thing.name):
        return Caught(f"Its name {thing.name} has the word {found}: it may stand by for a disaster.")
    for key, value in sorted(thing.tags.items()):
        found = _word(value) or (_word(key) if value.strip().lower() not in NO else "")
        if found:
            return Caught(f"Its tag {key} ({value}) has the word {found}: it may stand by for a disaster.")
    return Clear("Neither its name nor a tag speaks of disaster recovery.")


def _word(text: str) -> str:
    """The first word that speaks of it: a whole word, so that "drive" is none."""
    return next((word for word in re.split(r"[^a-z]+", text.lower()) if word in WORDS), "")


trap = Trap(id="disaster_recovery", title="Disaster recovery", effect=LOWER, look=look, stages=CHANGES, reads_tags=True)
