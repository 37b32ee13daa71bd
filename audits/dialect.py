"""How a file writes numbers and dates, told from the file itself: 1,234.50 or 1.234,50; 9/30/2026 or 30/9/2026.

A file speaks one dialect. What could be read both ways is decided by the values that cannot; where there are none, the
file is refused, since a guess would be a thousand times wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SAMPLE_ROWS = 20_000
SPACES = (
    r" \x{A0}\x{202F}\x{2019}\x27"  # what may stand between thousands, the last two are apostrophes; in RE2's words
)
EXPONENT = r"([eE][+-]?\d+)?"
FOREIGN = " (not as the rest of the file writes numbers)"
# A time of day may follow a date and is dropped: these exports are daily. Anything else after it is no date.
TIME = r"([ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm])?( ?(Z|[+-]\d{2}:?\d{2}))?)?"
SLASHED = rf"^(\d{{1,2}})[/.-](\d{{1,2}})[/.-](\d{{4}}){TIME}$"
YEAR_FIRST = rf"^(\d{{4}})[/.](\d{{1,2}})[/.](\d{{1,2}}){TIME}$"


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """`decimal_mark` is "." or ","; `is_day_first` says how 1/2/2026 is meant."""

    decimal_mark: str = "."
    is_day_first: bool = False


class Undecided(Exception):
    """The values contradict each other, or can be read in two ways; then more of the file may still tell."""

    def __init__(self, message: str, *, remedy: str, is_contradiction: bool) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.is_contradiction = is_contradiction


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """How many values speak for each reading, and one of those that speak for none."""

    points: int
    commas: int
    unclear_number: str | None
    days_first: int
    months_first: int
    unclear_date: str | None


def evidence_of(rows: str, *, numbers: Sequence[str], dates: Sequence[str]) -> str:
    """A query for the fields of Evidence, over columns of text of `rows`.

    Each value is looked at once, however often it is there, and of numbers only those that have a mark of some kind.
    """
    values = f"unnest([{', '.join((*numbers, *dates))}])"
    kinds = f"unnest([{', '.join(['false'] * len(numbers) + ['true'] * len(dates))}])"
    could_be_a_thousand = r"^[+-]?[1-9]\d{0,2},\d{3}$"
    return f"""
        with seen as (select v, is_date, count(*) as times
                        from (select {values} as v, {kinds} as is_date from ({rows}))
                       where is_date or contains(v, '.') or contains(v, ',') group by all),
             n as (select {_unspaced("v")} as v, times from seen where not is_date),
             d as (select v, times, try_cast(regexp_extract(v, '{SLASHED}', 1) as integer) as a,
                          try_cast(regexp_extract(v, '{SLASHED}', 2) as integer) as b
                     from seen where is_date and regexp_matches(v, '{SLASHED}'))
        select (select coalesce(sum(times) filter ({_speaks_for(".", ",")}), 0)::bigint from n),
               (select coalesce(sum(times) filter ({_speaks_for(",", ".")}), 0)::bigint from n),
               (select min(v) from n where contains(v, ',') and regexp_matches(v, '{could_be_a_thousand}')),
               (select coalesce(sum(times) filter (a > 12 or contains(v, '.')), 0)::bigint from d),
               (select coalesce(sum(times) filter (b > 12 and not contains(v, '.')), 0)::bigint from d),
               (select min(v) from d where a <= 12 and b <= 12 and not contains(v, '.'))"""


def decide(evidence: Evidence) -> Dialect:
    """The one dialect that all values fit. Raises Undecided."""
    if evidence.points and evidence.commas:
        raise Undecided(
            f"writes {evidence.points:,} numbers with a decimal point and {evidence.commas:,} with a decimal comma",
            remedy="Export it in one language.",
            is_contradiction=True,
        )
    if evidence.days_first and evidence.months_first:
        raise Undecided(
            f"writes {evidence.days_first:,} dates with the day first and {evidence.months_first:,} with the month "
            "first",
            remedy="Export it in one language.",
            is_contradiction=True,
        )
    if not evidence.points and not evidence.commas and evidence.unclear_number is not None:
        raise Undecided(
            f"writes numbers like {evidence.unclear_number}, and no other number tells whether the comma is a decimal "
            "one",
            remedy="Export it with decimal points, or with the rest of its month.",
            is_contradiction=False,
        )
    if not evidence.days_first and not evidence.months_first and evidence.unclear_date is not None:
        raise Undecided(
            f"writes dates like {evidence.unclear_date}, and no other date tells whether the day or the month comes "
            "first",
            remedy="Export it with dates like 2026-10-31.",
            is_contradiction=False,
        )
    return Dialect(decimal_mark="," if evidence.commas else ".", is_day_first=evidence.days_first > 0)


def plain_number(column: str, dialect: Dialect) -> str:
    """SQL for the number as 1234.5, of a column of text. What does not fit the dialect stays unreadable."""
    mark, group = dialect.decimal_mark, "," if dialect.decimal_mark == "." else "."
    value = _unspaced(column)
    fits = rf"^[+-]?(\d+|\d{{1,3}}(\{group}\d{{3}})+)?(\{mark}\d*)?{EXPONENT}$"
    plain = f"replace(replace({value}, '{group}', ''), '{mark}', '.')"
    read = f"""case when regexp_matches({value}, '{fits}') then {plain}
        when try_cast({column} as double) is null then {column} else {column} || '{FOREIGN}' end"""
    if mark == ",":
        return f"case when {column} is null then null else {read} end"
    is_plain = f"{column} is null or regexp_matches({column}, '^[+-]?[0-9.eE+-]+$')"
    return f"case when {is_plain} then {column} else {read} end"


def plain_date(column: str, dialect: Dialect) -> str:
    """SQL for the date as 2026-10-31, of a column of text. What is no date of the dialect is handed on as it stands."""
    order = r"\3-\2-\1" if dialect.is_day_first else r"\3-\1-\2"
    slashed = f"regexp_replace({column}, '{SLASHED}', '{order}')"
    year_first = f"regexp_replace({column}, '{YEAR_FIRST}', '\\1-\\2-\\3')"
    compact = f"regexp_replace({column}, '^(\\d{{4}})(\\d{{2}})(\\d{{2}})$', '\\1-\\2-\\3')"
    is_usual = (
        f"{column} like '__/__/____' or {column} like '__.__.____'"  # without a time, of which is no other reading
    )
    usual = f"regexp_replace({column}, '^(\\d\\d)[/.](\\d\\d)[/.](\\d{{4}})$', '{order}')"
    return f"""case when {column} is null or {column}[5] = '-' then {column} when {is_usual} then {usual}
        when regexp_matches({column}, '{SLASHED}') then {slashed}
        when regexp_matches({column}, '{YEAR_FIRST}') then {year_first} else {compact} end"""


def _unspaced(column: str) -> str:
    """Without what stands between thousands, where it stands between thousands. Nearly no number has any of it."""
    grouped = rf"^[+-]?\d{{1,3}}([{SPACES}]\d{{3}})+([.,]\d*)?$"
    stripped = f"regexp_replace({column}, '[{SPACES}]', '', 'g')"
    has_some = f"strlen({column}) <> length({column}) or contains({column}, ' ') or contains({column}, chr(39))"
    return (
        f"case when not ({has_some}) then {column} "
        f"when regexp_matches({column}, '{grouped}') then {stripped} else {column} end"
    )


def _speaks_for(mark: str, group: str) -> str:
    """Whether a number can only be read with this decimal mark. What is slow is asked of those that have the sign."""
    has_mark = rf"^[+-]?(\d+|\d{{1,3}}(\{group}\d{{3}})+)?\{mark}\d*{EXPONENT}$"
    could_be_a_thousand = rf"^[+-]?[1-9]\d{{0,2}}(\{mark}\d{{3}})+$"
    many_thousands = rf"^[+-]?\d{{1,3}}(\{group}\d{{3}}){{2,}}$"
    return (
        f"case when not contains(v, '{mark}') then false when not regexp_matches(v, '{has_mark}') then false "
        f"else not regexp_matches(v, '{could_be_a_thousand}') end"
        f" or case when contains(v, '{group}') then regexp_matches(v, '{many_thousands}') else false end"
    )
