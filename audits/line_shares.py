"""Which lines of a bill are put in order together: as many as fit into memory. Pure: counts in, conditions out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.opened_parts import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_AT_ONCE = 1_000_000  # a line is some hundred bytes and more of them while they are sorted


def shares(counts: Iterable[tuple[str | None, int]], *, most: int = MOST_AT_ONCE) -> list[str]:
    """SQL conditions that each line meets one of, from how many lines each account has, in that order.

    Small accounts are taken together. One of more than `most` lines is divided by its resources, whose own lines stay
    together, since it is by resource that lines are looked up.
    """
    found: list[str] = []
    together: list[str | None] = []
    held = 0
    for account, count in counts:
        if together and held + count > most:
            found.append(_of(together))
            together, held = [], 0
        if count > most:
            pieces = -(-count // most)
            found += [f"{_of([account])} and hash(resource_id) % {pieces} = {piece}" for piece in range(pieces)]
        else:
            together.append(account)
            held += count
    if not found:  # a bill that fits at once is not held against the list of its accounts
        return ["true"] if together else []
    return [*found, _of(together)] if together else found


def _of(accounts: Sequence[str | None]) -> str:
    """The lines of these accounts. A list is looked up, however long; conditions would be tried one after the other."""
    named = ", ".join(literal(one) for one in accounts if one is not None)
    ways = [f"sub_account_id in ({named})"] if named else []
    if None in accounts:
        ways.append("sub_account_id is null")
    return f"({' or '.join(ways)})"
