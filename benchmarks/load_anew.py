"""What a month of a large bill takes to be loaded in the place of an earlier one, in PostgreSQL."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import datetime


def load_anew(admin_url: str, *, way_in: AbstractContextManager[None], at: datetime) -> None:
    """The newest month of the large organisation once more, by the function that loads bills."""
    from audits import bills, cost_rates  # noqa: PLC0415 - after Django's set-up
    from audits.cost_days import KEYS, SUMS  # noqa: PLC0415
    from audits.focus import COSTS, WRITTEN_COLUMNS, PeriodSums, Sums  # noqa: PLC0415
    from audits.focus_process import AddedUp, ReadBill  # noqa: PLC0415
    from audits.models import BillLoad, BillSource  # noqa: PLC0415
    from benchmarks.estate import row_id  # noqa: PLC0415
    from benchmarks.line_estate import MONTHS  # noqa: PLC0415
    from tenants import scope  # noqa: PLC0415

    load_id, names = row_id("load", 1, MONTHS - 1), ("row_count", *COSTS)
    days, rates = (Path(tempfile.gettempdir()) / f"{name}-{os.getpid()}.csv" for name in ("days", "rates"))
    with psycopg.connect(admin_url) as admin, admin.cursor() as cursor:
        sums = ", ".join(f"sum({name})" for name in names)
        where = f"from audits_costline where organization_id = '{row_id('organization', 1)}' and load_id = '{load_id}'"
        count, *totals = cursor.execute(f"select count(*), {sums} {where}").fetchone() or ()
        written = f"select {', '.join(WRITTEN_COLUMNS)} {where} order by id"
        with cursor.copy(f"copy ({written}) to stdout (format csv)") as copy:
            blocks = [bytes(block) for block in copy]
        month = f"(select billing_period from audits_billload where id = '{load_id}')"
        for file, table, columns in ((days, "costday", (*KEYS, *SUMS)), (rates, "costrate", cost_rates.COLUMNS)):
            listed = ", ".join(name for name in columns if name != "billing_period")
            of_load = f"select {month}, {listed} {where.replace('costline', table)}"
            with cursor.copy(f"copy ({of_load}) to stdout (format csv)") as copy:
                file.write_bytes(b"".join(copy))
    with way_in, scope.organization(row_id("organization", 1)):
        held = BillLoad.objects.get(id=load_id)
        period = PeriodSums(
            billing_period=held.billing_period,
            row_count=totals[0],
            line_count=count,
            totals={"USD": dict(zip(names, totals, strict=True))},
            invoice_totals={},
            billing_account_ids=tuple(held.billing_account_ids),
            sub_account_ids=tuple(held.sub_account_ids),
            first_usage_date=held.billed_from,
            last_usage_date=held.billed_until,
        )
        started = time.perf_counter()
        sums_of_files = Sums(rows_by_part=(totals[0],), periods=(period,))
        bill = ReadBill(sums=sums_of_files, lines=iter(blocks), added_up=lambda: AddedUp(days=days, rates=rates))
        bills.replace(source=BillSource.objects.get(), bill=bill, files=[{"key": "a"}], execution_id="anew", at=at)
    print(f"  A month of {count:,} lines in another's place, one transaction: {time.perf_counter() - started:.1f} s")
    days.unlink()
    rates.unlink()
