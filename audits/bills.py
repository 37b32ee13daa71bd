"""Loads a bill: whole, exact, and instead of what was loaded before, or not at all. The worker only."""

from __future__ import annotations

import datetime as dt
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection as database

from audits import (
    bill_rivals,
    bill_sums,
    cost_days,
    cost_details,
    cost_rates,
    cost_tags,
    line_rows,
    own_nights,
    quarantine,
)
from audits.bill_parts import BillRefused, Part
from audits.copied import copy_blocks
from audits.cut_off import CutOff, cut_off
from audits.focus import COSTS, NUMBERS, WRITTEN_COLUMNS
from audits.focus_process import ReadBill, read_bill
from audits.load_meter import Phase
from audits.models import BillLoad, BillSource, CostDay, CostDetail, CostLine, CostRate, CostTagKey, QuarantinedRow
from audits.part_contents import content_id
from audits.same_bill import Likeness
from audits.spreadsheet import plain
from tenants import scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date, datetime
    from decimal import Decimal
    from pathlib import Path
    from uuid import UUID

    from audits.focus import PeriodSums
    from audits.focus_process import AddedUp
    from audits.load_meter import Meter
    from audits.quarantine import BadRow
    from connections.provider import ExportPeriod

__all__ = ["BillRefused", "Part", "already_loaded", "book_refusal", "load_files", "plain", "read_period", "replace"]

LINES = "audits_costline"
CLOSES_AFTER_DAYS = 2  # with usage up to its last day, a period this old is taken to be complete
TYPES = {
    "billing_period": "date",
    "charge_date": "date",
    "charge_days": "integer",
    "row_count": "bigint",
    **dict.fromkeys(NUMBERS, "numeric"),
    "detail_number": "integer",
}


def already_loaded(*, billing_period: date, execution_id: str) -> BillLoad | None:
    """The current load of this very run of the export, from whichever source it came. None: load it."""
    if not execution_id:
        return None
    return BillLoad.objects.filter(
        state=BillLoad.State.LOADED, billing_period=billing_period, execution_id=execution_id
    ).first()


def bounds() -> quarantine.Bounds:
    """How many bad rows of a bill are left out, as whoever runs Costframe has set it."""
    return quarantine.Bounds(rows=settings.BILL_BAD_ROWS, percent=settings.BILL_BAD_PERCENT)


@contextmanager
def read_period(
    *,
    period: ExportPeriod,
    paths: Mapping[str, Path],
    seconds: float,
    on_wait: Callable[[], None] = lambda: None,
    meter: Meter | None = None,
) -> Iterator[ReadBill]:
    """Read one period of an export from its downloaded files (`paths`: where each key lies). Outside any transaction.

    Takes at most `seconds`, until the lines are written too; `on_wait` is called meanwhile and may raise to give up.
    Raises BillRefused.
    """
    if missing := [file.key for file in period.files if file.key not in paths]:
        raise BillRefused(f"{missing[0]} was not brought home.", part=missing[0], permanent=False)
    parts = [Part(path=paths[file.key], key=file.key, size=file.size) for file in period.files]
    within = bounds()
    with read_bill(
        parts=parts,
        period=period.billing_period,
        seconds=seconds,
        bounds=within,
        memory_mb=settings.BILL_MEMORY_MB,
        on_wait=on_wait,
        meter=meter,
    ) as bill:
        yield bill


