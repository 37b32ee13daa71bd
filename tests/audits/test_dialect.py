"""How a file writes numbers and dates is told from its own values, or the file is refused."""

import datetime as dt
from decimal import Decimal

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audits.dialect import Dialect, Evidence, Undecided, decide, evidence_of, plain_date, plain_number

BARE = {"points": 0, "commas": 0, "unclear_number": None, "days_first": 0, "months_first": 0, "unclear_date": None}


@pytest.fixture(scope="module")
def database():
    with duckdb.connect() as connection:
        connection.execute("create table rows (n varchar, d varchar)")
        yield connection


def given_values(database, numbers=(), dates=()):
    database.execute("delete from rows")
    rows = [(one, None) for one in numbers] + [(None, one) for one in dates]
    database.executemany("insert into rows values (?, ?)", rows)


def evidence(database, numbers=(), dates=()):
    given_values(database, numbers, dates)
    found = database.execute(evidence_of("select * from rows", numbers=["n"], dates=["d"])).fetchone()
    return Evidence(**dict(zip(BARE, found, strict=True)))


def read_numbers(database, numbers, dialect):
    given_values(database, numbers)
    return [one for (one,) in database.execute(f"select {plain_number('n', dialect)} from rows").fetchall()]


def read_dates(database, dates, dialect):
    given_values(database, dates=dates)
    shown = database.execute(f"select try_cast({plain_date('d', dialect)} as date) from rows").fetchall()
    return [one for (one,) in shown]


ENGLISH = ["1,234.50", "1,234", "-0.5", "5E-05", "3", "1.", ".5", "1 234.5", "1'234.50", "+7"]
GERMAN = ["1.234,50", "1.234", "-0,5", "5E-05", "3", "1,", ",5", "1 234,5", "1\u2019234,50", "+7"]
PLAIN = ["1234.50", "1234", "-0.5", "5E-05", "3", "1.", ".5", "1234.5", "1234.50", "+7"]


@pytest.mark.parametrize(("numbers", "mark"), [(ENGLISH, "."), (GERMAN, ",")], ids=["points", "commas"])
def test_a_file_of_one_language_is_read_in_it(database, numbers, mark):
    dialect = decide(evidence(database, numbers))
    assert dialect.decimal_mark == mark
    assert read_numbers(database, numbers, dialect) == PLAIN


def test_french_spaces_stand_between_thousands(database):
    numbers = ["1 234 567,5", "1\u202f234,5", "1\u00a0234", "0,25"]
    dialect = decide(evidence(database, numbers))
    assert read_numbers(database, numbers, dialect) == ["1234567.5", "1234.5", "1234", "0.25"]


def test_a_space_elsewhere_joins_nothing(database):
    assert read_numbers(database, ["1 2", "12 3456"], Dialect()) == ["1 2", "12 3456"]


@pytest.mark.parametrize("number", ["0.123", "1234.567", "1,234.567", "1.5E-3", "1,234,567", "1.2"])
def test_one_number_can_decide_for_points(database, number):
    assert decide(evidence(database, [number, "1,234"])).decimal_mark == "."


@pytest.mark.parametrize("number", ["0,123", "1234,567", "1.234,567", "1,5E-3", "1.234.567", "1,2"])
def test_one_number_can_decide_for_commas(database, number):
    assert decide(evidence(database, [number, "1.234"])).decimal_mark == ","


def test_a_number_like_1_234_with_a_point_is_plain_where_nothing_else_speaks(database):
    assert decide(evidence(database, ["1.234", "5"])) == Dialect()


def test_a_number_like_1_234_with_a_comma_decides_nothing(database):
    with pytest.raises(Undecided, match="like 1,234, and no other number tells") as undecided:
        decide(evidence(database, ["1,234", "5"]))
    assert not undecided.value.is_contradiction


def test_two_languages_in_one_file_are_refused(database):
    with pytest.raises(Undecided, match="2 numbers with a decimal point and 1 with a decimal comma") as undecided:
        decide(evidence(database, ["0.5", "1.25", "0,5"]))
    assert undecided.value.is_contradiction


