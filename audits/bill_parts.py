"""The files of a bill on this machine: whole or not, and how each is written, told from its content, not its name."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from dataclasses import dataclass
from functools import partial
from typing import IO, TYPE_CHECKING, Any, cast

from zlib_ng import zlib_ng

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

GZIP_MAGIC, PARQUET_MAGIC = b"\x1f\x8b", b"PAR1"
MEMORY_MB = 448  # that a bill is read in, unless more is given; what it has no room for lies on the disk
IS_READ = "read"
HEADER_LIMIT = 1 << 20
DELIMITERS = (",", ";", "\t", "|")
OF_CUSTOMERS = (
    "resourcetags/",
    "resource_tags_",
    "costcategory/",
    "cost_category_",
)  # AWS puts these before their names
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
ZIP_MAGIC, UTF_8_MARK = b"PK\x03\x04", b"\xef\xbb\xbf"
BLOCK, PACKED_BLOCK = 1 << 18, 1 << 16
IS_DAMAGED = cast("type[Exception]", zlib_ng.error)  # its stub calls the class an exception
OF_GZIP = 16 + zlib_ng.MAX_WBITS  # zlib's word for gzip's own header and checksum
SAMPLED = 16
LONGEST_ROW = 1 << 22  # what DuckDB's own limit, two million, does not always find is far longer
UNPACKED_ANYWAY, UNPACKED_TIMES = (
    1 << 30,
    200,
)  # a bill of many like rows shrinks to a hundredth; nothing but noughts more


class BillRefused(Exception):
    """A bill that cannot be loaded; what was loaded before stays. The message names part, column, value and remedy.

    `part` and `field` are "" where the message is not about one. Where `permanent`, the same files will fail again.
    """

    def __init__(self, message: str, *, part: str = "", field: str = "", permanent: bool = True) -> None:
        super().__init__(message)
        self.part = part
        self.field = field
        self.permanent = permanent


@dataclass(frozen=True, kw_only=True)
class Part:
    """One file of a bill on this machine. `key` names it in messages; `size` is what its manifest announced."""

    path: Path
    key: str
    size: int | None = None


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How a part is written: as csv, json (lines) or parquet, packed as gzip or not, and its columns with their type.

    IS_READ is the format of rows that were read as text already: what says nothing in them is null. A column inside
    another one has its path as its name, with points.
    """

    format: str
    columns: tuple[tuple[str, str], ...]
    is_gzip: bool = False
    delimiter: str = ","

    @property
    def types(self) -> dict[str, str]:
        """Type by column."""
        return dict(self.columns)


def require_whole(parts: Iterable[Part]) -> None:
    """Raise BillRefused for a part that is not there, empty, or not as long as announced."""
    for part in parts:
        try:
            size = part.path.stat().st_size
        except OSError:
            raise BillRefused(
                f"{part.key} cannot be read: there is no such file. Compare its path.", part=part.key
            ) from None
        if part.size is not None and size != part.size:
            raise BillRefused(
                f"{part.key} has {size:,} bytes, but {part.size:,} were announced: it is half-written or was replaced. "
                "It is read again with the next audit.",
                part=part.key,
                permanent=False,
            )
        if size == 0:
            raise BillRefused(f"{part.key} is empty. Export the period anew.", part=part.key)


def text_shape(part: Part) -> Shape | None:
    """How a part of text is written, from its first line; None for Parquet. Raises BillRefused where it is neither.

    The columns of JSON lines are those of the first line, of no type yet.
    """
    with part.path.open("rb") as file:
        magic = file.read(4)
    if magic == PARQUET_MAGIC:
        return None
    if magic == ZIP_MAGIC:
        raise BillRefused(f"{part.key} is a ZIP archive. Unpack it and load the files that it holds.", part=part.key)
    is_gzip = magic.startswith(GZIP_MAGIC)
    line = _first_line(part, is_gzip=is_gzip)
    if line.startswith(GZIP_MAGIC):
        raise BillRefused(f"{part.key} was packed with gzip twice. Unpack it once.", part=part.key)
    if line.startswith(UTF_16) or line[1:2] == b"\0":
        raise BillRefused(f"{part.key} is text in UTF-16. Save it as UTF-8.", part=part.key)
    if line.startswith(UTF_8_MARK + b"{"):
        raise BillRefused(f"{part.key} begins with a byte order mark. Save it as UTF-8 without one.", part=part.key)
    try:
        text = line.decode("utf-8-sig")
        if text.lstrip().startswith(("{", "[")):
            return Shape(format="json", columns=_json_names(part, text), is_gzip=is_gzip)
        delimiter, names = _csv_names(text)
    except (UnicodeDecodeError, csv.Error):
        raise BillRefused(
            f"{part.key} is neither CSV or JSON lines in UTF-8 nor gzip nor Parquet, so it is no bill. Give the files "
            "of the export themselves.",
            part=part.key,
        ) from None
    columns = tuple((name, "VARCHAR") for name in _apart([name.strip() for name in names]))
    return Shape(format="csv", columns=columns, is_gzip=is_gzip, delimiter=delimiter)


def _apart(names: Sequence[str]) -> list[str]:
    """The names, with a number at tags that differ in case alone: customers have such, and nothing reads them."""
    found: list[str] = []
    seen: set[str] = set()
    for number, name in enumerate(names):
        is_like_another = name.lower() in seen and name.lower().startswith(OF_CUSTOMERS)
        found.append(f"{name} ({number})" if is_like_another else name)
        seen.add(name.lower())
    return found


