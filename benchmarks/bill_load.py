"""Five million line items: our bill load against DuckDB's scan and sum plus COPY into a like table without walls.

All run in processes of their own, in turn, on the same files and the same server; the median wall time counts. The
limit reads with the types given, sums by the same columns and copies into a table with the same columns and indexes,
but without row-level security: `tied` into one whose lines are tied to their load by a key, as ours are, and `limit`
into one that lacks that too (docs/decisions/0131). Ours checks every value and that nothing is rounded, reads in a
child that can be killed, writes under row-level security as cf_worker, keeps what describes the lines and their sums by
day, meter and tag too, and compares the totals before it commits.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import django
import duckdb
import psycopg

from audits.charge_details import DIMENSIONS, TAGS
from audits.closed_database import THREADS
from audits.focus import COST_FIELDS, LINE_COLUMNS, NUMBERS, TEXTS
from audits.opened_parts import BUFFER
from benchmarks.database import ROOT, migrate
from sandbox import servers
from tenants.proof import ContextKey

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SAMPLE = ROOT / "tests" / "recordings" / "focus" / "focus_sample.csv"
ROWS = 5_000_000
PARTS = 4
ROUNDS = 3
HOURS = 720  # of the billing period, September 2024
GOAL = 1.5
MEMORY_GOAL_MIB = 1024
DATABASE = "costframe_bench"
LINES, TIED_LINES = "bench_lines", "bench_tied_lines"
CONTESTANTS = ("limit", "tied", "ours")
ORGANIZATION = "00000000-0000-4000-8000-000000000001"
CONNECTION = "00000000-0000-4000-8000-000000000002"
LOAD = "00000000-0000-4000-8000-000000000003"
AT = dt.datetime(2024, 10, 20, 12, tzinfo=dt.UTC)
# As ours: keys that count up, which an index of them takes at its end.
KEY_SQL = "('00000000-0000-4000-8000-' || lpad(to_hex(row_number() over ()), 12, '0'))::uuid"
SUFFIXES = {"csv.gz": "format csv, header, compression gzip", "parquet": "format parquet, compression zstd"}


def generate(folder: Path, suffix: str, rows: int) -> list[Path]:
    """The sample's lines, each hour of a month for as many resources as fill `rows`, with costs that vary."""
    paths = []
    with duckdb.connect(config={"threads": THREADS}) as database:
        database.execute(
            f"create table sample as select * from read_csv('{SAMPLE}', all_varchar = true, nullstr = 'NULL')"
        )
        names = [row[0] for row in database.execute("describe sample").fetchall()]
        columns = ", ".join(f'{_varied(name, is_double=suffix == "parquet")} as "{name}"' for name in names)
        copies = -(-rows // 1000)
        for number in range(PARTS):
            first, last = copies * number // PARTS, copies * (number + 1) // PARTS
            path = folder / f"bill-{number:05d}.{suffix}"
            rows_of_part = f"select {columns} from range({first}, {last}) copies(k), sample"
            database.execute(f"copy ({rows_of_part}) to '{path}' ({SUFFIXES[suffix]})")
            paths.append(path)
    return paths


def _varied(name: str, *, is_double: bool) -> str:
    moment = "'2024-09-01'::timestamp + to_hours((k % {hours} + {more})::integer)"
    moments = {
        "ChargePeriodStart": moment.format(hours=HOURS, more=0),
        "ChargePeriodEnd": moment.format(hours=HOURS, more=1),
        "BillingPeriodStart": "'2024-09-01'::timestamp",
        "BillingPeriodEnd": "'2024-10-01'::timestamp",
    }
    if name in moments:
        return moments[name] if is_double else f"strftime({moments[name]}, '%Y-%m-%dT%H:%M:%SZ')"
    if name == "ResourceId":
        return f"ResourceId || '-' || (k // {HOURS})"
    if name in {*COST_FIELDS.values(), "ConsumedQuantity"}:
        cost = f"coalesce(\"{name}\", '0')::decimal(18,11)"
        varied = f"({cost} * (1000 + hash(k, Id) % 997))::decimal(26,11)"
        return f"({varied})::double" if is_double else f"({varied})::varchar"
    return f'"{name}"'


def limit(url: str, paths: list[str], *, table: str = LINES) -> int:
    """Scan, sum and COPY: no check, no wall, no comparison."""
    texts = {column: names[0] for column, names in TEXTS.items()}
    with duckdb.connect(config={"threads": THREADS}) as database, tempfile.TemporaryDirectory() as folder:
        source, there = _limit_source(database, paths)
        keys = ", ".join(f"{_or_empty(name) if name in there else _EMPTY} as {one}" for one, name in texts.items())
        numbers = {one: f'"{name}"' if name in there else "null" for one, name in NUMBERS.items()}
        sums = ", ".join(f"sum({name}::decimal(38,18)) as {one}" for one, name in numbers.items())
        # What we tell lines apart by beside their own columns; the limit does not write it.
        details = "".join(f', "{name}"' for name in (*DIMENSIONS, TAGS) if name in there)
        lines = Path(folder) / "lines.csv"
        database.execute(
            f"""copy (select {KEY_SQL}, '{ORGANIZATION}', '{LOAD}', {", ".join(LINE_COLUMNS)}
                        from (select "BillingPeriodStart"::date as billing_period,
                                     "ChargePeriodStart"::date as charge_date, 1 as charge_days, {keys}, {sums},
                                     count(*) as row_count{details}
                                from {source} group by all))
                to '{lines}' (format csv, header false)"""
        )
        return copy_lines(url, lines, table=table)


def tied(url: str, paths: list[str]) -> int:
    """As the limit, into a table whose lines are tied to their load by a foreign key, as ours are."""
    return limit(url, paths, table=TIED_LINES)


def copy_lines(url: str, lines: Path, *, table: str = LINES) -> int:
    """COPY a CSV file of lines into a table of the limit's."""
    columns = ", ".join(("id", "organization_id", "load_id", *LINE_COLUMNS))
    command = f"copy {table} ({columns}) from stdin (format csv, force_not_null ({', '.join(TEXTS)}))"
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        with lines.open("rb") as file, cursor.copy(command) as copy:
            while block := file.read(1 << 18):
                copy.write(block)
        return cursor.rowcount


_EMPTY = "''"


def _or_empty(name: str) -> str:
    return f"coalesce(\"{name}\", '')"


def _limit_source(database: duckdb.DuckDBPyConnection, paths: list[str]) -> tuple[str, set[str]]:
    if paths[0].endswith("parquet"):
        source = f"read_parquet({paths!r})"
        return source, {row[0] for row in database.execute(f"describe select * from {source}").fetchall()}
    with SAMPLE.open() as file:
        names = [name.strip('"') for name in file.readline().strip().split(",")]
    types = dict.fromkeys(names, "VARCHAR")
    types |= dict.fromkeys((name for name in NUMBERS.values() if name in types), "DECIMAL(38,18)")
    types |= dict.fromkeys(("BillingPeriodStart", "ChargePeriodStart", "ChargePeriodEnd"), "TIMESTAMP")
    return csv_source(paths, types), set(names)


def csv_source(paths: list[str], types: Mapping[str, str]) -> str:
    """What the limit reads CSV files with: by buffers of the size that ours has, which is faster than DuckDB's own."""
    read = f"columns = {dict(types)!r}, header = true, auto_detect = false, quote = '\"', buffer_size = {BUFFER}"
    return f"read_csv({paths!r}, {read})"


def ours(_: str, paths: list[str]) -> int:
    """What the bill step of a running worker does with the parts that it has downloaded."""
    from audits import bill_sources, bills  # noqa: PLC0415 - after Django's set-up
    from connections.models import Connection  # noqa: PLC0415
    from connections.provider import ExportFile, ExportPeriod  # noqa: PLC0415
    from tenants import scope  # noqa: PLC0415

    files = tuple(ExportFile(key=path, size=Path(path).stat().st_size, etag="") for path in paths)
    execution_id = f"run {time.time_ns()}"
    period = ExportPeriod(billing_period=AT.date().replace(month=9, day=1), execution_id=execution_id, files=files)
    where = {path: Path(path) for path in paths}
    reading = bills.read_period(period=period, paths=where, seconds=900, on_wait=note_children)
    entry = scope.work_on(Connection._meta.db_table, UUID(CONNECTION))  # noqa: SLF001 - Django's own way to name it
    with reading as bill, entry, scope.organization(UUID(ORGANIZATION)):
        (load,) = bills.replace(
            source=bill_sources.of_connection(Connection.objects.get(), at=AT),
            bill=bill,
            files=[{"key": file.key, "size": file.size} for file in files],
            execution_id=execution_id,
            at=AT,
        )
    return int(load.line_count)


@dataclass(frozen=True, kw_only=True)
class Bench:
    """The server, its logins, and where the files lie."""

    postgres: servers.Postgres
    urls: dict[str, str]
    folder: Path


PEAKS: dict[int, float] = {}


def peak_mib(process: int | str) -> float:
    """The most memory that a process has held; ru_maxrss would also count what its parent held before it."""
    status = Path(f"/proc/{process}/status").read_text().partition("VmHWM:")[2]
    return int(status.split()[0]) / 1024 if status else 0.0


def note_children() -> None:
    """Keep the peaks of our children while they live."""
    for child in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split():
        PEAKS[int(child)] = peak_mib(child) or PEAKS.get(int(child), 0.0)


def cpu_seconds() -> float:
    """What this process and its children that have ended have taken."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in usages)


def contestant(
    name: str, url: str, paths: list[str], contenders: Mapping[str, Callable[[str, list[str]], int]]
) -> None:
    """Run one contestant in this process and print its figures, its children's included."""
    if name == "ours":
        django.setup()
        importlib.import_module("audits.bills")
    before, started = cpu_seconds(), time.perf_counter()
    lines = contenders[name](url, paths)
    wall, cpu = time.perf_counter() - started, cpu_seconds() - before
    PEAKS[os.getpid()] = peak_mib("self")
    figures = {
        "wall": wall,
        "cpu": cpu,
        "rss_mib": sum(PEAKS.values()),
        "lines": lines,
    }
    print(json.dumps(figures))


def server_cpu(postgres: servers.Postgres) -> float:
    """CPU seconds of the server's processes that have ended: a connection's process ends with it."""
    if postgres.process is None:
        return 0.0
    fields = Path(f"/proc/{postgres.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def run(bench: Bench, name: str, paths: list[Path], module: str = "benchmarks.bill_load") -> dict[str, Any]:
    """One contestant's figures, with the CPU time that the server took for it."""
    before = server_cpu(bench.postgres)
    done = subprocess.run(
        [sys.executable, "-m", module, "--contestant", name, *map(str, paths)],
        env={
            "PATH": os.environ["PATH"],
            "TMPDIR": str(bench.folder),
            "DJANGO_SETTINGS_MODULE": "costframe.settings",
            "COSTFRAME_ROLE": "worker",
            "COSTFRAME_SANDBOX": "true",
            "COSTFRAME_DATABASE_URL": bench.urls["cf_worker" if name == "ours" else "admin"],
        },
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    time.sleep(0.5)  # the server's process ends a moment after its connection
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {**figures, "server": server_cpu(bench.postgres) - before}


def prepare(folder: Path) -> Bench:
    """A migrated database with one connection, and the limit's table: same columns and indexes, no walls."""
    postgres = servers.start_postgres(folder)
    urls = {**servers.provision(postgres, DATABASE), "admin": postgres.url(database=DATABASE)}
    migrate(urls["cf_migrator"])
    with psycopg.connect(urls["admin"], autocommit=True) as admin:
        for table in (LINES, TIED_LINES):
            admin.execute(f"create table {table} (like audits_costline including all)")
        admin.execute("create table bench_loads (organization_id uuid, id uuid, primary key (organization_id, id))")
        admin.execute("insert into bench_loads values (%s, %s)", [ORGANIZATION, LOAD])
        admin.execute(
            f"alter table {TIED_LINES} add foreign key (organization_id, load_id) references bench_loads "
            "on delete cascade deferrable initially deferred"
        )
        key = ContextKey.make()
        admin.execute("insert into tenants_contextkey values (%s, %s, %s)", [key.id, *key.pads])
        admin.execute(
            "insert into tenants_organization (id, issuer, clerk_id, name, timezone, night_time, created_at) "
            "values (%s, 'bench', 'bench', 'Bench', 'UTC', '02:00', %s)",
            [ORGANIZATION, AT],
        )
        admin.execute(
            "insert into connections_connection (id, organization_id, provider, label, state, account_id, external_id, "
            "regions, export_bucket, export_prefix, export_name, export_region, generation, is_paused, created_at) "
            "values (%s, %s, 'aws', 'Bench', 'CONNECTED', '1', 'x', '{}', '', '', '', '', 1, false, %s)",
            [CONNECTION, ORGANIZATION, AT],
        )
    return Bench(postgres=postgres, urls=urls, folder=folder)


def empty(urls: dict[str, str]) -> None:
    """As before the first load."""
    with psycopg.connect(urls["admin"], autocommit=True) as admin:
        admin.execute(f"truncate {LINES}, {TIED_LINES}, audits_billload cascade")
        admin.execute("vacuum")
        admin.execute("checkpoint")


def measure(bench: Bench, suffix: str, *, rows: int, round_count: int) -> None:
    """All in turn, then ours once more over its own load; prints medians and the ratio."""
    paths = generate(bench.folder, suffix, rows)
    size = sum(path.stat().st_size for path in paths) / 1e6
    heading = f"Bill load of {rows:,} line items, {PARTS} parts of {suffix} ({size:,.0f} MB)"
    print(f"{heading}, median of {round_count}:", flush=True)
    rounds = []
    for _ in range(round_count):
        figures = {}
        for name in CONTESTANTS:
            empty(bench.urls)
            figures[name] = run(bench, name, paths)
        rounds.append(figures)
    if len({figures["lines"] for one in rounds for figures in one.values()}) != 1:
        raise SystemExit(f"The contestants do not agree on the lines: {rounds}")
    median = {
        name: {key: statistics.median(one[name][key] for one in rounds) for key in ("wall", "cpu", "server")}
        for name in CONTESTANTS
    }
    for name, one in median.items():
        print(
            f"  {name:6} {one['wall']:6.2f} s wall  {one['cpu']:6.2f} s CPU + {one['server']:5.2f} s in PostgreSQL  "
            f"{rows / one['wall'] / 1e6:5.2f} M rows/s  {max(each[name]['rss_mib'] for each in rounds):5.0f} MiB peak"
        )
    again = run(bench, "ours", paths)
    print(
        f"  ours over an earlier load of the same period: {again['wall']:.2f} s wall, {again['rss_mib']:.0f} MiB peak"
    )
    in_wall = {name: median["ours"]["wall"] / one["wall"] for name, one in median.items()}
    cpu = {name: one["cpu"] + one["server"] for name, one in median.items()}
    print(
        f"  ratio {in_wall['tied']:.2f} in wall time, {cpu['ours'] / cpu['tied']:.2f} in CPU time (goal {GOAL} or "
        f"less), {in_wall['limit']:.2f} and {cpu['ours'] / cpu['limit']:.2f} to a table without the key to its load; "
        f"{rounds[-1]['ours']['lines']:,} lines, memory goal below {MEMORY_GOAL_MIB} MiB"
    )
    for path in paths:
        path.unlink()


def main() -> None:
    """Every format, or one contestant."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--contestant", choices=CONTESTANTS)
    options, rest = parser.parse_known_args()
    if options.contestant:
        url = os.environ["COSTFRAME_DATABASE_URL"]
        contestant(options.contestant, url, rest, {"limit": limit, "tied": tied, "ours": ours})
        return
    folder = ROOT / ".local" / f"bench-{os.getpid()}"
    folder.mkdir(parents=True)
    try:
        bench = prepare(folder)
        try:
            for suffix in SUFFIXES:
                measure(bench, suffix, rows=options.rows, round_count=options.rounds)
        finally:
            bench.postgres.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
