"""Reads a bill in a process of its own, which can be killed: DuckDB's C code heeds no deadline inside ours."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audits.bill_folder import PREFIX
from audits.bill_parts import MEMORY_MB, BillRefused
from audits.bill_sums import kind_sum
from audits.child_gauge import heard
from audits.focus import PeriodSums, Sums
from audits.left_out_tags import MOST_KEYS
from audits.load_meter import OF_THE_CHILD, Meter, Phase
from audits.quarantine import NONE, BadRow, of_period

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from audits.bill_parts import Part
    from audits.quarantine import Bounds

ROOT = Path(__file__).resolve().parent.parent
BLOCK = 1 << 18
LOOK_UP_SECONDS = 0.5
REFUSED_EXIT = 2
DETAILS = "details.csv"
DAY_SUMS, RATE_SUMS, TAG_KEYS, TAG_SUMS = "day_sums.csv", "rate_sums.csv", "tag_keys.csv", "tag_sums.csv"
ALL_LINES = "all_lines"  # there once every line is on the child's output
# A key like a resource's name has a value for each resource. So many keys, and of each so many values, are kept apart:
# those with the largest costs in any currency. What further values cost is one sum, so the key's total is exact.
MOST_TAG_KEYS, MOST_TAG_VALUES = MOST_KEYS, 200


@dataclass(frozen=True, kw_only=True)
class AddedUp:
    """The files of the lines' sums by day, meter and tag (`audits.sum_reader`); those by tag are None without tags."""

    days: Path
    rates: Path
    tag_keys: Path | None = None
    tags: Path | None = None


@dataclass(frozen=True, kw_only=True)
class ReadBill:
    """A bill that was read and found whole: its sums, and its lines as CSV text in the order of focus.WRITTEN_COLUMNS.

    `details` is the file of the details that lines name by number (`audits.detail_reader`), None where there are none.
    `added_up` waits for the lines' sums, which are made after the lines were handed over. It raises BillRefused.
    `meter` counts the lines that were taken; who takes them says on it what for.
    """

    sums: Sums
    lines: Iterator[bytes]
    added_up: Callable[[], AddedUp]
    details: Path | None = None
    meter: Meter = field(default_factory=Meter)

    @property
    def line_count(self) -> int:
        """How many lines there are."""
        return sum(one.line_count for one in self.sums.periods)