def read_through(
    parts: Iterable[Part],
    *,
    is_over: Callable[[], bool],
    on_block: Callable[[int, int], None] = lambda _length, _rows: None,
    on_text: Callable[[Part, bytes], None] = lambda _part, _block: None,
) -> None:
    """Look at all that `checked` looks at. Raises BillRefused; ends early once `is_over`. `on_text` is given it all."""
    for part in parts:
        with part.path.open("rb") as file:
            for block in checked(part, file, on_block=on_block):
                on_text(part, block)
                if is_over():
                    return


def checked(part: Part, file: IO[bytes], *, on_block: Callable[[int, int], None]) -> Iterator[bytes]:
    """What a part of text holds, unpacked, in blocks. Nothing of Parquet.

    Raises BillRefused for what DuckDB passes over in silence, and for what unpacks without end: it does not compare
    gzip's checksum, so a changed digit would be read as if it were right; and of a last row that is longer than its
    buffers it says nothing. `on_block` is told how many bytes of the file were read, and about how many rows they hold.
    """
    magic = file.read(len(PARQUET_MAGIC))
    if magic == PARQUET_MAGIC:
        return
    file.seek(0)
    blocks = unpacked(file) if magic.startswith(GZIP_MAGIC) else iter(partial(file.read, BLOCK), b"")
    try:
        yield from _checked_rows(part, blocks, on_block=_since(file, on_block))
    except (EOFError, IS_DAMAGED):
        raise BillRefused(
            f"{part.key} is a damaged gzip: its content is not what its checksum says. Fetch or export it anew.",
            part=part.key,
            permanent=False,
        ) from None


def is_gzip(part: Part) -> bool:
    """Whether a part is packed with gzip."""
    with part.path.open("rb") as file:
        return file.read(len(GZIP_MAGIC)) == GZIP_MAGIC


def most_unpacked(part: Part) -> int:
    """How many bytes a part may unpack to."""
    return max(UNPACKED_ANYWAY, part.path.stat().st_size * UNPACKED_TIMES)


def _since(file: IO[bytes], on_block: Callable[[int, int], None]) -> Callable[[bytes], None]:
    """Tells how much of a file, packed or not, was read since the last time, and the rows of a block of its text."""
    before = 0

    def tell(block: bytes) -> None:
        nonlocal before
        last, before = before, file.tell()
        # A sixteenth stands for the whole: nobody needs the digits, and counting all of them would take time.
        sample = block[: max(1, len(block) // SAMPLED)]
        on_block(before - last, sample.count(b"\n") * len(block) // len(sample))

    return tell


def unpacked(file: IO[bytes]) -> Iterator[bytes]:
    """What a gzip file holds, in blocks, once each of its members has the checksum and length that it says.

    Raises EOFError and zlib_ng.error. It takes a sixth of the time of Python's own reader of gzip files.
    """
    packed = file.read(PACKED_BLOCK)
    while packed:
        member = zlib_ng.decompressobj(wbits=OF_GZIP)
        while not member.eof:
            block = member.decompress(packed, BLOCK)
            packed = member.unconsumed_tail
            if block:
                yield block
            if not packed and len(block) < BLOCK and not member.eof and not (packed := file.read(PACKED_BLOCK)):
                raise EOFError
        packed = _after_noughts(member.unused_data, file)


def _after_noughts(packed: bytes, file: IO[bytes]) -> bytes:
    """What follows a member: the next one, where there is one. Noughts may fill a file up."""
    while not (packed := packed.lstrip(b"\0")):
        if not (packed := file.read(PACKED_BLOCK)):
            break
    return packed


def _checked_rows(part: Part, blocks: Iterable[bytes], *, on_block: Callable[[bytes], None]) -> Iterator[bytes]:
    length, since_line_end, most = 0, 0, most_unpacked(part)
    for block in blocks:
        length += len(block)
        on_block(block)
        if length > most:
            raise BillRefused(
                f"{part.key} unpacks to more than {UNPACKED_TIMES} times its size, as no bill does. Fetch or export it "
                "anew.",
                part=part.key,
            )
        line_end = b"\n" if b"\n" in block else b"\r"
        first = block.find(line_end)
        longest = since_line_end + (len(block) if first < 0 else first)
        if longest > LONGEST_ROW:
            raise BillRefused(
                f"{part.key}: a row is longer than two million characters. Fetch or export it anew.", part=part.key
            )
        since_line_end = longest if first < 0 else len(block) - block.rfind(line_end) - 1
        yield block


def _first_line(part: Part, *, is_gzip: bool) -> bytes:
    try:
        with part.path.open("rb") as file:
            packed = gzip.GzipFile(fileobj=file) if is_gzip else file
            return packed.readline(HEADER_LIMIT)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise BillRefused(f"{part.key} is no whole gzip file. Fetch or export it anew.", part=part.key) from None


def _csv_names(line: str) -> tuple[str, list[str]]:
    """The delimiter that parts the header into most columns, and the columns."""
    found = {one: next(csv.reader(io.StringIO(line, newline=""), delimiter=one), []) for one in DELIMITERS}
    delimiter = max(found, key=lambda one: len(found[one]))
    return delimiter, found[delimiter]


def _json_names(part: Part, line: str) -> tuple[tuple[str, str], ...]:
    try:
        row: Any = json.loads(line)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        raise BillRefused(
            f"{part.key} is JSON, but its first line is no row. Export it as JSON lines, one row a line.", part=part.key
        )
    return tuple((name, "JSON") for name in row)
