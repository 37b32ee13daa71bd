"""What an audit says in figures: verdicts by rule and region, money by currency and confidence, and what changed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, F, Q, Sum, Value, When

from audits.models import Audit
from findings.models import Finding, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

CHANGES = ("opened", "reopened", "refreshed", "left_alone", "resolved")
ZERO = Decimal(0)


def summarize(*, audit: Audit) -> dict[str, Any]:
    """The judging's part of `Audit.summary`; amounts are decimal text, and currencies stand apart.

    `grid`: [{rule, region, WASTE, FINE, UNKNOWN}] in resources. `totals`: [{currency, confidence, count, monthly,
    cash, frees_commitment}] of what is open. `changes`: findings by what this audit did to them. `headline`:
    [{currency, before, opened, reopened, resolved, repriced, after}], in which the parts lead from before to after.
    """
    changed = _changed(audit=audit)
    totals = _totals(audit=audit)
    return {
        "grid": _grid(audit=audit),
        "totals": totals,
        "changes": {change: sum(row["count"] for row in changed if row["change"] == change) for change in CHANGES},
        "headline": _headline(changed, before=_monthly(_totals_before(audit=audit)), after=_monthly(totals)),
    }


def _grid(*, audit: Audit) -> list[dict[str, Any]]:
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    counted = Verdict.objects.filter(connection_id=audit.connection_id).values_list(
        "rule_id", "resource__region", "outcome"
    )
    for rule_id, region, outcome, count in counted.annotate(count=Count("id")).order_by("rule_id", "resource__region"):
        empty = {"rule": rule_id, "region": region, **dict.fromkeys(Verdict.Outcome.values, 0)}
        rows.setdefault((rule_id, region), empty)[outcome] = count
    return list(rows.values())


def _totals(*, audit: Audit) -> list[dict[str, Any]]:
    found = Finding.objects.filter(connection_id=audit.connection_id, state=Finding.State.OPEN)
    rows = found.values("currency", "confidence").annotate(
        count=Count("id"),
        monthly=Sum("estimated_monthly_savings"),
        cash=Sum("cash_monthly_savings"),
        frees_commitment=Sum("freed_commitment_monthly"),
    )
    return [
        {name: f"{value:f}" if isinstance(value, Decimal) else value for name, value in row.items()}
        for row in rows.order_by("currency", "confidence")
    ]


def _totals_before(*, audit: Audit) -> list[dict[str, Any]]:
    earlier = Audit.objects.filter(
        connection_id=audit.connection_id, state=Audit.State.DONE, requested_at__lt=audit.requested_at
    ).order_by("-requested_at")
    summary: dict[str, Any] = earlier.values_list("summary", flat=True).first() or {}
    totals: list[dict[str, Any]] = summary.get("totals", [])
    return totals


def _monthly(totals: Iterable[dict[str, Any]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for row in totals:
        if row["monthly"] is not None:
            sums[row["currency"]] = sums.get(row["currency"], ZERO) + Decimal(row["monthly"])
    return sums


def _changed(*, audit: Audit) -> list[dict[str, Any]]:
    """Findings and money by what this audit did. Told from the rows alone, so that judging again tells the same."""
    is_new = Q(opened_audit=audit)
    change = Case(
        When(state=Finding.State.RESOLVED, then=Value("resolved")),
        When(is_new & Q(opened_at=F("first_seen_at")), then=Value("opened")),
        When(is_new, then=Value("reopened")),
        When(audit=audit, then=Value("refreshed")),
        default=Value("left_alone"),
    )
    rows = Finding.objects.filter(connection_id=audit.connection_id).exclude(
        state=Finding.State.RESOLVED, resolved_at__lt=audit.requested_at
    )
    sums = (
        rows.annotate(change=change)
        .values("currency", "change")
        .annotate(count=Count("id"), monthly=Sum("estimated_monthly_savings"))
    )
    return [dict(row) for row in sums.order_by("currency", "change")]


def _headline(
    changed: list[dict[str, Any]], *, before: dict[str, Decimal], after: dict[str, Decimal]
) -> list[dict[str, str]]:
    """What led from the last audit's open savings to this one's. What no finding's coming or going explains was
    priced anew: another bill, other prices, other overlaps.
    """
    lines = []
    currencies = {row["currency"] for row in changed if row["currency"]} | before.keys() | after.keys()
    for currency in sorted(currencies):
        moved = {
            row["change"]: row["monthly"] or ZERO
            for row in changed
            if row["currency"] == currency and row["change"] in {"opened", "reopened", "resolved"}
        }
        parts = {
            "before": before.get(currency, ZERO),
            "opened": moved.get("opened", ZERO),
            "reopened": moved.get("reopened", ZERO),
            "resolved": -moved.get("resolved", ZERO),
        }
        end = after.get(currency, ZERO)
        parts |= {"repriced": end - sum(parts.values(), ZERO), "after": end}
        lines.append({"currency": currency, **{name: f"{amount:f}" for name, amount in parts.items()}})
    return lines
