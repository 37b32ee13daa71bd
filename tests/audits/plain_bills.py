"""Bills of every format to damage, for tests, and what Python alone reads in them."""

import csv
import gzip
import io
import json
import re
from decimal import Decimal

from tests.audits import focus_files, provider_bills
from tests.audits.provider_bills import GCP_ROW, LINE, azure, credit

GOOGLE_CSV_ROW = {
    "billing_account_id": "01AB", "service.description": "Compute Engine", "sku.description": "Core", "cost": "1.0",
    "usage_start_time": "2026-10-05 07:00:00 UTC", "usage_end_time": "2026-10-05 08:00:00 UTC", "currency": "EUR",
    "invoice.month": "202610", "credits": "",
}  # fmt: skip
ENGLISH = azure(Date="10/31/2026", CostInBillingCurrency="0.5")  # tells the language, whatever happens to the others
COST, CURRENCY = "cost", "currency"
COLUMNS = {  # by format: the costs, the currency, more numbers, dates, a text
    "focus": ("BilledCost", "BillingCurrency", ("EffectiveCost", "ListCost", "ConsumedQuantity"),
              ("BillingPeriodStart", "ChargePeriodStart", "ChargePeriodEnd"), "ResourceId"),
    "aws": ("lineItem/UnblendedCost", "lineItem/CurrencyCode", ("lineItem/UsageAmount", "pricing/publicOnDemandCost"),
            ("bill/BillingPeriodStartDate", "lineItem/UsageStartDate", "lineItem/UsageEndDate"), "lineItem/ResourceId"),
    "azure": ("CostInBillingCurrency", "BillingCurrencyCode", ("Quantity", "UnitPrice", "PayGPrice"),
              ("Date", "BillingPeriodStartDate"), "ResourceId"),
    "google": (COST, CURRENCY, ("credits", "usage"), ("usage_start_time", "usage_end_time"), "cost_type"),
    "google csv": (COST, CURRENCY, ("credits",), ("usage_start_time", "usage_end_time", "invoice.month"), "sku.description"),
}  # fmt: skip
FORMATS = tuple(COLUMNS)


def rows_of(kind, costs):
    if kind == "focus":
        return [{**focus_files.ROW, "BilledCost": one} for one in costs]
    if kind == "aws":
        return [{**LINE, "lineItem/UnblendedCost": one} for one in costs]
    if kind == "azure":
        return [ENGLISH, *(azure(CostInBillingCurrency=one) for one in costs)]
    held = [credit("PROMOTION", "-0.25"), credit("DISCOUNT", "-0.1")]
    if kind == "google":
        return [{**GCP_ROW, "cost": one, "credits": held[: number % 3]} for number, one in enumerate(costs)]
    return [
        {**GOOGLE_CSV_ROW, "cost": one, "credits": json.dumps(held[: number % 3])} for number, one in enumerate(costs)
    ]


def text_of(kind, rows):
    if kind == "google":
        return "".join(json.dumps(row) + "\n" for row in rows).encode()
    return provider_bills.text_of(rows)


def once(pairs):
    assert len({name for name, _ in pairs}) == len(pairs)
    return dict(pairs)


def plain_rows(kind, content):
    """A file's rows, by Python alone; None for one that is as no other. Raises where Python cannot tell them either."""
    if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    text = content.decode(
        "utf-8-sig", errors="surrogateescape"
    )  # what is no UTF-8 may stand in columns that nobody reads
    cost = COLUMNS[kind][0]
    if kind == "google":
        return [
            json.loads(line, parse_float=Decimal, parse_int=Decimal, object_pairs_hook=once)
            for line in re.split(r"[\r\n]+", text)
            if line
        ]
    header = next(csv.reader(io.StringIO(text, newline="")))
    delimiter = "," if cost in header else next(one for one in ";\t|" if cost in text.splitlines()[0].split(one))
    header, *found = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    alike = [name.lower() if kind == "focus" else re.sub("[^a-z0-9]", "", name.lower()) for name in header]
    assert len(set(alike)) == len(header)
    of_width = [row[:-1] if len(row) == len(header) + 1 and not row[-1] else row for row in found]  # as spreadsheets do
    return [dict(zip(header, row, strict=True)) if len(row) == len(header) else None for row in of_width]


def plain_cost(kind, row):
    """What a row bills, and its currency."""
    cost, currency = COLUMNS[kind][:2]
    # Between thousands of an Azure export a comma may stand, or an apostrophe as the Swiss write it.
    value = str(row[cost]).replace(",", "").replace("'", "") if kind == "azure" else str(row[cost])
    given_back = row.get("credits") or []
    if isinstance(given_back, str):
        given_back = json.loads(given_back, parse_float=Decimal, parse_int=Decimal)
    value = Decimal(value) + sum(Decimal(str(one["amount"])) for one in given_back)
    return value, row[currency] if kind == "focus" else row[currency].strip(" ")


def plain_totals(kind, rows):
    sums: dict[str, Decimal] = {}
    for row in rows:
        value, currency = plain_cost(kind, row)
        sums[currency] = sums.get(currency, Decimal(0)) + value
    return sums
