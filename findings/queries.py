"""What the pages, the files and the demo show of findings, as plain values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q, Sum

from audits.billed import Billed
from audits.models import Audit, Gap, Resource
from connections.models import Connection
from connections.resources.opinions import SOURCES
from findings import registry
from findings.bill_standing import span_of
from findings.models import Finding
from tenants.paging import Sort

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from audits.rates import Converted, Display
    from findings.bill_standing import Span, Standing

SORTS = {
    sort.name: sort
    for sort in (
        # Only inside one currency do amounts compare, so the currency leads.
        Sort(name="saving", fields=("currency", "savings_sort", "id"), is_descending=True, reads_down=True),
        Sort(name="confidence", fields=("confidence_points", "id"), is_descending=True, reads_down=True),
        Sort(name="age", fields=("opened_at", "id"), reads_down=True),
        Sort(name="rule", fields=("rule_id", "id")),
        Sort(name="region", fields=("region", "account_id", "id")),
    )
}
EFFORTS = {"VeryLow": "Very low", "Low": "Low", "Medium": "Medium", "High": "High", "VeryHigh": "Very high"}
RESOLUTIONS: dict[str, str] = {
    Finding.Resolution.NOT_WASTEFUL: "no longer wasteful",
    Finding.Resolution.RESOURCE_GONE: "the resource is gone",
    Finding.Resolution.CONNECTION_DELETED: "its connection was deleted",
}
HEAVY = ("evidence",)
ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class ActionRow:
    """One line of the action list. Amounts are a month's, in `currency`; None is not known, never 0.

    `net` is what is left of `gross` after overlaps; `absorbed_by` is the title of the rule whose finding on the same
    resource holds the rest, "" where nothing overlaps. `standings` are the bills it rests on that are not final.
    `further` is what is saved beyond `net` once what depends on the resource is gone too.
    `points` say from 0 to 100 how sure it is; None: it was judged before that was worked out.
    """

    id: UUID
    rule_id: str
    rule: str
    resource: str
    name: str
    full_id: str
    account_id: str
    account: str
    region: str
    confidence: str
    currency: str
    gross: Decimal | None
    net: Decimal | None
    cash: Decimal | None
    frees_commitment: Decimal | None
    absorbed_by: str
    price_source: str
    because: str
    action: str
    effort: str
    restart_needed: bool
    rollback_possible: bool
    state: str
    resolution: str
    opened_at: datetime
    last_seen_at: datetime
    age_days: int
    reopened_count: int
    points: int | None = None
    further: Decimal | None = None
    further_currency: str = ""
    standings: tuple[Standing, ...] = ()
    converted: Converted | None = None
    said_by: tuple[str, ...] = ()  # who else says the same of it
    apart: str = ""  # why its figure, which is `gross`, is in no total

    @property
    def is_reduced(self) -> bool:
        """Whether overlaps take something off the saving."""
        return self.net != self.gross and not self.apart

    @property
    def reduction(self) -> Decimal | None:
        """What overlaps take off, as a negative amount."""
        return None if self.net is None or self.gross is None else self.net - self.gross

    @property
    def resolution_words(self) -> str:
        """Why it was resolved, for a reader."""
        return RESOLUTIONS.get(self.resolution, "")


@dataclass(frozen=True, kw_only=True)
class CurrencyTotal:
    """What the findings of one currency save a month, by how sure that is, and of it cash and commitments freed."""

    currency: str
    count: int
    verified: Decimal = ZERO
    verified_count: int = 0
    estimated: Decimal = ZERO
    estimated_count: int = 0
    cash: Decimal = ZERO
    frees_commitment: Decimal = ZERO

    @property
    def monthly(self) -> Decimal:
        """Verified and estimated together."""
        return self.verified + self.estimated


@dataclass(frozen=True, kw_only=True)
class Totals:
    """The totals of a list of findings: one line a currency, never added across; and those without a price."""

    currencies: tuple[CurrencyTotal, ...] = ()
    unknown_count: int = 0
    apart_count: int = 0  # with figures that are added to nothing
    further: tuple[tuple[str, Decimal], ...] = ()  # by currency: beyond them, with what depends on the resources

    @property
    def count(self) -> int:
        """All findings."""
        return self.unknown_count + self.apart_count + sum(total.count for total in self.currencies)


def totals_of(rows: QuerySet[Finding]) -> Totals:
    """The totals over all of `rows`, in two questions."""
    sums = (
        rows.order_by()
        .values("currency", "confidence")
        .annotate(
            count=Count("id", filter=Q(estimated_monthly_savings__isnull=False)),
            unknown=Count("id", filter=Q(estimated_monthly_savings=None, apart="")),
            apart=Count("id", filter=~Q(apart="")),
            monthly=Sum("estimated_monthly_savings"),
            cash=Sum("cash_monthly_savings"),
            frees=Sum("freed_commitment_monthly"),
        )
        .order_by("currency", "confidence")
    )
    found: list[dict[str, Any]] = [dict(row) for row in sums]
    currencies = sorted({row["currency"] for row in found if row["count"]}, reverse=True)  # as the list has them
    return Totals(
        currencies=tuple(_total(currency, found) for currency in currencies),
        unknown_count=sum(row["unknown"] for row in found),
        apart_count=sum(row["apart"] for row in found),
        further=_further(rows),
    )


def _further(rows: QuerySet[Finding]) -> tuple[tuple[str, Decimal], ...]:
    added = rows.order_by().filter(further_monthly_savings__gt=0).values_list("further_currency")
    return tuple(added.annotate(monthly=Sum("further_monthly_savings")).order_by("-further_currency"))


def _total(currency: str, found: Iterable[Mapping[str, Any]]) -> CurrencyTotal:
    rows = [row for row in found if row["currency"] == currency and row["count"]]
    by_confidence = {row["confidence"]: row for row in rows}
    nothing = {"monthly": ZERO, "count": 0}
    verified = by_confidence.get(Finding.Confidence.VERIFIED, nothing)
    estimated = by_confidence.get(Finding.Confidence.ESTIMATED, nothing)
    return CurrencyTotal(
        currency=currency,
        count=sum(row["count"] for row in rows),
        verified=verified["monthly"],
        verified_count=verified["count"],
        estimated=estimated["monthly"],
        estimated_count=estimated["count"],
        cash=sum((row["cash"] or ZERO for row in rows), ZERO),
        frees_commitment=sum((row["frees"] or ZERO for row in rows), ZERO),
    )


def open_rules_of(*, connection_id: UUID, region: str, kinds: Collection[str]) -> dict[tuple[str, str], set[str]]:
    """The rules with an open finding on a connection's resources of some kinds in a region, by kind and resource id."""
    is_open = Finding.objects.filter(connection_id=connection_id, state=Finding.State.OPEN)
    rows = is_open.filter(resource__region=region, resource__kind__in=kinds)
    found: dict[tuple[str, str], set[str]] = {}
    for kind, resource_id, rule_id in rows.values_list("resource__kind", "resource__resource_id", "rule_id"):
        found.setdefault((kind, resource_id), set()).add(rule_id)
    return found


