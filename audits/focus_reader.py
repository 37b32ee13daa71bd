"""The child that reads a bill: a request on its input, a report in its work folder, the lines on its output."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import threading
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from audits import (
    bad_rows,
    bill_copies,
    bill_memory,
    bill_parts,
    focus,
    part_notes,
    part_sizes,
    period_report,
    recognise,
    sum_reader,
)
from audits.bill_child import end_with_parent, first_line
from audits.bill_parts import MEMORY_MB, BillRefused, Part
from audits.checked_reading import CheckedReading
from audits.child_gauge import Gauge
from audits.closed_database import closed_database
from audits.detail_reader import DetailReader
from audits.focus_process import ALL_LINES
from audits.line_shares import shares
from audits.load_meter import Phase
from audits.opened_parts import OpenedParts
from audits.quarantine import NONE, Bounds
from audits.read_errors import reason_of
from audits.unreadable import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from audits.bad_rows import Found
    from audits.quarantine import BadRow
    from audits.recognise import Reading

REFUSED_EXIT = 2
PART_NUMBER = re.compile(r"/(?:parts|pipes)/(\d+)")
LINE_NUMBER = re.compile(r"Line: (\d+)")


def main() -> int:
    """Read one request from standard input, report, and write the lines to standard output."""
    request = json.loads(first_line(sys.stdin.fileno()))
    work = Path(request["work"])
    threading.Thread(target=end_with_parent, args=(work,), daemon=True).start()
    return answer(work, request)


def answer(work: Path, request: Mapping[str, Any]) -> int:
    """Do what a request asks, and give the exit code. What lacks memory is refused in the same words wherever it is."""
    try:
        return _read(work, request)
    except BillRefused as error:
        return _refuse(work, error)
    except duckdb.OutOfMemoryException as error:
        return _refuse(work, bill_memory.refusal(error, memory_mb=request["memory_mb"]))


def _read(work: Path, request: Mapping[str, Any]) -> int:
    parts = [Part(path=Path(one["path"]), key=one["key"], size=one["size"]) for one in request["parts"]]
    period = date.fromisoformat(request["period"]) if request["period"] else None
    bounds = Bounds(rows=request["bounds"][0], percent=Decimal(request["bounds"][1]))
    database = Reader(work=work, parts=parts, period=period, bounds=bounds, memory_mb=request["memory_mb"])
    database.gauge.tell_into(work)
    _leave(work, database.read())
    try:
        database.write_lines()
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error:
        # Nobody takes the lines any more. Whoever does not live cannot clean up either.
        shutil.rmtree(work, ignore_errors=True)
        return 1
    (work / ALL_LINES).touch()
    os.close(sys.stdout.fileno())  # so that they are written to the database while the sums are made
    most_keys, most_values = request["most_tags"]
    database.add_up(most_keys=most_keys, most_values=most_values)
    return 0


def _refuse(work: Path, error: BillRefused) -> int:
    refused = {"message": str(error), "part": error.part, "field": error.field, "permanent": error.permanent}
    _leave(work, {"refused": refused})
    return REFUSED_EXIT


def _leave(work: Path, report: dict[str, Any]) -> None:
    (work / "report.new").write_text(json.dumps(report))
    (work / "report.new").rename(work / "report.json")


class Reader:
    """A bill's parts, read by a DuckDB database in this process."""

    def __init__(
        self,
        *,
        work: Path,
        parts: Sequence[Part],
        period: date | None,
        bounds: Bounds = NONE,
        memory_mb: int = MEMORY_MB,
    ) -> None:
        bill_parts.require_whole(parts)
        self.memory_mb = memory_mb
        self.parts = parts
        self.copies: dict[int, int] = {}
        self.bounds = bounds
        self.spill = work / "spill"
        self.left_out_by_part: dict[int, int] = {}
        self.format_id = recognise.FOCUS
        self.period = period
        self.links = [work / "parts" / str(number) for number in range(len(parts))]
        pipes = [work / "pipes" / str(number) for number in range(len(parts))]
        (work / "parts").mkdir()
        (work / "pipes").mkdir()
        for link, part in zip(self.links, parts, strict=True):
            link.symlink_to(part.path)  # a name without wildcards, periods or anything else that a reader would act on
        self.database = closed_database(parts, work=work, spill=self.spill, memory_mb=memory_mb)
        self.opened = OpenedParts(self.database, parts=parts, links=self.links, pipes=pipes)
        self.details = DetailReader()
        self.gauge = Gauge()
        # An export's run has a name of its own, so nobody asks what its parts hold.
        self.checked = CheckedReading(
            self.database, parts=parts, pipes=pipes, gauge=self.gauge, has_digests=period is None
        )
        self.work = work

    def read(self) -> dict[str, Any]:
        """Sum the rows and report. Raises BillRefused, and what DuckDB does where it lacks memory."""
        readings = self._sum()
        left_out = self._leave_out(readings)
        self.gauge.begin_ordering()
        self.details.write(self.database, self.work)
        rows = self._rows_by_part()
        self.copies = bill_copies.told(self.copies, rows)
        return {
            "rows_by_part": rows,
            "copies": list(self.copies.items()),
            "contents": self.checked.contents.digests(),
            "left_out": [one.to_json() for one in left_out],
            "periods": period_report.periods(
                self.database,
                details=self.details,
                format_id=self.format_id,
                notes=part_notes.notes(self.parts, self.copies),
            ),
            "bill_format": self.format_id,
        }

    def _sum(self) -> list[Reading]:
        readings: list[Reading] = []
        try:
            with self.checked.looking():
                alike = bill_copies.alike(self.parts)
                readings = self.opened.readings()
                groupings = self.opened.groupings(readings)
            for query, fed, numbers in self.opened.long_numbers(readings):
                self.opened.require_kept(self.checked.read(query, fed, through=numbers))
            self._group(readings, groupings)
            with self.checked.looking():
                readings = self.opened.kept(readings, alike)
                self.copies = bill_copies.copies(alike, [one.keep for one in readings])
                self.format_id = readings[0].format_id
                self.details = self.opened.details(readings)
            counted = self._counted()
            self._sum_rows(
                [
                    (one, [number for number in counted if readings[number] == one], ())
                    for one in dict.fromkeys(readings[number] for number in counted)
                ],
                phase=Phase.READING,
                fed=self.opened.fed(readings, counted),
            )
        except UNREADABLE as error:
            raise self.refusal(error, readings) from None
        return readings

    def _group(
        self, readings: Sequence[Reading], groupings: Sequence[tuple[str, Sequence[int], Sequence[int]]]
    ) -> None:
        """Keep rows alike, so that what tells which of them to read is asked of these; where there is no room, none."""
        if not groupings:
            return
        grouped = [number for _, _, numbers in groupings for number in numbers]
        by_links = " union all ".join(self.opened.source(readings[number], [number]) for number in grouped)
        self.gauge.begin_reading(part_sizes.of_what_is_read(self.database, by_links, links=self.links), Phase.READING)
        with suppress(duckdb.OutOfRangeException, duckdb.ConversionException, duckdb.OutOfMemoryException):
            for at, (statement, fed, numbers) in enumerate(groupings):
                self.checked.read(statement, fed, through=numbers)
                self.opened.keep_groups(at, numbers)

    def _counted(self) -> list[int]:
        return [number for number in range(len(self.parts)) if number not in self.copies]

    def _sum_again(self, readings: Sequence[Reading], without: Mapping[int, Sequence[int]]) -> None:
        """As `_sum`, without rows by their number: by part, because a row's number is that within its file."""
        try:
            self._sum_rows(
                [(readings[number], [number], without.get(number, ())) for number in self._counted()],
                phase=Phase.READING_AGAIN,
            )
        except UNREADABLE as error:
            raise self.refusal(error, readings) from None

    def _sum_rows(
        self,
        parts: Sequence[tuple[Reading, Sequence[int], Sequence[int]]],
        *,
        phase: Phase,
        fed: Sequence[int] = (),
    ) -> None:
        """Sum rows of parts that are read the same way, without some of their rows. Those `fed` are unpacked for it."""
        names, read = self.details.names, self.opened.rows
        alike, alone = (
            " union all by name ".join(read(*one, names, is_alike=is_alike, fed=fed) for one in parts)
            for is_alike in (True, False)
        )
        if any(set(numbers) - self.opened.groups.keys() or without for _, numbers, without in parts):
            by_links = " union all by name ".join(read(*one, names) for one in parts)
            self.gauge.begin_reading(part_sizes.of_what_is_read(self.database, by_links, links=self.links), phase)
        self._keep_summed(alike, alone, fed)
        self._tidy()
        self.details.number(self.database)

    def _keep_summed(self, alike: str, alone: str, fed: Sequence[int]) -> None:
        """Those alike as one, where that pays, there is room, and their sums are as short as a row's number may be."""
        if alike != alone:
            not_kept = [number for number in fed if number not in self.opened.groups]
            with suppress(duckdb.OutOfRangeException, duckdb.ConversionException, duckdb.OutOfMemoryException):
                return self._keep(alike, focus.QUANTITY_SCALE, not_kept)
        with suppress(duckdb.OutOfRangeException):
            return self._keep(alone, focus.QUANTITY_SCALE, fed)
        return self._keep(alone, focus.WIDE_SCALE, fed)  # raises where a cost is too long: costs are never rounded

    def _keep(self, rows: str, scale: int, fed: Sequence[int]) -> None:
        summed = focus.summed(rows, period=self.period, details=self.details.names, quantity_scale=scale)
        self.checked.read(f"create or replace temp table summed as {summed}", fed, through=range(len(self.parts)))

    def _tidy(self) -> None:
        """Nearly no bill says nothing in two ways, and of those that do nearly none has the same line in both."""
        names, rows = self.details.names, "from summed"
        has_words, has_like_lines = self.database.execute(focus.untidiness(details=names)).fetchone() or (True, True)
        if has_like_lines:
            self.database.execute(f"create or replace temp table tidy as {focus.tidied(details=names, is_summed=True)}")
            rows = "from tidy"
        elif has_words:
            rows = focus.tidied(details=names, is_summed=False)
        self.database.execute(f"create or replace temp view sums as {rows}")

    def write_lines(self) -> None:
        """All lines as CSV to standard output, as nearly as there is memory in the order of the index that they will be
        looked up by.
        """
        columns, order = ", ".join(focus.WRITTEN_COLUMNS), "sub_account_id, resource_id, charge_date"
        lines = self.details.numbered_lines()
        counts = "select sub_account_id, count(*) from sums where is_line group by 1 order by 1"
        asked = shares(self.database.execute(counts).fetchall())
        if len(asked) > 1:  # there is no memory for numbering and for ordering so many at once
            self.database.execute(f"create temp table lines as select {columns} from {lines}")
            lines = "lines"
        for share in asked:
            self.database.execute(
                f"copy (select {columns} from {lines} where {share} order by {order}) to '/dev/stdout' "
                "(format csv, header false, delimiter ',', quote '\"', escape '\"', nullstr '', use_tmp_file false)"
            )
        self.database.execute("drop table if exists lines")  # they are added up from the sums, with its memory

    def add_up(self, *, most_keys: int, most_values: int) -> None:
        """Leave the sums of the lines by day and tag in the work folder. Raises BillRefused."""
        try:
            sum_reader.write(self.database, self.details, self.work, most_keys=most_keys, most_values=most_values)
        except duckdb.OutOfRangeException as error:
            raise self.refusal(error, []) from None

    def _leave_out(self, readings: Sequence[Reading]) -> list[BadRow]:
        """Sum the rows again without the bad ones, where these are few. Raises BillRefused where they are not.

        A bill without bad rows is not read again.
        """
        counted = {
            _number_of(name): (bad, own)
            for name, bad, own in self.database.execute(
                "select filename, sum(bad_rows)::bigint, sum(own_rows)::bigint from sums where not is_line group by 1"
            ).fetchall()
        }
        if self._has_bad_text():
            suspects = self._counted()
        elif not (suspects := sorted(number for number, (bad, _) in counted.items() if bad)):
            return []
        bill_memory.forget_sums(self.database)
        rows = sum(own for _, own in counted.values())
        most = self.bounds.most(rows)
        found: list[Found] = []
        for number in suspects:
            found.append(self._find(number, readings[number], most))
            if sum(one.count for one in found) > most:
                of_first = next(one for one in found if one.count)
                raise bad_rows.refusal(of_first.rows[0], count=of_first.count, rows=rows, most=most)
        left_out = dict(zip(suspects, found, strict=True))
        self._sum_again(readings, {number: one.row_numbers for number, one in left_out.items() if one.count})
        self._require_rest(rows - sum(one.count for one in found))
        self.left_out_by_part = {number: one.count for number, one in left_out.items()}
        return [row for one in found for row in one.rows]

    def _find(self, number: int, reading: Reading, most: int) -> Found:
        return bad_rows.find(
            part=self.parts[number],
            reading=reading,
            source=self.opened.source(reading, [number]),
            period=self.period,
            details=self.details.names,
            most=most,
            spill=self.spill,
            memory_mb=self.memory_mb,
        )

    def _has_bad_text(self) -> bool:
        """What PostgreSQL could not hold: the character NUL, and ids longer than an index entry."""
        found = self.database.execute(
            f"select count(*) from sums where is_line and ({focus.has_bad_text(self.details.names)})"
        ).fetchone()
        return found != (0,)

    def _require_rest(self, rows: int) -> None:
        """No bad row is among those that are left, and no good one is missing."""
        tallied = "select sum(own_rows)::bigint, sum(bad_rows)::bigint from sums where not is_line"
        if self.database.execute(tallied).fetchone() != (rows, 0) or self._has_bad_text():
            raise RuntimeError("The rows that were left out are not those that cannot be read.")

    def _rows_by_part(self) -> list[int]:
        counts = {
            _number_of(name): int(rows)
            for name, rows in self.database.execute(
                "select filename, sum(own_rows) from sums where not is_line group by 1"
            ).fetchall()
        }
        if not counts:
            raise BillRefused(
                f"{self.parts[0].key} holds no rows, only a header, and so does every other part. What was loaded "
                "before stays. Export the period anew.",
                part=self.parts[0].key,
                permanent=False,
            )
        return [counts.get(number, 0) + self.left_out_by_part.get(number, 0) for number in range(len(self.parts))]

    def refusal(self, error: duckdb.Error, readings: Sequence[Reading]) -> BillRefused:
        """DuckDB's failure in our words: which part, which line, what to do."""
        if isinstance(error, duckdb.OutOfRangeException):
            bill_memory.forget_sums(self.database)
            return bad_rows.too_much(
                list(zip(self.parts, readings, strict=False)),
                source=self.opened.source,
                counted=self._counted(),
                details=self.details.names,
                spill=self.spill,
                memory_mb=self.memory_mb,
            )
        key, text = self.parts[self._failing_part(error, readings)].key, str(error)
        line = LINE_NUMBER.search(text)
        where = f"{key}, line {int(line[1]):,}" if line else key
        return BillRefused(f"{where}: {reason_of(text)}. Fetch or export it anew.", part=key)

    def _failing_part(self, error: duckdb.Error, readings: Sequence[Reading]) -> int:
        named = PART_NUMBER.search(str(error))
        if named:
            return int(named[1])
        for number, reading in enumerate(readings):
            try:
                rows = self.opened.rows(reading, [number])
                self.database.execute(f"select sum(billed_cost) from ({rows})").fetchall()
            except duckdb.Error:
                return number
        return self.opened.opening


def _number_of(name: str) -> int:
    return int(name.rpartition("/")[2])


if __name__ == "__main__":
    sys.exit(main())