def test_what_is_written_otherwise_than_the_rest_stays_unreadable(database):
    """1.5 among decimal commas is a thousand and a half or one and a half: nobody knows."""
    (read,) = read_numbers(database, ["1.5"], Dialect(decimal_mark=","))
    assert database.execute("select try_cast(? as double)", [read]).fetchone() == (None,)
    assert "1.5 (not as the rest of the file" in read
    assert read_numbers(database, ["0,5", "x", ""], Dialect()) == ["0,5", "x", ""]


MONTH_FIRST = [
    "9/30/2023",
    "9/2/2023",
    "09/02/2023",
    "2023-09-02",
    "2023-09-02T00:00:00Z",
    "20230902",
    "9/2/2023 00:00:00",
]
DAY_FIRST = ["30/9/2023", "2/9/2023", "02.09.2023", "2023-09-02", "2023/9/2", "20230902", "2-9-2023"]
DAYS = [dt.date(2023, 9, 30), *[dt.date(2023, 9, 2)] * 6]


@pytest.mark.parametrize(("dates", "is_day_first"), [(MONTH_FIRST, False), (DAY_FIRST, True)])
def test_one_date_past_the_twelfth_decides_for_all(database, dates, is_day_first):
    dialect = decide(evidence(database, dates=dates))
    assert dialect.is_day_first == is_day_first
    assert read_dates(database, dates, dialect) == DAYS


@pytest.mark.parametrize("time", ["00:00", " 00:00:00.000", " 12:00:00 AM", "T00:00:00Z", " 00:00:00 +00:00"])
def test_a_time_of_day_after_a_date_is_left_out(database, time):
    dates = [f"30/9/2023 {time}".replace("  ", " ").replace(" T", "T"), "2023/9/30 00:00"]
    assert read_dates(database, dates, decide(evidence(database, dates=dates))) == [dt.date(2023, 9, 30)] * 2


@pytest.mark.parametrize("date", ["30/9/2023 oops", "30/9/20231", "2023/9/30 1", "30/9/2023 00:00:00 or later"])
def test_anything_else_after_a_date_makes_it_none(database, date):
    assert read_dates(database, [date], Dialect(decimal_mark=".", is_day_first=True)) == [None]


@pytest.mark.parametrize("date", ["ab/cd/efgh", "01/ 2/2026", "1٢/02/2026", "+1/02/2026", "01.02.20 6"])
def test_what_is_as_long_as_a_date_and_none_is_handed_on_as_it_stands(database, date):
    read = plain_date("d", Dialect(is_day_first=True))
    assert database.execute(f"select {read} from (select ? as d)", [date]).fetchone() == (date,)


def test_dates_with_points_have_the_day_first(database):
    assert read_dates(database, ["1.2.2023"], decide(evidence(database, dates=["1.2.2023"]))) == [dt.date(2023, 2, 1)]


def test_dates_that_could_be_either_are_refused(database):
    with pytest.raises(Undecided, match="dates like 1/2/2023"):
        decide(evidence(database, dates=["1/2/2023", "2023-01-01"]))


def test_dates_of_both_kinds_are_refused(database):
    with pytest.raises(Undecided, match="1 dates with the day first and 1 with the month first"):
        decide(evidence(database, dates=["13/2/2023", "2/13/2023"]))


def test_a_file_of_plain_values_is_plain(database):
    assert decide(Evidence(**BARE)) == Dialect()


def written(number, mark, group):
    """As a spreadsheet writes it in that language."""
    whole, _, rest = f"{abs(number):,f}".partition(".")
    return ("-" if number < 0 else "") + whole.replace(",", group) + (mark + rest if rest else "")


@given(
    numbers=st.lists(
        st.decimals(-(10**9), 10**9, allow_nan=False, places=2) | st.decimals(-9, 9, places=9), min_size=1
    ),
    language=st.sampled_from(
        [(".", ","), (",", "."), (",", "\u202f"), (".", "\u2019"), (",", " "), (",", ""), (".", "")]
    ),
)
@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_number_of_any_language_changes_its_value(database, numbers, language):
    mark, group = language
    texts = [written(number, mark, group) for number in numbers]
    dialect = decide(evidence(database, texts))
    assert [Decimal(one) for one in read_numbers(database, texts, dialect)] == numbers
