"""Five million rows of each provider's own export: our load of it against DuckDB's scan and sum plus COPY.

As in `bill_load`, whose contestants, server and table these are. The limit groups by the same columns as they stand in
the file and sums the same numbers with their own types; it maps, checks and compares nothing.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from audits.closed_database import THREADS
from audits.focus import LINE_COLUMNS, NUMBERS, TEXTS
from benchmarks import bill_load
from benchmarks.database import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

ROWS = bill_load.ROWS
ROUNDS = 1
HOUR = "timestamp '2024-09-01 08:00' + to_hours((k % 696)::integer)"
COST = "((hash(k) % 100000)::decimal(18,6) / 100000 + 0.000123)::decimal(18,9)"
RESOURCE = "'resource-' || (k // 720)"
SERVICE = "['Amazon Elastic Compute Cloud', 'Amazon S3', 'Amazon RDS'][1 + k // 720 % 3]"
TEXT_OF_HOUR = "strftime({}, '%Y-%m-%dT%H:%M:%SZ')"
DISCOUNT = "{'id': 'c', 'name': 'discount', 'type': 'DISCOUNT', 'amount': -0.01::double}"
CREDITS = f"case when k % 3 = 0 then [{DISCOUNT}] else [] end"


@dataclass(frozen=True, kw_only=True)
class Export:
    """A provider's export: SQL for each of its columns over `k`, and for our columns over the file's."""

    columns: Mapping[str, str]
    ours: Mapping[str, str]
    day: str
    period: str
    how: str
    types: Mapping[str, str] | None = None

    @property
    def suffix(self) -> str:
        """How its files are called."""
        return {"csv": "csv.gz", "json": "jsonl.gz", "parquet": "parquet"}[self.how.split()[1].rstrip(",")]

    def source(self, paths: list[str]) -> str:
        """What the limit reads the files with."""
        if "parquet" in self.how:
            return f"read_parquet({paths!r})"
        if "json" in self.how:
            return f"read_json({paths!r}, format = 'newline_delimited', compression = 'gzip')"
        types = dict.fromkeys(self.columns, "VARCHAR") | dict(self.types or {})
        return bill_load.csv_source(paths, types)


AWS = {
    "bill/PayerAccountId": "'999999999999'",
    "bill/InvoiceId": "'INV-1'",
    "bill/BillingPeriodStartDate": "timestamp '2024-09-01'",
    "lineItem/UsageAccountId": "'11111111111' || (k // 720 % 4)",
    "lineItem/LineItemType": "'Usage'",
    "lineItem/UsageStartDate": HOUR,
    "lineItem/UsageEndDate": f"{HOUR} + interval '1 hour'",
    "lineItem/UsageType": "'EUC1-BoxUsage:m5.large'",
    "lineItem/UsageAmount": "1.0::decimal(18,6)",
    "lineItem/UnblendedCost": COST,
    "lineItem/CurrencyCode": "'USD'",
    "lineItem/ResourceId": RESOURCE,
    "lineItem/LineItemDescription": "'$0.115 per On Demand Linux m5.large Instance Hour'",
    "pricing/publicOnDemandCost": f"{COST} + 1",
    "pricing/unit": "'Hrs'",
    "pricing/term": "'OnDemand'",
    "product/ProductName": SERVICE,
    "product/regionCode": "'eu-central-1'",
    "product/sku": "'SKU1'",
}
AWS_MOMENTS = ("bill/BillingPeriodStartDate", "lineItem/UsageStartDate", "lineItem/UsageEndDate")
AWS_NUMBERS = ("lineItem/UsageAmount", "lineItem/UnblendedCost", "pricing/publicOnDemandCost")
AWS_OURS = {
    "billing_account_id": '"bill/PayerAccountId"',
    "sub_account_id": '"lineItem/UsageAccountId"',
    "provider_name": "'AWS'",
    "service_name": '"product/ProductName"',
    "region_id": '"product/regionCode"',
    "resource_id": '"lineItem/ResourceId"',
    "charge_category": '"lineItem/LineItemType"',
    "charge_description": '"lineItem/LineItemDescription"',
    "sku_id": '"product/sku"',
    "usage_type": '"lineItem/UsageType"',
    "pricing_category": '"pricing/term"',
    "consumed_unit": '"pricing/unit"',
    "billing_currency": '"lineItem/CurrencyCode"',
    "invoice_id": '"bill/InvoiceId"',
    "billed_cost": '"lineItem/UnblendedCost"',
    "effective_cost": '"lineItem/UnblendedCost"',
    "list_cost": '"pricing/publicOnDemandCost"',
    "contracted_cost": '"lineItem/UnblendedCost"',
    "consumed_quantity": '"lineItem/UsageAmount"',
}
AZURE = {
    "BillingAccountId": "'8611537'",
    "SubscriptionId": "'sub-' || (k // 720 % 4)",
    "Date": "strftime(date '2024-09-01' + (k % 30)::integer, '%m/%d/%Y')",
    "MeterCategory": SERVICE,
    "MeterId": "'m1'",
    "MeterName": "'D2'",
    "Quantity": "2.5",
    "UnitPrice": "0.5",
    "PayGPrice": "0.6",
    "UnitOfMeasure": "'1 Hour'",
    "CostInBillingCurrency": COST,
    "BillingCurrencyCode": "'EUR'",
    "BillingPeriodStartDate": "'09/01/2024'",
    "BillingPeriodEndDate": "'09/30/2024'",
    "ChargeType": "'Usage'",
    "PricingModel": "'OnDemand'",
    "ResourceId": f"'/subscriptions/s/' || {RESOURCE}",
    "ResourceLocation": "'westeurope'",
    "ProductName": "'D2 v3'",
    "benefitId": "''",
    "ReservationId": "''",
}
AZURE_OURS = {
    "billing_account_id": "BillingAccountId",
    "sub_account_id": "SubscriptionId",
    "provider_name": "'Microsoft'",
    "service_name": "MeterCategory",
    "region_id": "ResourceLocation",
    "resource_id": "ResourceId",
    "charge_category": "ChargeType",
    "charge_description": "ProductName",
    "sku_id": "MeterId",
    "usage_type": "MeterName",
    "pricing_category": "PricingModel",
    "consumed_unit": "UnitOfMeasure",
    "billing_currency": "BillingCurrencyCode",
    "billed_cost": "CostInBillingCurrency",
    "effective_cost": "CostInBillingCurrency",
    "list_cost": "PayGPrice",
    "contracted_cost": "UnitPrice",
    "consumed_quantity": "Quantity",
}
GOOGLE = {
    "billing_account_id": "'01AB-CD'",
    "service": f"{{'id': '6F81', 'description': {SERVICE}}}",
    "sku": "{'id': 'S-1', 'description': 'N2 Instance Core running in Frankfurt'}",
    "usage_start_time": HOUR,
    "usage_end_time": f"{HOUR} + interval '1 hour'",
    "project": "{'id': 'shop-' || (k // 720 % 4), 'number': '12', 'name': 'Shop'}",
    "location": "{'location': 'europe-west3', 'region': 'europe-west3'}",
    "cost": f"{COST}::double",
    "currency": "'EUR'",
    "usage": "{'amount': 3600.0::double, 'unit': 'seconds'}",
    "credits": CREDITS,
    "invoice": "{'month': '202409'}",
    "cost_type": "'regular'",
    "resource": f"{{'name': {RESOURCE}, 'global_name': '//compute.googleapis.com/' || {RESOURCE}}}",
}
GOOGLE_OURS = {
    "billing_account_id": "billing_account_id",
    "sub_account_id": "project.id",
    "provider_name": "'Google Cloud'",
    "service_name": "service.description",
    "region_id": "location.region",
    "resource_id": "resource.global_name",
    "charge_category": "cost_type",
    "charge_description": "sku.description",
    "sku_id": "sku.id",
    "usage_type": "sku.description",
    "consumed_unit": "usage.unit",
    "billing_currency": "currency",
    "effective_cost": "cost",
    "list_cost": "cost",
    "billed_cost": "cost + coalesce(list_sum(list_transform(credits, lambda one: one.amount)), 0)",
    "contracted_cost": "cost",
    "consumed_quantity": "usage.amount",
}
GOOGLE_MOMENTS = ("usage_start_time", "usage_end_time")
DECIMAL, MOMENT = "DECIMAL(38,18)", "TIMESTAMP"
EXPORTS = {
    "aws_cur": Export(
        columns={name: TEXT_OF_HOUR.format(f"({sql})") if name in AWS_MOMENTS else sql for name, sql in AWS.items()},
        ours=AWS_OURS,
        day='"lineItem/UsageStartDate"',
        period='"bill/BillingPeriodStartDate"',
        how="format csv, header, compression gzip",
        types=dict.fromkeys(AWS_NUMBERS, DECIMAL) | dict.fromkeys(AWS_MOMENTS, MOMENT),
    ),
    "aws_cur_parquet": Export(
        columns={name: f"({sql})::double" if name in AWS_NUMBERS else sql for name, sql in AWS.items()},
        ours=AWS_OURS,
        day='"lineItem/UsageStartDate"',
        period='"bill/BillingPeriodStartDate"',
        how="format parquet, compression zstd",
    ),
    "azure_cost": Export(
        columns=AZURE,
        ours=AZURE_OURS,
        day="strptime(Date, '%m/%d/%Y')",
        period="strptime(BillingPeriodStartDate, '%m/%d/%Y')",
        how="format csv, header, compression gzip",
        types=dict.fromkeys(("CostInBillingCurrency", "Quantity", "UnitPrice", "PayGPrice"), DECIMAL),
    ),
    "gcp_billing": Export(
        columns=GOOGLE | {name: f"strftime({GOOGLE[name]}, '%Y-%m-%d %H:%M:%S UTC')" for name in GOOGLE_MOMENTS},
        ours=GOOGLE_OURS,
        day="usage_start_time",
        period="date '2024-09-01'",
        how="format json, compression gzip",
    ),
    "gcp_billing_parquet": Export(
        columns=GOOGLE | {name: f"timezone('UTC', {GOOGLE[name]})" for name in GOOGLE_MOMENTS},
        ours=GOOGLE_OURS,
        day="usage_start_time",
        period="date '2024-09-01'",
        how="format parquet, compression zstd",
    ),
}


def generate(folder: Path, name: str, rows: int) -> list[Path]:
    """The files of one export."""
    export, paths = EXPORTS[name], []
    columns = ", ".join(f'{sql} as "{column}"' for column, sql in export.columns.items())
    with duckdb.connect(config={"threads": THREADS}) as database:
        for number in range(bill_load.PARTS):
            first, last = (rows * one // bill_load.PARTS for one in (number, number + 1))
            path = folder / f"{name}-{number}.{export.suffix}"
            database.execute(
                f"copy (select {columns} from range({first}, {last}) copies(k)) to '{path}' ({export.how})"
            )
            paths.append(path)
    return paths


def limit(url: str, paths: list[str], *, table: str = bill_load.LINES) -> int:
    """Scan, sum and COPY: no mapping, no check, no wall, no comparison."""
    export = EXPORTS[Path(paths[0]).name.partition("-")[0]]
    keys = ", ".join(f"coalesce({export.ours.get(one, 'null')}, '') as {one}" for one in TEXTS)
    sums = ", ".join(f"sum(({export.ours.get(one, 'null')})::decimal(38,18)) as {one}" for one in NUMBERS)
    with duckdb.connect(config={"threads": THREADS}) as database, tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "lines.csv"
        database.execute(
            f"""copy (select {bill_load.KEY_SQL}, '{bill_load.ORGANIZATION}', '{bill_load.LOAD}',
                             {", ".join(LINE_COLUMNS)}
                        from (select ({export.period})::date as billing_period, ({export.day})::date as charge_date,
                                     1 as charge_days, {keys}, {sums}, count(*) as row_count
                                from {export.source(paths)} group by all))
                to '{lines}' (format csv, header false)"""
        )
        return bill_load.copy_lines(url, lines, table=table)


def tied(url: str, paths: list[str]) -> int:
    """As the limit, into a table whose lines are tied to their load by a foreign key, as ours are."""
    return limit(url, paths, table=bill_load.TIED_LINES)


def measure(bench: bill_load.Bench, name: str, *, rows: int, round_count: int) -> None:
    """All in turn; prints the medians and their ratios."""
    paths = generate(bench.folder, name, rows)
    figures: dict[str, list[dict[str, float]]] = {who: [] for who in bill_load.CONTESTANTS}
    for _ in range(round_count):
        for who, kept in figures.items():
            bill_load.empty(bench.urls)
            kept.append(bill_load.run(bench, who, paths, "benchmarks.bill_formats"))
    wall, cpu = (
        {who: statistics.median(sum(one[part] for part in parts) for one in kept) for who, kept in figures.items()}
        for parts in (("wall",), ("cpu", "server"))
    )
    size = sum(path.stat().st_size for path in paths) / 1e6
    print(
        f"  {name:20} {rows:,} rows ({size:,.0f} MB): {wall['ours']:5.2f} s, limit {wall['tied']:5.2f} s: "
        f"ratio {wall['ours'] / wall['tied']:.2f} in wall time, {cpu['ours'] / cpu['tied']:.2f} in CPU time; "
        f"{wall['ours'] / wall['limit']:.2f} and {cpu['ours'] / cpu['limit']:.2f} to a table without the key to its "
        f"load ({wall['limit']:.2f} s); {figures['ours'][-1]['lines']:,} lines, the limit's "
        f"{figures['limit'][-1]['lines']:,}; {max(one['rss_mib'] for one in figures['ours']):.0f} MiB peak",
        flush=True,
    )
    for path in paths:
        path.unlink()


def main() -> None:
    """Every export, or one of them, or one contestant."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--format", choices=tuple(EXPORTS))
    parser.add_argument("--contestant", choices=bill_load.CONTESTANTS)
    options, rest = parser.parse_known_args()
    if options.contestant:
        url = os.environ["COSTFRAME_DATABASE_URL"]
        bill_load.contestant(options.contestant, url, rest, {"ours": bill_load.ours, "limit": limit, "tied": tied})
        return
    folder = ROOT / ".local" / f"bench-{os.getpid()}"
    folder.mkdir(parents=True)
    print(
        f"Bill load of the providers' own exports, median of {options.rounds} (goal {bill_load.GOAL} or less):",
        flush=True,
    )
    try:
        bench = bill_load.prepare(folder)
        try:
            for name in [options.format] if options.format else EXPORTS:
                measure(bench, name, rows=options.rows, round_count=options.rounds)
        finally:
            bench.postgres.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
