"""How far a load is, in words: what is done, how fast, and how long it still takes where that can be said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audits.load_meter import Extent, Phase

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS = {
    Phase.FETCHING: "Fetching the files",
    Phase.LOOKING: "Looking at how the files are written",
    Phase.READING: "Reading the rows",
    Phase.READING_AGAIN: "Reading once more, without the rows that are left out",
    Phase.SUMMING: "Adding the rows up to lines",
    Phase.ORDERING: "Putting the lines in order",
    Phase.WAITING: "Waiting until another bill of the organisation is stored, which counts against no time limit",
    Phase.WRITING: "Writing the lines to the database",
    Phase.STORING: "Storing the lines under their load",
    Phase.ADDING_UP: "Adding up by day and tag, and comparing",
    Phase.JUDGING: "Judging what the bill alone proves",
}
KILO = 1024  # as pages show the sizes of files
UNITS = ("bytes", "KB", "MB", "GB", "TB")
MINUTE_SECONDS, HOUR_SECONDS = 60, 3600
# A rate over a moment is chance, and the first hundredth of a file says little about the rest.
FIRST_RATE_SECONDS = 1.0
FIRST_FORECAST_SECONDS = 5.0
FIRST_FORECAST_SHARE = 0.02


@dataclass(frozen=True, kw_only=True)
class Told:
    """A phase in words. `share` is what of it is done, from 0 to 1; None where nobody knows all of it."""

    title: str
    figures: tuple[str, ...]
    share: float | None

    @property
    def sentence(self) -> str:
        """All of it in one line."""
        return f"{self.title}: {', '.join(self.figures)}." if self.figures else f"{self.title}."

    @property
    def percent(self) -> int | None:
        """The share in whole hundredths."""
        return None if self.share is None else int(self.share * 100)


def told(extent: Extent) -> Told:
    """An extent in words."""
    title = WORDS[extent.phase]
    if extent.billing_period is not None:
        title = f"Bill of {extent.billing_period:%Y-%m}: {title[0].lower()}{title[1:]}"
    share = share_done(extent)
    return Told(title=title, figures=tuple(_figures(extent, share)), share=share)


def share_done(extent: Extent) -> float | None:
    """What of the phase is done, by bytes where they are counted, else by rows. None: it cannot be told."""
    for done, whole in ((extent.done_bytes, extent.all_bytes), (extent.done_rows, extent.all_rows)):
        if done is not None and whole:
            return min(1.0, done / whole)
    return None


def seconds_left(extent: Extent) -> float | None:
    """How long the phase still takes, should it go on as it went so far. None where that would be a guess."""
    share = share_done(extent)
    if share is None or extent.seconds < FIRST_FORECAST_SECONDS or not FIRST_FORECAST_SHARE <= share < 1:
        return None
    return extent.seconds * (1 - share) / share


def rate(done: int | None, seconds: float) -> float | None:
    """So much a second; None before that means anything."""
    return None if not done or seconds < FIRST_RATE_SECONDS else done / seconds


def _figures(extent: Extent, share: float | None) -> list[str]:
    """What is done, then the time left, which a narrow terminal must not cut off."""
    is_exact = extent.phase in (Phase.WRITING, Phase.STORING, Phase.JUDGING)
    left = seconds_left(extent)
    length, rows = (rate(done, extent.seconds) for done in (extent.done_bytes, extent.done_rows))
    found = [
        _of(extent.done_bytes, extent.all_bytes, size),
        _of(extent.done_rows, extent.all_rows, "{:,}".format) + " lines" if extent.done_rows and is_exact else "",
        "" if left is None else f"about {duration(left)} left of this part",
        f"about {_of(_rounded(extent.done_rows), extent.all_rows, '{:,}'.format)} rows"
        if extent.done_rows and not is_exact
        else "",
        "" if rows is None else f"{_rounded(rows):,} a second",
        "" if length is None or rows is not None else f"{size(int(length))} a second",
        f"for {duration(extent.seconds)} so far" if share is None and extent.seconds >= FIRST_FORECAST_SECONDS else "",
    ]
    return [figure for figure in found if figure]


def _of(done: int | None, whole: int | None, shown: Callable[[int], str]) -> str:
    if done is None:
        return ""
    return shown(done) if whole is None else f"{shown(done)} of {shown(whole)}"


def size(length: int) -> str:
    """Bytes in the unit that fits, as in 1.2 GB."""
    value, unit = float(length), 0
    while value >= KILO and unit + 1 < len(UNITS):
        value, unit = value / KILO, unit + 1
    return f"{value:,.1f} {UNITS[unit]}" if unit else _counted(length, "byte")


def duration(seconds: float) -> str:
    """A time as somebody would say it."""
    if seconds < MINUTE_SECONDS:
        return _counted(max(1, round(seconds)), "second")
    if seconds < HOUR_SECONDS:
        return _counted(round(seconds / MINUTE_SECONDS), "minute")
    hours, minutes = divmod(round(seconds / MINUTE_SECONDS), MINUTE_SECONDS)
    return f"{_counted(hours, 'hour')} {_counted(minutes, 'minute')}" if minutes else _counted(hours, "hour")


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _rounded(value: float) -> int:
    """To three digits: the others change from moment to moment."""
    whole = round(value)
    digits = max(0, len(str(whole)) - 3)
    return round(whole, -digits)
