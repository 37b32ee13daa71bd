"""What the database adds up for the cost page: each question is one reading of one organisation's days or tags."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection as database
from django.db.models import Case, F, Q, Sum, TextField, Value, When

from audits.bill_sums import SUPPORT, USAGE
from audits.cost_choice import DAY, DIMENSIONS, GROUPS, NONE, OTHERS, WITHOUT
from audits.models import BillLoad, CostDay, CostTag, CostTagKey
from tenants import scope

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from django.db.models import QuerySet

    from audits.cost_choice import CostChoice

NOTHING = Decimal(0)
# What stands in the sum that is compared and drawn. All other kinds stand apart, where they are not asked for.
MAIN = (USAGE, SUPPORT)
MOST_LONG = 20
# Groups of a tag: (0, value), and what has no value of its own.
OTHER_VALUES, WITHOUT_TAG = (1, OTHERS), (2, WITHOUT)
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
    def days(self) -> QuerySet[Any]:
        if self.load_ids is None:
            return CostDay.objects.filter(charge_date__gte=self.first, charge_date__lt=self.end)
        return self._until_end(CostDay.objects.filter(load_id__in=self.load_ids))

    def tags(self, keys: Iterable[CostTagKey], key: str) -> QuerySet[Any]:
        """The span's charges that have a tag; `keys` are all that there are."""
        ids = [one.id for one in keys if one.key == key and (self.load_ids is None or one.load_id in self.load_ids)]
        rows = CostTag.objects.filter(tag_key_id__in=ids)
        if self.load_ids is None:
            return rows.filter(charge_date__gte=self.first, charge_date__lt=self.end)
        return self._until_end(rows)

    def _until_end(self, rows: QuerySet[Any]) -> QuerySet[Any]:
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

    @property
    def subtotal(self) -> Decimal:
        return sum(self.groups.values(), NOTHING)

    @property
    def total(self) -> Decimal:
        return self.subtotal + sum(self.apart.values(), NOTHING)


@dataclass(frozen=True, kw_only=True)
class Term:
    """Rows that are added or taken away, and what each counts for: its `column`, or `group` where that is empty."""

    rows: QuerySet[Any]
    sign: int = 1
    column: str = ""
    group: Any = ""

    def group_of(self, value: Any) -> Any:  # noqa: ANN401 - a text or a day
        return (0, value) if self.column == "value" else value


def terms(span: Span, choice: CostChoice, keys: Sequence[CostTagKey]) -> list[Term]:
    """What adds up to what is asked for, of one tag at most. What has no such tag is all without what has it."""
    days, column = _narrowed(span.days, choice), "" if choice.by_tag else GROUPS[choice.by][1]
    tag = choice.tags[0] if choice.tags else None
    tagged = _narrowed(span.tags(keys, tag.key if tag else choice.by_tag), choice)
    if choice.by_tag:
        return [
            Term(rows=tagged.exclude(value=None), column="value"),
            Term(rows=tagged.filter(value=None), group=OTHER_VALUES),
            Term(rows=days, group=WITHOUT_TAG),
            Term(rows=tagged, group=WITHOUT_TAG, sign=-1),
        ]
    if tag is None:
        return [Term(rows=days, column=column)]
    if tag.tagged == WITHOUT:
        return [Term(rows=days, column=column), Term(rows=tagged, column=column, sign=-1)]
    return [Term(rows=tagged.filter(value=None if tag.tagged else tag.value), column=column)]


def _narrowed(rows: QuerySet[Any], choice: CostChoice) -> QuerySet[Any]:
    asked = {DIMENSIONS[name][1]: "" if value == NONE else value for name, value in choice.only.items()}
    if choice.currency:
        asked["billing_currency"] = choice.currency
    return rows.filter(**asked)


def is_main(choice: CostChoice, kind: str) -> bool:
    """Whether charges of a kind are drawn and compared: usage and support, or whatever kind is asked for by name."""
    return kind in MAIN or choice.by == "kind" or "kind" in choice.only


