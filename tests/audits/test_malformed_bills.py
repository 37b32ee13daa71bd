"""A damaged bill of any format gives every digit that it holds, names the rows that it cannot, or is refused."""

import csv
import gzip
import json
import os
import re
import tempfile
import zlib
from decimal import Decimal, localcontext
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audits.bill_parts import BillRefused, Part
from audits.focus_process import read_bill
from audits.quarantine import DIGITS, BadRow, Bounds, told
from tests.audits import focus_files
from tests.audits.focus_files import read, written
from tests.audits.plain_bills import COLUMNS, FORMATS, plain_cost, plain_rows, plain_totals, rows_of, text_of
from tests.audits.provider_bills import GCP_ROW, totals

ALL_BUT_ONE = Bounds(rows=1000, percent=Decimal(100))
CANNOT_TELL = (ValueError, ArithmeticError, LookupError, TypeError, AttributeError, AssertionError, OSError, EOFError,
               StopIteration, RecursionError, zlib.error, csv.Error)  # fmt: skip
# Sentences that say what to do, and what must never reach whoever reads them.
REMEDY = re.compile(
    r"(Export|Fetch|Write|Save|Unpack|Leave|Load|Give|Rename|Put|Known (are|as)|It is read again|Compare)\b"
)
FOREIGN = re.compile(
    r"duckdb|exception|traceback|error\b|read_csv|read_json|read_parquet|/parts/|LINE 1|varchar|cast|parallel|nameerror",
    re.IGNORECASE,
)
NUMBERS = ("1e400", "NaN", "Infinity", "-inf", "1.234,56", "1,234.56", "1 234,5", "1'234.5", "=1+1", "@SUM(A1)", "0x10",
           "1e-30", "0.1234567890123456789012345", "123456789012345.5", "\u0661\u0662", "$5", "(5)", "5 USD", "1e3", "--1", "",
           "null", "N/A", " 1.5 ", "1.5\u00a0", "1e99999999999", "true", "9" * 50, "0." + "0" * 40, "[]", "{}", "[1]",
           '[{"amount": "x"}]', '[{"amount": 1, "type": "PROMOTION"}]', "[null]", "12345678901234.5678901234")  # fmt: skip
DATES = ("0000-01-01", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "infinity", "-infinity", "epoch", "now", "2026-02-30",
         "5.10.2026", "2026-10-05T25:00:00Z", "0044-03-15 (BC)", "294247-01-10T04:00:54Z", "20261012", "=NOW()", "")  # fmt: skip


def require_help(refused, key):
    text = str(refused)
    assert key in text
    assert refused.part == key
    assert refused.field in text
    assert text.isprintable(), "as a database and a page must hold it"
    assert not FOREIGN.search(re.sub(r"\('.*?'\)|\(\".*?\"\)", "", text)), text
    told = re.sub(r" [\d,]+ more rows of this file are wrong\.$", "", text)
    assert told.endswith(".")
    assert any(REMEDY.match(sentence) for sentence in re.split(r"(?<=\.) ", told)), text


def require_all_or_help(kind, content):
    """The one thing that must hold: each row is loaded to the last digit or left out and named, or all is refused."""
    try:
        rows = plain_rows(kind, content)
    except CANNOT_TELL:
        rows = None
    with tempfile.TemporaryDirectory() as folder:
        part = written(Path(folder) / "bill.part", content)
        try:
            report, lines = read(Path(folder) / "work", part, bounds=ALL_BUT_ONE)
        except BillRefused as refused:
            require_help(refused, "bill.part")
            return
    with localcontext(prec=DIGITS):  # or the plain sums would be rounded to 28 digits
        require_all(kind, rows, report, lines)


