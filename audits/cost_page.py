"""Costs as their page shows them: by what is asked for, in one currency at a time, beside the time before."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import localcontext
from typing import TYPE_CHECKING, Any

from audits import cost_crossed, cost_sums, left_out_tags
from audits.bill_sums import USAGE
from audits.bills_page import LoadRow, load_row
from audits.cost_choice import BASES, DIMENSIONS, NONE, CostForm, kind_choices
from audits.cost_rows import EXACT, largest, name_of, part_of
from audits.cost_spans import earlier_than, missing, months_of, span_of
from audits.cost_sums import Span, Sums
from audits.load_page import end_of_period, period_state, state_words
from connections.models import Connection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from django.http import QueryDict

    from audits.cost_choice import CostChoice
    from audits.cost_rows import CostPart
    from audits.models import BillLoad, CostTagKey

MOST_ROWS = 100
ALONE = "No earlier time of equal length is loaded to compare with."
STILL_OPEN = (
    "This bill is still open: its last day may not be complete, and charges for more than a day are whole in the time "
    "before."
)
LEFT_OF_A_MONTH = (
    "In a bill that is still open, usage that is charged for more than a day stands whole on its first day. Of a "
    "reservation AWS charges what is left of it, all of the month at first and less with each day that uses it: until "
    "the month is over, its effective cost looks dearer than it will be."
)


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where figures come from, and how far they can be relied on."""

    providers: str
    row: LoadRow
    state: str
    state_words: str
    last_complete: date | None


