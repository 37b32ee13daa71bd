"""The same charges from two sources count once: how a bill that is to be loaded stands to those of other sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.bill_parts import BillRefused
from audits.models import BillLoad
from audits.same_bill import Likeness, likeness, shared_accounts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audits.focus import PeriodSums
    from audits.models import BillSource

MOST_NAMED = 5  # accounts, in a sentence


def rivals_of(source: BillSource, sums: PeriodSums) -> list[tuple[BillLoad, Likeness]]:
    """Current loads of other sources of the open scope that have an account of this bill, and how it stands to each."""
    loads = BillLoad.objects.filter(state=BillLoad.State.LOADED, billing_period=sums.billing_period)
    others = loads.exclude(source=source).select_related("source__connection").order_by("loaded_at", "id")
    found = [(one, likeness(sums, one)) for one in others]
    return [(one, how) for one, how in found if how is not Likeness.APART]


def require_none_crossed(source: BillSource, sums: PeriodSums, crossed: Sequence[BillLoad]) -> None:
    """Both would count what is on both twice, and one in the other's place would lose what only that has.

    Raises BillRefused.
    """
    if crossed:
        held, both = crossed[0], shared_accounts(sums, crossed[0])
        more = f" and {len(both) - MOST_NAMED:,} more" if len(both) > MOST_NAMED else ""
        raise BillRefused(
            f"SubAccountId: {held.source} has the bill of {sums.billing_period:%Y-%m} for "
            f"{', '.join(both[:MOST_NAMED])}{more} too, and each of the two has charges that the other has not. Both "
            f"together would count these twice, so that of {held.source} stays. Load one bill that has all of them, "
            f"or take these accounts out of {source}'s.",
            field="SubAccountId",
        )


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


def note_second_way(load: BillLoad, source: BillSource) -> BillLoad:
    """Say on a load that another source has its bill too."""
    if load.source_id != source.id:
        sentence = f"{source} has the same bill; it is loaded once."
        if sentence not in load.message:
            load.message = f"{load.message} {sentence}".strip()
            load.save(update_fields=["message"])
    return load