def require_all(kind, rows, report, lines):
    left_out = {row.row_number: row for row in map(BadRow.from_json, report["left_out"])}
    expected = plain_totals(kind, [row for number, row in enumerate(rows, 1) if number not in left_out])
    assert totals(report) == expected
    assert sum(line["billed_cost"] for line in lines) == sum(expected.values())
    assert report["rows_by_part"] == [len(rows)]
    for number, row in left_out.items():
        require_help(BillRefused(told(row), part="bill.part", field=row.column), "bill.part")
        assert row.value.isprintable()
        if row.costs["billed_cost"] is not None and rows[number - 1] is not None:
            assert row.costs["billed_cost"] == plain_cost(kind, rows[number - 1])[0]


def header_and_rows(content):
    header, _, rows = content.partition(b"\n")
    return header, rows


@st.composite
def valid(draw):
    """A format, rows and how they are written."""
    kind = draw(st.sampled_from(FORMATS))
    costs = draw(
        st.lists(st.decimals(-(10**6), 10**6, places=6) | st.decimals(-9, 9, places=15), min_size=1, max_size=4)
    )
    return kind, rows_of(kind, [str(one) for one in costs])


@given(bill=valid(), is_gzip=st.booleans())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_bill_that_is_whole_is_read_to_the_last_digit(bill, is_gzip):
    kind, rows = bill
    content = text_of(kind, rows)
    with tempfile.TemporaryDirectory() as folder:
        part = written(Path(folder) / "bill", gzip.compress(content) if is_gzip else content)
        report, _ = read(Path(folder) / "work", part)
    assert totals(report) == plain_totals(kind, plain_rows(kind, content))
    assert report["left_out"] == []


@pytest.mark.parametrize("kind", ["aws", "azure", "focus"])
@pytest.mark.parametrize("place", range(1, 20))
def test_a_value_too_many_never_shifts_the_others(kind, place):
    """The last ones are empty, so that the row has one more than the header and none of them says so."""
    row = {**rows_of(kind, ["1.5"])[-1], "last": "", "very last": ""}
    header, values = text_of(kind, [row]).decode().splitlines()
    shifted = ",".join([*values.split(",")[:place], "", *values.split(",")[place:]])
    require_all_or_help(kind, f"{header}\n{shifted}\n".encode())


def in_place(name):
    """A damage to bytes at a place behind the header."""
    changes = {
        "a quote": lambda content, at: content[:at] + b'"' + content[at:],
        "a NUL": lambda content, at: content[:at] + b"\0" + content[at:],
        "Latin 1": lambda content, at: content[:at] + b"\xe9" + content[at:],
        "UTF-16 within UTF-8": lambda content, at: content[:at] + "caf\u00e9\n".encode("utf-16-le") + content[at:],
        "a cut": lambda content, at: content[:at],
        "a byte lost": lambda content, at: content[:at] + content[at + 1 :],
        "a hole": lambda content, at: content[:at] + content[at + 40 :],
        "a piece twice": lambda content, at: content[:at] + content[at - 30 : at] + content[at:],
        "a line end": lambda content, at: content[:at] + b"\n" + content[at:],
        "a CR": lambda content, at: content[:at] + b"\r" + content[at:],
        "a comma": lambda content, at: content[:at] + b"," + content[at:],
        "garbage at the end": lambda content, _: content + b"\x1a\n",
        "noughts at the end": lambda content, _: content + b"\0" * 512,
        "a line too long": lambda content, _: content + b"Total,1\n",
    }
    return changes[name] if name else tuple(changes)


