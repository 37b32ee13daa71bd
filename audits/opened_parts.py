"""The parts of a bill, opened in DuckDB: how each is to be read, and the SQL that reads it. In the child only."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import duckdb

from audits import alike_rows, bill_parts, charge_details, focus, recognise
from audits.bill_format import NUMBER
from audits.bill_parts import BillRefused, Part, Shape
from audits.detail_reader import DetailReader
from audits.part_feeds import MOST_FED
from audits.recognise import SHOWN_CHARACTERS, Reading

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from duckdb.sqltypes import DuckDBPyType

# Bytes; a quarter of what DuckDB takes, and less time: fewer pages are new to the process. Of gzip alone: a plain
# file's buffers may be read twice, which counts as progress.
BUFFER = 8_000_000
NEVER_WRITTEN = "\x01 nothing of a bill \x01"
LONG_NUMBER = r'":\s*-?0*\.?0*[1-9](\.?[0-9]){15}'
NAMED_NUMBER = r'"[^"]*":\s*-?[0-9][0-9.]*(?:[eE][+-]?[0-9]+)?'
NUMBER_IN_IT = r'":\s*(-?[0-9][0-9.eE+-]*)$'
LARGEST_WHOLE = 18  # digits; JSON readers hold whole numbers in 64 bits


class OpenedParts:
    """Parts that a database may read, each by its link; where they are fed, those of gzip through their pipes."""

    def __init__(
        self,
        database: duckdb.DuckDBPyConnection,
        *,
        parts: Sequence[Part],
        links: Sequence[Path],
        pipes: Sequence[Path] = (),
    ) -> None:
        self.database = database
        self.parts = parts
        self.links = links
        self.pipes = pipes
        self.opening = 0  # the part that was looked at last
        self.pays: dict[Reading, bool] = {}
        self.groups: dict[int, str] = {}  # by part the FROM of its rows alike, where these are kept

    def readings(self) -> list[Reading]:
        """How each part is to be read. Raises BillRefused, and what DuckDB does.

        All are of one format: the same costs in two would be counted twice.
        """
        found: list[Reading] = []
        for number, part in enumerate(self.parts):
            self.opening = number
            shape = bill_parts.text_shape(part) or self._parquet_shape(number)
            format_id = recognise.recognise(part, shape)
            reading = Reading(shape=recognise.full_shape(shape, format_id), format_id=format_id)
            source = self.source(reading, [number])
            dialect = recognise.dialect_of(part, shape, format_id, source, self._ask)
            found.append(replace(reading, dialect=dialect))
            if format_id != found[0].format_id:
                raise BillRefused(
                    f"{self.parts[0].key} is {recognise.TITLES[found[0].format_id]} and {part.key} is "
                    f"{recognise.TITLES[format_id]}. Load them one after the other.",
                    part=part.key,
                )
        return found

    def fed(self, readings: Sequence[Reading], numbers: Sequence[int]) -> list[int]:
        """Of parts those that are unpacked for DuckDB: the largest that are packed, but no JSON.

        The others it unpacks itself. It reads JSON from a pipe more slowly.
        """
        packed = [
            number for number in numbers if readings[number].shape.is_gzip and readings[number].shape.format == "csv"
        ]
        return sorted(packed, key=lambda number: -self.parts[number].path.stat().st_size)[:MOST_FED]

    def groupings(self, readings: Sequence[Reading]) -> list[tuple[str, Sequence[int], Sequence[int]]]:
        """Tables to be made, each of the rows alike of some parts: where rows must be asked twice.

        Each comes with the parts that are fed to it and that it reads.

        What they hold is read instead of the parts once they are told to `keep_groups`.
        """
        if not recognise.may_tell_twice(self.parts, readings):
            return []
        found: list[tuple[str, Sequence[int], Sequence[int]]] = []
        for at, reading in enumerate(dict.fromkeys(readings)):
            numbers = [number for number, one in enumerate(readings) if one == reading]
            if self._pays(reading, numbers):
                fed = self.fed(readings, numbers)
                rows = recognise.grouped(reading, self.source(reading, numbers, fed=fed))
                found.append((f"create or replace temp table alike_{at} as {rows}", fed, numbers))
        return found

    def keep_groups(self, at: int, numbers: Sequence[int]) -> None:
        """The table `alike_{at}` has the rows of parts."""
        for number in numbers:
            self.groups[number] = f"(select * from alike_{at} where ends_with(filename, '/{number}'))"

    def kept(self, readings: Sequence[Reading], alike: Sequence[int]) -> list[Reading]:
        """The readings with what is to be read of each, where parts are `alike` (`audits.bill_copies`).

        Raises BillRefused, and what DuckDB does.
        """
        if not recognise.may_tell_twice(self.parts, readings):
            return list(readings)
        rows = [
            recognise.as_text(
                one, self.groups.get(number) or self.source(one, [number]), is_grouped=number in self.groups
            )
            for number, one in enumerate(readings)
        ]
        return recognise.kept(self.parts, readings, rows, self._ask, alike=alike)

    def _parquet_shape(self, number: int) -> Shape:
        part = self.parts[number]
        try:
            in_file = self.database.execute(f"select name, num_children from parquet_schema({self._paths([number])})")
            recognise.require_good_names(part, _top(in_file.fetchall()))
            described = self.database.sql(f"select * exclude (filename) from {self._parquet([number])}")
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error:
            raise BillRefused(
                f"{part.key} is a broken Parquet file. Fetch or export it anew.", part=part.key, permanent=False
            ) from None
        columns = zip(described.columns, described.types, strict=True)
        return Shape(format="parquet", columns=tuple(one for name, kind in columns for one in _leaves(name, kind)))

    def long_numbers(self, readings: Sequence[Reading]) -> list[tuple[str, Sequence[int], Sequence[int]]]:
        """Where JSON may not keep a number: queries for `require_kept`, with the parts that are fed and that they read.

        JSON readers hold a number in 64 bits, so of a long one they may give back another.
        """
        asked: list[tuple[str, Sequence[int], Sequence[int]]] = []
        for is_gzip in (True, False):
            numbers = [
                number
                for number, one in enumerate(readings)
                if one.shape.format == "json" and one.shape.is_gzip == is_gzip
            ]
            at_once = MOST_FED if is_gzip else len(self.parts)
            asked += [
                (_long_numbers(self._paths(some, is_fed=is_gzip)), some if is_gzip else (), some)
                for some in (numbers[first : first + at_once] for first in range(0, len(numbers), at_once))
            ]
        return asked

    def require_kept(self, of_parts: Sequence[tuple[str, int, str]]) -> None:
        """Raise BillRefused for a number that JSON does not keep, by what a query of `long_numbers` gives."""
        for number, count, first in sorted((int(Path(name).name), count, first) for name, count, first in of_parts):
            key = self.parts[number].key
            name = repr(str(first).split('"')[1][:SHOWN_CHARACTERS])[1:-1]
            raise BillRefused(
                f"{key} has {count:,} rows with a number of so many digits that JSON does not keep it: {name} "
                f"({str(first).rpartition(' ')[2].rpartition(':')[2][:SHOWN_CHARACTERS]!r}). Export "
                "such numbers as text, or the rows as Parquet.",
                part=key,
                field=name,
            )

    def _ask(self, query: str) -> tuple[Any, ...]:
        return self.database.execute(query).fetchone() or ()

    def _paths(self, numbers: Sequence[int], *, is_fed: bool = False) -> str:
        names = self.pipes if is_fed else self.links
        return "[" + ", ".join(f"'{names[number]}'" for number in numbers) + "]"

    def _parquet(self, numbers: Sequence[int]) -> str:
        return f"read_parquet({self._paths(numbers)}, filename = true, hive_partitioning = false)"

    def source(self, reading: Reading, numbers: Sequence[int], *, fed: Collection[int] = ()) -> str:
        """A FROM that gives the file's own columns and `filename`. Those `fed` are read from their pipes."""
        if reading.shape.format == "parquet":
            return self._parquet(numbers)
        by_pipe = [number for number in numbers if number in fed]
        by_link = [number for number in numbers if number not in fed]
        read = [self._text(reading, some, is_fed=some is by_pipe) for some in (by_pipe, by_link) if some]
        return read[0] if len(read) == 1 else f"(from {read[0]} union all from {read[1]})"

    def _text(self, reading: Reading, numbers: Sequence[int], *, is_fed: bool) -> str:
        shape, paths = reading.shape, self._paths(numbers, is_fed=is_fed)
        compression = "gzip" if shape.is_gzip and not is_fed else "none"
        if shape.format == "json":
            columns = ", ".join(
                f"{literal(name)}: {literal(kind)}" for name, kind in recognise.json_types(reading.format_id).items()
            )
            return (
                f"read_json({paths}, columns = {{{columns}}}, format = 'newline_delimited', filename = true, "
                f"compression = '{compression}', hive_partitioning = false)"
            )
        names = [name or f"column {number}" for number, (name, _) in enumerate(shape.columns)]
        columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
        # The reader passes over one value too many where that is null, and the row's columns are shifted. So nothing is
        # null to it; what says nothing is told where a value is read.
        return (
            f"read_csv({paths}, columns = {{{columns}}}, header = true, auto_detect = false, "
            f"delim = {literal(shape.delimiter)}, quote = '\"', escape = '\"', nullstr = {literal(NEVER_WRITTEN)}, "
            f"strict_mode = true, null_padding = false, filename = true, compression = '{compression}', "
            f"{f'buffer_size = {BUFFER}, ' if shape.is_gzip else ''}hive_partitioning = false)"
        )

    def rows(
        self,
        reading: Reading,
        numbers: Sequence[int],
        without: Sequence[int] = (),
        details: Sequence[str] = (),
        *,
        is_alike: bool = False,
        fed: Collection[int] = (),
    ) -> str:
        """A SELECT of the rows of parts that are read the same way, for `focus.summed`.

        Of a single part, rows may be left out by their number. With `is_alike`, rows alike are one where that pays.
        """
        if is_alike and not without and all(number in self.groups for number in numbers):
            source = " union all ".join(f"from {self.groups[number]}" for number in numbers)
            shape, source = recognise.focus_source(reading, f"({source})", is_grouped=True)
            return focus.rows_of(shape, source, details=details)
        source = self.source(reading, numbers, fed=fed)
        if without:
            listed = ", ".join(map(str, without))
            source = f"(select * exclude (row_number) from {numbered(source)} where row_number not in ({listed}))"
        shape, source = recognise.focus_source(reading, source, is_alike=is_alike and self._pays(reading, numbers))
        return focus.rows_of(shape, source, details=details)

    def _pays(self, reading: Reading, numbers: Sequence[int]) -> bool:
        """Whether rows alike are to be made one, of parts that are read the same way: asked once."""
        if sum(self.parts[number].path.stat().st_size for number in numbers) < alike_rows.SMALLEST_BYTES:
            return False
        whole = replace(reading, keep=Reading.keep)
        if whole not in self.pays:
            self.pays[whole] = recognise.alike_pay(reading, self.source(reading, numbers), self._ask)
        return self.pays[whole]

    def details(self, readings: Sequence[Reading]) -> DetailReader:
        """What further columns the parts have. A column kept aside has few values in each part's first rows."""
        known: dict[str, None] = {}
        counts: dict[str, int] = {}
        for reading in dict.fromkeys(readings):
            numbers = [number for number, one in enumerate(readings) if one == reading]
            source = self.source(reading, numbers)
            known |= dict.fromkeys(charge_details.described_by(recognise.focus_source(reading, source)[0]))
            aside = charge_details.kept_aside(reading.shape) if reading.format_id == recognise.FOCUS else ()
            if aside:
                values = self._ask(charge_details.distinct_values(aside, source))
                for name, count in zip(aside, values, strict=True):
                    counts[name] = max(counts.get(name, 0), count)
        is_few = {name: count <= charge_details.MOST_VALUES for name, count in counts.items()}
        return DetailReader(
            known=tuple(name for name in (*charge_details.DIMENSIONS, charge_details.TAGS) if name in known),
            aside=tuple(name for name in is_few if is_few[name]),
            left_out=tuple(name for name in is_few if not is_few[name]),
        )


