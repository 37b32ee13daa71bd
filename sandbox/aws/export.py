"""The cost export as Data Exports delivers it: parts, and a manifest written last, under data/ and metadata/ of each
billing period.

    PREFIX/NAME/data/BILLING_PERIOD=2026-10/NAME-00001.csv.gz          (or NAME-00001.snappy.parquet)
    PREFIX/NAME/metadata/BILLING_PERIOD=2026-10/NAME-Manifest.json

The provider's pages say what the manifest holds (all columns, the files with their paths, the time covered) and where
it lies;
the names of its keys are ours where no page gives them: exportArn, executionId, billingPeriod, columns, dataFiles.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import tempfile
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from sandbox.aws import bill, focus, names
from sandbox.aws.estate import billing_periods

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sandbox.aws.model import Estate

CSV_PARTS = 3
PARQUET_PARTS = 2
SUMMED = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")


@dataclass(kw_only=True)
class Delivery:
    """The objects of one delivery by key, in the order in which they are put, and the totals they hold."""

    objects: dict[str, bytes] = field(default_factory=dict)
    totals: dict[str, Any] = field(default_factory=dict)


def first_delivery(estate: Estate) -> Delivery:
    """Both periods in both formats. The earlier period has been restated once; a stale part of its first run still
    lies there.
    """
    earlier, current = billing_periods(estate.as_of)
    whole = Delivery()
    for period, version in ((earlier, 2), (current, 1)):
        part = deliver(estate, period, version=version)
        whole.objects.update(part.objects)
        whole.totals.update(part.totals)
    stale = f"{_folder(names.CSV_EXPORT, 'data', earlier)}/{names.CSV_EXPORT}-{CSV_PARTS + 1:05d}.csv.gz"
    parts = [key for key in whole.objects if key.endswith(".csv.gz") and f"{earlier:%Y-%m}" in key]
    whole.objects[stale] = whole.objects[parts[-1]]
    return whole


def deliver(estate: Estate, period: datetime, *, version: int, since: str = "") -> Delivery:
    """One billing period, all formats. The version makes the execution id and decides which corrections are in.

    With `since`, an ISO date, charges that begin before it are left out.
    """
    rows = [row for row in bill.rows(estate, period, version=version) if row["ChargePeriodStart"] >= since]
    delivery = Delivery()
    execution = str(uuid.UUID(int=(estate.seed * 1_000_003 + period.toordinal() * 101 + version) % 2**120))
    csv_parts = [_csv(chunk) for chunk in _chunks(rows, CSV_PARTS)]
    parquet_parts = _parquet(csv_parts)
    for name, suffix, parts in (
        (names.CSV_EXPORT, "csv.gz", [gzip.compress(part, compresslevel=1, mtime=0) for part in csv_parts]),
        (names.PARQUET_EXPORT, "snappy.parquet", parquet_parts),
    ):
        keys = [f"{_folder(name, 'data', period)}/{name}-{at:05d}.{suffix}" for at in range(1, len(parts) + 1)]
        delivery.objects.update(zip(keys, parts, strict=True))
        manifest = _manifest(name=name, period=period, execution=execution, keys=keys)
        delivery.objects[manifest_key(name, period)] = manifest
    delivery.totals[f"{period:%Y-%m}"] = _totals(rows, version=version, execution=execution)
    return delivery


def manifest_key(name: str, period: datetime) -> str:
    """Where the manifest of one billing period of an export lies: without it the period is not delivered."""
    return f"{_folder(name, 'metadata', period)}/{name}-Manifest.json"


def _totals(rows: list[bill.Row], *, version: int, execution: str) -> dict[str, Any]:
    sums = {column: str(sum((Decimal(row[column]) for row in rows), Decimal(0))) for column in SUMMED}
    return {"version": version, "execution_id": execution, "rows": len(rows), "currency": "USD", **sums}


def _chunks(rows: list[bill.Row], count: int) -> Iterator[list[bill.Row]]:
    size = -(-len(rows) // count)
    for at in range(count):
        yield rows[at * size : (at + 1) * size]


def _csv(rows: list[bill.Row]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(focus.COLUMNS)
    writer.writerows(row.values() for row in rows)
    return text.getvalue().encode()


def _parquet(csv_parts: list[bytes]) -> list[bytes]:
    """The same rows as the provider's Parquet has them: costs as DOUBLE, times as TIMESTAMP, tags as a map."""
    with tempfile.TemporaryDirectory(prefix="costframe-bill-") as folder, duckdb.connect() as database:
        for at, part in enumerate(csv_parts):
            (Path(folder) / f"{at}.csv").write_bytes(part)
        names_and_types = ", ".join(f"'{column}': 'varchar'" for column in focus.COLUMNS)
        # Said in full, because guessing the format takes longer than reading the files.
        how = f"header = true, auto_detect = false, delim = ',', quote = '\"', columns = {{{names_and_types}}}"
        database.execute(
            f"create table rows as select row_number() over () n, * from read_csv(?, {how})", [f"{folder}/*.csv"]
        )
        (count,) = database.execute("select count(*) from rows").fetchone() or (0,)
        size = -(-count // PARQUET_PARTS)
        found = []
        for at in range(PARQUET_PARTS):
            path = Path(folder) / f"{at}.parquet"
            mine = f"n between {at * size + 1} and {(at + 1) * size}"
            database.execute(
                f"copy (select {_typed_columns()} from rows where {mine} order by n) "
                f"to '{path}' (format parquet, compression snappy)"
            )
            found.append(path.read_bytes())
    return found


def _typed_columns() -> str:
    return ", ".join(f'{_typed(name)} as "{name}"' for name in focus.COLUMNS)


def _typed(name: str) -> str:
    if name in focus.DECIMALS:
        return f'"{name}"::double'
    if name in focus.TIMES:
        return f"strptime(\"{name}\", '%Y-%m-%dT%H:%M:%S.%gZ')"
    if name in focus.MAPS:
        return f'"{name}"::json::map(varchar, varchar)'
    return f'"{name}"'


def _manifest(*, name: str, period: datetime, execution: str, keys: list[str]) -> bytes:
    body = {
        "exportArn": names.export_arn(name),
        "exportName": name,
        "executionId": execution,
        "account": names.PAYER,
        "billingPeriod": {"start": focus.moment(period), "end": focus.moment(bill.period_end(period))},
        "bucket": names.BUCKET,
        "columns": [{"name": column, "type": _kind(column)} for column in focus.COLUMNS],
        "dataFiles": [f"s3://{names.BUCKET}/{key}" for key in keys],
    }
    return json.dumps(body, indent=1).encode()


def _kind(column: str) -> str:
    if column in focus.DECIMALS:
        return "double"
    if column in focus.TIMES:
        return "timestamp_milliseconds"
    return "map<string,string>" if column in focus.MAPS else "string"


def _folder(name: str, part: str, period: datetime) -> str:
    return f"{names.PREFIX}/{name}/{part}/BILLING_PERIOD={period:%Y-%m}"
