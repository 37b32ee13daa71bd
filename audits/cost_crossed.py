"""Costs by two tags at once, which no sum of a load has: added up from its lines and what describes them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection as database

from audits.cost_choice import DAY, DIMENSIONS, GROUPS, NONE, OTHERS, WITHOUT
from audits.cost_days import KIND_SQL, PREPAID_SQL
from audits.cost_sums import OTHER_VALUES, WITHOUT_TAG, Span, Sums, is_main
from tenants import scope

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date
    from decimal import Decimal
    from uuid import UUID

    from audits.cost_choice import CostChoice, TagChoice
    from audits.models import BillLoad, CostTagKey

MOST_LINES = 500_000  # of a time: more than these take longer than a page should (docs/decisions/0095)
# Where a charge stands under a tag: under a value that is kept apart, among all others, or without one.
KEPT, OTHER, LACKING = 0, 1, 2
GROUP_OF = {OTHER: OTHER_VALUES, LACKING: WITHOUT_TAG}
# Of a load that keeps some of a key's values as one sum, those that it keeps apart.
KEPT_VALUES = """
select key.load_id, tag.value
  from audits_costtagkey key
  join audits_costtag tag on tag.organization_id = key.organization_id and tag.tag_key_id = key.id
 where key.organization_id = %(organization)s and key.id = any(%(partly_{number})s) and tag.value is not null
"""
# A tag that a load is not added up by counts as none, as it does where it is asked for alone.
VALUE = "case when load_id = any(%(with_{number})s) then nullif(tags ->> %(key_{number})s, '') end as value_{number}"
PLACE = f"""
case when value_{{number}} is null then {LACKING}
     when load_id = any(%(cut_{{number}})s) and (load_id, value_{{number}}) not in ({KEPT_VALUES}) then {OTHER}
     else {KEPT} end as place_{{number}}
"""
# Details are as many as a load's kinds of charges, and read once; lines are found by their load.
CHARGES = f"""
with valued as (
    select load_id, number, {{values}} from audits_costdetail
     where organization_id = %(organization)s and load_id = any(%(loads)s)
), placed as materialized (
    select *, {{places}} from valued
), charges as (
    select {{columns}}, billing_currency, charge_date, charge_days, {KIND_SQL} as kind, {PREPAID_SQL} as is_prepaid,
           {{placed}}, {{cost}} as cost
      from audits_costline line
      left join placed on placed.load_id = line.load_id and placed.number = line.detail_number
     where line.organization_id = %(organization)s and line.load_id = any(%(loads)s) and {{of_days}}
)
select billing_currency, kind, is_prepaid, charge_date, charge_days,
       case when charge_days > 1 then service_name else '' end as service, {{group}}, sum(cost)
  from charges where {{narrowed}} group by {{grouped}}