def replace(
    *, source: BillSource, bill: ReadBill, files: Sequence[Mapping[str, Any]], execution_id: str, at: datetime
) -> list[BillLoad]:
    """Write a bill that was read, one load a billing period, in the open transaction, and compare it with the files.

    `files` holds key, size and etag of each part in the order they were read. The earlier load of a period keeps its
    figures and loses its lines. A bill that is loaded from another source already is not loaded twice: then that load
    is given back. Raises BillRefused, after which the transaction must be rolled back.
    """
    with database.cursor() as cursor:
        wait_for_others(cursor, bill.meter)
        bill.meter.begin(Phase.WRITING, all_rows=bill.line_count)
        _copy_lines(cursor, bill)
        bill.meter.begin(Phase.STORING, all_rows=bill.line_count)
        counted = [
            {**file, "rows": rows} for file, rows in zip(files, bill.sums.rows_by_part, strict=True)
        ]  # rows of all periods that a file holds
        for copy, same in bill.sums.copies.items():
            counted[copy]["same_as"] = files[same]["key"]
        put = [
            _put(
                cursor,
                source=source,
                sums=sums,
                bill_format=bill.sums.bill_format,
                files=counted,
                execution_id=execution_id,
                at=at,
                meter=bill.meter,
            )
            for sums in bill.sums.periods
        ]
        bill.meter.begin(Phase.ADDING_UP)
        _put_sums(cursor, bill.added_up(), [(load, sums) for load, sums in put if sums is not None])
        cursor.execute("drop table bill_lines, bill_details")
        own_nights.plan(at=at)
    return [load for load, _ in put]


def wait_for_others(cursor: Any, meter: Meter) -> None:  # noqa: ANN401 - Django's cursor wrapper
    """One load of an organisation is stored at a time: which of two bills counts is told by what is loaded."""
    key = [f"bill {scope.current()}"]
    cursor.execute("select pg_try_advisory_xact_lock(hashtextextended(%s, 0))", key)
    if cursor.fetchone() != (True,):
        with meter.waiting():
            cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", key)


def book_refusal(
    *,
    source: BillSource,
    billing_period: date,
    execution_id: str,
    files: Sequence[Mapping[str, Any]],
    refused: BillRefused,
    at: datetime,
) -> BillLoad:
    """Keep that a bill was refused and why, once for each run of the export. What was loaded before stays."""
    load, _ = BillLoad.objects.update_or_create(
        source=source,
        billing_period=billing_period,
        execution_id=execution_id,
        state=BillLoad.State.REFUSED,
        defaults={"files": [dict(file) for file in files], "loaded_at": at, "message": str(refused)},
    )
    return load


def load_files(
    *,
    organization_id: UUID,
    source: BillSource,
    parts: Sequence[Part],
    seconds: float,
    at: datetime,
    meter: Meter | None = None,
) -> tuple[ReadBill, list[BillLoad]]:
    """Load FOCUS files that lie on this machine: what they hold, and the loads that now have it. Raises BillRefused.

    Their content is their execution id, so loading the same files again changes nothing.
    """
    deadline = time.monotonic() + seconds
    memory_mb = settings.BILL_MEMORY_MB
    with read_bill(
        parts=parts, period=None, seconds=seconds, bounds=bounds(), memory_mb=memory_mb, meter=meter
    ) as bill:
        execution_id = content_id(parts, bill.sums.contents, copies=bill.sums.copies)
        files = [{"key": part.key, "size": part.path.stat().st_size, "etag": ""} for part in parts]
        try:
            with (
                scope.organization(organization_id),
                cut_off(lambda: time.monotonic() - bill.meter.waited() > deadline),
            ):
                loads = replace(source=source, bill=bill, files=files, execution_id=execution_id, at=at)
        except CutOff:
            raise BillRefused(
                f"The bill was read, but not stored within {seconds:.0f} seconds, and was given up. Nothing was "
                "changed: what was loaded before stays.",
                permanent=False,
            ) from None
    return bill, loads