def account_labels() -> dict[str, str]:
    """The names of the organisation's connections by account; a deleted one keeps its name for its history."""
    named = Connection.objects.filter(account_id__isnull=False).order_by(F("deleted_at").asc(nulls_last=True))
    return {account_id or "": label for account_id, label in named.values_list("account_id", "label")}


def rule_title(rule_id: str) -> str:
    """The rule's title, or its id where the rule was taken out since."""
    try:
        return registry.any_rule(rule_id).title
    except registry.UnknownRule:
        return rule_id


def short_id(resource_id: str) -> str:
    """The part of an ARN that a person looks for (app/front/50dc6c495c0c9188, snap-1); any other id as it is."""
    if not resource_id.startswith("arn:"):
        return resource_id
    return re.split("[:/]", resource_id.split(":", 5)[-1], maxsplit=1)[-1]


def action_rows(
    findings: Iterable[Finding],
    *,
    labels: Mapping[str, str],
    at: datetime,
    standings: Mapping[Span, tuple[Standing, ...]] | None = None,
    shown: Display | None = None,
    said_by: Mapping[UUID, tuple[str, ...]] | None = None,
) -> list[ActionRow]:
    """The list's rows of `findings`, which may come without their evidence; with how their bills stand, where given.

    `shown` is the currency that the savings are shown in too, `said_by` who else says the same, by finding.
    """
    standings = standings or {}
    return [
        ActionRow(
            id=finding.id,
            rule_id=finding.rule_id,
            rule=rule_title(finding.rule_id),
            resource=short_id(finding.provider_resource_id),
            name=finding.resource_name,
            full_id=finding.provider_resource_id,
            account_id=finding.account_id,
            account=labels.get(finding.account_id, ""),
            region=finding.region,
            confidence=finding.confidence,
            currency=finding.currency,
            gross=finding.gross_monthly_savings,
            net=finding.estimated_monthly_savings,
            cash=finding.cash_monthly_savings,
            frees_commitment=finding.freed_commitment_monthly,
            absorbed_by=rule_title(finding.absorbed_by) if finding.absorbed_by else "",
            price_source=finding.price_source,
            because=finding.because,
            action=finding.action,
            effort=EFFORTS.get(finding.implementation_effort, finding.implementation_effort),
            restart_needed=finding.restart_needed,
            rollback_possible=finding.rollback_possible,
            state=finding.state,
            resolution=finding.resolution,
            opened_at=finding.opened_at,
            last_seen_at=finding.last_seen_at,
            age_days=max(0, ((finding.resolved_at or at) - finding.opened_at).days),
            reopened_count=finding.reopened_count,
            further=finding.further_monthly_savings,
            further_currency=finding.further_currency,
            points=finding.confidence_points if finding.confidence_points >= 0 else None,
            standings=standings.get(span, ()) if (span := span_of(finding)) else (),
            said_by=(said_by or {}).get(finding.id, ()),
            apart=finding.apart,
            converted=shown.of(finding.estimated_monthly_savings, finding.currency, day=at.date()) if shown else None,
        )
        for finding in findings
    ]


def latest_audits() -> list[Audit]:
    """Each living connection's latest audit that ended as it should."""
    done = Audit.objects.filter(state=Audit.State.DONE).exclude(connection__state=Connection.State.DELETED)
    return list(done.order_by("connection_id", "-requested_at").distinct("connection_id"))


@dataclass(frozen=True, kw_only=True)
class WhyEmpty:
    """Why there is nothing to show: no audit yet, not permitted to look (`gaps`), or all in order."""

    has_audit: bool
    resource_count: int = 0
    gap_count: int = 0
    actions: tuple[str, ...] = ()
    audit_id: UUID | None = None


def why_empty() -> WhyEmpty:
    """What an empty action list means."""
    latest = latest_audits()
    if not latest:
        return WhyEmpty(has_audit=False)
    gaps = Gap.objects.filter(audit__in=latest).values_list("action", "audit_id").order_by("action")
    found = list(gaps)
    return WhyEmpty(
        has_audit=True,
        resource_count=Resource.objects.filter(audit__in=latest)
        .exclude(service__in=(*SOURCES, Billed.SERVICE))
        .count(),
        gap_count=len(found),
        actions=tuple(dict.fromkeys(action for action, _ in found))[:5],
        audit_id=found[0][1] if found else latest[0].id,
    )
