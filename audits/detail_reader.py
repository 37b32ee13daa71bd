"""The details of a bill that is being read: which columns it has, numbered, and written beside the lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audits import charge_details
from audits.focus_process import DETAILS
from audits.focus_values import quoted

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    import duckdb


@dataclass(frozen=True, kw_only=True)
class DetailReader:
    """The further columns of a bill: those that FOCUS knows, those kept aside, and those left out for their values."""

    known: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What a line is told apart by, beside its own columns."""
        return (*self.known, *self.aside)

    def number(self, database: duckdb.DuckDBPyConnection) -> None:
        """Give each combination that the lines of `sums` have a number, in the table `details`."""
        if self.names:
            database.execute(f"create or replace temp table details as {charge_details.numbered(self.names)}")

    def numbered_lines(self) -> str:
        """A FROM that gives the lines of `sums` with their `detail_number`; null where the bill tells nothing more."""
        if not self.names:
            return "(select *, null as detail_number from sums where is_line)"
        return f"(select * from sums join details using ({', '.join(map(quoted, self.names))}) where is_line)"

    def write(self, database: duckdb.DuckDBPyConnection, folder: Path) -> None:
        """The details as CSV into `folder`: number, columns, tags, and what is kept aside, each as JSON."""
        if not self.names:
            return
        known = charge_details.as_json([name for name in self.known if name != charge_details.TAGS])
        tags, aside = "coalesce(tags_read, '{}')", charge_details.as_json(self.aside)
        database.execute(
            f"copy (select detail_number, {known}, {tags}, {aside} from details) to '{folder / DETAILS}' "
            "(format csv, header false, delimiter ',', quote '\"', escape '\"')"
        )

    def notes(self, database: duckdb.DuckDBPyConnection, period: date) -> list[str]:
        """What of a period's further columns could not be kept, in sentences."""
        found = []
        if self.left_out:
            found.append(
                f"Not kept, since they have another value in nearly every row: {', '.join(sorted(self.left_out))}."
            )
        if charge_details.TAGS in self.names:
            unread = f"select sum(row_count)::bigint from {self.numbered_lines()} where {charge_details.UNREAD_TAGS}"
            (rows,) = database.execute(f"{unread} and billing_period = ?", [period]).fetchone() or (None,)
            if rows:
                found.append(f"{rows:,} rows have tags that are no JSON object of texts; they are kept without tags.")
        return found
