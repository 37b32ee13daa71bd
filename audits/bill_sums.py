"""What a period's bill is made of, as it is laid beside an invoice: by kind of charge, by account and service."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

NOTHING = Decimal(0)
USAGE, PURCHASE, TAX, CREDIT, ADJUSTMENT = "Usage", "Purchase", "Tax", "Credit", "Adjustment"
CORRECTION, SUPPORT = "Correction", "Support"
# Each charge is of one kind: the first that holds. Refunds have no category of their own in FOCUS.
KINDS: Mapping[str, str] = {
    CORRECTION: "Corrections of earlier invoices",
    TAX: "Tax",
    CREDIT: "Credits",
    SUPPORT: "Support",
    PURCHASE: "Purchases and commitments' fees",
    ADJUSTMENT: "Adjustments and refunds",
    USAGE: "Usage",
}


def kind_sql(*, is_support: str) -> str:
    """The kind of a row or line as an SQL expression; `is_support` asks whether `service_name` has the word."""
    return f"""
    case when charge_class = '{CORRECTION}' then '{CORRECTION}'
         when charge_category in ('{TAX}', '{CREDIT}') then charge_category
         when {is_support} then '{SUPPORT}'
         when charge_category in ('{PURCHASE}', '{USAGE}') then charge_category else '{ADJUSTMENT}' end"""


KIND_SQL = kind_sql(is_support="regexp_matches(service_name, '(?i)\\bsupport\\b')")
MADE_OF = f"""
    select billing_currency, {KIND_SQL} as kind, sum(row_count)::bigint, sum(billed_cost)::varchar,
           sum(effective_cost)::varchar,
           coalesce(sum(row_count) filter (resource_id = ''), 0)::bigint,
           coalesce(sum(billed_cost) filter (resource_id = ''), 0)::varchar
      from sums where is_line and billing_period = ? group by 1, 2 order by 1, 2"""
BY_SERVICE = """
    select sub_account_id, service_name, billing_currency, sum(billed_cost)::varchar
      from sums where is_line and billing_period = ? group by 1, 2, 3 having sum(billed_cost) <> 0 order by 1, 2, 3"""
MOST_SERVICES = 20_000  # of these a load keeps the billed cost, to tell what the next one changes
MOST_CHANGES = 100


@dataclass(frozen=True, kw_only=True)
class KindSum:
    """The charges of one kind in one currency, and of them those that name no resource."""

    currency: str
    kind: str
    rows: int
    billed: Decimal
    effective: Decimal
    rows_without_resource: int
    billed_without_resource: Decimal

    def to_json(self) -> dict[str, Any]:
        """As a load keeps it: costs as text, to the last digit."""
        return {name: str(value) if isinstance(value, Decimal) else value for name, value in vars(self).items()}

    @classmethod
    def from_json(cls, held: Mapping[str, Any]) -> KindSum:
        """What `to_json` gave."""
        money = {name: Decimal(held[name]) for name in ("billed", "effective", "billed_without_resource")}
        return cls(**{**held, **money})


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a restatement changed of one service in one account: its billed cost before and after."""

    account_id: str
    service_name: str
    currency: str
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        return self.after - self.before

    def to_json(self) -> dict[str, str]:
        """As a load keeps it."""
        return {name: str(value) for name, value in vars(self).items()}

    @classmethod
    def from_json(cls, held: Mapping[str, str]) -> Change:
        """What `to_json` gave."""
        return cls(
            account_id=held["account_id"],
            service_name=held["service_name"],
            currency=held["currency"],
            before=Decimal(held["before"]),
            after=Decimal(held["after"]),
        )


def kind_sum(row: Sequence[Any]) -> KindSum:
    """A row of MADE_OF."""
    currency, kind, rows, billed, effective, rows_without, billed_without = row
    return KindSum(
        currency=currency,
        kind=kind,
        rows=rows,
        billed=Decimal(billed),
        effective=Decimal(effective),
        rows_without_resource=rows_without,
        billed_without_resource=Decimal(billed_without),
    )


def changes(before: Iterable[Sequence[str]], after: Iterable[Sequence[str]]) -> list[Change]:
    """What is billed otherwise, the largest difference first. Both are rows of BY_SERVICE."""
    then = {(account, service, currency): Decimal(billed) for account, service, currency, billed in before}
    now = {(account, service, currency): Decimal(billed) for account, service, currency, billed in after}
    found = [
        Change(
            account_id=key[0],
            service_name=key[1],
            currency=key[2],
            before=then.get(key, NOTHING),
            after=now.get(key, NOTHING),
        )
        for key in sorted({*then, *now})
    ]
    return sorted((one for one in found if one.difference), key=lambda one: -abs(one.difference))
