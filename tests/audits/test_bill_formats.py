"""What a format says of itself is so, and its page can be believed."""

import duckdb
import pytest

from audits import focus
from audits.bill_format import Mapped, squashed
from audits.bill_formats import BILL_FORMATS


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
            assert database.execute(f"select {one.sql} from (select {read}, {pieces} as piece)").fetchall(), name
