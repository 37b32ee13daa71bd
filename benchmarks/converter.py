"""Rows of an AWS Cost and Usage Report to FOCUS: our reading of a bill against the FinOps Foundation's focus-converter.

Both read the same CSV file, the recorded report over and over with other hours. The converter writes
FOCUS rows as Parquet. Ours checks every value too, sums the rows to lines and writes those. Each runs in processes of
its own, in turn; wall time counts, and the most memory that all of its processes held. The converter is installed into
an environment of its own under `.local`, pinned and hashed, and is no part of the product.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import gzip
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb

from audits.bill_parts import Part
from audits.focus_process import read_bill
from benchmarks.bill_load import PEAKS, note_children, peak_mib
from benchmarks.database import ROOT

RECORDED = ROOT / "tests" / "recordings" / "bills" / "aws-cur-anonymous.csv.gz"
REQUIREMENTS = ROOT / "benchmarks" / "converter.txt"
HOME = ROOT / ".local" / "focus-converter"
ROWS = 300_000  # the converter takes some 7 KB of memory for each
ROUNDS = 1
SECONDS = 900  # after an error it hangs
HOURS = 720
CANNOT = """focus-converter cannot be installed from benchmarks/converter.txt, so there is nothing to compare with:
{why}
It needs Python 3.11 or 3.12 and a package index that has it. Others do not: make bench ARGS="bill_load tenancy"."""
RESOURCE = "lineItem/ResourceId"  # which was taken out of the recorded report
MOMENTS = ("lineItem/UsageStartDate", "lineItem/UsageEndDate")


def installed() -> Path:
    """The converter's program; installs it where it is not there as pinned. Ends with what to do where it cannot."""
    ready, pinned = HOME / "ready", hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if not ready.exists() or ready.read_text() != pinned:
        shutil.rmtree(HOME, ignore_errors=True)
        print("  Installing focus-converter into .local/focus-converter (once)...", flush=True)
        install = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes")
        for command in (
            [sys.executable, "-m", "venv", str(HOME)],
            [str(HOME / "bin" / "python"), *install, "-r", str(REQUIREMENTS)],
        ):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise SystemExit(CANNOT.format(why=done.stderr.strip()[-500:]))
        ready.write_text(pinned)
    return HOME / "bin" / "focus-converter"


def generate(path: Path, rows: int) -> None:
    """The recorded report as often as fills `rows`, each time another hour of its month; each line of a resource."""
    with gzip.open(RECORDED, "rt", newline="") as file:
        recorded = list(csv.DictReader(file))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, [*recorded[0], RESOURCE])
        writer.writeheader()
        for number in range(rows):
            turn, place = divmod(number, len(recorded))
            row = recorded[place]
            start = dt.datetime.fromisoformat(row["bill/BillingPeriodStartDate"]) + dt.timedelta(hours=turn % HOURS)
            times = (start, start + dt.timedelta(hours=1))
            written = {name: f"{at:%Y-%m-%dT%H:%M:%SZ}" for name, at in zip(MOMENTS, times, strict=True)}
            named = {RESOURCE: f"i-{place:017x}-{turn // HOURS}"}
            writer.writerow(row | written | named)


def ours(path: Path) -> dict[str, Any]:
    """Read the bill as a worker does, up to where its lines would be written."""
    started = time.perf_counter()
    with read_bill(parts=[Part(path=path, key=path.name)], period=None, seconds=SECONDS, on_wait=note_children) as bill:
        note_children()
        size = sum(len(block) for block in bill.lines)
        rows = sum(bill.sums.rows_by_part)
    PEAKS[os.getpid()] = peak_mib("self")
    return {"wall": time.perf_counter() - started, "rss_mib": sum(PEAKS.values()), "rows": rows, "bytes": size}


def theirs(program: Path, path: Path, out: Path) -> dict[str, Any]:
    """Let the converter write the file's rows as FOCUS rows. Ends where it fails or does not end."""
    out.mkdir()
    options = {"provider": "aws-cur", "data-format": "csv", "data-path": path, "export-path": out}
    command = [str(program), "convert", *(f"--{name}={value}" for name, value in options.items())]
    peak, started = 0.0, time.perf_counter()
    with (out.parent / "converter.log").open("w+") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=out.parent)
        try:
            while process.poll() is None:
                peak = max(peak, peak_mib(process.pid))
                if time.perf_counter() - started > SECONDS:
                    break
                time.sleep(0.05)
        finally:
            process.kill()
        wall = time.perf_counter() - started
        if process.wait():
            log.seek(0)
            raise SystemExit(f"focus-converter ended with {process.returncode} after {wall:.0f} s: {log.read()[-500:]}")
    with duckdb.connect() as database:
        found = database.execute(f"select count(*) from read_parquet('{out}/*.parquet')").fetchone() or (0,)
    shutil.rmtree(out)
    return {"wall": wall, "rss_mib": peak, "rows": found[0]}


def in_a_child(path: Path) -> dict[str, Any]:
    """Ours, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.converter", "--ours", str(path)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def compare(program: Path, folder: Path, *, rows: int, round_count: int) -> None:
    """Both in turn; prints rows per second, peaks, and their ratios."""
    path = folder / "report.csv"
    generate(path, rows)
    size = path.stat().st_size / 1e6
    print(f"AWS Cost and Usage Report of {rows:,} rows ({size:,.0f} MB of CSV), median of {round_count}:", flush=True)
    rounds = [(in_a_child(path), theirs(program, path, folder / "out")) for _ in range(round_count)]
    if {one["rows"] for both in rounds for one in both} != {rows}:
        raise SystemExit(f"The contestants do not agree on the rows: {rounds}")
    walls = [statistics.median(both[which]["wall"] for both in rounds) for which in (0, 1)]
    peaks = [max(both[which]["rss_mib"] for both in rounds) for which in (0, 1)]
    for name, wall, peak in zip(("ours", "focus-converter"), walls, peaks, strict=True):
        print(f"  {name:16} {wall:6.2f} s  {rows / wall / 1e3:7.0f} thousand rows/s  {peak:6,.0f} MiB peak")
    print(f"  ratio {walls[1] / walls[0]:.1f} times as fast, in {peaks[0] / peaks[1]:.2f} of the memory", flush=True)


def main() -> None:
    """The comparison, or our side of it in a child."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--converter-rows", type=int, default=ROWS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--ours", type=Path)
    options, _ = parser.parse_known_args()
    if options.ours:
        print(json.dumps(ours(options.ours)))
        return
    program = installed()
    folder = ROOT / ".local" / f"bench-{os.getpid()}"
    folder.mkdir(parents=True)
    try:
        compare(program, folder, rows=options.converter_rows, round_count=options.rounds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
