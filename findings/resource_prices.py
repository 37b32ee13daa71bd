"""The unit prices of a finding's resource, from every bill that is loaded now, with their charts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import BooleanField, Case, F, Q, Sum, TextField, Value, When

from audits.billed import less_discounts
from audits.evidence import DayCost
from audits.focus import COSTS
from audits.models import BillLoad, CostLine
from audits.things import from_data
from connections.bill_ids import bill_ids
from connections.resources import KINDS
from findings.reports.chart import price_panel
from findings.unit_prices import Charge, price_histories

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from findings.models import Finding
    from findings.reports.chart import Panel
    from findings.unit_prices import PriceHistory

DAYS_BACK = 400  # a year's commitment is seen to begin and to end
MOST_ROWS = 20_000
MOST_SHOWN = 6
# As `audits.billed.is_discount` has it: a discount's quantity, where it has one, is none of the charges'.
TAKES_OFF = Q(effective_cost__lt=0) | Q(effective_cost=0, billed_cost__lt=0)
COMMON = ("charge_date", "charge_days", "sku_id", "usage_type", "consumed_unit", "billing_currency")


@dataclass(frozen=True, kw_only=True)
class ShownPrice:
    """A history with its chart; None where it is not charged by day, or on one day only."""

    history: PriceHistory
    chart: Panel | None


@dataclass(frozen=True, kw_only=True)
class ResourcePrices:
    """What a page shows: the dearest, and how many more there are."""

    shown: tuple[ShownPrice, ...]
    more: int


def resource_prices(finding: Finding) -> ResourcePrices:
    """Charges for usage of the last `DAYS_BACK` days before the finding was seen last. One question."""
    histories = price_histories(_charges(less_discounts(_whole_days(_lines(finding)))))
    return ResourcePrices(
        shown=tuple(
            ShownPrice(history=one, chart=price_panel(one) if len(one.by_day) > 1 else None)
            for one in histories[:MOST_SHOWN]
        ),
        more=max(0, len(histories) - MOST_SHOWN),
    )


def _lines(finding: Finding) -> list[DayCost]:
    """The resource's charges added up by day and all that is told apart, those that take something off by themselves.

    A description stands in its place: it varies with the price tier, and names a charge where there is no usage type.
    """
    thing = finding.evidence["thing"]
    is_seen = thing["kind"] in KINDS
    names = bill_ids(from_data(thing["kind"], thing)) if is_seen else (thing["resource_id"],)
    lines = CostLine.objects.filter(
        sub_account_id=finding.account_id,
        resource_id__in=names,
        charge_date__gte=finding.last_seen_at.date() - timedelta(days=DAYS_BACK),
        load__state=BillLoad.State.LOADED,
        load__lines_removed_at=None,
        charge_category="Usage",
    ).exclude(charge_class="Correction")
    named = Case(When(usage_type="", then=F("charge_description")), default=Value(""), output_field=TextField())
    keys = (*COMMON, "named", "told", "off", "commitment_discount_id")
    rows = (
        lines.annotate(named=named, told=_whether(Q(consumed_quantity__gt=0)), off=_whether(TAKES_OFF))
        .values(*keys)
        .annotate(quantity=Sum("consumed_quantity"), **{f"{name}_sum": Sum(name) for name in COSTS})
        .order_by("-charge_date", *keys[1:])
    )
    return [
        DayCost(
            **{name: row[name] for name in (*COMMON, "commitment_discount_id")},
            **{name: row[f"{name}_sum"] for name in COSTS},
            charge_category="Usage",
            charge_description=row["named"],
            consumed_quantity=row["quantity"] if row["told"] else None,
        )
        for row in rows[:MOST_ROWS]
    ]


def _charges(lines: Iterable[DayCost]) -> list[Charge]:
    """What is charged: what takes off more than that is left out, as it has no price."""
    return [
        Charge(
            charge_date=line.charge_date, charge_days=line.charge_days, sku_id=line.sku_id,
            name=line.usage_type or line.charge_description, unit=line.consumed_unit, currency=line.billing_currency,
            quantity=line.consumed_quantity, effective_cost=line.effective_cost, list_cost=line.list_cost,
        )
        for line in lines
        if line.effective_cost >= 0
    ]  # fmt: skip


def _whether(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())  # noqa: FBT003 - SQL's


def _whole_days(lines: Sequence[DayCost]) -> list[DayCost]:
    """Where there are more rows than are read, the oldest day may be one of parts."""
    if len(lines) < MOST_ROWS:
        return list(lines)
    return [line for line in lines if line.charge_date > lines[-1].charge_date]
