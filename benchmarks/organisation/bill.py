"""The payer's cost export: a line a day for each resource that is charged, written by DuckDB, read from its files."""

from __future__ import annotations

import csv
import json
import shutil
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

import duckdb

from sandbox.aws import focus, names, shapes
from sandbox.aws.bill import period_days, period_end
from sandbox.aws.estate import billing_periods
from sandbox.aws.wire import Answer, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from benchmarks.organisation.estate import Organisation
    from sandbox.aws.wire import ApiCall, Request

NAME = names.PARQUET_EXPORT
BILLED_DAYS = 30
LINES_OF_A_PART = 500_000
DATABASE: dict[str, str | bool | int | float | list[str]] = {"threads": 2, "memory_limit": "1GB"}
FURTHER_TYPES = {"database_snapshot": "DB Snapshot"}  # which the sandbox has on no bill
CHARGES = ("service", "category", "subcategory", "code", "account", "region", "resource", "kind", "name", "tags",
           "meter", "operation", "unit", "cost")  # fmt: skip
# How the columns that say anything follow from a charge `c`, a day `d` and the period's beginning and end.
SAYS = {
    "BillingAccountId": f"'{names.PAYER}'",
    "BillingAccountName": "'Organisation (payer)'",
    "BillingAccountType": "'AWS Management Account'",
    "BillingCurrency": "'USD'",
    "PricingCurrency": "'USD'",
    "InvoiceIssuerName": "'Amazon Web Services, Inc.'",
    "ProviderName": "'AWS'",
    "PublisherName": "'Amazon Web Services, Inc.'",
    "SubAccountType": "'AWS Account'",
    "SubAccountId": "c.account",
    "SubAccountName": "'Account ' || c.account",
    "BillingPeriodStart": "period_start",
    "BillingPeriodEnd": "period_end",
    "ChargePeriodStart": "d.day",
    "ChargePeriodEnd": "d.day + interval 1 day",
    "ChargeCategory": "'Usage'",
    "ChargeFrequency": "'Usage-Based'",
    "ChargeDescription": "c.meter || ' of a day'",
    "PricingCategory": "'Standard'",
    **dict.fromkeys(("BilledCost", "EffectiveCost", "ListCost", "ContractedCost", "PricingCurrencyEffectiveCost",
                     "ListUnitPrice", "ContractedUnitPrice", "PricingCurrencyListUnitPrice",
                     "PricingCurrencyContractedUnitPrice"), "c.cost::double"),
    **dict.fromkeys(("ConsumedQuantity", "PricingQuantity"), "1::double"),
    **dict.fromkeys(("ConsumedUnit", "PricingUnit"), "c.unit"),
    **dict.fromkeys(("RegionId", "RegionName"), "c.region"),
    "ResourceId": "c.resource",
    "ResourceName": "c.name",
    "ResourceType": "c.kind",
    "ServiceName": "c.service",
    "ServiceCategory": "c.category",
    "ServiceSubcategory": "c.subcategory",
    "x_ServiceCode": "c.code",
    **dict.fromkeys(("SkuMeter", "x_UsageType"), "c.meter"),
    "SkuId": "'SKU' || (hash(c.meter) % 10000000000)::varchar",
    "Tags": "c.tags::json::map(varchar, varchar)",
    "x_Operation": "c.operation",
}  # fmt: skip


def write_charges(organisation: Organisation, file: Path) -> int:
    """What each resource is charged for, a line each; how many there are."""
    count = 0
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(CHARGES)
        for row in _charges(organisation):
            writer.writerow(row)
            count += 1
    return count


def _charges(organisation: Organisation) -> Iterator[tuple[str, ...]]:
    for item in organisation.all_items():
        for charge in item.charges:
            told = focus.service_fields(charge.service)
            yield (
                *(told[name] for name in ("ServiceName", "ServiceCategory", "ServiceSubcategory", "x_ServiceCode")),
                *(item.account, item.region, item.bill_id, _type(item.kind), item.name),
                focus.tag_field({f"user:{key}": value for key, value in item.tags.items()}),
                *(charge.meter, charge.operation, charge.unit, str(charge.price)),
            )


def _type(kind: str) -> str:
    return FURTHER_TYPES.get(kind) or focus.resource_type(kind)


def publish(charges: Path, folder: Path, *, as_of: datetime, days: int) -> int:
    """Put the last so many days on the shelf in `folder`, each period whole and its manifest last; how many lines."""
    lines, since = 0, (as_of - timedelta(days=days)).date()
    with duckdb.connect(config=DATABASE) as database:
        database.execute(f"create table charges as select *, row_number() over () n from read_csv('{charges}', "
                         "all_varchar = true, header = true)")  # fmt: skip
        (count,) = database.execute("select count(*) from charges").fetchone() or (0,)
        for period in billing_periods(as_of):
            wanted = [day for day in period_days(period, as_of) if day >= since]
            if wanted:
                _deliver(database, folder, period=period, days=wanted, charge_count=count)
                lines += count * len(wanted)
    return lines