def complete_days(sums: PeriodSums, *, at: datetime) -> tuple[date | None, date | None]:
    """The first billed day, and the first one that is not complete: providers restate the last day they wrote.

    A period is complete to its end once it is over for two days and was billed to its last day. From the first day on
    of which a row was left out, no day is complete.
    """
    first, last = sums.first_usage_date, sums.last_usage_date
    if first is None or last is None:
        return None, None
    bad = quarantine.incomplete_from(sums.left_out, sums.billing_period)
    if bad is not None and bad <= last:
        return first, max(first, bad)
    end = (sums.billing_period.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    is_over = at.date() >= end + dt.timedelta(days=CLOSES_AFTER_DAYS)
    if is_over and last >= end - dt.timedelta(days=1):
        return first, end
    return first, last


def _copy_lines(cursor: Any, bill: ReadBill) -> None:  # noqa: ANN401 - Django's cursor wrapper
    """All lines and their details into temporary tables."""
    columns = {name: TYPES.get(name, "text") for name in WRITTEN_COLUMNS}
    copy_blocks(cursor, bill.lines, table="bill_lines", columns=columns)
    cost_details.copy(cursor, bill.details)


def _put(
    cursor: Any,  # noqa: ANN401 - Django's cursor wrapper
    *,
    source: BillSource,
    sums: PeriodSums,
    bill_format: str,
    files: list[dict[str, Any]],
    execution_id: str,
    at: datetime,
    meter: Meter,
) -> tuple[BillLoad, PeriodSums | None]:
    """The load that now has the period, with its lines, and what they add up to; None: it was there before."""
    same = already_loaded(billing_period=sums.billing_period, execution_id=execution_id)
    rivals = bill_rivals.rivals_of(source, sums)
    wider = next((one.load for one in rivals if one.how is Likeness.WITHIN), None)
    if (there := same or wider) is not None:
        return bill_rivals.note_second_way(there, source, sums), None
    bill_rivals.require_same_bill(source, sums)
    bill_rivals.require_none_crossed(source, sums, rivals)
    earlier = _retire(source, sums.billing_period, [one.load for one in rivals])
    changed = bill_sums.changes(earlier.services, sums.services) if earlier and earlier.services else []
    billed_from, billed_until = complete_days(sums, at=at)
    load = BillLoad.objects.create(
        source=source,
        billing_period=sums.billing_period,
        state=BillLoad.State.LOADED,
        execution_id=execution_id,
        bill_format=bill_format,
        files=files,
        row_count=sums.row_count,
        line_count=sums.line_count,
        totals=_as_text(sums.totals),
        invoice_totals=_as_text(sums.invoice_totals),
        billing_account_ids=list(sums.billing_account_ids),
        sub_account_ids=list(sums.sub_account_ids),
        billed_from=billed_from,
        billed_until=billed_until,
        loaded_at=at,
        message=_message(sums, rivals),
        kinds=[one.to_json() for one in sums.kinds],
        services=[list(one) for one in sums.services],
        changes=[one.to_json() for one in changed[: bill_sums.MOST_CHANGES]],
        change_count=len(changed),
        replaces=earlier.id if earlier else None,
        quarantined_count=len(sums.left_out),
        quarantined=[one.to_json() for one in quarantine.tallies(sums.left_out)],
    )
    line_rows.insert(cursor, load, meter=meter)
    cost_details.insert(cursor, load)
    _keep(sums.left_out[: quarantine.KEPT_ROWS], load)
    return load, sums


def _keep(rows: Sequence[BadRow], load: BillLoad) -> None:
    """Rows that were left out, as their load's page shows them."""
    QuarantinedRow.objects.bulk_create(
        QuarantinedRow(
            load=load,
            part=row.part,
            row_number=row.row_number,
            column=row.column,
            value=row.value,
            reason=row.reason,
            remedy=row.remedy,
            currency=row.currency,
            billed_cost=quarantine.held(row.costs["billed_cost"]),
        )
        for row in rows
    )


def _retire(source: BillSource, billing_period: date, rivals: Sequence[BillLoad]) -> BillLoad | None:
    """Take the lines of what is replaced away. Gives back the load whose place is taken; its figures stay."""
    own = BillLoad.objects.filter(source=source, billing_period=billing_period, state=BillLoad.State.LOADED)
    earlier = [*own, *rivals]
    ids = [one.id for one in earlier]
    BillLoad.objects.filter(id__in=ids).update(state=BillLoad.State.REPLACED, services=[])
    # Straight in the table: nothing refers to a line, and there may be millions.
    for rows in (CostLine, CostDay, CostDetail, CostRate, CostTagKey, QuarantinedRow):
        rows.objects.filter(load_id__in=ids)._raw_delete(database.alias)  # noqa: SLF001 - the public one would fetch every row first
    return next(iter(earlier), None)


def _message(sums: PeriodSums, rivals: Sequence[bill_rivals.Rival]) -> str:
    left_out = quarantine.message(quarantine.tallies(sums.left_out), row_count=sums.row_count)
    sentences = [*sums.notes, *([left_out] if left_out else [])]
    if sums.rows_without_cost:
        rows = "row has" if sums.rows_without_cost == 1 else "rows have"
        sentences.append(f"{sums.rows_without_cost:,} {rows} no list or contracted cost, which counts as 0 there.")
    return " ".join([*sentences, *bill_rivals.place_taken(sums, rivals)])


def _put_sums(cursor: Any, added_up: AddedUp, put: Sequence[tuple[BillLoad, PeriodSums]]) -> None:  # noqa: ANN401 - Django's cursor wrapper
    """Write what pages read of each load, and compare all that was written of it with the files."""
    cost_days.copy(cursor, added_up.days)
    cost_rates.copy(cursor, added_up.rates)
    cost_tags.copy(cursor, keys=added_up.tag_keys, values=added_up.tags)
    for load, sums in put:
        cost_days.insert(cursor, load)
        cost_rates.insert(cursor, load)
        cost_tags.insert(cursor, load)
        _require_equal(cursor, load, sums)
    cursor.execute("drop table bill_days, bill_rates, bill_tag_keys, bill_tags")


def _require_equal(cursor: Any, load: BillLoad, sums: PeriodSums) -> None:  # noqa: ANN401 - Django's cursor wrapper
    """Compare what PostgreSQL now holds with what the files held, digit by digit."""
    added = ", ".join(f"sum({name}) as {name}" for name in cost_days.SUMS)
    cursor.execute(
        f"create temporary table bill_written on commit drop as "
        f"select billing_currency, detail_number, {added}, {cost_rates.OF_LINES} "
        f"from {LINES} where organization_id = %s and load_id = %s group by 1, 2",
        [load.organization_id, load.id],
    )
    in_files = {currency: dict(totals) for currency, totals in sums.totals.items()}
    for held in (_totals(cursor, "bill_written"), totals_held(load, table=cost_days.TABLE)):
        if held != in_files:
            raise BillRefused(
                f"What was written for {load.billing_period} does not equal the files: {_as_text(held)} instead of "
                f"{_as_text(sums.totals)}. Nothing was changed; please report it.",
                permanent=False,
            )
    if (differing := cost_tags.difference(cursor, load)) is not None:
        raise BillRefused(
            f"What was added up for {load.billing_period} by the tag {differing[0]!r} in {differing[1]} does not equal "
            "the lines. Nothing was changed; please report it.",
            permanent=False,
        )
    if (currency := cost_rates.difference(cursor, load)) is not None:
        raise BillRefused(
            f"What was added up for {load.billing_period} by meter in {currency} does not equal the lines. Nothing was "
            "changed; please report it.",
            permanent=False,
        )
    cursor.execute("drop table bill_written")


def totals_held(load: BillLoad, *, table: str = LINES) -> dict[str, dict[str, Decimal]]:
    """Rows and costs of a load's lines by currency, as PostgreSQL adds them up; or of its days."""
    with database.cursor() as cursor:
        return _totals(cursor, f"{table} where organization_id = %s and load_id = %s", [load.organization_id, load.id])


def _totals(cursor: Any, rows: str, values: Sequence[object] = ()) -> dict[str, dict[str, Decimal]]:  # noqa: ANN401 - Django's cursor wrapper
    columns = ("row_count", *COSTS)
    cursor.execute(
        f"select billing_currency, {', '.join(f'sum({name})' for name in columns)} from {rows} group by 1", values
    )
    return {currency: dict(zip(columns, values, strict=True)) for currency, *values in cursor.fetchall()}


def _as_text(totals: Mapping[str, Mapping[str, Decimal]]) -> dict[str, dict[str, str]]:
    return {
        key: {name: plain(value) for name, value in one.items() if name != "row_count"} for key, one in totals.items()
    }
