"""What the database adds up for the cost page: each question is one reading of one organisation's days."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection as database
from django.db.models import Case, F, Q, Sum, TextField, Value, When
from django.db.models.functions import Abs

from audits.bill_sums import SUPPORT, USAGE
from audits.cost_choice import DAY, DIMENSIONS, GROUPS, NONE
from audits.models import BillLoad, CostDay
from tenants import scope

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date
    from uuid import UUID

    from django.db.models import QuerySet

    from audits.cost_choice import CostChoice

NOTHING = Decimal(0)
# What stands in the sum that is compared and drawn. All other kinds stand apart, where they are not asked for.
MAIN = (USAGE, SUPPORT)
MOST_LONG = 20
WHAT_IS_THERE = """
select load_id, provider_name, sub_account_id, service_name, region_id, billing_currency
  from audits_costday where organization_id = %s and {where}
 group by grouping sets ((load_id, provider_name), (sub_account_id), (service_name), (region_id), (billing_currency))
"""


@dataclass(frozen=True, kw_only=True)
class Span:
    """The charges of a time: those of some loads up to a day, or those of all loads between two days."""

    first: date
    end: date  # the first day after it
    load_ids: tuple[UUID, ...] | None = None  # None: of whatever load, by the day of the charge
    is_whole: bool = True  # False: of these loads only what is charged before `end`

    @property
    def rows(self) -> QuerySet[CostDay]:
        if self.load_ids is None:
            return CostDay.objects.filter(charge_date__gte=self.first, charge_date__lt=self.end)
        rows = CostDay.objects.filter(load_id__in=self.load_ids)
        return rows if self.is_whole else rows.filter(charge_date__lt=self.end)


@dataclass(frozen=True, kw_only=True)
class There:
    """What there is to choose from in a span, whatever is narrowed: by dimension; and providers by load."""

    accounts: tuple[str, ...]
    services: tuple[str, ...]
    regions: tuple[str, ...]
    currencies: tuple[str, ...]
    providers: Mapping[UUID, tuple[str, ...]]


@dataclass(kw_only=True)
class Sums:
    """A currency's costs: by group, of what is drawn and compared; and by (kind, is prepaid), of what stands apart."""

    groups: dict[Any, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    apart: dict[tuple[str, bool], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    row_count: int = 0

    @property
    def subtotal(self) -> Decimal:
        return sum(self.groups.values(), NOTHING)

    @property
    def total(self) -> Decimal:
        return self.subtotal + sum(self.apart.values(), NOTHING)


def narrowed(span: Span, choice: CostChoice) -> QuerySet[CostDay]:
    """The span's days that are asked for."""
    asked = {DIMENSIONS[name][1]: "" if value == NONE else value for name, value in choice.only.items()}
    if choice.currency:
        asked["billing_currency"] = choice.currency
    return span.rows.filter(**asked)


def is_main(choice: CostChoice, kind: str) -> bool:
    """Whether charges of a kind are drawn and compared: usage and support, or whatever kind is asked for by name."""
    return kind in MAIN or choice.by == "kind" or "kind" in choice.only


def sums_of(span: Span, choice: CostChoice) -> dict[str, Sums]:
    """The costs that are asked for, by currency."""
    column = GROUPS[choice.by][1]
    keys = tuple(dict.fromkeys(("billing_currency", "kind", "is_prepaid", column)))
    found: dict[str, Sums] = {}
    rows = narrowed(span, choice).values(*keys).annotate(cost=Sum(choice.column), rows=Sum("row_count")).order_by()
    for row in rows.iterator(chunk_size=5000):
        sums = found.setdefault(row["billing_currency"], Sums())
        sums.row_count += row["rows"]
        if is_main(choice, row["kind"]):
            sums.groups[row[column]] += row["cost"]
        else:
            sums.apart[row["kind"], row["is_prepaid"]] += row["cost"]
    return found


def daily(
    span: Span, choice: CostChoice, *, named: Collection[str]
) -> dict[str, dict[str | None, dict[date, Decimal]]]:
    """By currency and group, of what is drawn: the cost of each day. All groups but the `named` ones are None.

    By days there are no groups: then everything is under "".
    """
    rows = narrowed(span, choice)
    if choice.by != "kind" and "kind" not in choice.only:
        rows = rows.filter(kind__in=MAIN)
    column = GROUPS[choice.by][1]
    group: Any = (
        Value("", output_field=TextField())
        if choice.by == DAY
        else Case(When(Q(**{f"{column}__in": list(named)}), then=F(column)), default=None, output_field=TextField())
    )
    summed = rows.annotate(of=group).values("billing_currency", "of", "charge_date").annotate(cost=Sum(choice.column))
    found: dict[str, dict[str | None, dict[date, Decimal]]] = {}
    for row in summed.order_by():
        found.setdefault(row["billing_currency"], {}).setdefault(row["of"], {})[row["charge_date"]] = row["cost"]
    return found


def long_charges(span: Span, choice: CostChoice) -> list[dict[str, Any]]:
    """Charges for more than a day, the largest first: a day's bar has all of them, on their first day."""
    rows = narrowed(span, choice).filter(charge_days__gt=1)
    keys = ("billing_currency", "charge_date", "charge_days", "service_name", "kind")
    summed = rows.values(*keys).annotate(cost=Sum(choice.column)).exclude(cost=0)
    return list(summed.order_by(Abs("cost").desc(), *keys)[: MOST_LONG + 1])


def what_is_there(span: Span) -> There:
    """What a span's charges name. One reading for all of it."""
    values: tuple[Any, ...]
    if span.load_ids is None:
        where, values = "charge_date >= %s and charge_date < %s", (span.first, span.end)
    else:
        where, values = "load_id = any(%s)", (list(span.load_ids),)
    with database.cursor() as cursor:
        cursor.execute(WHAT_IS_THERE.format(where=where), [scope.current(), *values])
        rows = cursor.fetchall()
    providers: dict[UUID, tuple[str, ...]] = {}
    for load_id, provider, *_ in rows:
        if load_id is not None:
            providers[load_id] = tuple(sorted({*providers.get(load_id, ()), provider}))
    places = ("accounts", "services", "regions", "currencies")
    named = {
        name: tuple(sorted(row[place] for row in rows if row[place] is not None))
        for place, name in enumerate(places, start=2)
    }
    return There(providers=providers, **named)


def current_loads() -> list[BillLoad]:
    """The loads whose charges count, the newest period first."""
    loads = BillLoad.objects.filter(state=BillLoad.State.LOADED).select_related("source__connection")
    return list(loads.order_by("-billing_period", "loaded_at", "id").defer("services", "changes"))


def ids_of(loads: Iterable[BillLoad]) -> tuple[UUID, ...]:
    return tuple(load.id for load in loads)
