"""Inventory x usage x bill: whether the three agree that a resource is wasted, so that a finding counts as verified."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from findings.cost_window import cost_window, end_of
from findings.prices import price_name, table
from findings.rule import Waste, counted
from findings.savings import FROM_BILL, monthly_saving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from audits.evidence import DayCost
    from findings.cost_window import CostWindow
    from findings.evaluate import Judgement
    from findings.prices import PriceTable
    from findings.rule import BillExpects
    from findings.savings import Saving

VERIFIED, ESTIMATED, UNKNOWN = "VERIFIED", "ESTIMATED", "UNKNOWN"
MATCHED, AGREES = "matched", "agrees"
ENOUGH_DAYS = 7
LATE_DAYS = 3  # providers go on adding lines to the last days for about as long
STALE_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class Proof:
    """One sentence on whether `source` (inventory, usage, bill or price) bears the verdict out. None: it cannot say.

    `about`, of the bill: whether it names the resource (MATCHED), or charges what the verdict would have it (AGREES).
    """

    source: str
    holds: bool | None
    sentence: str
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class Verification:
    """How sure a finding is (VERIFIED, ESTIMATED, UNKNOWN), why, and what it is worth."""

    confidence: str
    proofs: tuple[Proof, ...]
    saving: Saving


def verify(judgement: Judgement, *, listed: PriceTable | None = None) -> Verification:
    """Verify and price a judgement of Waste; any other is a mistake of the caller (`TypeError`).

    `listed` stands in for the committed price table of the rule's cloud. UNKNOWN where no saving can be told,
    VERIFIED where the saving comes from the bill alone and no proof fails, else ESTIMATED.
    """
    if not isinstance(judgement.verdict, Waste):
        raise TypeError(f"{judgement.rule.id} said {type(judgement.verdict).__name__}; only waste is verified.")
    prices = listed or table(judgement.rule.cloud)
    saving = monthly_saving(saves=judgement.verdict.saves, evidence=judgement.evidence, listed=prices)
    proofs = (_inventory(judgement), *_usage(judgement), *_bill(judgement), _price(saving))
    if saving.monthly is None:
        confidence = UNKNOWN
    elif all(proof.holds is not False for proof in proofs):
        confidence = VERIFIED
    else:
        confidence = ESTIMATED
    return Verification(confidence=confidence, proofs=proofs, saving=saving)


def _inventory(judgement: Judgement) -> Proof:
    thing = judgement.evidence.thing
    seen = f"{thing.observed_at:%Y-%m-%d %H:%M} UTC"
    return Proof(
        source="inventory", holds=True, sentence=f"Seen in account {thing.account_id}, {thing.region}, at {seen}."
    )


def _usage(judgement: Judgement) -> Iterator[Proof]:
    rule, evidence = judgement.rule, judgement.evidence
    days = rule.days(judgement.settings)
    for metric in rule.metrics_missed(evidence.usage, days=days):
        missing = evidence.usage.days(metric, days=days).count(None)
        sentence = f"{metric.key} is known on all of the {counted(days, 'complete day')} before {evidence.usage.until}."
        if missing:
            sentence = f"{metric.key} is missing on {missing} of the {counted(days, 'complete day')}."
        yield Proof(source="usage", holds=not missing, sentence=sentence)
    lag = (evidence.thing.observed_at.date() - evidence.usage.until).days
    if rule.needs_usage and lag > LATE_DAYS:
        yield Proof(source="usage", holds=False, sentence=f"The usage ends {counted(lag, 'day')} before the audit.")


def _bill(judgement: Judgement) -> Iterator[Proof]:
    thing, bill = judgement.evidence.thing, judgement.evidence.bill
    window = cost_window(thing, bill)
    if window is None:
        yield _against(f"No bill covers account {thing.account_id}.")
        return
    until = window.until
    may_be_absent = judgement.rule.bill is not None and judgement.rule.bill.may_be_absent
    if not window.lines and may_be_absent:
        sentence = f"The bill covers account {thing.account_id} until {window.last}."
        yield Proof(source="bill", holds=True, sentence=sentence, about=MATCHED)
        yield Proof(source="bill", holds=True, sentence="It charges nothing for it, as it stands.", about=AGREES)
        return
    if not window.lines:
        is_newer = thing.created_at is not None and thing.created_at.date() >= window.last
        reason = "it was made after the last complete billed day" if is_newer else "the two disagree"
        yield _against(
            f"The bill covers account {thing.account_id} until {window.last} and has no line for it: {reason}."
        )
        return
    is_enough = window.days >= ENOUGH_DAYS
    span = f"{counted(window.days, 'complete day')}, {window.first} to {window.last}"
    needed = "" if is_enough else f"; {ENOUGH_DAYS} are needed"
    yield Proof(source="bill", holds=is_enough, sentence=f"The bill covers {span}{needed}.", about=MATCHED)
    last_line = max(end_of(line) for line in window.lines) - timedelta(days=1)
    is_billed = (until - last_line).days <= LATE_DAYS
    words = "It was billed" if is_billed else "It was no longer billed after"
    yield Proof(
        source="bill",
        holds=is_billed or may_be_absent,
        sentence=f"{words} {'until ' if is_billed else ''}{min(last_line, window.last)}.",
        about=MATCHED,
    )
    lag = (thing.observed_at.date() - until).days
    if lag > STALE_DAYS:
        yield _against(
            f"The bill {'tells of it until' if until < (bill.billed_until or until) else 'ends'} "
            f"{counted(lag, 'day')} before the audit."
        )
    if judgement.rule.bill is not None:
        yield _agreement(judgement, judgement.rule.bill, window)


def _agreement(judgement: Judgement, expects: BillExpects, window: CostWindow) -> Proof:
    """Whether the bill's quantities bear out what the rule concluded, on the days that both know."""
    if not any(price_name(line) for line in window.lines):
        return Proof(source="bill", holds=None, sentence="The bill does not say what its lines are for.", about=AGREES)
    first, until = _common_days(judgement, window)
    if first >= until:
        return _against("The bill and the usage share no day.", about=AGREES)
    limit = expects.at_most(judgement.settings) if expects.at_most else None
    for number in range((until - first).days):
        day = first + timedelta(days=number)
        quantity, unit = _billed_on(day, expects, window.lines)
        too_little = expects.at_least is not None and (quantity is None or quantity < expects.at_least)
        too_much = limit is not None and quantity is not None and quantity > limit
        if too_little or too_much:
            return _against(f"The bill charges {quantity or 0:.10g} {unit} on {day}, {expects.says}.", about=AGREES)
    span = f"{first}" if (until - first).days == 1 else f"each day from {first} to {until - timedelta(days=1)}"
    return Proof(source="bill", holds=True, sentence=f"What the bill charges for agrees on {span}.", about=AGREES)


