"""Who may still need a snapshot of a database: what two rules ask before they call one waste. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from findings.rule import Fine, Unknown, counted
from findings.traps import backup

if TYPE_CHECKING:
    from connections.resources.databases import DatabaseSnapshot


def left_alone(snapshot: DatabaseSnapshot, *, days: int) -> Fine | Unknown | None:
    """What to say of a snapshot that is in use, or too young; None where nothing speaks for it.

    `days` is how old it must be, and within how many days an export counts as use.
    """
    kept = backup.trap.caught(snapshot)
    if kept or snapshot.state != "available":
        return Fine(kept)
    if snapshot.copied_from:
        return Fine(f"Copied from {snapshot.copied_from}: kept here for when that is lost.")
    if snapshot.created_at is None:
        return Unknown("when the snapshot was taken")
    if (snapshot.observed_at - snapshot.created_at).days < days:
        return Fine()
    return _used(snapshot, days=days)


def _used(snapshot: DatabaseSnapshot, *, days: int) -> Fine | Unknown | None:
    if snapshot.shared_with:
        whom = "everybody" if "all" in snapshot.shared_with else counted(len(snapshot.shared_with), "other account")
        return Fine(f"Shared with {whom}, where it may be in use.")
    exported_at = snapshot.last_exported_at
    if exported_at is not None and (snapshot.observed_at - exported_at).days < days:
        return Fine(f"Exported on {exported_at:%Y-%m-%d}: somebody works with it.")
    if snapshot.shared_with is None:
        return Unknown("with whom the snapshot is shared")
    return None if snapshot.are_exports_read else Unknown("whether the snapshot is exported")