def _deliver(
    database: duckdb.DuckDBPyConnection, folder: Path, *, period: datetime, days: list[date], charge_count: int
) -> None:
    part_count = 1 + charge_count * len(days) // LINES_OF_A_PART
    execution = str(uuid.uuid4())
    data = folder / _path("data", period)
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    starts, ends = (f"timestamp '{moment:%Y-%m-%d}'" for moment in (period, period_end(period)))
    columns = ", ".join(f'{_column(name)} as "{name}"' for name in focus.COLUMNS)
    for part in range(part_count):
        source = (
            f"(select *, {starts} as period_start, {ends} as period_end from charges where n % {part_count} = {part}) c"
        )
        dates = f"(select unnest(range({_date(days[0])}, {_date(days[-1])} + interval 1 day, interval 1 day)) as day) d"
        file = data / f"{NAME}-{part + 1:05d}.snappy.parquet"
        database.execute(
            f"copy (select {columns} from {source}, {dates}) to '{file}' (format parquet, compression snappy)"
        )
    manifest = folder / _path("metadata", period) / f"{NAME}-Manifest.json"
    manifest.parent.mkdir(parents=True, exist_ok=True)
    body = {
        "exportArn": names.export_arn(NAME),
        "exportName": NAME,
        "executionId": execution,
        "account": names.PAYER,
        "billingPeriod": {"start": focus.moment(period), "end": focus.moment(period_end(period))},
        "bucket": names.BUCKET,
        "columns": [{"name": column, "type": "string"} for column in focus.COLUMNS],
        "dataFiles": [f"s3://{names.BUCKET}/{file.relative_to(folder)}" for file in sorted(data.iterdir())],
    }
    beside = manifest.with_suffix(".part")
    beside.write_text(json.dumps(body))
    beside.replace(manifest)


def _date(day: date) -> str:
    return f"timestamp '{day:%Y-%m-%d}'"


def _column(name: str) -> str:
    if name in SAYS:
        return SAYS[name]
    if name in focus.DECIMALS:
        return "null::double"
    return "null::map(varchar, varchar)" if name in focus.MAPS else "null::varchar"


def _path(part: str, period: datetime) -> str:
    return f"{names.PREFIX}/{NAME}/{part}/BILLING_PERIOD={period:%Y-%m}"


class Shelf:
    """The export's bucket: the files below a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "bucket"
        self._folder.mkdir(exist_ok=True)

    def answer(self, call: ApiCall, request: Request) -> Answer:
        """One read of the bucket or of an object in it."""
        if call.operation == "GetBucketLocation":
            return _told(call, {})
        if call.operation == "ListObjectsV2":
            prefix = dict(parse_qsl(request.query)).get("prefix", "")
            return _told(call, {"Contents": list(self._listed(prefix)), "KeyCount": 1, "IsTruncated": False})
        if call.operation == "GetObject":
            return self._object(unquote(request.path).partition(f"/{names.BUCKET}/")[2], request)
        raise Refusal("unknown_action", f"The bucket of the export does not know {call.operation}.")

    def _listed(self, prefix: str) -> Iterable[dict[str, Any]]:
        for file in sorted(self._folder.rglob("*")):
            key = str(file.relative_to(self._folder))
            if key.startswith(prefix) and file.is_file() and file.suffix != ".part":
                told = file.stat()
                changed = datetime.fromtimestamp(int(told.st_mtime), UTC)
                yield {"Key": key, "Size": told.st_size, "ETag": _tag(file), "LastModified": changed}

    def _object(self, key: str, request: Request) -> Answer:
        file = (self._folder / key).resolve()
        if not file.is_relative_to(self._folder.resolve()) or not file.is_file():
            raise Refusal("NoSuchKey", "The specified key does not exist.", status=404)
        if request.headers.get("if-match", _tag(file)).strip('"') != _tag(file).strip('"'):
            raise Refusal("PreconditionFailed", "At least one of the preconditions did not hold.", status=412)
        body, headers = file.read_bytes(), {"ETag": _tag(file), "Content-Type": "binary/octet-stream"}
        wanted = request.headers.get("range", "").removeprefix("bytes=")
        if not wanted:
            return Answer(status=200, body=body, headers=headers)
        first, _, last = wanted.partition("-")
        part = body[int(first) : int(last) + 1 if last else None]
        headers["Content-Range"] = f"bytes {first}-{int(first) + len(part) - 1}/{len(body)}"
        return Answer(status=206, body=part, headers=headers)


def _tag(file: Path) -> str:
    told = file.stat()
    return f'"{told.st_size:x}-{told.st_mtime_ns:x}"'


def _told(call: ApiCall, answer: dict[str, Any]) -> Answer:
    status, headers, body = shapes.serialised(call.service, call.operation, answer)
    return Answer(status=status, body=body, headers=headers)
