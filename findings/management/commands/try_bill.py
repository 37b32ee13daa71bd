"""Prints what a bill alone proves: no cloud access, no account, nothing is kept."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from audits import bills, quarantine
from audits.billed_things import BilledThings, written_lines
from audits.focus_process import read_bill
from audits.load_meter import Meter, Phase
from audits.recognise import TITLES
from audits.terminal_line import shown
from findings.bill_span import span_of
from findings.reports import bill_list
from findings.try_bill import try_bill

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from datetime import date

    from audits.billed_things import Span
    from audits.focus import Sums

MINUTE_SECONDS = 60
MOST = 10


class Command(BaseCommand):
    help = (
        "Print what a bill alone proves, on AWS, Azure or Google Cloud: FOCUS, AWS Cost and Usage Report, Azure actual "
        "and amortised cost, or Google Cloud billing rows. Needs no cloud access and no database; keeps nothing."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seconds", type=int, default=10 * MINUTE_SECONDS, help="give up after so long (600)")
        parser.add_argument("--most", type=int, default=MOST, help=f"findings to show of each rule (default: {MOST})")
        parser.add_argument("files", nargs="+", metavar="FILE", help="all parts of the bill")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        parts = [bills.Part(path=Path(name), key=Path(name).name) for name in options["files"]]
        meter = Meter()
        try:
            with (
                shown(meter, self.stderr) as line,
                read_bill(
                    parts=parts, period=None, seconds=options["seconds"], bounds=bills.bounds(), meter=meter
                ) as bill,
            ):
                span, missing = span_of(bill.sums, at=timezone.now())
                with line.aside():
                    self._say_what_it_is(bill.sums, span, missing)
                meter.begin(Phase.JUDGING, all_rows=bill.line_count)
                tried = try_bill(BilledThings(written_lines(bill.lines), span))
        except bills.BillRefused as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(bill_list.render(tried, most=options["most"]), ending="")

    def _say_what_it_is(self, sums: Sums, span: Span, missing: date | None) -> None:
        rows = sum(sums.rows_by_part)
        last = span.until - timedelta(days=1)
        self.stdout.write(f"{TITLES[sums.bill_format]}, {rows:,} rows, complete from {span.first} to {last}.")
        if missing is not None:
            self.stdout.write(
                f"{missing:%Y-%m} is not whole in these files, so nothing is told of it and the months before it."
            )
        for period in sums.periods:
            for currency, totals in sorted(period.totals.items()):
                self.stdout.write(
                    f"  {period.billing_period:%Y-%m}: {bills.plain(totals['billed_cost'])} {currency} billed, "
                    f"{bills.plain(totals['effective_cost'])} {currency} in effect"
                )
            for note in period.notes:
                self.stdout.write(f"  {note}")
        if sums.left_out:
            self.stdout.write(
                quarantine.message(quarantine.tallies(sums.left_out), row_count=rows - len(sums.left_out))
            )
            for line in quarantine.lines(sums.left_out, most=MOST):
                self.stdout.write(f"  {line}")
