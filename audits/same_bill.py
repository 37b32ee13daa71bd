"""Whether two bills of one month charge the same accounts: then both must not count. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class HasAccounts(Protocol):
    """A bill, read or loaded: the accounts that pay it, and those that its lines name. Ids as the files have them."""

    @property
    def billing_account_ids(self) -> Sequence[str]: ...
    @property
    def sub_account_ids(self) -> Sequence[str]: ...


class Likeness(StrEnum):
    """What a bill is to one that is loaded from elsewhere."""

    APART = "APART"  # no account is on both: both count
    WITHIN = "WITHIN"  # the loaded one has all of its accounts, and more
    COVERS = "COVERS"  # it has all accounts of the loaded one
    CROSSED = "CROSSED"  # some accounts are on both, and each has others: neither can stand for the other


def likeness(new: HasAccounts, held: HasAccounts) -> Likeness:
    """How a bill that is to be loaded stands to one of another source, both of one billing period.

    A bill whose lines name no account charges whoever pays it, as a whole.
    """
    payers, held_payers = new.billing_account_ids, held.billing_account_ids
    mine, theirs = new.sub_account_ids, held.sub_account_ids
    if not shared(payers, held_payers) or (mine and theirs and not shared(mine, theirs)):
        return Likeness.APART
    if bool(mine) != bool(theirs):
        return Likeness.CROSSED
    if _are_all_in(theirs, mine) and _are_all_in(held_payers, payers):
        return Likeness.COVERS
    if _are_all_in(mine, theirs) and _are_all_in(payers, held_payers):
        return Likeness.WITHIN
    return Likeness.CROSSED


def shared_accounts(new: HasAccounts, held: HasAccounts) -> list[str]:
    """The accounts that are on both, as the new one has them; those that pay, where one names no other."""
    both = shared(new.sub_account_ids, held.sub_account_ids)
    return both or shared(new.billing_account_ids, held.billing_account_ids)


def shared(ids: Iterable[str], others: Iterable[str]) -> list[str]:
    """Those of `ids` that are among `others`, in whatever case.

    Azure's FOCUS exports write a path that holds the id which its other exports write alone.
    """
    known = {one.casefold() for one in others}
    held_in_paths = {word for one in known if one.startswith("/") for word in one.split("/")}

    def is_known(one: str) -> bool:
        if one in known:
            return True
        if one.startswith("/"):
            return any(word in known for word in one.split("/") if word)
        return one in held_in_paths

    return [one for one in ids if is_known(one.casefold())]


def _are_all_in(ids: Sequence[str], others: Sequence[str]) -> bool:
    return len(shared(ids, others)) == len(ids)
