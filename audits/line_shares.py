"""Which lines of a bill are put in order together: as many as fit into memory. Pure: counts in, conditions out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.opened_parts import literal

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_AT_ONCE = 1_000_000  # a line is some hundred bytes and more of them while they are sorted


def shares(counts: Iterable[tuple[str | None, int]], *, most: int = MOST_AT_ONCE) -> list[str]:
    """SQL conditions that each line meets one of, from how many lines each account has, in that order.

    Small accounts are taken together. One of more than `most` lines is divided by its resources, whose own lines stay
    together, since it is by resource that lines are looked up.
    """
    found: list[str] = []
    together: list[str] = []
    held = 0
    for account, count in counts:
        if together and held + count > most:
            found.append(" or ".join(together))
            together, held = [], 0
        own = "sub_account_id is null" if account is None else f"sub_account_id = {literal(account)}"
        if count > most:
            pieces = -(-count // most)
            found += [f"{own} and hash(resource_id) % {pieces} = {piece}" for piece in range(pieces)]
        else:
            together.append(own)
            held += count
    return [*found, " or ".join(together)] if together else found