@given(bill=valid(), name=st.sampled_from(in_place("")), place=st.floats(0, 1))
@settings(max_examples=110, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_bytes_that_came_in_or_went_missing(bill, name, place):
    kind, rows = bill
    content = text_of(kind, rows)
    first = 0 if kind == "google" else content.index(b"\n") + 1
    require_all_or_help(kind, in_place(name)(content, first + int((len(content) - first) * place)))


def turned(change):
    return lambda content: change(*header_and_rows(content))


WHOLE = {
    "CR alone": lambda content: content.replace(b"\n", b"\r"),
    "CR LF": lambda content: content.replace(b"\n", b"\r\n"),
    "rows with CR": turned(lambda header, rows: header + b"\n" + rows.replace(b"\n", b"\r")),
    "a byte order mark": lambda content: b"\xef\xbb\xbf" + content,
    "UTF-16": lambda content: content.decode().encode("utf-16"),
    "UTF-16 without a mark": lambda content: content.decode().encode("utf-16-le"),
    "UTF-32": lambda content: content.decode().encode("utf-32"),
    "semicolons": lambda content: content.replace(b",", b";"),
    "semicolons in rows alone": turned(lambda header, rows: header + b"\n" + rows.replace(b",", b";")),
    "carets": lambda content: content.replace(b",", b"^"),
    "a header alone": turned(lambda header, _: header + b"\n"),
    "a header twice": turned(lambda header, rows: header + b"\n" + header + b"\n" + rows),
    "a header at the end": turned(lambda header, rows: header + b"\n" + rows + header + b"\n"),
    "no header": turned(lambda _, rows: rows or b"\n"),
    "a column too many in the header": turned(lambda header, rows: header + b",more\n" + rows),
    "rows too short": turned(lambda header, rows: header + b"\n" + rows.replace(b",", b"", 1)),
    "rows too long": turned(lambda header, rows: header + b"\n" + rows.replace(b"\n", b",x\n")),
    "empty lines": lambda content: content.replace(b"\n", b"\n\n"),
    "a quote before the header": lambda content: b'"' + content,
    "gzip twice": lambda content: gzip.compress(gzip.compress(content)),
    "gzip in two members": turned(lambda header, rows: gzip.compress(header + b"\n") + gzip.compress(rows)),
    "gzip and garbage": lambda content: gzip.compress(content) + b"garbage",
    "gzip of nothing": lambda _: gzip.compress(b""),
    "a ZIP archive": lambda content: b"PK\x03\x04" + content,
    "an answer of a web server": lambda _: b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
    "a row that is far too long": lambda content: content + b"A" * (34 << 20),
    "brackets without end": lambda _: b"[" * 200_000,
    "objects without end": lambda _: b'{"a":' * 100_000,
    "a name that no database holds": lambda _: b'{"\\ud800\\u0000":1}\n',
    "a megabyte of header": lambda content: b"x," * 600_000 + content,
    "JSON of one row on several lines": lambda _: json.dumps(GCP_ROW, indent=1).encode(),
    "Parquet's first bytes": lambda _: b"PAR1PAR1",
}


@pytest.mark.parametrize("kind", ["azure", "google", "focus"])
@pytest.mark.parametrize("name", WHOLE)
def test_a_file_that_was_written_otherwise(kind, name):
    content = text_of(kind, rows_of(kind, ["1.25", "-0.5", "1000"]))
    require_all_or_help(kind, WHOLE[name](content))


@given(bill=valid(), place=st.floats(0, 1), level=st.sampled_from([0, 9]), how=st.sampled_from(["cut", "flipped"]))
@settings(max_examples=60, deadline=None)
def test_a_damaged_gzip_file(bill, place, level, how):
    """Packed without compression, a changed byte is a changed digit, and only the checksum tells."""
    kind, rows = bill
    packed = bytearray(gzip.compress(text_of(kind, rows), level))
    at = min(int(len(packed) * place), len(packed) - 1)
    packed[at] ^= 1
    require_all_or_help(kind, bytes(packed if how == "flipped" else packed[:at]) or b"\0")


@st.composite
def with_a_value(draw):
    kind, rows = draw(valid())
    cost, currency, numbers, dates, text = COLUMNS[kind]
    column, value = draw(
        st.tuples(st.sampled_from((cost, *numbers)), st.sampled_from(NUMBERS))
        | st.tuples(st.sampled_from(dates), st.sampled_from(DATES))
        | st.tuples(
            st.sampled_from((text, currency)), st.sampled_from(("=cmd|'/c calc'!A1", "\0", "x" * 5000, "a\rb", '"'))
        )
    )
    if kind == "google" and column != currency and draw(st.booleans()):
        value = draw(st.sampled_from((5, 1.5, True, None, [], [1], ["x"], {}, {"a": 1}, [{}], [None], [[1]])))
    return kind, [*rows[:-1], {**rows[-1], column: value}, *rows[-1:]]


@given(bill=with_a_value())
@settings(max_examples=130, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_value_that_should_not_be_there(bill):
    kind, rows = bill
    require_all_or_help(kind, text_of(kind, rows))


NEVER = [
    *(("google csv", "credits", value) for value in ("1e3", "{}", "null", "[1]", '"x"', '[{"amount": "1e-30"}]')),
    ("google csv", "credits", '[{"amount": "0.1234567890123456789012345", "type": "DISCOUNT"}]'),
    ("google csv", "invoice.month", "20261012"),
    ("focus", "BillingPeriodStart", "infinity"),
    ("azure", "UnitPrice", "N/A"),
    ("azure", "PayGPrice", "1e400"),
]


@pytest.mark.parametrize(("kind", "column", "value"), NEVER)
def test_a_value_that_was_once_passed_over_is_refused_by_the_name_of_its_column(tmp_path, kind, column, value):
    rows = [{**row, column: value} for row in rows_of(kind, ["1.25", "2"])[-1:]]
    with pytest.raises(BillRefused, match=re.escape(column)) as refused:
        read(tmp_path / "work", written(tmp_path / "bill", text_of(kind, [*rows_of(kind, ["1.25"]), *rows])))
    require_help(refused.value, "bill")


@pytest.mark.parametrize("kind", ["google", "google csv"])
def test_a_charge_and_its_credits_that_do_not_fit_together_are_refused_by_their_file(tmp_path, kind):
    given = [{"amount": 99999999999999, "type": "DISCOUNT"}]
    rows = rows_of(kind, ["1.25", "2"])
    rows[-1] = {**rows[-1], "credits": json.dumps(given) if kind == "google csv" else given}
    with pytest.raises(BillRefused, match="more than 14 digits before the point") as refused:
        read(tmp_path / "work", written(tmp_path / "bill", text_of(kind, rows)))
    require_help(refused.value, "bill")


@pytest.mark.parametrize("kind", [kind for kind in FORMATS if kind != "google"])
@pytest.mark.parametrize("spelled", [str, str.upper, lambda name: name.replace("C", "_C").replace("/", "_")])
def test_a_column_of_costs_that_is_there_twice_or_not_at_all(kind, spelled):
    rows = rows_of(kind, ["1.25", "2"])
    cost = COLUMNS[kind][0]
    header, body = header_and_rows(text_of(kind, rows))
    twice = header + b"," + spelled(cost).encode() + b"\n" + body.replace(b"\n", b",7\n")
    require_all_or_help(kind, text_of(kind, [{key: row[key] for key in row if key != cost} for row in rows]))
    require_all_or_help(kind, twice)


@pytest.mark.parametrize("number", ["9.007199254740993", "8.123456789012345", "0.12345678901234567", "12345678901234.567",
                                    "0.30000000000000004", "1e-9", "1E5", "-0", "01.0", "0.1000000000000000055511151231257827"])  # fmt: skip
@pytest.mark.parametrize("text", ['"cost": {}', '"cost": 1, "credits": [{{"amount": {}}}]', '"cost": 1, "cost": {}'])
def test_a_number_of_json_is_kept_or_refused(number, text):
    row = json.dumps({key: GCP_ROW[key] for key in GCP_ROW if key not in {"cost", "credits"}})
    require_all_or_help("google", (row[:-1] + ", " + text.format(number) + "}\n").encode())


TYPES = {  # SQL, and the cost that it is
    "1.5::float": "1.5", "12345678901234.123::double": "12345678901234.123", "1.0::decimal(38,30)": None,
    "99::tinyint": "99", "99999999999999999999::hugeint": None, "'nan'::double": None, "'infinity'::double": None,
    "1e-9::double": "0.000000001", "1.2345678901234567e-9::double": None, "true": None, "date '2026-10-05'": None,
    "{'a': 1}": None, "[1.5]": None, "map {'a': 1}": None, "'1.5'::blob": "1.5", "'=1+1'": None, "null::integer": None,
}  # fmt: skip


def parquet(path, **values):
    columns = {**{name: f"'{value}'" for name, value in focus_files.ROW.items()}, **values}
    with duckdb.connect() as database:
        chosen = ", ".join(f'{value} as "{name}"' for name, value in columns.items())
        database.execute(f"copy (select {chosen}) to '{path}' (format parquet)")
    return Part(path=path, key=path.name)


@pytest.mark.parametrize("written_as", TYPES)
def test_a_cost_of_parquet_of_any_type_is_kept_or_refused(tmp_path, written_as):
    part = parquet(tmp_path / "bill.parquet", BilledCost=written_as)
    try:
        report, _ = read(tmp_path / "work", part)
    except BillRefused as refused:
        require_help(refused, "bill.parquet")
        assert TYPES[written_as] is None
    else:
        assert totals(report) == {"USD": Decimal(TYPES[written_as] or "NaN")}


@pytest.mark.parametrize("values", [{"ResourceId": "{'a': 'vol-1'}"}, {"ServiceName": "[1]"}, {"InvoiceId": "map {'a': 'b'}"},
                                    {"ChargePeriodStart": "timestamp 'infinity'"}, {"filename": "'x'"}, {"is_own_row": "false"}])  # fmt: skip
def test_what_parquet_should_not_hold_is_refused(tmp_path, values):
    with pytest.raises(BillRefused, match=f"{next(iter(values))}.*\\.$") as refused:
        read(tmp_path / "work", parquet(tmp_path / "bill.parquet", **values))
    require_help(refused.value, "bill.parquet")


def test_a_column_that_stands_in_parquet_twice_is_refused(tmp_path):
    part = parquet(tmp_path / "bill.parquet", BilledCosX="'7'")
    part.path.write_bytes(part.path.read_bytes().replace(b"BilledCosX", b"BilledCost"))
    with pytest.raises(BillRefused, match="'BilledCost' more than once"):
        read(tmp_path / "work", part)


def bomb(unit, times):
    """A megabyte is packed once, and its thousand bytes are repeated."""
    packing = zlib.compressobj(9, zlib.DEFLATED, 31)
    header, _ = header_and_rows(text_of("focus", rows_of("focus", ["1"])))
    begin = packing.compress(header + b"\n") + packing.flush(zlib.Z_FULL_FLUSH)
    return begin + (packing.compress(unit) + packing.flush(zlib.Z_FULL_FLUSH)) * times


@pytest.mark.parametrize(("unit", "times", "words"), [(b"A" * (1 << 20), 8192, "longer than two million"),
                                                      (b"\n" * (1 << 20), 1200, "more than 200 times its size")])  # fmt: skip
def test_a_file_that_unpacks_to_gigabytes_is_given_up_soon(tmp_path, unit, times, words):
    part = written(tmp_path / "bomb", bomb(unit, times))
    peaks = [0]

    def look():
        for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
            status = Path(f"/proc/{child}/status").read_text()
            peaks.append(int(status.partition("VmHWM:")[2].split()[0]) if "focus_reader" in _command(child) else 0)

    reading = read_bill(parts=[part], period=None, seconds=60, on_wait=look)
    with pytest.raises(BillRefused, match=words) as refused, reading:
        pass
    require_help(refused.value, "bomb")
    assert max(peaks) < 700 * 1024, "KiB that the child held"


def _command(pid):
    return Path(f"/proc/{pid}/cmdline").read_text()


def test_a_file_that_claims_more_than_there_is(tmp_path):
    whole = text_of("focus", rows_of("focus", ["1"]))
    with pytest.raises(BillRefused, match="10,000,000,000 were announced") as refused:
        read(tmp_path / "work", Part(path=written(tmp_path / "a", whole).path, key="a", size=10**10))
    require_help(refused.value, "a")