def _common_days(judgement: Judgement, window: CostWindow) -> tuple[date, date]:
    """The days to compare: those of the usage window, or the last billed day for a rule that needs no usage."""
    if not judgement.rule.needs_usage:
        return window.last, window.until
    until = judgement.evidence.usage.until
    first = until - timedelta(days=judgement.rule.days(judgement.settings))
    return max(first, window.first), min(until, window.until)


def _billed_on(day: date, expects: BillExpects, lines: tuple[DayCost, ...]) -> tuple[Decimal | None, str]:
    found = [
        line
        for line in lines
        if line.charge_date == day
        and line.consumed_quantity is not None
        and price_name(line).startswith(expects.prices)
    ]
    quantities = [line.consumed_quantity for line in found if line.consumed_quantity is not None]
    unit = found[0].consumed_unit if found else "units"
    return (sum(quantities, Decimal(0)) if found else None), unit


def _price(saving: Saving) -> Proof:
    if saving.monthly is None:
        return Proof(source="price", holds=False, sentence=saving.why_unknown)
    return Proof(source="price", holds=saving.basis == FROM_BILL, sentence=f"Priced by {saving.price_source}.")


def _against(sentence: str, *, about: str = MATCHED) -> Proof:
    return Proof(source="bill", holds=False, sentence=sentence, about=about)
