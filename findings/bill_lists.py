"""What a bill alone proves, kept for its page: written once it is loaded, read by pages and the CSV."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from findings.confidence import parts_from
from findings.models import BillList
from findings.registry import UnknownRule, bill_rule
from findings.reports.money import UNKNOWN, amount
from findings.rule import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime

    from audits.billed_things import Span
    from audits.models import BillUpload
    from findings.confidence import Part
    from findings.rule import Rule

MOST_SHOWN = 10
KINDS = {"billed_resource": "resource", "billed_commitment": "commitment", "billed_service": "service"}
COLUMNS = (
    *("rule", "rule_id", "verdict", "resource_id", "account_id", "region", "service", "currency", "monthly_saving"),
    *("added_monthly_saving", "counted_by", "because", "assumes", "action", "access_adds"),
    *("confidence_points", "confidence_parts"),
)


def keep(*, upload: BillUpload, told: Mapping[str, Any], span: Span | None, message: str, at: datetime) -> BillList:
    """Keep what an upload's bill proves, in the place of what was kept before. `message` says why nothing could be."""
    days = {"first_date": span.first if span else None, "until_date": span.until if span else None}
    kept, _ = BillList.objects.update_or_create(
        upload=upload, defaults={"told": dict(told), "message": message, "made_at": at, **days}
    )
    return kept


@dataclass(frozen=True, kw_only=True)
class ProvenRow:
    """One thing that a rule finds wasteful. `money` is what it adds a month, in words where it adds nothing.

    `points` from 0 to 100 say how sure it is, by its `parts`; None where the list is older than they are.
    """

    resource_id: str
    account_id: str
    region: str
    service: str
    because: str
    money: str
    points: int | None
    parts: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True)
class RuleGroup:
    """What one rule found."""

    rule_id: str
    title: str
    action: str
    assumes: str
    access_adds: str
    docs: str
    count: int
    sums: tuple[str, ...]
    rows: tuple[ProvenRow, ...]

    @property
    def not_shown(self) -> int:
        """How many more there are."""
        return self.count - len(self.rows)


@dataclass(frozen=True, kw_only=True)
class Total:
    """What may be saved a month in one currency: proven, and more where what a rule assumes holds."""

    currency: str
    proven: Decimal
    assumed: Decimal


@dataclass(frozen=True, kw_only=True)
class ListPage:
    """All that the page shows."""

    kept: BillList
    looked_at: str
    totals: tuple[Total, ...]
    groups: tuple[RuleGroup, ...]
    has_services: bool
    unknown: tuple[tuple[str, str, int], ...]
    missing_month: str
    last_date: date | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing that wastes money was found, though all could be told."""
        return not self.groups and not self.kept.message


def list_page(kept: BillList) -> ListPage:
    """The page of what an upload's bill proves."""
    told: dict[str, Any] = kept.told
    looked_at = [counted(told.get("looked_at", {}).get(kind, 0), noun) for kind, noun in KINDS.items()]
    proven, assumed = (told.get("totals", {}).get(name, {}) for name in ("proven", "assumed"))
    return ListPage(
        kept=kept,
        looked_at=f"{looked_at[0]}, {looked_at[1]} and {looked_at[2]}",
        totals=tuple(
            Total(currency=one, proven=Decimal(proven.get(one, 0)), assumed=Decimal(assumed.get(one, 0)))
            for one in sorted({*proven, *assumed})
        ),
        groups=tuple(_group(one) for one in told.get("rules", ())),
        has_services=bool(told.get("has_services")),
        unknown=tuple((_title(rule_id), missing, times) for rule_id, missing, times in told.get("unknown", ())),
        missing_month=told.get("missing_month", ""),
        last_date=kept.until_date - timedelta(days=1) if kept.until_date else None,
    )


def csv_rows(kept: BillList) -> Iterator[Sequence[str | Decimal | None]]:
    """Every row that is kept, in the order of COLUMNS."""
    for one in kept.told.get("rules", ()):
        rule = _rule(one["rule_id"])
        for row in one["rows"]:
            yield (
                *(_title(one["rule_id"]), one["rule_id"], "Waste", row["resource_id"], row["account_id"]),
                *(row["region"], row["service"], row["currency"], _number(row["monthly"]), _number(row["net"])),
                *(row["absorbed_by"], row["because"], rule.assumes if rule else ""),
                *(rule.action if rule else "", rule.access_adds if rule else ""),
                Decimal(row["points"]) if "points" in row else None,
                " ".join(part.words for part in parts_from(row.get("parts", ()))),
            )


def _group(one: Mapping[str, Any]) -> RuleGroup:
    rule = _rule(one["rule_id"])
    return RuleGroup(
        rule_id=one["rule_id"],
        title=_title(one["rule_id"]),
        action=rule.action if rule else "",
        assumes=rule.assumes if rule else "",
        access_adds=rule.access_adds if rule else "",
        docs=rule.docs if rule else "",
        count=one["count"],
        sums=tuple(f"{amount(Decimal(total))} {currency}" for currency, total in one["sums"].items()),
        rows=tuple(_row(row) for row in one["rows"][:MOST_SHOWN]),
    )


def _row(row: Mapping[str, Any]) -> ProvenRow:
    shown = ("resource_id", "account_id", "region", "service", "because")
    parts = parts_from(row.get("parts", ()))
    return ProvenRow(**{name: row[name] for name in shown}, money=_money(row), points=row.get("points"), parts=parts)


def _money(row: Mapping[str, Any]) -> str:
    monthly, net = _number(row["monthly"]), _number(row["net"])
    if monthly is None:
        return UNKNOWN
    if row["absorbed_by"] and not net:
        return "counted above"
    return f"{amount(monthly if net is None else net)} {row['currency']}"


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _rule(rule_id: str) -> Rule | None:
    try:
        return bill_rule(rule_id)
    except UnknownRule:
        return None


def _title(rule_id: str) -> str:
    rule = _rule(rule_id)
    return rule.title if rule else rule_id
