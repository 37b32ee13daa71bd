"""Which release left what the demo keeps. The roles, the estate and the tables of another one do not fit this one."""

from __future__ import annotations

import hashlib
import shutil
from enum import Enum, auto
from typing import TYPE_CHECKING

from sandbox.fleet import ROOT

if TYPE_CHECKING:
    from pathlib import Path

# The customer's roles are made of the kits, what lies in the accounts of the sandbox.
CONTENTS = ("connections/kits/**/*.json", "sandbox/**/*.py")
NAMES = ("*/migrations/*.py",)
KEPT = ("postgres", "aws", "clerk", "keys", "context_key")
MARKER = "seed"


def mark_of(*, seed: int, root: Path = ROOT) -> str:
    """What says that a demo's data fit: the seed of its estate and a hash of what else they are made of."""
    made_of = hashlib.sha256()
    for patterns, reads in ((CONTENTS, True), (NAMES, False)):
        for path in sorted(path for pattern in patterns for path in root.glob(pattern)):
            made_of.update(str(path.relative_to(root)).encode())
            made_of.update(path.read_bytes() if reads else b"")
    return f"{seed} {made_of.hexdigest()}"


class Left(Enum):
    """Whose data were there."""

    NOBODYS = auto()
    OURS = auto()
    OTHERS = auto()


def forget_unless_it_fits(state: Path, *, mark: str) -> Left:
    """Drop what another release, or the demo of another seed, left in `state`, and say whose it was."""
    state.mkdir(parents=True, exist_ok=True)
    marker = state / MARKER
    left = marker.read_text() if marker.exists() else ""
    if left == mark:
        return Left.OURS
    for name in KEPT:
        kept = state / name
        kept.unlink() if kept.is_file() else shutil.rmtree(kept, ignore_errors=True)
    marker.write_text(mark)
    return Left.OTHERS if left else Left.NOBODYS
