"""Why a backup of AWS Backup is left alone: what two rules ask before they call one waste. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from findings.rule import ALL, UNTOLD, Fine, Share, Unknown

if TYPE_CHECKING:
    from connections.resources.backups import RecoveryPoint


def left_alone(point: RecoveryPoint, *, days: int) -> Fine | Unknown | None:
    """What to say of a backup that has an end, that nobody may delete, or that is too young; None where nothing speaks
    for it. `days` is how old it must be, and within how many days a restore of it counts as use.
    """
    if point.state != "COMPLETED" or not point.is_endless:
        return Fine()
    if kept := _why_kept(point):
        return Fine(kept)
    if point.created_at is None:
        return Unknown("when it was made")
    if (point.observed_at - point.created_at).days < days:
        return Fine()
    restored_at = point.last_restored_at
    if restored_at is not None and (point.observed_at - restored_at).days < days:
        return Fine(f"Restored on {restored_at:%Y-%m-%d}: somebody works with it.")
    return None


def not_told(point: RecoveryPoint) -> Unknown | None:
    """What must be known of the rest before one backup is called waste, and is not."""
    if not point.are_points_read:
        return Unknown("which other backups there are of what it is a backup of")
    return Unknown("whether a legal hold keeps it") if point.is_held is not False else None


def saved(point: RecoveryPoint) -> Share:
    """All of it. A snapshot or image is charged by EC2's own names: told beside the finding, as what goes along."""
    return UNTOLD if point.resource_id.startswith("arn:aws:ec2:") else ALL


def _why_kept(point: RecoveryPoint) -> str:
    if point.is_apart:
        return "Its vault is locked, or holds it apart from the account's own hands."
    if point.is_copy:
        return "Copied from elsewhere: kept here for when that is lost."
    return "One of several that are one backup together." if point.is_part else ""
