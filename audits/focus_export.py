"""Cost lines as rows of FOCUS 1.2, a row for each line, equal to what was loaded to the digit."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import zlib
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import IO, TYPE_CHECKING

from django.db.models import F, Func, TextField

from audits.charge_details import USAGE_TYPE
from audits.focus_columns import ALLOWED, COLUMNS, DECIMALS, NAMES, TIMES
from audits.load_page import end_of_period
from audits.models import CostDetail, CostLine
from audits.spreadsheet import DANGEROUS, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from decimal import Decimal
    from uuid import UUID

    from django.db.models import QuerySet

    from audits.models import BillLoad

CHUNK = 5_000  # lines held at once
AT_ONCE = 500  # of them in a piece of what is sent
LEVEL, GZIP = 6, 31  # of packing, the utmost takes much longer for little; zlib's word for gzip's header and end
MOST_TOLD = 10_000  # details held at once, at least as many as a chunk has
GONE = "The bill was loaded anew, or removed, while it was written. Write its newest load."
BETWEEN = "\0"  # stands in no text of PostgreSQL's
FORMULA = re.compile(f"{BETWEEN}[{re.escape(''.join(DANGEROUS))}]")  # one look at all texts of a row
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
    "CommitmentDiscountQuantity": "commitment_discount_quantity",
    "ConsumedQuantity": "consumed_quantity",
    "ContractedCost": "contracted_cost",
    "EffectiveCost": "effective_cost",
    "ListCost": "list_cost",
    "PricingQuantity": "pricing_quantity",
}


@dataclass(frozen=True, kw_only=True)
class Written:
    """What went into a file. `notes` say in sentences what in it is not as FOCUS wants it."""

    columns: tuple[str, ...]
    rows: int
    notes: tuple[str, ...]


def lines_of(loads: QuerySet[BillLoad]) -> QuerySet[CostLine]:
    """The lines of loads of the open scope, in the order of a file."""
    return CostLine.objects.filter(load__in=loads).order_by("billing_period", "charge_date", "id")


class CutShort(Exception):
    """Lines, or what describes them, are gone: the bill was loaded anew while it was written. Take its newest load."""


def stream(load: BillLoad) -> Iterator[bytes]:
    """The lines of a load of the open scope as packed CSV, as `write` has them: a piece as soon as it is made.

    Raises CutShort, after which what was taken is no whole gzip file.
    """
    loads = type(load).objects.filter(id=load.id)
    columns, rows = _columns_and_rows(loads, lines_of(loads))
    packer, text = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP), io.StringIO(newline="")
    writer, left = csv.writer(text), load.line_count
    writer.writerow(columns)
    while True:
        yield packer.compress(text.getvalue().encode()) + packer.flush(zlib.Z_SYNC_FLUSH)
        text.seek(0)
        text.truncate()
        writer.writerows(cells := list(islice(rows, AT_ONCE)))
        left -= len(cells)
        if not cells:
            break
    if left > 0:
        raise CutShort(GONE)
    yield packer.flush()


def write(loads: QuerySet[BillLoad], lines: QuerySet[CostLine], target: IO[str]) -> Written:
    """Write `lines` of `loads` as CSV. Texts are left as they are, also those that a spreadsheet would run."""
    writer = csv.writer(target)
    columns, found = _columns_and_rows(loads, lines)
    writer.writerow(columns)
    texts = itemgetter(*(place for place, name in enumerate(columns) if name not in DECIMALS | TIMES))
    needed = [(columns.index(column.name), column.name) for column in COLUMNS if column.needs_value]
    listed = [(columns.index(name), name, values) for name, values in ALLOWED.items()]
    empty: Counter[str] = Counter()
    not_allowed: Counter[str] = Counter()
    rows = formulas = 0
    for cells in found:
        writer.writerow(cells)
        rows += 1
        empty.update(name for place, name in needed if not cells[place])
        not_allowed.update(name for place, name, values in listed if cells[place] and cells[place] not in values)
        formulas += FORMULA.search(BETWEEN + BETWEEN.join(texts(cells))) is not None
    return Written(columns=columns, rows=rows, notes=tuple(sentences(rows, empty, not_allowed, formulas)))


def _columns_and_rows(
    loads: QuerySet[BillLoad], lines: QuerySet[CostLine]
) -> tuple[tuple[str, ...], Iterator[list[str]]]:
    """The file's columns, and its rows, each with a cell a column."""
    aside = _kept_aside(loads)
    columns = (*NAMES, *dict.fromkeys(aside.values()), USAGE_TYPE)
    return columns, ([row.get(name, "") for name in columns] for row in _rows(lines, aside))