"""
# How many details have a value PostgreSQL does not know: where it takes them for few, it would read all lines for each.
SET_LOOPS = "select set_config('enable_nestloop', %s, true)"
COLUMNS = ("provider_name", "sub_account_id", "service_name", "region_id")


@dataclass(frozen=True, kw_only=True)
class Charges:
    """Lines with one currency, kind, day and group, as one. `service` is told of charges for more than a day."""

    currency: str
    kind: str
    is_prepaid: bool
    day: date
    days: int
    service: str
    group: Any
    cost: Decimal


@dataclass(frozen=True, kw_only=True)
class Crossed:
    """What is asked for, of two tags or more."""

    choice: CostChoice
    charges: tuple[Charges, ...]

    def sums(self) -> dict[str, Sums]:
        """The costs that are asked for, by currency."""
        found: dict[str, Sums] = {}
        for one in self.charges:
            sums = found.setdefault(one.currency, Sums())
            if is_main(self.choice, one.kind):
                sums.groups[one.group] += one.cost
            else:
                sums.apart[one.kind, one.is_prepaid] += one.cost
        return found

    def daily(self, *, named: Collection[Any]) -> dict[str, dict[Any, dict[date, Decimal]]]:
        """By currency and group, of what is drawn: the cost of each day. All groups but the `named` ones are None.

        By days there are no groups: then everything is under "".
        """
        found: dict[str, dict[Any, dict[date, Decimal]]] = {}
        for one in self.charges:
            if is_main(self.choice, one.kind):
                group = "" if self.choice.by == DAY else one.group if one.group in named else None
                by_day = found.setdefault(one.currency, {}).setdefault(group, defaultdict(type(one.cost)))
                by_day[one.day] += one.cost
        return found

    def long_charges(self) -> list[tuple[Any, ...]]:
        """Charges for more than a day, the largest first: (currency, first day, days, service, kind, cost)."""
        found: dict[tuple[Any, ...], Decimal] = {}
        for one in self.charges:
            if one.days > 1:
                key = (one.currency, one.day, one.days, one.service, one.kind)
                found[key] = found[key] + one.cost if key in found else one.cost
        return [(*key, found[key]) for key in sorted(found, key=lambda key: (-abs(found[key]), key)) if found[key]]


def why_not(span: Span, loads: Iterable[BillLoad]) -> str:
    """Why tags cannot be crossed in a span, and what to do; empty where they can. `loads` are all current ones."""
    ids = _load_ids(span)
    there = [load for load in loads if load.id in ids]
    gone = sorted(f"{load.billing_period:%Y-%m}" for load in there if load.lines_removed_at)
    if gone:
        return (
            f"Two tags are crossed by a bill's lines, and those of {', '.join(dict.fromkeys(gone))} are no longer "
            "kept: choose a later month, or one tag alone."
        )
    count = sum(load.line_count for load in there)
    if count > MOST_LINES:
        return (
            f"Two tags are crossed by a bill's lines, and these bills have {count:,}, more than the {MOST_LINES:,} "
            "that a page adds up: choose a shorter time with fewer, or one tag alone; manage.py export_focus writes "
            "all lines with their tags."
        )
    return ""


def crossed(*, span: Span, choice: CostChoice, keys: Sequence[CostTagKey]) -> Crossed:
    """Add up the lines of a span by what is asked for: one reading."""
    names = range(len(choice.keys))
    asked: dict[str, Any] = {
        "organization": scope.current(),
        "loads": list(_load_ids(span)),
        "first": span.first,
        "end": span.end,
    }
    for number, key in enumerate(choice.keys):
        of_key = [one for one in keys if one.key == key]
        cut = [one for one in of_key if one.other_count]
        asked |= {
            f"key_{number}": key,
            f"with_{number}": [one.load_id for one in of_key],
            f"cut_{number}": [one.load_id for one in cut],
            f"partly_{number}": [one.id for one in cut],
        }
    narrowed = _narrowed(choice, asked)
    last = len(names) - 1
    group = [f"place_{last}", f"value_{last}"] if choice.by_tag else [GROUPS[choice.by][1], "null::text"]
    statement = CHARGES.format(
        values=", ".join(VALUE.format(number=number) for number in names),
        places=", ".join(PLACE.format(number=number) for number in names),
        placed=", ".join(f"coalesce(place_{number}, {LACKING}) as place_{number}, value_{number}" for number in names),
        columns=", ".join(COLUMNS),
        cost=choice.column,
        of_days=_of_days(span),
        group=", ".join(group),
        narrowed=" and ".join(["true", *narrowed]),
        grouped=", ".join(str(place) for place in range(1, 9)),
    )
    with database.cursor() as cursor:
        cursor.execute(SET_LOOPS, ["off"])
        cursor.execute(statement, asked)
        rows = cursor.fetchall()
        cursor.execute(SET_LOOPS, ["on"])
    return Crossed(choice=choice, charges=tuple(_charges(row, is_by_tag=bool(choice.by_tag)) for row in rows))


def _charges(row: tuple[Any, ...], *, is_by_tag: bool) -> Charges:
    currency, kind, is_prepaid, day, days, service, group, value, cost = row
    return Charges(
        currency=currency,
        kind=kind,
        is_prepaid=is_prepaid,
        day=day,
        days=days,
        service=service,
        group=GROUP_OF.get(group, (KEPT, value)) if is_by_tag else group,
        cost=cost,
    )


def _load_ids(span: Span) -> frozenset[UUID]:
    """The loads whose charges a span has; of days, as the sums by day say."""
    if span.load_ids is not None:
        return frozenset(span.load_ids)
    return frozenset(span.days.order_by().values_list("load_id", flat=True).distinct())


def _of_days(span: Span) -> str:
    if span.load_ids is None:
        return "charge_date >= %(first)s and charge_date < %(end)s"
    return "true" if span.is_whole else "charge_date < %(end)s"


def _narrowed(choice: CostChoice, asked: dict[str, Any]) -> list[str]:
    """Conditions, whose values are put into `asked`."""
    found = []
    only = {DIMENSIONS[name][1]: "" if value == NONE else value for name, value in choice.only.items()}
    if choice.currency:
        only["billing_currency"] = choice.currency
    for column, value in only.items():
        asked[f"only_{column}"] = value
        found.append(f"{column} = %(only_{column})s")
    for number, tag in enumerate(choice.tags):
        asked[f"is_{number}"] = _place(tag)
        found.append(f"place_{number} = %(is_{number})s")
        if not tag.tagged:
            asked[f"text_{number}"] = tag.value
            found.append(f"value_{number} = %(text_{number})s")
    return found


def _place(tag: TagChoice) -> int:
    return {WITHOUT: LACKING, OTHERS: OTHER}.get(tag.tagged, KEPT)