def _long_numbers(paths: str) -> str:
    """By part of `paths`: how many rows have a number that comes back as another one, and the first such."""
    lines = (
        f"read_csv({paths}, columns = {{'line': 'VARCHAR'}}, header = false, auto_detect = false, "
        "delim = chr(1), quote = '', escape = '', filename = true, compression = 'none')"
    )
    value = f"regexp_extract(one, '{NUMBER_IN_IT}', 1)"
    read = f"try_cast(cast(try_cast({value} as double) as varchar) as {NUMBER})"
    is_whole = f"regexp_matches({value}, '^-?[0-9]{{1,{LARGEST_WHOLE}}}$')"
    changed = f"not {is_whole} and try_cast({value} as {NUMBER}) is distinct from {read}"
    found = f"list_filter(regexp_extract_all(line, '{NAMED_NUMBER}'), lambda one: {changed})"
    long_lines = f"select filename, {found} as found from {lines} where regexp_matches(line, '{LONG_NUMBER}')"
    return f"select filename, count(*), min(found[1]) from ({long_lines}) where len(found) > 0 group by all"


def numbered(source: str) -> str:
    """A FROM that gives the rows of `source`, of one part, with their number after the header.

    DuckDB numbers them one after the other as they come, so the rows of one file keep its order.
    """
    return f"(select *, row_number() over () as row_number from {source})"


def _top(schema: Sequence[tuple[str, int | None]]) -> list[str]:
    """Of a Parquet file's columns, each before what lies within it, those that lie in none. DuckDB renames doubles."""
    found: list[str] = []
    within = 0
    for name, children in schema[1:]:
        if not within:
            found.append(name)
        within = max(within - 1, 0) + (children or 0)
    return found


def _leaves(name: str, kind: DuckDBPyType) -> list[tuple[str, str]]:
    """A column, or what lies within it where it is a structure, by its path."""
    if kind.id != "struct":
        return [(name, str(kind))]
    within = cast("list[tuple[str, DuckDBPyType]]", kind.children)  # of a structure they are pairs
    return [one for inner, held in within for one in _leaves(f"{name}.{inner}", held)]


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