def _kept_aside(loads: QuerySet[BillLoad]) -> dict[str, str]:
    """The further columns of `loads`, and the name of each in the file: two that differ in case alone are one."""
    keys = Func(F("extra"), function="jsonb_object_keys", output_field=TextField())
    found = CostDetail.objects.filter(load__in=loads).annotate(key=keys).values_list("key", flat=True).distinct()
    names = sorted(found)
    spelled = {name.casefold(): name for name in reversed(names)}
    return {name: spelled[name.casefold()] for name in names}


def _rows(lines: QuerySet[CostLine], aside: Mapping[str, str]) -> Iterator[dict[str, str]]:
    wanted = ("load_id", "detail_number", "billing_period", "charge_date", "charge_days")
    found = lines.values(*wanted, *TEXTS.values(), *NUMBERS.values()).iterator(chunk_size=CHUNK)
    told: dict[tuple[UUID, int], dict[str, str]] = {}
    while chunk := list(islice(found, CHUNK)):
        _tell(told, {(line["load_id"], line["detail_number"]) for line in chunk}, aside)
        for line in chunk:
            more = told.get((line["load_id"], line["detail_number"]), {})
            texts = {name: line[column] for name, column in TEXTS.items()}
            if texts[USAGE_TYPE] == more.get("SkuMeter"):
                del texts[USAGE_TYPE]  # the bill had none, and what is read again is to have none either
            yield {
                **more,
                **texts,
                **{name: _number(line[column]) for name, column in NUMBERS.items()},
                "BillingPeriodStart": _moment(line["billing_period"]),
                "BillingPeriodEnd": _moment(end_of_period(line["billing_period"])),
                "ChargePeriodStart": _moment(line["charge_date"]),
                "ChargePeriodEnd": _moment(line["charge_date"] + dt.timedelta(days=line["charge_days"])),
            }


def _tell(told: dict[tuple[UUID, int], dict[str, str]], asked: set[tuple[UUID, int]], aside: Mapping[str, str]) -> None:
    """Put what further describes lines into `told`, by load and number: lines of other days have mostly the same."""
    if len(told) + len(asked - told.keys()) > MOST_TOLD:
        told.clear()
    missing = asked - told.keys()
    for load_id in {load_id for load_id, _ in missing}:
        numbers = [number for one, number in missing if one == load_id]
        details = CostDetail.objects.filter(load_id=load_id, number__in=numbers)
        for number, columns, tags, extra in details.values_list("number", "columns", "tags", "extra"):
            written = {"Tags": json.dumps(tags, ensure_ascii=False)} if tags else {}
            told[load_id, number] = {**{aside[name]: value for name, value in extra.items()}, **columns, **written}
    if any(number is not None and (load_id, number) not in told for load_id, number in missing):
        raise CutShort(GONE)


def _number(value: Decimal | None) -> str:
    return "" if value is None else plain(value)


@lru_cache(maxsize=1_000)
def _moment(day: date) -> str:
    return f"{day:%Y-%m-%d}T00:00:00Z"


def sentences(rows: int, empty: Counter[str], not_allowed: Counter[str], formulas: int) -> Iterator[str]:
    """What in a file of so many rows is not as FOCUS wants it, by column; and how many rows have a formula."""
    for name, count in sorted(empty.items()):
        yield f"{name}: empty in {count:,} of {rows:,} rows, though FOCUS wants a value: the lines hold none."
    for name, count in sorted(not_allowed.items()):
        yield f"{name}: {count:,} of {rows:,} rows have a value that FOCUS does not list; it is the bill's own."
    if formulas:
        yield (
            f"{formulas:,} of {rows:,} rows have a text that a spreadsheet may run as a formula. No text is changed, "
            "so import the file with all columns as text."
        )