@dataclass(frozen=True, kw_only=True)
class CostPage:
    """Everything that the page shows. `span` is None where nothing is loaded."""

    form: CostForm
    choice: CostChoice
    span: Span | None = None
    earlier: Span | None = None
    parts: tuple[CostPart, ...] = ()
    sources: tuple[Source, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def basis(self) -> tuple[str, str]:
        """The name of the cost that is shown, and what it means."""
        return BASES[self.choice.cost]

    @property
    def by(self) -> str:
        return self.choice.by_title

    @property
    def sentence(self) -> str:
        """Which cost of which days is shown, and beside which."""
        if self.span is None:
            return ""
        of_bill = f"of the bill of {self.span.first:%Y-%m}, its days to {self.last_day}"
        of_days = f"charged from {self.span.first} to {self.last_day}, on whichever bill"
        beside = f", beside {self.earlier.first} to {self.earlier_last_day}." if self.earlier else f". {ALONE}"
        return f"{self.basis[0]} cost {of_days if self.span.load_ids is None else of_bill}{beside}"

    @property
    def tags(self) -> tuple[tuple[str, str], ...]:
        """Of each tag that charges are narrowed to: which they are, and the URL without it."""
        tags = self.choice.tags
        rest = [tuple(other for other in tags if other is not one) for one in tags]
        return tuple((one.words, replace(self.choice, tags=kept).url) for one, kept in zip(tags, rest, strict=True))

    @property
    def last_day(self) -> date | None:
        return self.span.end - dt.timedelta(days=1) if self.span else None

    @property
    def earlier_last_day(self) -> date | None:
        return self.earlier.end - dt.timedelta(days=1) if self.earlier else None


def cost_page(data: QueryDict, *, most_rows: int = MOST_ROWS) -> CostPage:
    """What the URL's query asks for, from the open scope's bills."""
    with localcontext(EXACT):
        return _cost_page(data, most_rows=most_rows)


def _cost_page(data: QueryDict, *, most_rows: int) -> CostPage:
    loads = cost_sums.current_loads()
    keys = cost_sums.tag_keys(loads)
    form = CostForm(data, months=months_of(loads), tags=[one.key for one in keys])
    choice = form.choice()
    span = span_of(choice, loads)
    if span is None:
        return CostPage(form=form, choice=choice)
    there, names = cost_sums.what_is_there(span), _account_names()
    _offer(form, there, names)
    if choice.is_crossed and (reason := cost_crossed.why_not(span, loads)):
        choice = form.choice_uncrossed(reason)
    earlier, alone = _comparable(earlier_than(span, loads), choice, loads)
    added_up = cost_crossed.crossed if choice.is_crossed else cost_sums.AddedUp
    figures = added_up(span=span, choice=choice, keys=keys)
    now = figures.sums()
    before = added_up(span=earlier, choice=choice, keys=keys).sums() if earlier else {}
    top = {currency: largest(sums) for currency, sums in now.items()}
    daily = figures.daily(named={one for groups in top.values() for one in groups})
    long = figures.long_charges()
    parts = tuple(
        part_of(
            currency,
            choice=choice,
            span=span,
            now=now.get(currency, Sums()),
            before=before.get(currency, Sums()) if earlier else None,
            daily=daily.get(currency, {}),
            top=top.get(currency, []),
            long=[one for one in long if one[0] == currency],
            names=names,
            most_rows=most_rows,
        )
        for currency in sorted({*now, *before})
    )
    return CostPage(
        form=form,
        choice=choice,
        span=span,
        earlier=earlier,
        parts=parts,
        sources=tuple(_source(load, there.providers[load.id]) for load in loads if load.id in there.providers),
        notes=(
            *alone,
            *([STILL_OPEN] if earlier and not earlier.is_whole else []),
            *([LEFT_OF_A_MONTH] if choice.cost == "effective" and _has_left_of_a_month(long, loads) else []),
            *_tag_notes(choice, [load for load in loads if load.id in there.providers], keys),
            *left_out_tags.notes(load for load in loads if load.id in there.providers),
            *missing(span, earlier, loads),
        ),
    )


def _comparable(
    earlier: Span | None, choice: CostChoice, loads: Sequence[BillLoad]
) -> tuple[Span | None, tuple[str, ...]]:
    """The time before, where what is asked for can be told of it; else a sentence why not."""
    if earlier is None or not choice.is_crossed or not (reason := cost_crossed.why_not(earlier, loads)):
        return earlier, ()
    return None, (f"The time before cannot be compared with. {reason}",)


def _has_left_of_a_month(long: Sequence[tuple[Any, ...]], loads: Sequence[BillLoad]) -> bool:
    """Whether usage of more than a day is charged in a month that was going on when its bill was loaded."""
    going_on = {
        load.billing_period.replace(day=1)
        for load in loads
        if load.loaded_at.date() < end_of_period(load.billing_period)
    }
    return any(kind == USAGE and cost > 0 and first.replace(day=1) in going_on for _, first, _, _, kind, cost in long)


def _tag_notes(choice: CostChoice, loads: Sequence[BillLoad], keys: Sequence[CostTagKey]) -> list[str]:
    """What of the tags that are asked for is kept as one sum, and which loads know no tags at all."""
    shown, with_tags = {load.id for load in loads}, {one.load_id for one in keys}
    notes = []
    for key in choice.keys:
        more = max((one.other_count for one in keys if one.key == key and one.load_id in shown), default=0)
        if more:
            notes.append(f"The tag {key} has {more:,} values more in a bill, which are kept as one sum: other values.")
    if choice.keys:
        notes += [
            f"No tags are kept of the bill of {load.billing_period:%Y-%m} from {load.source}: it names none, or was "
            "loaded before they were kept. To see them, load it anew."
            for load in loads
            if load.id not in with_tags
        ]
    return notes


def _account_names() -> dict[str, str]:
    found = Connection.objects.exclude(account_id=None).order_by("created_at", "id").values_list("account_id", "label")
    return {account: label for account, label in found if account}


def _offer(form: CostForm, there: cost_sums.There, names: Mapping[str, str]) -> None:
    places = {
        "service": there.services,
        "account": there.accounts,
        "region": there.regions,
        "provider": sorted({one for providers in there.providers.values() for one in providers}),
    }
    for name, values in places.items():
        choices = [(value or NONE, name_of(name, value, names)) for value in values]
        form.offer(name, any_label=f"Every {DIMENSIONS[name][0].lower()}", choices=choices)
    form.offer("kind", any_label="Every kind", choices=kind_choices())
    form.offer("currency", any_label="Each apart", choices=[(one, one) for one in there.currencies])


def _source(load: BillLoad, providers: Sequence[str]) -> Source:
    row = load_row(load)
    state = period_state(load, row)
    return Source(
        providers=", ".join(one or "No provider named" for one in providers),
        row=row,
        state=state,
        state_words=state_words(state, row),
        last_complete=load.billed_until - dt.timedelta(days=1) if load.billed_until else None,
    )
