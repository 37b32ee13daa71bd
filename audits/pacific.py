"""Pacific time in SQL without a look-up of the zone for each row, which takes more time than all else that is read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Los_Angeles")
FIRST_YEAR, LAST_YEAR = 1999, 2100
WINTER, SUMMER = timedelta(hours=-8), timedelta(hours=-7)


def local(moment: str) -> str:
    """SQL for the Pacific time of a TIMESTAMP in UTC, from FIRST_YEAR to LAST_YEAR."""
    begins, ends = (f"{changes}[year({moment}) - {FIRST_YEAR - 1}]" for changes in _changes())
    return (
        f"{moment} - case when {moment} >= {begins} and {moment} < {ends} "
        f"then interval {_hours(SUMMER)} hours else interval {_hours(WINTER)} hours end"
    )


@cache
def _changes() -> tuple[str, str]:
    """Lists of the moments when summer time begins and ends, one a year."""
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    begins = [_change(datetime(year, 1, 1, tzinfo=UTC), datetime(year, 7, 1, tzinfo=UTC), SUMMER) for year in years]
    ends = [_change(datetime(year, 7, 1, tzinfo=UTC), datetime(year, 12, 31, tzinfo=UTC), WINTER) for year in years]
    first, last = (", ".join(f"timestamp '{one:%Y-%m-%d %H:%M:%S}'" for one in changes) for changes in (begins, ends))
    return f"[{first}]", f"[{last}]"


def _change(before: datetime, after: datetime, to: timedelta) -> datetime:
    """The first second of an offset that holds `after` and not yet `before`."""
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (before, middle) if middle.astimezone(ZONE).utcoffset() == to else (middle, after)
    return after


def _hours(offset: timedelta) -> int:
    return -(offset // timedelta(hours=1))
