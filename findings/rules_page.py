"""Every rule with what it looks at, how strict it is, what it needs, and what it found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count

from connections.kits import aws
from findings import registry
from findings.frozen import criterion, version
from findings.models import Finding, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from findings.rule import Rule

USAGE_OPERATION = "GetMetricData"


@dataclass(frozen=True, kw_only=True)
class RuleRow:
    """A rule and its figures; `actions` are the permissions that it cannot do without."""

    id: str
    title: str
    criterion: str
    version: str
    looks_at: str
    settings: tuple[tuple[str, float], ...]
    metrics: tuple[str, ...]
    actions: tuple[str, ...]
    docs: str
    wasteful: int
    fine: int
    unknown: int
    open_findings: int


def rule_rows() -> list[RuleRow]:
    """The rules page, in two questions."""
    verdicts: dict[tuple[str, str], int] = {
        (rule_id, outcome): count
        for rule_id, outcome, count in Verdict.objects.values_list("rule_id", "outcome").annotate(count=Count("id"))
    }
    open_findings = dict(
        Finding.objects.filter(state=Finding.State.OPEN).values_list("rule_id").annotate(count=Count("id"))
    )
    return [_row(rule, verdicts, open_findings) for rule in registry.RULES]


def _row(rule: Rule, verdicts: Mapping[tuple[str, str], int], open_findings: Mapping[str, int]) -> RuleRow:
    return RuleRow(
        id=rule.id,
        title=rule.title,
        criterion=criterion(rule),
        version=version(rule),
        looks_at=rule.looks_at.KIND.replace("_", " "),
        settings=tuple((name.replace("_", " "), value) for name, value in rule.settings.items()),
        metrics=tuple(metric.key for metric in rule.metrics),
        actions=_actions(rule),
        docs=rule.docs,
        wasteful=verdicts.get((rule.id, Verdict.Outcome.WASTE), 0),
        fine=verdicts.get((rule.id, Verdict.Outcome.FINE), 0),
        unknown=verdicts.get((rule.id, Verdict.Outcome.UNKNOWN), 0),
        open_findings=open_findings.get(rule.id, 0),
    )


def _actions(rule: Rule) -> tuple[str, ...]:
    """The permissions without which a kind that the rule needs is not seen, or not seen whole, and that for usage."""
    kinds = {kind.KIND for kind in (rule.looks_at, *rule.needs)}
    wanted = [row for row in aws.declared()["inventory"] if kinds & set(row["needed_for"])]
    usage = [row for row in aws.declared()["inventory"] if rule.needs_usage and row["operation"] == USAGE_OPERATION]
    return tuple(dict.fromkeys(row["action"] for row in (*wanted, *usage)))
