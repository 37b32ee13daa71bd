"""Whether two bills of one month charge the same accounts, and which of the two is to count: never both. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

# Exports of one bill are written hours apart, so one may be ahead; and a total is rounded, or restated a little.
AHEAD_DAYS = 3
CLOSE = Decimal("0.01")


class HasAccounts(Protocol):
    """A bill, read or loaded: the accounts that pay it, and those that its lines name. Ids as the files have them."""

    @property
    def billing_account_ids(self) -> Sequence[str]: ...
    @property
    def sub_account_ids(self) -> Sequence[str]: ...


@dataclass(frozen=True, kw_only=True)
class Bill:
    """A bill with what it comes to: billed cost by currency, and the last day with usage, if any."""

    billing_account_ids: Sequence[str]
    sub_account_ids: Sequence[str]
    costs: Mapping[str, Decimal]
    last_day: date | None


class Likeness(StrEnum):
    """What a bill is to one that is loaded from elsewhere. The last two are told by `standing` alone."""

    APART = "APART"  # no account is on both: both count
    WITHIN = "WITHIN"  # the loaded one has all of its accounts, and more
    COVERS = "COVERS"  # it has all accounts of the loaded one
    CROSSED = "CROSSED"  # some accounts are on both, and each has others: neither can stand for the other
    SMALLER = "SMALLER"  # by its accounts one could stand for the other, but would lose cost or days of it
    LARGER = "LARGER"  # the loaded one has more accounts, but less cost, and ends no later


def standing(new: Bill, held: Bill) -> Likeness:
    """How a bill stands to a loaded one: accounts tell which is whole, unless the other has more cost or days."""
    how = likeness(new, held)
    if how is Likeness.COVERS and exceeds(held, new):
        return Likeness.SMALLER
    if how is Likeness.WITHIN and exceeds(new, held):
        return Likeness.SMALLER if exceeds(held, new) else Likeness.LARGER
    return how


def exceeds(one: Bill, other: Bill) -> bool:
    """Whether `one` has more than `other`, in some currency or by days, than what is told by when they were written."""
    if one.last_day and (other.last_day is None or (one.last_day - other.last_day).days > AHEAD_DAYS):
        return True
    return any(cost - other.costs.get(name, Decimal(0)) > abs(cost) * CLOSE for name, cost in one.costs.items())


def together(bills: Sequence[Bill]) -> Bill:
    """What bills that share no account come to."""
    names = dict.fromkeys(name for bill in bills for name in bill.costs)
    return Bill(
        billing_account_ids=list(dict.fromkeys(one for bill in bills for one in bill.billing_account_ids)),
        sub_account_ids=list(dict.fromkeys(one for bill in bills for one in bill.sub_account_ids)),
        costs={name: sum((bill.costs.get(name, Decimal(0)) for bill in bills), Decimal(0)) for name in names},
        last_day=max((bill.last_day for bill in bills if bill.last_day), default=None),
    )


def likeness(new: HasAccounts, held: HasAccounts) -> Likeness:
    """How a bill that is to be loaded stands to one of another source, both of one billing period, by accounts.

    A bill whose lines name no account charges whoever pays it, as a whole. Where no payer is named the accounts that
    are charged decide alone; where one bill names none, nobody can tell whether an account on both is charged twice.
    The one with more accounts is the whole bill, though an account may have had another payer before.
    """
    payers, held_payers = new.billing_account_ids, held.billing_account_ids
    mine, theirs = new.sub_account_ids, held.sub_account_ids
    if bool(payers) != bool(held_payers):
        return Likeness.CROSSED if shared(mine or payers, theirs or held_payers) else Likeness.APART
    if not (shared(payers, held_payers) if payers else shared(mine, theirs)):
        return Likeness.APART
    if mine and theirs and not shared(mine, theirs):
        return Likeness.APART
    if bool(mine) != bool(theirs):
        return Likeness.CROSSED
    has_all, is_all_there = are_all_in(theirs, mine), are_all_in(mine, theirs)
    if has_all and is_all_there:
        has_all, is_all_there = are_all_in(held_payers, payers), are_all_in(payers, held_payers)
    if has_all:
        return Likeness.COVERS
    return Likeness.WITHIN if is_all_there else Likeness.CROSSED


def shared_accounts(new: HasAccounts, held: HasAccounts) -> list[str]:
    """The accounts that are on both, as the new one has them; those that pay, where one names no other."""
    mine, theirs = new.sub_account_ids, held.sub_account_ids
    payers, held_payers = new.billing_account_ids, held.billing_account_ids
    return shared(mine, theirs) or shared(payers, held_payers) or shared(mine or payers, theirs or held_payers)


def but_not(ids: Iterable[str], others: Iterable[str]) -> list[str]:
    """Those of `ids` that are not among `others`."""
    mine = list(ids)
    known = set(shared(mine, others))
    return [one for one in mine if one not in known]


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


def are_all_in(ids: Sequence[str], others: Sequence[str]) -> bool:
    return len(shared(ids, others)) == len(ids)
