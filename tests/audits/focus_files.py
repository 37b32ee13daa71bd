"""FOCUS files for tests, in every format, and what reading them gives."""

from __future__ import annotations

import csv
import gzip
import io
import tempfile
from pathlib import Path

import duckdb

from audits import focus
from audits.bill_parts import Part
from audits.focus_reader import Reader
from audits.quarantine import NONE

SAMPLE = Path(__file__).resolve().parent.parent / "recordings" / "focus" / "focus_sample.csv"
ROW = {
    "BilledCost": "1.25",
    "BillingAccountId": "999999999999",
    "BillingCurrency": "USD",
    "BillingPeriodEnd": "2026-11-01T00:00:00.000Z",
    "BillingPeriodStart": "2026-10-01T00:00:00.000Z",
    "ChargeCategory": "Usage",
    "ChargeClass": "",
    "ChargeDescription": "$0.11 per GB-month of gp2",
    "ChargePeriodEnd": "2026-10-06T00:00:00.000Z",
    "ChargePeriodStart": "2026-10-05T00:00:00.000Z",
    "CommitmentDiscountId": "",
    "ConsumedQuantity": "3.5",
    "ConsumedUnit": "GB-Mo",
    "ContractedCost": "1.5",
    "EffectiveCost": "1.25",
    "InvoiceId": "INV-1",
    "ListCost": "2.5",
    "PricingCategory": "Standard",
    "ProviderName": "AWS",
    "RegionId": "eu-central-1",
    "ResourceId": "vol-1",
    "ServiceName": "Amazon Elastic Compute Cloud",
    "SkuId": "SKU1",
    "SkuMeter": "VolumeUsage",
    "SubAccountId": "111111111111",
    "Tags": '{"user:team": "shop"}',
    "x_UsageType": "EUC1-EBS:VolumeUsage.gp2",
}
TIMES = ("BillingPeriodEnd", "BillingPeriodStart", "ChargePeriodEnd", "ChargePeriodStart")
NUMBERS = ("BilledCost", "ContractedCost", "EffectiveCost", "ListCost", "ConsumedQuantity")


def text_of(rows, *, columns=None, quoting=csv.QUOTE_MINIMAL) -> bytes:
    rows, names = list(rows), list(columns or ROW)
    lines = {repr(row): row for row in rows}  # a large file is of few rows, many times
    lines = {key: _line({**ROW, **row}, names, quoting) for key, row in lines.items()}
    header = _line(dict(zip(names, names, strict=True)), names, quoting)
    return "".join([header, *(lines[repr(row)] for row in rows)]).encode()


def _line(row, names, quoting) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n", extrasaction="ignore", quoting=quoting)
    writer.writerow(row)
    return text.getvalue()


def write_csv(path: Path, rows, *, columns=None) -> Part:
    path.write_bytes(text_of(rows, columns=columns))
    return Part(path=path, key=path.name)


def write_gzip(path: Path, rows, *, columns=None) -> Part:
    path.write_bytes(gzip.compress(text_of(rows, columns=columns)))
    return Part(path=path, key=path.name)


def write_parquet(path: Path, rows, *, columns=None, number="double") -> Part:
    """As providers write it: numbers as DOUBLE, times as TIMESTAMP."""

    def typed(name):
        kind = number if name in NUMBERS else "timestamp" if name in TIMES else "varchar"
        return f'"{name}"::{kind} as "{name}"'

    with tempfile.NamedTemporaryFile(suffix=".csv") as file, duckdb.connect() as database:
        file.write(text_of(rows, columns=columns))
        file.flush()
        select = ", ".join(typed(name) for name in (columns or ROW))
        database.execute(
            f"copy (select {select} from read_csv('{file.name}', header = true, all_varchar = true, delim = ',')) "
            f"to '{path}' (format parquet)"
        )
    return Part(path=path, key=path.name)


def read(work: Path, *parts: Part, period=None, bounds=NONE):
    """The report, and the lines as dicts."""
    work.mkdir(parents=True, exist_ok=True)
    reader = Reader(work=work, parts=parts, period=period, bounds=bounds)
    report = reader.read()
    found = reader.database.execute(f"select {', '.join(focus.LINE_COLUMNS)} from sums where is_line order by all")
    return report, [dict(zip(focus.LINE_COLUMNS, row, strict=True)) for row in found.fetchall()]


def written(path, content):
    path.write_bytes(content)
    return Part(path=path, key=path.name)
