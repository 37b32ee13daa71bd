"""What a bill alone proves, for a terminal: by rule, the dearest first, each with its sentence, totals by currency."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from audits.billed import BilledService
from findings.reports.money import UNKNOWN, amount
from findings.rule import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from findings.rule import Rule
    from findings.try_bill import BillFinding, Tried

NOTHING = Decimal(0)
KINDS = {"billed_resource": "resource", "billed_commitment": "commitment", "billed_service": "service"}


def render(tried: Tried, *, most: int) -> str:
    """The list, at most `most` findings of each rule, ending in a newline."""
    looked_at = [counted(tried.looked_at[kind], noun) for kind, noun in KINDS.items()]
    lines = [f"Looked at {looked_at[0]}, {looked_at[1]} and {looked_at[2]}.", ""]
    by_rule = [list(found) for _, found in groupby(sorted(tried.findings, key=_order), key=lambda one: one.rule.id)]
    for found in sorted(by_rule, key=lambda one: (bool(one[0].rule.assumes), -_sum(one))):
        lines += [*_rule(found[0].rule, found, most=most), ""]
    lines += _totals(tried.findings)
    if tried.unknown:
        lines += ["", "Could not be told:"]
        lines += [
            f"  {rule_id}: for want of {what} ({counted(times, 'time')})" for (rule_id, what), times in _most(tried)
        ]
    return "\n".join(_printable(line) for line in lines) + "\n"


def _rule(rule: Rule, found: Sequence[BillFinding], *, most: int) -> Iterator[str]:
    yield f"{rule.title} ({counted(len(found), 'time')}): {rule.action}"
    for one in found[:most]:
        thing = one.thing
        place = " ".join(part for part in (thing.account_id, thing.region) if part)
        yield f"  {_money(one):>16}  {thing.resource_id}  {place}"
        yield f"  {'':>16}  {one.because} Confidence {one.confidence.points} of 100."
    if len(found) > most:
        yield f"  {'':>16}  and {len(found) - most:,} more"
    if rule.assumes:
        yield f"  Assumes {rule.assumes}."
    yield f"  Access would add {rule.access_adds}."


def _money(one: BillFinding) -> str:
    if one.saving.monthly is None:
        return UNKNOWN
    if one.absorbed_by and not one.net:
        return "counted above"
    shown = one.saving.monthly if one.net is None else one.net
    return f"{amount(shown)} {one.saving.currency}"


def _totals(findings: Sequence[BillFinding]) -> list[str]:
    proven: dict[str, Decimal] = defaultdict(Decimal)
    assumed: dict[str, Decimal] = defaultdict(Decimal)
    for one in findings:
        if one.net is not None:
            (assumed if one.rule.assumes else proven)[one.saving.currency] += one.net
    lines = [_total(currency, proven[currency], assumed[currency]) for currency in sorted({*proven, *assumed})]
    lines = lines or ["Nothing to save was found."]
    if any(isinstance(one.thing, BilledService) for one in findings):
        lines.append("Whole services are shown beside their resources and not added.")
    return lines


def _total(currency: str, proven: Decimal, assumed: Decimal) -> str:
    more = f", and {amount(assumed)} more where what a rule assumes holds" if assumed else ""
    return f"{currency}: {amount(proven)} a month{more}"


def _order(one: BillFinding) -> tuple[str, Decimal]:
    return one.rule.id, -(one.saving.monthly or NOTHING)


def _sum(found: Sequence[BillFinding]) -> Decimal:
    return sum((one.net or NOTHING for one in found), NOTHING)


def _most(tried: Tried) -> list[tuple[tuple[str, str], int]]:
    return sorted(tried.unknown.items(), key=lambda one: (one[0][0], -one[1]))


def _printable(line: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in line).rstrip()
