"""Writes loaded cost lines as a FOCUS 1.2 file, and says what in it is not as FOCUS wants it."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from audits import bill_memory, focus_columns, focus_export, focus_parquet, whose_bill
from audits.models import BillLoad
from tenants import scope

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from datetime import date

    from django.db.models import QuerySet

    from audits.models import BillSource

# Option and the column of a line that must equal it.
NARROWED_BY = {
    "account": "sub_account_id",
    "service": "service_name",
    "region": "region_id",
    "currency": "billing_currency",
}


class Command(BaseCommand):
    help = (
        "Write the cost lines of a connection or of a source of files as one FOCUS 1.2 file, equal to what was loaded "
        "to the last digit. load_bill reads it again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        whose_bill.add_arguments(parser)
        parser.add_argument("--period", action="append", metavar="YYYY-MM", help="a billing period; may be repeated")
        parser.add_argument("--since", metavar="DATE", help="charges from this day on")
        parser.add_argument("--until", metavar="DATE", help="charges up to this day, that day too")
        for name in NARROWED_BY:
            parser.add_argument(f"--{name}", help=f"charges of this {name} only, written as in the bill")
        parser.add_argument("--format", choices=("csv", "parquet"), default="csv", help="default: csv")
        parser.add_argument("file", metavar="FILE", help="where to write it; a file that exists is not overwritten")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's options
        target = Path(options["file"])
        if target.exists() or not target.parent.is_dir():
            raise CommandError(
                f"{target} exists already: name another file."
                if target.exists()
                else f"{target.parent} is no directory: make it first."
            )
        periods = [_day("--period", f"{one}-01", "2026-10") for one in options.get("period") or ()]
        days = {
            name: _day(f"--{name}", options[name], "2026-10-31") for name in ("since", "until") if options.get(name)
        }
        narrowed = {column: options[name] for name, column in NARROWED_BY.items() if options.get(name)}
        with (
            whose_bill.found(options, command="export_focus", at=timezone.now()) as (organization_id, source),
            tempfile.TemporaryDirectory(prefix=".costframe-focus-", dir=target.parent) as work,
        ):
            with scope.organization(organization_id):
                loads = _loads(source, periods)
                lines = focus_export.lines_of(loads).filter(**narrowed)
                lines = lines.filter(**{f"charge_date__{HOW[name]}": day for name, day in days.items()})
                text = Path(work) / "focus.csv"
                try:
                    with text.open("w", encoding="utf-8", newline="") as file:
                        written = focus_export.write(loads, lines, file)
                except focus_export.CutShort as short:
                    raise CommandError(f"{short} Nothing was written: run the command again.") from None
                messages = [f"Bill of {one.billing_period:%Y-%m}: {one.message}" for one in loads if one.message]
            if not written.rows:
                raise CommandError("No line of the loaded bills is asked for. Nothing was written: ask for less exact.")
            if options["format"] == "parquet":
                text, messages = _as_parquet(text, written.columns, messages)
            _put(text, target)
        self.stdout.write(f"{target}: {written.rows:,} rows of FOCUS {focus_columns.VERSION}.")
        for note in (*written.notes, *messages):
            self.stdout.write(f"  {note}")


HOW = {"since": "gte", "until": "lte"}


def _loads(source: BillSource, periods: list[date]) -> QuerySet[BillLoad]:
    """The current loads of a source, of all periods where none is named, all of whose lines are still kept."""
    loads = BillLoad.objects.filter(source=source, state=BillLoad.State.LOADED).order_by("billing_period")
    if periods:
        there = set(loads.values_list("billing_period", flat=True))
        if missing := sorted(set(periods) - there):
            known = ", ".join(f"{one:%Y-%m}" for one in sorted(there)) or "none"
            raise CommandError(f"--period {missing[0]:%Y-%m} is not loaded. Loaded here: {known}.")
        loads = loads.filter(billing_period__in=periods)
    if gone := loads.exclude(lines_removed_at=None).first():
        raise CommandError(
            f"The lines of {gone.billing_period:%Y-%m} are no longer kept. Name the other periods with --period, or "
            "load that bill again."
        )
    return loads


def _as_parquet(text: Path, columns: tuple[str, ...], messages: list[str]) -> tuple[Path, list[str]]:
    whole = text.with_suffix(".parquet")
    memory_mb = settings.BILL_MEMORY_MB
    try:
        inexact = focus_parquet.write(text, whole, columns=columns, memory_mb=memory_mb)
    except duckdb.OutOfMemoryException as error:
        remedy = (
            "The disk has no room for what is kept beside the file meanwhile: name one on a disk that has more."
            if bill_memory.is_of_the_disk(error)
            else f"It needs more memory than the {memory_mb} MB of COSTFRAME_BILL_MEMORY_MB. Set more, or write CSV, "
            "which needs none of it."
        )
        raise CommandError(f"Parquet could not be written, and nothing was. {remedy}") from None
    said = [f"{name}: kept as text, since no decimal holds all of its values exactly." for name in inexact]
    return whole, [*said, *messages]


def _put(whole: Path, target: Path) -> None:
    """Give the file its name once it is whole, unless somebody else took the name meanwhile."""
    try:
        os.link(whole, target)
    except FileExistsError:
        raise CommandError(f"{target} exists already: name another file.") from None


def _day(name: str, value: str, example: str) -> date:
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        shown = value.removesuffix("-01") if name == "--period" else value
        raise CommandError(f"{name} {shown!r} cannot be read. Write it like {example}.") from None
