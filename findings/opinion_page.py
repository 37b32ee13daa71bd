"""What the provider's own advisors say, as its page and its file show it: theirs, with how it stands to ours."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from findings.models import Finding, Opinion
from findings.opinions import source_of
from findings.queries import short_id
from tenants.paging import Sort

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from uuid import UUID


ALONE = "ALONE"
STANDINGS = [(ALONE, "Theirs alone"), ("ALL", "All"), *Opinion.Standing.choices]
BY_SAVING = Sort(name="saving", fields=("savings_sort", "id"), is_descending=True, reads_down=True)
TONES = {Opinion.Standing.AGREED: "good", Opinion.Standing.FINE: "info", Opinion.Standing.UNKNOWN: "warn"}
ACTIONS = {
    "Rightsize": "Make it smaller",
    "Stop": "Stop it",
    "Upgrade": "Change to the newer type",
    "Delete": "Delete it",
    "MigrateToGraviton": "Move to Graviton",
    "ScaleIn": "Run fewer of it",
    "PurchaseSavingsPlans": "Buy a savings plan",
    "PurchaseReservedInstances": "Buy a reservation",
}


@dataclass(frozen=True, kw_only=True)
class OpinionRow:
    """One line of the page. Amounts are theirs, a month's, in `currency`; None is not told, never 0."""

    source: str
    origin: str
    action: str
    action_words: str
    advice: str
    target: str
    resource: str
    name: str
    full_id: str
    resource_type: str
    account_id: str
    account: str
    region: str
    currency: str
    saving: Decimal | None
    before_discounts: Decimal | None
    after_discounts: Decimal | None
    monthly_cost: Decimal | None
    lookback_days: int | None
    refreshed_on: str
    standing: str
    standing_words: str
    tone: str
    because: str
    finding_id: UUID | None


def opinion_rows(opinions: Iterable[Opinion], *, labels: Mapping[str, str]) -> list[OpinionRow]:
    """The page's rows; `labels` are the connections' names by account."""
    return [
        OpinionRow(
            source=source_of(one.source),
            origin=one.origin,
            action=one.action,
            action_words=ACTIONS.get(one.action, one.action),
            advice=one.advice,
            target=one.target,
            resource=short_id(one.about_id),
            name=one.about_name,
            full_id=one.about_arn or one.about_id,
            resource_type=one.about_type,
            account_id=one.account_id,
            account=labels.get(one.account_id, ""),
            region=one.region,
            currency=one.currency,
            saving=one.saving,
            before_discounts=one.before_discounts,
            after_discounts=one.after_discounts,
            monthly_cost=one.monthly_cost,
            lookback_days=one.lookback_days,
            refreshed_on=f"{one.refreshed_at:%Y-%m-%d}" if one.refreshed_at else "",
            standing=one.standing,
            standing_words=Opinion.Standing(one.standing).label,
            tone=TONES.get(Opinion.Standing(one.standing), ""),
            because=one.because,
            finding_id=one.finding_id,
        )
        for one in opinions
    ]


@dataclass(frozen=True, kw_only=True)
class SaidOf:
    """An opinion as a finding's evidence keeps it, for its page. Amounts are a month's; None is not told."""

    source: str
    action_words: str
    advice: str
    target: str
    figure: Decimal | None
    before: Decimal | None
    after: Decimal | None
    currency: str
    refreshed_on: str
    is_same_action: bool
    agrees: bool
    why: tuple[str, ...]


def said_of(evidence: Mapping[str, Any]) -> tuple[SaidOf, ...]:
    """What others said of the resource when it was judged; evidence of before has nothing of it."""
    return tuple(_said(one) for one in evidence.get("opinions", ()))


def _said(one: Mapping[str, Any]) -> SaidOf:
    amounts = {
        name: None if one[name] is None else Decimal(one[name])
        for name in ("after_discounts", "saving", "before_discounts")
    }
    return SaidOf(
        source=one["source"],
        action_words=ACTIONS.get(one["action"], one["action"]),
        advice=one["advice"],
        target=one["target"],
        figure=next((amount for amount in amounts.values() if amount is not None), None),
        before=amounts["before_discounts"],
        after=amounts["after_discounts"],
        currency=one["currency"],
        refreshed_on=(one["refreshed_at"] or "")[:10],
        is_same_action=one["is_same_action"],
        agrees=one["agrees"],
        why=tuple(one["why"]),
    )


def agreeing(findings: Iterable[Finding] | None = None) -> dict[UUID, tuple[str, ...]]:
    """By finding, the names of those who say the same of it; of all findings where none are given."""
    found: dict[UUID, list[str]] = {}
    agreed = Opinion.objects.filter(standing=Opinion.Standing.AGREED).order_by("source")
    if findings is not None:
        agreed = agreed.filter(finding_id__in=[one.id for one in findings])
    for finding_id, source in agreed.values_list("finding_id", "source").distinct():
        if finding_id is not None:
            found.setdefault(finding_id, []).append(source_of(source))
    return {finding_id: tuple(sources) for finding_id, sources in found.items()}


COLUMNS: dict[str, Callable[[OpinionRow], str | Decimal | None]] = {
    "source": lambda row: row.source,
    "told_by": lambda row: row.origin,
    "resource_id": lambda row: row.full_id,
    "resource_name": lambda row: row.name,
    "resource_type": lambda row: row.resource_type,
    "account_id": lambda row: row.account_id,
    "account": lambda row: row.account,
    "region": lambda row: row.region,
    "action": lambda row: row.action,
    "advice": lambda row: row.advice,
    "target": lambda row: row.target,
    "currency": lambda row: row.currency,
    "their_monthly_savings": lambda row: row.saving,
    "before_discounts": lambda row: row.before_discounts,
    "after_discounts": lambda row: row.after_discounts,
    "their_monthly_cost": lambda row: row.monthly_cost,
    "lookback_days": lambda row: "" if row.lookback_days is None else str(row.lookback_days),
    "refreshed_on": lambda row: row.refreshed_on,
    "standing": lambda row: row.standing_words,
    "what_we_say": lambda row: row.because,
    "finding_id": lambda row: "" if row.finding_id is None else str(row.finding_id),
}


def csv_rows(rows: Iterable[OpinionRow]) -> Iterable[list[Any]]:
    """The cells of the file."""
    return ([cell(row) for cell in COLUMNS.values()] for row in rows)
