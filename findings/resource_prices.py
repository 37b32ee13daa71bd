"""The unit prices of a finding's resource, from every bill that is loaded now, with their charts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import BooleanField, Case, F, Q, Sum, TextField, Value, When

from audits.models import BillLoad, CostLine
from audits.things import from_data
from connections.bill_ids import bill_ids
from connections.resources import KINDS
from findings.reports.chart import price_panel
from findings.unit_prices import Charge, price_histories

if TYPE_CHECKING:
    from collections.abc import Sequence

    from findings.models import Finding
    from findings.reports.chart import Panel
    from findings.unit_prices import PriceHistory

DAYS_BACK = 400  # a year's commitment is seen to begin and to end
MOST_ROWS = 20_000
MOST_SHOWN = 6


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
    histories = price_histories(_whole_days(_charges(finding)))
    return ResourcePrices(
        shown=tuple(
            ShownPrice(history=one, chart=price_panel(one) if len(one.by_day) > 1 else None)
            for one in histories[:MOST_SHOWN]
        ),
        more=max(0, len(histories) - MOST_SHOWN),
    )


def _charges(finding: Finding) -> list[Charge]:
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
        effective_cost__gte=0,
    ).exclude(charge_class="Correction")
    # A description varies with the price tier; it only matters where the file has no usage type.
    named = Case(When(usage_type="", then=F("charge_description")), default=F("usage_type"), output_field=TextField())
    told = Case(When(Q(consumed_quantity__gt=0), then=Value(True)), default=Value(False), output_field=BooleanField())  # noqa: FBT003 - SQL's
    common = ("charge_date", "charge_days", "sku_id", "named", "consumed_unit", "billing_currency")
    rows = (
        lines.annotate(named=named, told=told)
        .values(*common, "told")
        .annotate(quantity=Sum("consumed_quantity"), effective=Sum("effective_cost"), listed=Sum("list_cost"))
        .order_by("-charge_date", *common[1:], "told")
        .values_list(*common, "quantity", "effective", "listed", "told")[:MOST_ROWS]
    )
    return [
        Charge(
            charge_date=day, charge_days=days, sku_id=sku_id, name=name, unit=unit, currency=currency,
            quantity=quantity if is_told else None, effective_cost=effective, list_cost=listed,
        )
        for day, days, sku_id, name, unit, currency, quantity, effective, listed, is_told in rows
    ]  # fmt: skip


def _whole_days(charges: Sequence[Charge]) -> list[Charge]:
    """Where there are more rows than are read, the oldest day may be one of parts."""
    if len(charges) < MOST_ROWS:
        return list(charges)
    return [charge for charge in charges if charge.charge_date > charges[-1].charge_date]
