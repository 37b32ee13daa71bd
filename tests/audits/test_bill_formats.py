"""What a format says of itself is so, and its page can be believed."""

from dataclasses import replace

import duckdb
import pytest

from audits import focus
from audits.bill_format import ALIKE, Column, Mapped, is_lost, read_as_text, squashed
from audits.bill_formats import BILL_FORMATS
from audits.focus_values import said


@pytest.fixture(scope="module")
def database():
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


@pytest.mark.parametrize("bill_format", BILL_FORMATS, ids=lambda one: one.id)
def test_a_format_says_of_every_column_that_we_keep_whence_it_comes_or_why_it_does_not(bill_format):
    kept = {*(names[0] for names in focus.TEXTS.values()), *focus.NUMBERS.values(), *focus.TIMES.values()}
    assert kept <= bill_format.columns.keys() | {"ProviderName"}
    for name, one in bill_format.columns.items():
        assert one.rule if isinstance(one, Mapped) else one.reason, name
    assert len({squashed(name) for name in bill_format.sources()}) == len(bill_format.sources())


def empty(bill_format, source):
    names = bill_format.lists.get(source, ())
    return f"[]::struct({', '.join(f'{name} varchar' for name in names)})[]" if names else "null::varchar"


@pytest.mark.parametrize("bill_format", BILL_FORMATS, ids=lambda one: one.id)
def test_a_rule_names_every_source_that_it_reads(database, bill_format):
    """The page shows what a rule names; SQL that reads more would make it a lie."""
    for name, one in bill_format.columns.items():
        if isinstance(one, Mapped):
            read = ", ".join(f"{empty(bill_format, source)} as {source}" for source in one.sources) or "1 as nothing"
            pieces = "struct_pack(kind := '', name := '', amount := '')" if "piece.kind" in one.sql else "'charge'"
            assert database.execute(
                f"select {one.sql} from (select {read}, {pieces} as piece, 1 as {ALIKE})"
            ).fetchall(), name


WRITTEN = ("", " ", "NULL", " NULL", "NULL ", "null", "a", "a ", " a", "a b", "\ta\t", "\u00a0a", "a\u00a0", "\u3000", "a\u2003",
           "é", "é ", " é", "\u00a0", "!", '"', "NUL", None)  # fmt: skip


def test_a_text_that_is_read_in_little_time_is_what_it_is_with_every_space_taken_from_its_ends(database):
    bill_format, written = BILL_FORMATS[0], ", ".join("null" if one is None else f"'{one}'" for one in WRITTEN)
    source, mark = f"(select unnest([{written}]) as v, '' as filename)", bill_format.marks[0]

    def read(column):
        return database.execute(f"select {mark} from ({read_as_text(bill_format, [column], source)})").fetchall()

    of_csv = Column(name=mark, type="VARCHAR", expression=said("v"))
    of_json = Column(name=mark, type="VARCHAR", expression="v")
    for column in (of_csv, of_json):
        assert read(replace(column, written="v")) == read(column)


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("'1.5'", False), ("'-1e3'", False), ("'1e-24'", False), ("'1e-25'", True), ("'0.1234567890123456789012345'", True),
        ("'0.123456789012345678901234'", False), ("'0.10000000000000000000000000'", False), ("'x'", True), ("''", True),
        ("'1e20'", True), ("null", False),
    ],
)  # fmt: skip
def test_a_number_is_lost_that_is_none_or_has_more_digits_than_are_kept(database, text, lost):
    assert database.execute(f"select {is_lost(text)}").fetchone() == (lost,)
