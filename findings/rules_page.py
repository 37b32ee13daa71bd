"""Every rule with what it looks at, how strict it is, what it needs, and what it found."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, Sum

from connections.kits import aws
from findings import registry
from findings.bounds import spoken
from findings.frozen import criterion, version
from findings.models import Finding, Verdict
from findings.rule_texts import texts_of
from findings.thresholds import in_force

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from findings.rule import Rule
    from findings.rule_texts import RuleTexts

USAGE_OPERATION = "GetMetricData"


@dataclass(frozen=True, kw_only=True)
class RuleRow:
    """A rule and its figures; `actions` are the permissions with which what it looks at is read whole."""

    id: str
    title: str
    criterion: str
    version: str
    looks_at: str
    settings: tuple[tuple[str, float], ...]  # in force: the organisation's own, else the rule's
    is_changed: bool
    metrics: tuple[str, ...]
    actions: tuple[str, ...]
    docs: str
    texts: RuleTexts
    wasteful: int
    fine: int
    unknown: int
    open_findings: int
    money: tuple[tuple[str, Decimal], ...]  # what these save a month, by currency


FIGURES: Mapping[str, Callable[[RuleRow], int]] = {
    "wasteful": lambda row: row.wasteful,
    "fine": lambda row: row.fine,
    "unknown": lambda row: row.unknown,
    "findings": lambda row: row.open_findings,
}
ORDERS = ("rule", *FIGURES, "money")
# What a reader may ask for: the words for it, and whether a row has it.
HAS: Mapping[str, tuple[str, Callable[[RuleRow], bool]]] = {
    "findings": ("Open findings", lambda row: row.open_findings > 0),
    "unknown": ("Something unknown", lambda row: row.unknown > 0),
    "nothing": ("Nothing looked at", lambda row: row.wasteful + row.fine + row.unknown == 0),
    "changed": ("Changed thresholds", lambda row: row.is_changed),
}


def rule_rows() -> list[RuleRow]:
    """The rules page, in four questions."""
    verdicts: dict[tuple[str, str], int] = {
        (rule_id, outcome): count
        for rule_id, outcome, count in Verdict.objects.values_list("rule_id", "outcome").annotate(count=Count("id"))
    }
    open_findings = dict(
        Finding.objects.filter(state=Finding.State.OPEN).values_list("rule_id").annotate(count=Count("id"))
    )
    money, own = _money(), in_force()
    return [
        _row(rule, verdicts, open_findings, money=money[rule.id], own=own.get(rule.id, {})) for rule in registry.RULES
    ]


def narrowed(rows: Iterable[RuleRow], *, words: str = "", kind: str = "", has: str = "") -> list[RuleRow]:
    """Those with each of the `words` in title, kind, criterion, id, thresholds, permissions or metrics, of one `kind`,
    and with what `has` is the key of in `HAS`. What is empty narrows nothing.
    """
    wanted = words.casefold().split()
    return [
        row
        for row in rows
        if all(word in _text_of(row) for word in wanted)
        and kind in {"", row.looks_at}
        and (not has or HAS[has][1](row))
    ]


def in_order(rows: Sequence[RuleRow], *, by: str, is_reversed: bool = False) -> list[RuleRow]:
    """The rows by one of `ORDERS`, figures from large to small, equal ones by id; the other way where asked.

    Money is compared inside one currency: that of the most rules comes first, what has no figure last.
    """
    by_id = sorted(rows, key=lambda row: row.id)
    if by == "rule":
        return by_id[::-1] if is_reversed else by_id
    if by != "money":
        return sorted(by_id, key=FIGURES[by], reverse=not is_reversed)
    currencies = Counter(currency for row in rows for currency, _ in row.money)
    ranks = {one: rank for rank, one in enumerate(sorted(currencies, key=lambda one: (-currencies[one], one)))}

    def key(row: RuleRow) -> tuple[int, Decimal]:
        amounts = [(ranks[currency], amount if is_reversed else -amount) for currency, amount in row.money]
        return min(amounts, default=(len(ranks), Decimal(0)))

    return sorted(by_id, key=key)


def _text_of(row: RuleRow) -> str:
    names = (name for name, _ in row.settings)
    return " ".join((row.title, row.looks_at, row.criterion, row.id, *names, *row.actions, *row.metrics)).casefold()


def _money() -> Mapping[str, list[tuple[str, Decimal]]]:
    priced = Finding.objects.filter(state=Finding.State.OPEN, estimated_monthly_savings__isnull=False)
    sums = priced.values_list("rule_id", "currency").annotate(monthly=Sum("estimated_monthly_savings"))
    money: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for rule_id, currency, monthly in sums.order_by("rule_id", "currency"):
        money[rule_id].append((currency, monthly))
    return money


def _row(
    rule: Rule,
    verdicts: Mapping[tuple[str, str], int],
    open_findings: Mapping[str, int],
    *,
    money: Iterable[tuple[str, Decimal]],
    own: Mapping[str, float],
) -> RuleRow:
    return RuleRow(
        id=rule.id,
        title=rule.title,
        criterion=criterion(rule),
        version=version(rule),
        looks_at=rule.looks_at.spoken(),
        settings=tuple((spoken(name), value) for name, value in rule.given(own).items()),
        is_changed=rule.given(own) != rule.given({}),
        metrics=tuple(metric.key for metric in rule.metrics),
        actions=_actions(rule),
        docs=rule.docs,
        texts=texts_of(rule.id),
        wasteful=verdicts.get((rule.id, Verdict.Outcome.WASTE), 0),
        fine=verdicts.get((rule.id, Verdict.Outcome.FINE), 0),
        unknown=verdicts.get((rule.id, Verdict.Outcome.UNKNOWN), 0),
        open_findings=open_findings.get(rule.id, 0),
        money=tuple(money),
    )


def _actions(rule: Rule) -> tuple[str, ...]:
    """The permissions without which a kind that the rule needs is not seen, or not seen whole, and that for usage."""
    kinds = {kind.KIND for kind in (rule.looks_at, *rule.needs)}
    wanted = [row for row in aws.declared()["inventory"] if kinds & set(row["needed_for"])]
    usage = [row for row in aws.declared()["inventory"] if rule.needs_usage and row["operation"] == USAGE_OPERATION]
    return tuple(dict.fromkeys(row["action"] for row in (*wanted, *usage)))
