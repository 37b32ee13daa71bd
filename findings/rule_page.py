"""One rule as its page shows it, what its thresholds are and were, and a preview of what others would change."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from findings import registry, thresholds
from findings.bounds import bounds_of, spoken, usable
from findings.effects import INTO, OUT_OF, UNKNOWN
from findings.models import Finding
from findings.queries import account_labels, rule_title, short_id, totals_of
from findings.rules_page import rule_rows
from findings.threshold_models import RuleSettings, ThresholdPreview
from findings.thresholds import UNDER_WAY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from findings.queries import Totals
    from findings.rule import Rule
    from findings.rules_page import RuleRow

MOST_PREVIEWS = 10
POLL_SECONDS = 2
STATES = {
    ThresholdPreview.State.REQUESTED: "waiting for a worker",
    ThresholdPreview.State.RUNNING: "being worked out",
    ThresholdPreview.State.DONE: "done",
    ThresholdPreview.State.FAILED: "failed",
}
KINDS = (
    (INTO, "Would become findings"),
    (OUT_OF, "Would no longer be findings"),
    (UNKNOWN, "Would not be known"),
)


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """A threshold in force, beside the rule's default and what it may be."""

    name: str
    value: float
    default: float
    bounds: str

    @property
    def is_changed(self) -> bool:
        """Whether the organisation has another one than the rule brings."""
        return self.value != self.default


@dataclass(frozen=True, kw_only=True)
class Change:
    """One line of the thresholds' history: who changed what, when, and why."""

    settings: RuleSettings
    changes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class RulePage:
    """A rule's page."""

    row: RuleRow
    thresholds: tuple[Threshold, ...]
    newest: RuleSettings | None
    history: tuple[Change, ...]
    totals: Totals
    previews: tuple[tuple[ThresholdPreview, str], ...]
    window_days: int


@dataclass(frozen=True, kw_only=True)
class Amount:
    """Money a month in one currency."""

    currency: str
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Figure:
    """How many findings, and their money."""

    count: int
    unpriced: int
    money: tuple[Amount, ...]


@dataclass(frozen=True, kw_only=True)
class PreviewPage:
    """A preview's page; the figures are None until it is worked out."""

    preview: ThresholdPreview
    title: str
    word: str
    is_under_way: bool
    changes: tuple[tuple[str, str], ...]
    effect: Mapping[str, Any]
    into: Figure | None
    out_of: Figure | None
    stay: Figure | None
    change: tuple[Amount, ...]
    groups: tuple[tuple[str, str, tuple[dict[str, Any], ...], bool], ...]
    kept: RuleSettings | None
    is_overtaken: bool
    poll_seconds: int = POLL_SECONDS

    @property
    def may_be_kept(self) -> bool:
        """Whether it has an effect, of what counts now, that nobody has kept yet."""
        is_done = self.preview.state == ThresholdPreview.State.DONE
        return is_done and self.kept is None and not self.is_overtaken


def in_force_of(rule: Rule) -> dict[str, int | float]:
    """The thresholds of a rule that count now, defaults filled in."""
    return rule.given(thresholds.in_force().get(rule.id, {}))


def rule_page(rule: Rule) -> RulePage:
    """Everything that the page shows, for which all questions are asked here."""
    history = thresholds.of_rule(rule)
    newest = history[0] if history else None
    values = rule.given(usable(rule, newest.values) if newest else {})
    previews = ThresholdPreview.objects.filter(rule_id=rule.id).defer("effect").order_by("-requested_at", "id")
    return RulePage(
        row=next(row for row in rule_rows() if row.id == rule.id),
        thresholds=tuple(
            Threshold(name=spoken(name), value=values[name], default=default, bounds=str(bounds_of(rule, name)))
            for name, default in rule.settings.items()
        ),
        newest=newest,
        history=_history(rule, history),
        totals=totals_of(Finding.objects.filter(rule_id=rule.id, state=Finding.State.OPEN)),
        previews=tuple((one, STATES[ThresholdPreview.State(one.state)]) for one in previews[:MOST_PREVIEWS]),
        window_days=rule.days(values),
    )


def _history(rule: Rule, history: tuple[RuleSettings, ...]) -> tuple[Change, ...]:
    return tuple(
        Change(
            settings=one,
            changes=tuple(thresholds.changes_of(older.values if older else rule.settings, one.values).items()),
        )
        for one, older in zip_longest(history, history[1:])
    )


def preview_page(preview: ThresholdPreview) -> PreviewPage:
    """The page of a preview."""
    kept = RuleSettings.objects.filter(preview=preview).first()
    newest = thresholds.newest().get(preview.rule_id)
    effect, labels = preview.effect, account_labels()
    state = ThresholdPreview.State(preview.state)
    return PreviewPage(
        preview=preview,
        title=rule_title(preview.rule_id),
        word=STATES[state],
        is_under_way=state in UNDER_WAY,
        changes=tuple(thresholds.changes_of(preview.before, preview.values).items()),
        effect=effect,
        into=_figure(effect.get("into")),
        out_of=_figure(effect.get("out_of")),
        stay=_figure(effect.get("stay")),
        change=_amounts(effect.get("change", {})),
        groups=tuple(
            (kind, title, rows, any(row["because"] for row in rows))
            for kind, title in KINDS
            if (rows := tuple(_row(row, labels) for row in effect.get("rows", ()) if row["change"] == kind))
        ),
        kept=kept,
        is_overtaken=(newest.number if newest else 0) != preview.after_number and kept is None,
    )


def _figure(told: Mapping[str, Any] | None) -> Figure | None:
    if told is None:
        return None
    return Figure(count=told["count"], unpriced=told["unpriced"], money=_amounts(told["money"]))


def _amounts(money: Mapping[str, str]) -> tuple[Amount, ...]:
    return tuple(Amount(currency=currency, amount=Decimal(amount)) for currency, amount in money.items())


def _row(row: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Any]:
    url = reverse("findings:finding", args=[row["finding_id"]]) if row["finding_id"] else ""
    label = labels.get(row["account_id"], "")
    return {**row, "short_id": short_id(row["resource_id"]), "account": label, "url": url}


def settings_that_counted(finding: Finding, history: tuple[RuleSettings, ...]) -> RuleSettings | None:
    """Of a rule's settings, newest first, those that the finding was judged by; None where defaults counted alone.

    They are told by what was frozen: of several with the same values, the newest that was there when it was judged.
    """
    rule = registry.RULES_BY_ID.get(finding.rule_id)
    frozen = finding.evidence["rule"]["settings"]
    if rule is None or rule.given(frozen) == rule.given({}):
        return None
    same = [one for one in history if rule.given(one.values) == frozen]
    judged_at = finding.audit.ended_at
    earlier = [one for one in same if judged_at is None or one.at <= judged_at]
    return next(iter(earlier or same), None)
