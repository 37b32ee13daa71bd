"""The same charges from two sources count once: how a bill that is to be loaded stands to those of other sources."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Max

from audits.bill_parts import BillRefused
from audits.bill_sums import USAGE
from audits.models import BillLoad, CostDay
from audits.same_bill import Bill, Likeness, but_not, exceeds, likeness, shared, shared_accounts, standing, together
from audits.spreadsheet import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audits.focus import PeriodSums
    from audits.models import BillSource

MOST_NAMED = 5  # accounts, in a sentence


@dataclass(frozen=True, kw_only=True)
class Rival:
    """A current load of another source that has an account of a bill, and how that bill stands to it."""

    load: BillLoad
    bill: Bill
    how: Likeness


def rivals_of(source: BillSource, sums: PeriodSums) -> list[Rival]:
    """Current loads of other sources of the open scope that have an account of this bill, oldest first."""
    loads = BillLoad.objects.filter(state=BillLoad.State.LOADED, billing_period=sums.billing_period)
    others = loads.exclude(source=source).select_related("source__connection").order_by("loaded_at", "id")
    new = read(sums)
    like = [(one, loaded(one)) for one in others if likeness(sums, one) is not Likeness.APART]
    return [Rival(load=one, bill=bill, how=standing(new, bill)) for one, bill in like]


def read(sums: PeriodSums) -> Bill:
    """A bill that was read."""
    return Bill(
        billing_account_ids=sums.billing_account_ids,
        sub_account_ids=sums.sub_account_ids,
        costs={currency: totals["billed_cost"] for currency, totals in sums.totals.items()},
        last_day=sums.last_usage_date,
    )


def loaded(load: BillLoad) -> Bill:
    """A bill that is loaded. How far it goes is what its days have: `billed_until` is only what is complete of it."""
    days = CostDay.objects.filter(load=load, kind=USAGE, charge_days=1)
    return Bill(
        billing_account_ids=load.billing_account_ids,
        sub_account_ids=load.sub_account_ids,
        costs={currency: Decimal(totals["billed_cost"]) for currency, totals in load.totals.items()},
        last_day=days.aggregate(last=Max("charge_date"))["last"],
    )


def require_none_crossed(source: BillSource, sums: PeriodSums, rivals: Sequence[Rival]) -> None:
    """Both would count what is on both twice, and one in the other's place would lose what only that has.

    Raises BillRefused.
    """
    if crossed := next((one for one in rivals if one.how is Likeness.CROSSED), None):
        raise _crossed(source, sums, crossed)
    if smaller := next((one for one in rivals if one.how is Likeness.SMALLER), None):
        raise _smaller(source, sums, [smaller])
    if exceeds(together([one.bill for one in rivals]), read(sums)) and len(rivals) > 1:
        raise _smaller(source, sums, rivals)


def _crossed(source: BillSource, sums: PeriodSums, rival: Rival) -> BillRefused:
    held, both = rival.load.source, named(shared_accounts(sums, rival.bill))
    has = f"{held} has the bill of {sums.billing_period:%Y-%m} for {both} too"
    if bool(sums.billing_account_ids) != bool(rival.bill.billing_account_ids):
        nameless = held if sums.billing_account_ids else source
        return BillRefused(
            f"BillingAccountId: {has}, and {nameless}'s does not name who pays, so it cannot be told whether both are "
            f"one bill. Both together might count these twice, so that of {held} stays. Load {nameless}'s with "
            f"BillingAccountId filled in, or take these accounts out of {source}'s.",
            field="BillingAccountId",
        )
    return BillRefused(
        f"SubAccountId: {has}, and each of the two has charges that the other has not. Both "
        f"together would count these twice, so that of {held} stays. Load one bill that has all of them, "
        f"or take these accounts out of {source}'s.",
        field="SubAccountId",
    )


def _smaller(source: BillSource, sums: PeriodSums, rivals: Sequence[Rival]) -> BillRefused:
    held = ", ".join(dict.fromkeys(str(one.load.source) for one in rivals))
    theirs = together([one.bill for one in rivals])
    return BillRefused(
        f"BilledCost: the bill of {sums.billing_period:%Y-%m} of {source} comes to {_size(read(sums))}, and that of "
        f"{held}, which has {named(shared_accounts(sums, theirs))} too, to {_size(theirs)}. Neither can take the place "
        f"of the other without a loss of cost or days, so that of {held} stays. Load the whole bill: all services, "
        "all accounts, to its newest day.",
        field="BilledCost",
    )


def place_taken(sums: PeriodSums, rivals: Sequence[Rival]) -> list[str]:
    """Sentences on the bills of other sources whose place this one takes, and on what only they had."""
    if not rivals:
        return []
    names = ", ".join(dict.fromkeys(str(one.load.source) for one in rivals))
    sentences = [f"It takes the place of the same bill, loaded earlier from another source: {names}."]
    for one in rivals:
        held = one.load.source
        if one.how is Likeness.LARGER:
            lost = named(but_not(one.bill.sub_account_ids, sums.sub_account_ids) or one.bill.billing_account_ids)
            sentences.append(
                f"That of {held} came to {_size(one.bill)}, and this one comes to {_size(read(sums))}; what only "
                f"{held} had, of {lost}, is not on it."
            )
        elif payers := but_not(one.bill.billing_account_ids, sums.billing_account_ids):
            sentences.append(_other_payers(payers, shared(one.bill.sub_account_ids, sums.sub_account_ids), held))
    return sentences


def _other_payers(payers: Sequence[str], accounts: Sequence[str], source: BillSource) -> str:
    of = f" of {named(accounts)}" if accounts else ""
    return f"Days{of} that {named(payers)} paid are on the bill of {source} alone, and are not counted."


def _size(bill: Bill) -> str:
    costs = " and ".join(f"{plain(cost)} {currency}" for currency, cost in sorted(bill.costs.items())) or "nothing"
    return f"{costs} with usage to {bill.last_day}" if bill.last_day else f"{costs} without usage"


def named(accounts: Sequence[str]) -> str:
    """The first of them, and how many more."""
    more = f" and {len(accounts) - MOST_NAMED:,} more" if len(accounts) > MOST_NAMED else ""
    return f"{', '.join(accounts[:MOST_NAMED])}{more}"


def require_same_bill(source: BillSource, sums: PeriodSums) -> None:
    """Under one label lies one bill: files of another one must not push it out because somebody chose its label.

    Raises BillRefused.
    """
    loads = BillLoad.objects.filter(source=source, billing_period=sums.billing_period, state=BillLoad.State.LOADED)
    held = next((load.billing_account_ids for load in loads if source.connection_id is None), None)
    if held and sums.billing_account_ids and set(held).isdisjoint(sums.billing_account_ids):
        raise BillRefused(
            f"BillingAccountId: these files are of {', '.join(sums.billing_account_ids)}, and {source} holds the bill "
            f"of {', '.join(held)} for {sums.billing_period:%Y-%m}, which they would take the place of. Choose another "
            "label for them.",
            field="BillingAccountId",
        )


def note_second_way(load: BillLoad, source: BillSource, sums: PeriodSums) -> BillLoad:
    """Say on a load that another source has its bill too, and what of that is not counted."""
    if load.source_id == source.id:
        return load
    sentences = [f"{source} has the same bill; it is loaded once."]
    if payers := but_not(sums.billing_account_ids, load.billing_account_ids):
        sentences.append(_other_payers(payers, shared(sums.sub_account_ids, load.sub_account_ids), source))
    if lacking := [one for one in sentences if one not in load.message]:
        load.message = " ".join([load.message, *lacking]).strip()
        load.save(update_fields=["message"])
    return load
