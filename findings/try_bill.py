"""What a bill alone proves: the rules that need nothing else, over everything that stands on it. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from audits.billed import BilledService
from audits.evidence import Bill, Evidence, Usage
from findings.confidence import confidence_of
from findings.cost_window import told_until
from findings.evaluate import evaluate
from findings.overlaps import Claim, net_savings
from findings.prices import PriceTable
from findings.registry import BILL_RULES
from findings.rule import Unknown, Waste
from findings.savings import ZERO, monthly_saving, rounded_down

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from decimal import Decimal

    from audits.billed import Billed
    from audits.billed_things import BilledThings
    from findings.confidence import Confidence
    from findings.evaluate import Judgement
    from findings.rule import Rule
    from findings.savings import Saving

NO_PRICES = PriceTable(title="", dated="", currency="", regions={})  # a bill alone prices nothing that is not on it


@dataclass(frozen=True, kw_only=True)
class BillFinding:
    """One thing on the bill that a rule finds wasteful, what acting is worth a month, and how sure it is.

    `net` is what no other finding on the same thing has already: what may be added up. None: not known, or a whole
    service, whose resources are counted one by one.
    """

    rule: Rule
    thing: Billed
    because: str
    saving: Saving
    net: Decimal | None
    confidence: Confidence
    absorbed_by: str = ""


@dataclass(kw_only=True)
class Tried:
    """What became of a bill: findings, what could not be told (by rule and what is missing), how much was looked at."""

    findings: list[BillFinding] = field(default_factory=list)
    unknown: Counter[tuple[str, str]] = field(default_factory=Counter)
    looked_at: Counter[str] = field(default_factory=Counter)


def try_bill(things: BilledThings) -> Tried:
    """Every bill-only rule on every resource, then on every commitment and service."""
    tried = Tried()
    for found in (things.resources, things.commitments, things.services):  # the resources first: the others are summed
        judgements = evaluate(_counted(found(), tried), BILL_RULES, {})
        for thing, judged in groupby(judgements, key=lambda one: one.evidence.thing):
            tried.findings += _findings(thing, list(judged), tried)
    return tried


def evidence_of(thing: Billed) -> Evidence:
    """All that a bill tells of a thing."""
    bill = Bill(lines=thing.charges, billed_from=thing.first, billed_until=thing.until)
    return Evidence(thing=thing, usage=Usage(until=thing.until), bill=bill)


def _counted(things: Iterable[Billed], tried: Tried) -> Iterator[Evidence]:
    for thing in things:
        tried.looked_at[thing.KIND] += 1
        yield evidence_of(thing)


def saving_of(judgement: Judgement, verdict: Waste) -> Saving:
    """What acting is worth by the bill alone.

    A share that was measured in the rule's window is of what those days cost, where that is less than the month.
    """
    evidence = judgement.evidence
    saving = monthly_saving(saves=verdict.saves, evidence=evidence, listed=NO_PRICES)
    first, until = evidence.bill.billed_from, evidence.bill.billed_until
    days = judgement.rule.settings.get("window_days")
    if days is None or first is None or until is None or saving.monthly is None:
        return saving
    since = told_until(evidence.bill.lines, until) - timedelta(days=days)
    in_window = replace(evidence.bill, billed_from=max(first, since))
    recent = monthly_saving(saves=verdict.saves, evidence=replace(evidence, bill=in_window), listed=NO_PRICES)
    return saving if recent.monthly is None or recent.monthly >= saving.monthly else recent


def _nets(claims: Sequence[tuple[Rule, Claim]]) -> dict[str, tuple[Decimal | None, str]]:
    """What of each is added, and which rule has the rest. What rests on an assumption gets what the proven leaves."""
    proven = net_savings(claim for rule, claim in claims if not rule.assumes)
    nets = {one.rule_id: (one.monthly, one.absorbed_by) for one in net_savings(claim for _, claim in claims).values()}
    nets |= {one.rule_id: (one.monthly, one.absorbed_by) for one in proven.values()}
    holder = max(proven, key=lambda rule_id: proven[rule_id].monthly or ZERO, default="")
    left = max((claim.saving.monthly_cost or ZERO for _, claim in claims), default=ZERO)
    left -= sum((one.monthly or ZERO for one in proven.values()), ZERO)
    for rule, claim in claims:
        monthly = nets[claim.rule_id][0]
        if rule.assumes and monthly is not None:
            if monthly > left:
                monthly = max(rounded_down(left), ZERO)
                nets[claim.rule_id] = monthly, holder or nets[claim.rule_id][1]
            left -= monthly
    return nets


def _findings(thing: Billed, judgements: Sequence[Judgement], tried: Tried) -> Iterator[BillFinding]:
    wasted: list[tuple[Judgement, Waste, Saving]] = []
    for one in judgements:
        if isinstance(one.verdict, Unknown):
            tried.unknown[one.rule.id, one.verdict.missing] += 1
        elif isinstance(one.verdict, Waste):
            wasted.append((one, one.verdict, saving_of(one, one.verdict)))
    claims = [(one.rule, Claim(rule_id=one.rule.id, stage=one.rule.stage, saving=saving)) for one, _, saving in wasted]
    nets = _nets(claims)
    for one, verdict, saving in wasted:
        net, absorbed_by = nets[one.rule.id]
        is_added = not isinstance(thing, BilledService)
        yield BillFinding(
            rule=one.rule,
            thing=thing,
            because=verdict.because,
            saving=saving,
            net=net if is_added else None,
            confidence=confidence_of(one, proofs=(), on=thing.until),
            absorbed_by=absorbed_by,
        )
