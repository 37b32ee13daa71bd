"""Loads a bill's files from this machine into an organisation's cost lines, and shows that the totals are equal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from audits import bills, left_out_tags, quarantine, whose_bill
from audits.bill_copies import note
from audits.focus import COSTS
from audits.load_meter import Meter
from audits.recognise import TITLES
from audits.terminal_line import shown
from tenants import scope

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Mapping
    from decimal import Decimal
    from uuid import UUID

    from audits.models import BillLoad, BillSource

MOST_ROWS = 20  # left out, and printed; the others stand on the load's page
HOUR_SECONDS = 3600


class Command(BaseCommand):
    help = (
        "Load all parts of a bill at once, as a connection's bill or as that of a source of files: FOCUS 1.0 to 1.4, "
        "AWS Cost and Usage Report, Azure actual and amortised cost (both together), or Google Cloud billing rows. "
        "CSV, JSON lines, each also as gzip, or Parquet; the format is told from the columns."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        whose_bill.add_arguments(parser)
        parser.add_argument("--seconds", type=int, default=HOUR_SECONDS, help="give up after so long (default: 3600)")
        parser.add_argument("files", nargs="+", metavar="FILE", help="the parts of the bill")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's options
        parts = [bills.Part(path=Path(name), key=Path(name).name) for name in options["files"]]
        with whose_bill.found(options, command="load_bill", at=timezone.now()) as (organization_id, source):
            self._load(organization_id, source, parts, seconds=options["seconds"])

    def _load(self, organization_id: UUID, source: BillSource, parts: list[bills.Part], *, seconds: float) -> None:
        meter = Meter()
        try:
            with shown(meter, self.stderr):
                bill, loads = bills.load_files(
                    organization_id=organization_id,
                    source=source,
                    parts=parts,
                    seconds=seconds,
                    at=timezone.now(),
                    meter=meter,
                )
        except bills.BillRefused as refused:
            raise CommandError(f"{refused}\nNothing was changed.") from None
        self.stdout.write(f"Format: {TITLES[bill.sums.bill_format]}")
        for number, (part, rows) in enumerate(zip(parts, bill.sums.rows_by_part, strict=True)):
            same = bill.sums.copies.get(number)
            self.stdout.write(f"{part.key}: {rows:,} rows" if same is None else note(part.key, parts[same].key))
        for sums, load in zip(bill.sums.periods, loads, strict=True):
            self.stdout.write(
                f"Billing period {sums.billing_period}: {load.line_count:,} lines. {load.message}".strip()
            )
            if said := left_out_tags.note(load):
                self.stdout.write(f"  {said}")
            if load.row_count == sums.row_count:
                self._show_totals(sums.totals, load, organization_id)
                for line in quarantine.lines(sums.left_out, most=MOST_ROWS):
                    self.stdout.write(f"  {line}")
            else:
                self.stdout.write("  A wider bill of the same period is loaded already: nothing was changed.")

    def _show_totals(
        self, in_files: Mapping[str, Mapping[str, Decimal]], load: BillLoad, organization_id: UUID
    ) -> None:
        with scope.organization(organization_id):
            in_database = bills.totals_held(load)
        for currency, totals in in_files.items():
            for column in COSTS:
                file_sum, held = bills.plain(totals[column]), bills.plain(in_database[currency][column])
                verdict = "equal" if file_sum == held else "NOT EQUAL"
                self.stdout.write(f"  {currency} {column:<16} file {file_sum:>28}  database {held:>28}  {verdict}")
