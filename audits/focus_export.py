"""Cost lines as rows of FOCUS 1.2, a row for each line, equal to what was loaded to the digit."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from audits.focus_columns import ALLOWED, COLUMNS, NAMES
from audits.load_page import end_of_period
from audits.models import BillLoad, CostLine
from audits.spreadsheet import DANGEROUS, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from decimal import Decimal

    from django.db.models import QuerySet

CHUNK = 5_000  # lines held at once
USAGE_TYPE = "x_UsageType"  # a provider's own column; the loader takes a line's usage type from it first
HEADER = (*NAMES, USAGE_TYPE)
TEXTS: Mapping[str, str] = {
    "BillingAccountId": "billing_account_id",
    "BillingCurrency": "billing_currency",
    "ChargeCategory": "charge_category",
    "ChargeClass": "charge_class",
    "ChargeDescription": "charge_description",
    "CommitmentDiscountId": "commitment_discount_id",
    "CommitmentDiscountStatus": "commitment_discount_status",
    "ConsumedUnit": "consumed_unit",
    "InvoiceId": "invoice_id",
    "PricingCategory": "pricing_category",
    "ProviderName": "provider_name",
    "RegionId": "region_id",
    "ResourceId": "resource_id",
    "ServiceName": "service_name",
    "SkuId": "sku_id",
    "SubAccountId": "sub_account_id",
    USAGE_TYPE: "usage_type",
}
NUMBERS: Mapping[str, str] = {
    "BilledCost": "billed_cost",
    "ConsumedQuantity": "consumed_quantity",
    "ContractedCost": "contracted_cost",
    "EffectiveCost": "effective_cost",
    "ListCost": "list_cost",
}


@dataclass(frozen=True, kw_only=True)
class Written:
    """What went into a file. `notes` say in sentences what in it is not as FOCUS wants it."""

    rows: int
    notes: tuple[str, ...]


def lines_of(loads: QuerySet[BillLoad]) -> QuerySet[CostLine]:
    """The lines of loads of the open scope, in the order of a file."""
    return CostLine.objects.filter(load__in=loads).order_by("billing_period", "charge_date", "id")


def write(lines: QuerySet[CostLine], target: IO[str]) -> Written:
    """Write `lines` as CSV. Texts are left as they are, also those that a spreadsheet would run as a formula."""
    writer = csv.writer(target)
    writer.writerow(HEADER)
    empty: Counter[str] = Counter()
    not_allowed: Counter[str] = Counter()
    rows = formulas = 0
    needed = tuple(column.name for column in COLUMNS if column.needs_value)
    for row in _rows(lines):
        writer.writerow([row.get(name, "") for name in HEADER])
        rows += 1
        empty.update(name for name in needed if not row.get(name))
        not_allowed.update(name for name, values in ALLOWED.items() if row.get(name) and row[name] not in values)
        formulas += any(row.get(name, "").startswith(DANGEROUS) for name in TEXTS)
    return Written(rows=rows, notes=tuple(_notes(rows, empty, not_allowed, formulas)))


def _rows(lines: QuerySet[CostLine]) -> Iterator[dict[str, str]]:
    wanted = ("billing_period", "charge_date", "charge_days", *TEXTS.values(), *NUMBERS.values())
    for line in lines.values(*wanted).iterator(chunk_size=CHUNK):
        yield {
            **{name: line[column] for name, column in TEXTS.items()},
            **{name: _number(line[column]) for name, column in NUMBERS.items()},
            "BillingPeriodStart": _moment(line["billing_period"]),
            "BillingPeriodEnd": _moment(end_of_period(line["billing_period"])),
            "ChargePeriodStart": _moment(line["charge_date"]),
            "ChargePeriodEnd": _moment(line["charge_date"] + dt.timedelta(days=line["charge_days"])),
        }


def _number(value: Decimal | None) -> str:
    return "" if value is None else plain(value)


def _moment(day: date) -> str:
    return f"{day:%Y-%m-%d}T00:00:00Z"


def _notes(rows: int, empty: Counter[str], not_allowed: Counter[str], formulas: int) -> Iterator[str]:
    for name, count in sorted(empty.items()):
        yield f"{name}: empty in {count:,} of {rows:,} rows, though FOCUS wants a value: the lines hold none."
    for name, count in sorted(not_allowed.items()):
        yield f"{name}: {count:,} of {rows:,} rows have a value that FOCUS does not list; it is the bill's own."
    if formulas:
        yield (
            f"{formulas:,} of {rows:,} rows have a text that a spreadsheet may run as a formula. No text is changed, "
            "so import the file with all columns as text."
        )