def sums_of(span: Span, choice: CostChoice, keys: Sequence[CostTagKey]) -> dict[str, Sums]:
    """The costs that are asked for, by currency."""
    found: dict[str, Sums] = {}
    for term in terms(span, choice, keys):
        columns = dict.fromkeys(one for one in ("billing_currency", "kind", "is_prepaid", term.column) if one)
        rows = term.rows.values(*columns).annotate(cost=Sum(choice.column)).order_by()
        for row in rows.iterator(chunk_size=5000):
            sums = found.setdefault(row["billing_currency"], Sums())
            cost = row["cost"] * term.sign
            if is_main(choice, row["kind"]):
                sums.groups[term.group_of(row[term.column]) if term.column else term.group] += cost
            else:
                sums.apart[row["kind"], row["is_prepaid"]] += cost
    return found


def daily(
    span: Span, choice: CostChoice, keys: Sequence[CostTagKey], *, named: Collection[Any]
) -> dict[str, dict[Any, dict[date, Decimal]]]:
    """By currency and group, of what is drawn: the cost of each day. All groups but the `named` ones are None.

    By days there are no groups: then everything is under "".
    """
    found: dict[str, dict[Any, dict[date, Decimal]]] = {}
    for term in terms(span, choice, keys):
        rows = term.rows
        if choice.by != "kind" and "kind" not in choice.only:
            rows = rows.filter(kind__in=MAIN)
        column = "" if choice.by == DAY else term.column
        columns = ["billing_currency", "charge_date"]
        if column:
            values = [one[1] if column == "value" else one for one in named]
            is_named = When(Q(**{f"{column}__in": values}), then=F(column))
            rows = rows.annotate(of=Case(is_named, default=Value(None), output_field=TextField()))
            columns.append("of")
        for row in rows.values(*columns).annotate(cost=Sum(choice.column)).order_by():
            group = term.group
            if column:
                group = None if row["of"] is None else term.group_of(row["of"])
            by_day = found.setdefault(row["billing_currency"], {}).setdefault(group, defaultdict(Decimal))
            by_day[row["charge_date"]] += row["cost"] * term.sign
    return found


def long_charges(span: Span, choice: CostChoice, keys: Sequence[CostTagKey]) -> list[tuple[Any, ...]]:
    """Charges for more than a day, the largest first: (currency, first day, days, service, kind, cost).

    A day's bar has all of them, on their first day.
    """
    columns = ("billing_currency", "charge_date", "charge_days", "service_name", "kind")
    found: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for term in terms(span, replace(choice, by="service", by_tag=""), keys):
        rows = term.rows.filter(charge_days__gt=1).values_list(*columns).annotate(cost=Sum(choice.column)).order_by()
        for *key, cost in rows:
            found[tuple(key)] += cost * term.sign
    ordered = sorted(found, key=lambda key: (-abs(found[key]), key))
    return [(*key, found[key]) for key in ordered if found[key]]


@dataclass(frozen=True, kw_only=True)
class AddedUp:
    """What is asked for, of one tag at most, as the load has added it up."""

    span: Span
    choice: CostChoice
    keys: Sequence[CostTagKey]

    def sums(self) -> dict[str, Sums]:
        return sums_of(self.span, self.choice, self.keys)

    def daily(self, *, named: Collection[Any]) -> dict[str, dict[Any, dict[date, Decimal]]]:
        return daily(self.span, self.choice, self.keys, named=named)

    def long_charges(self) -> list[tuple[Any, ...]]:
        return long_charges(self.span, self.choice, self.keys)


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


def tag_keys(loads: Iterable[BillLoad]) -> list[CostTagKey]:
    """The tags' keys that these loads are added up by."""
    return list(CostTagKey.objects.filter(load_id__in=ids_of(loads)).order_by("key", "id"))


def ids_of(loads: Iterable[BillLoad]) -> tuple[UUID, ...]:
    return tuple(load.id for load in loads)