@contextmanager
def read_bill(
    *,
    parts: Sequence[Part],
    period: date | None,
    seconds: float,
    bounds: Bounds = NONE,
    memory_mb: int = MEMORY_MB,
    on_wait: Callable[[], None] = lambda: None,
    meter: Meter | None = None,
) -> Iterator[ReadBill]:
    """Read the parts of a bill in a child process, within `seconds`. Raises BillRefused.

    With `period`, rows of another billing period are bad. As many bad rows as `bounds` allow are left out. What
    `memory_mb` has no room for lies on the disk, and what must not is refused. `on_wait` is called while waiting, and
    may raise to give up; `meter` is told how far it is. Whatever happens, the child and its temporary files are gone
    afterwards; should this process be killed, the child notices, cleans up and ends too.
    """
    deadline, meter = time.monotonic() + seconds, meter or Meter()
    work = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))  # by our own id, as sweep tells it
    try:
        with _child(work) as child:
            request = {
                "work": str(work),
                "period": period.isoformat() if period else None,
                "bounds": [bounds.rows, str(bounds.percent)],
                "memory_mb": memory_mb,
                "most_tags": [MOST_TAG_KEYS, MOST_TAG_VALUES],
                "parts": [{"path": str(one.path.resolve()), "key": one.key, "size": one.size} for one in parts],
            }
            _write(child, json.dumps(request).encode() + b"\n")
            meter.begin(Phase.LOOKING)

            def look_up() -> None:
                on_wait()
                _hear(work, meter)
                if time.monotonic() - meter.waited() > deadline:  # what others took is not ours
                    raise BillRefused(
                        f"The bill was not read within {seconds:.0f} seconds, and was given up. It is tried again with "
                        "the next audit; hourly exports of many resources are read faster as Parquet.",
                        permanent=False,
                    )

            blocks = _blocks(child, work, look_up=look_up)
            first = next(blocks, b"")
            details = work / DETAILS
            yield ReadBill(
                sums=_sums(_report(work)),
                lines=_counted(_chain(first, blocks), meter),
                added_up=lambda: _added_up(child, work, look_up=look_up),
                details=details if details.exists() else None,
                meter=meter,
            )
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def _child(work: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The child, with an environment that holds none of ours, killed at the end if it still runs."""
    with (work / "errors").open("wb") as errors:
        child = subprocess.Popen(
            [sys.executable, "-m", "audits.focus_reader"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=ROOT,
            env={"PATH": os.defpath, "HOME": str(work), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            start_new_session=True,
        )
    try:
        yield child
    finally:
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()


def _write(child: subprocess.Popen[bytes], request: bytes) -> None:
    if child.stdin is None:
        raise ValueError("The child has no input.")
    try:
        child.stdin.write(request)
        child.stdin.flush()
    except BrokenPipeError:
        pass  # it has already ended, and its end says why


def _blocks(child: subprocess.Popen[bytes], work: Path, *, look_up: Callable[[], None]) -> Iterator[bytes]:
    if child.stdout is None:
        raise ValueError("The child has no output.")
    while True:
        look_up()
        if select.select([child.stdout], [], [], LOOK_UP_SECONDS)[0]:
            block = os.read(child.stdout.fileno(), BLOCK)
            if not block:
                if not (work / ALL_LINES).exists():
                    _require_good_end(child, work)
                return
            yield block


def _added_up(child: subprocess.Popen[bytes], work: Path, *, look_up: Callable[[], None]) -> AddedUp:
    while child.poll() is None:
        look_up()  # what has ended in time is not given up for what was done with the lines meanwhile
        with suppress(subprocess.TimeoutExpired):
            child.wait(LOOK_UP_SECONDS)
    _require_good_end(child, work)
    keys, tags = work / TAG_KEYS, work / TAG_SUMS
    return AddedUp(
        days=work / DAY_SUMS,
        rates=work / RATE_SUMS,
        tag_keys=keys if keys.exists() else None,
        tags=tags if tags.exists() else None,
    )


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _hear(work: Path, meter: Meter) -> None:
    """What the child tells of its reading, until its lines are taken."""
    extent = meter.extent()
    if extent is not None and extent.phase in OF_THE_CHILD and (told := heard(work)) is not None:
        meter.hear(told)


def _counted(blocks: Iterator[bytes], meter: Meter) -> Iterator[bytes]:
    for block in blocks:
        yield block
        meter.add(done_rows=block.count(b"\n"))


def _require_good_end(child: subprocess.Popen[bytes], work: Path) -> None:
    code = child.wait()
    if code == 0:
        return
    if code == REFUSED_EXIT:
        refused = _report(work)["refused"]
        raise BillRefused(
            refused["message"], part=refused["part"], field=refused["field"], permanent=refused["permanent"]
        )
    errors = work / "errors"
    told = errors.read_text(errors="replace").strip() if errors.exists() else ""
    kind = told.rpartition("\n")[2].partition(":")[0]
    raise BillRefused(
        f"Reading the bill ended with {code} ({kind or 'killed'}). It is tried again with the next audit.",
        permanent=False,
    )


def _report(work: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((work / "report.json").read_text())
    return found


def _sums(report: dict[str, Any]) -> Sums:
    def money(totals: dict[str, dict[str, str]]) -> dict[str, dict[str, Decimal]]:
        return {key: {name: Decimal(value) for name, value in sums.items()} for key, sums in totals.items()}

    def day(text: str | None) -> date | None:
        return date.fromisoformat(text) if text else None

    left_out = tuple(BadRow.from_json(one) for one in report["left_out"])
    there = {date.fromisoformat(one["billing_period"]) for one in report["periods"]}
    periods = [
        PeriodSums(
            billing_period=date.fromisoformat(one["billing_period"]),
            row_count=one["row_count"],
            line_count=one["line_count"],
            totals=money(one["totals"]),
            invoice_totals=money(one["invoice_totals"]),
            billing_account_ids=tuple(one["billing_account_ids"]),
            sub_account_ids=tuple(one["sub_account_ids"]),
            first_usage_date=day(one["first_usage_date"]),
            last_usage_date=day(one["last_usage_date"]),
            rows_without_cost=one["rows_without_cost"],
            notes=tuple(one["notes"]),
            left_out=of_period(left_out, date.fromisoformat(one["billing_period"]), periods=there),
            kinds=tuple(kind_sum(row) for row in one["kinds"]),
            services=tuple((account, service, code, cost) for account, service, code, cost in one["services"]),
        )
        for one in report["periods"]
    ]
    return Sums(
        rows_by_part=tuple(report["rows_by_part"]),
        copies=dict(report["copies"]),
        contents=tuple(report["contents"]),
        bill_format=report["bill_format"],
        periods=tuple(periods),
        left_out=left_out,
    )
