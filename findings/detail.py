"""One finding as its page shows it: the evidence that was frozen, its charts, and what it overlaps with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from audits.evidence import SeriesRow, usage_from
from audits.models import Gap
from audits.models import Usage as UsageRow
from audits.things import from_data
from findings import registry, thresholds
from findings.bill_standing import span_of, standings_of
from findings.confidence import parts_from
from findings.freed import Freed, freed_by
from findings.frozen import is_intact, lines_of
from findings.models import Finding
from findings.opinion_page import SaidOf, said_of
from findings.queries import HEAVY, account_labels, action_rows
from findings.reports.chart import cost_panel, usage_panels
from findings.resource_prices import resource_prices
from findings.rule_page import settings_that_counted
from findings.rule_texts import texts_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from audits.evidence import DailySeries
    from connections.resources import Thing
    from findings.confidence import Part
    from findings.queries import ActionRow
    from findings.reports.chart import Panel
    from findings.resource_prices import ResourcePrices
    from findings.rule import Rule
    from findings.threshold_models import RuleSettings


@dataclass(frozen=True, kw_only=True)
class Detail:
    """Everything that the finding's page needs; `evidence` is the frozen JSON. Older ones have no `parts`."""

    row: ActionRow
    finding: Finding
    evidence: Mapping[str, Any]
    is_intact: bool
    parts: tuple[Part, ...]
    docs: str
    hint: str
    rollback: str
    order: tuple[str, ...]
    freed: tuple[Freed, ...]
    charts: tuple[Panel, ...]
    cost_chart: Panel | None
    missing_metrics: tuple[str, ...]
    usage_gaps: tuple[Gap, ...]
    overlaps: tuple[ActionRow, ...]
    lines: tuple[Mapping[str, Any], ...]
    left_out: tuple[Mapping[str, Any], ...]
    discounts: tuple[Mapping[str, Any], ...]  # that `lines` are less by now
    prices: ResourcePrices
    same_action: tuple[SaidOf, ...]  # what others say of the same resource and action
    other_advice: tuple[SaidOf, ...]  # and of the same resource alone
    settings: RuleSettings | None  # the organisation's thresholds that counted; None: the rule's defaults did
    newer_settings: RuleSettings | None  # that count from the next audit on

    @property
    def last_billed_day(self) -> date | None:
        """The last complete day of the bill that it was priced by, None where no bill covers it."""
        until = self.evidence["bill"]["until"]
        return date.fromisoformat(until) - timedelta(days=1) if until else None


def detail_of(finding: Finding, *, at: datetime) -> Detail:
    """What the page of `finding` shows, for which all questions are asked here."""
    labels, bill = account_labels(), finding.evidence["bill"]
    evidence, rule = finding.evidence, _rule(finding.rule_id)
    others = Finding.objects.filter(resource_id=finding.resource_id, state=Finding.State.OPEN).exclude(id=finding.id)
    series = _series(finding)
    metrics = () if rule is None else tuple(one for one in rule.metrics if one not in rule.where_told)
    spans = [span] if (span := span_of(finding)) else []
    history = () if rule is None else thresholds.of_rule(rule)
    counted = settings_that_counted(finding, history)
    said = said_of(evidence)
    missing = tuple(metric.key for metric in metrics if metric.key not in series)
    return Detail(
        row=action_rows([finding], labels=labels, at=at, standings=standings_of(spans))[0],
        finding=finding,
        evidence=evidence,
        is_intact=is_intact(finding),
        parts=parts_from(evidence.get("parts", ())),
        docs=rule.docs if rule else "",
        hint=_hint(rule, finding),
        rollback=rule.rollback if rule else "",
        order=texts_of(rule.id).order if rule and not registry.is_bill_rule(rule.id) else (),
        freed=freed_by(evidence, net=finding.freed_commitment_monthly),
        charts=() if rule is None else tuple(_charts(rule, evidence, series)),
        cost_chart=_cost_chart(evidence),
        missing_metrics=missing,
        usage_gaps=_usage_gaps(finding) if missing else (),
        overlaps=tuple(action_rows(others.defer(*HEAVY).order_by("rule_id"), labels=labels, at=at)),
        lines=tuple(lines_of(bill["charges"])),
        left_out=tuple(lines_of(bill["left_out"])),
        discounts=tuple(lines_of(bill.get("discounts", ()))),
        prices=resource_prices(finding),
        same_action=tuple(one for one in said if one.is_same_action),
        other_advice=tuple(one for one in said if not one.is_same_action),
        settings=counted,
        newer_settings=None if rule is None else _newer(rule, evidence, history),
    )


def _newer(rule: Rule, evidence: Mapping[str, Any], history: tuple[RuleSettings, ...]) -> RuleSettings | None:
    """The settings in force, where the finding was not judged by them."""
    newest = history[0] if history else None
    return None if newest is None or rule.given(newest.values) == evidence["rule"]["settings"] else newest


def _rule(rule_id: str) -> Rule | None:
    try:
        return registry.any_rule(rule_id)
    except registry.UnknownRule:
        return None


def _hint(rule: Rule | None, finding: Finding) -> str:
    if rule is None or not rule.hint:
        return ""
    return rule.hint_for(_thing(finding.evidence))


def _thing(evidence: Mapping[str, Any]) -> Thing:
    """The resource as it was judged."""
    thing: Mapping[str, Any] = evidence["thing"]
    return from_data(thing["kind"], thing)


def _series(finding: Finding) -> Mapping[str, DailySeries]:
    """Usage as it is known by now, which goes on after the finding was judged."""
    rows = UsageRow.objects.filter(resource_id=finding.resource_id).exclude(values=[])
    stored = [SeriesRow(*row) for row in rows.values_list(*SeriesRow._fields)]
    return usage_from(stored, until=finding.last_seen_at.date()).series


def _charts(rule: Rule, evidence: Mapping[str, Any], series: Mapping[str, DailySeries]) -> list[Panel]:
    if not rule.metrics:
        return []
    usage = evidence["usage"]
    window = (date.fromisoformat(usage["first_date"]), date.fromisoformat(usage["until"]))
    thing, settings = _thing(evidence), evidence["rule"]["settings"]
    return usage_panels(rule, thing=thing, settings=settings, series=series, window=window)


def _cost_chart(evidence: Mapping[str, Any]) -> Panel | None:
    bill = evidence["bill"]
    currencies = {charge["billing_currency"] for charge in bill["charges"]}
    if len(currencies) != 1:
        return None
    by_day: dict[date, Decimal] = {}
    for line in lines_of(bill["charges"]):
        day = date.fromisoformat(line["charge_date"])
        by_day[day] = by_day.get(day, Decimal(0)) + Decimal(line["effective_cost"])
    return cost_panel(
        currency=currencies.pop(),
        by_day={day: float(cost) for day, cost in by_day.items()},
        first=date.fromisoformat(bill["first_date"]),
        until=date.fromisoformat(bill["until"]),
    )


def _usage_gaps(finding: Finding) -> tuple[Gap, ...]:
    gaps = Gap.objects.filter(audit_id=finding.audit_id, action__startswith="cloudwatch:")
    return tuple(gaps.filter(region__in=["", finding.region]).order_by("action"))
