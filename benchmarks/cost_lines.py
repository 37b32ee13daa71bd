"""Twenty million bill lines of one organisation among two hundred: what pages and judging ask, and what changing costs.

Each question is captured from the function that the page or the judging calls and asked as cf_web or cf_worker under
row-level security, and the same text as a superuser whom no policy concerns, in turn. PostgreSQL explains each: a scan
by an index that does not start with the organisation, or by none, is named. A bill is given out as a FOCUS file, as
web does it: how long that takes, and how much memory. Then a month is loaded anew by the product's own function, and
the lines of the oldest are removed as a night does it, while a page is asked for again and again: how long it takes,
who waits for a lock, and what the page takes meanwhile.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import django
import psycopg

from benchmarks.database import ROOT, migrate
from benchmarks.focus_download import give_out
from benchmarks.load_anew import load_anew
from benchmarks.plans import scans_of
from benchmarks.tenancy import Contestant, contestants, repeat
from sandbox import servers
from tenants.proof import ContextKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from uuid import UUID

DATABASE = "costframe_cost_lines"
ORGANIZATIONS, LINES, LINES_OF_OTHERS = 200, 20_000_000, 10_000
ROUNDS = 20
ASKED = (1, 2)  # the large organisation, and one of the others
THINGS = 200
NEWEST, OLDEST = 13, 0  # months of the estate
BYTES_A_LINE = 900  # with its indexes, and twice for the month that is loaded anew
# The others are a few pages, and read from end to end.
LARGE_TABLES = ("audits_costline", "audits_costday", "audits_costdetail", "audits_costtag")
AT = dt.datetime(2026, 11, 10, 12, tzinfo=dt.UTC)
CURSOR = re.compile(r"^DECLARE .*? CURSOR .*?FOR ", re.DOTALL)  # what is fetched piece by piece is asked whole
Asked = dict[str, "Callable[[], object]"]


def pages(organization: int) -> Asked:
    """What pages ask, by the functions that the views call. Needs Django and the open scope."""
    from django.http import QueryDict  # noqa: PLC0415 - after Django's set-up

    from audits.bills_page import bill_loads  # noqa: PLC0415
    from audits.cost_page import cost_page  # noqa: PLC0415
    from audits.load_page import load_page  # noqa: PLC0415
    from audits.models import BillLoad  # noqa: PLC0415
    from benchmarks.estate import row_id  # noqa: PLC0415
    from tenants.access import get_or_404  # noqa: PLC0415

    def costs(query: str = "") -> object:
        return cost_page(QueryDict(query))

    load = row_id("load", organization, NEWEST)
    return {
        "costs of the newest bill": costs,
        "costs of an account by day": lambda: costs("by=day&account=111111111111"),
        "costs of three months": lambda: costs("since=2026-08-01&until=2026-10-31"),
        "costs of a service, a year": lambda: costs("since=2025-11-01&until=2026-10-31&service=Amazon+Service+1"),
        "costs by a tag": lambda: costs("by=tag:team"),
        "a tag's costs by another tag": lambda: costs("tag=team&value=team-3&by=tag:env"),
        "bill": lambda: load_page(get_or_404(BillLoad.objects.select_related("source__connection"), load)),
        "bills": bill_loads,
    }


def judging(organization: int) -> Asked:
    """What the judging of an account's resources asks of its bills."""
    from connections.resources import Volume  # noqa: PLC0415 - after Django's set-up
    from findings.cost_since import costs_since  # noqa: PLC0415
    from findings.evidence_from_rows import bills_of  # noqa: PLC0415

    del organization
    account = "1" * 12
    things = [
        Volume(
            resource_id=f"arn:aws:ec2:eu-region-{number % 5}:1:volume/vol-{number:017x}",
            account_id=account,
            region=f"eu-region-{number % 5}",
            observed_at=AT,
            volume_type="gp3",
            size_gib=100,
            state="available",
        )
        for number in range(THINGS)
    ]
    since = [(one, "USD", AT.date() - dt.timedelta(days=200)) for one in things]
    return {
        f"bills of {THINGS} resources": lambda: bills_of(things),
        f"{THINGS} resources' costs since a day": lambda: costs_since(since),
    }


@contextmanager
def entered(organization: int) -> Iterator[None]:
    """The worker's way in, for the sake of a row that is work; web has its key."""
    from benchmarks.estate import row_id  # noqa: PLC0415 - after Django's set-up
    from tenants import scope  # noqa: PLC0415

    if os.environ["COSTFRAME_ROLE"] == "worker":
        with scope.work_on("audits_schedule", row_id("schedule", organization)):
            yield
    else:
        yield


def ask(admin_url: str, asked: Callable[[int], Asked], *, rounds: int) -> None:
    """Both contestants in turn over all questions of the asked organisations; prints percentiles, ratios and plans."""
    from django.db import connection  # noqa: PLC0415 - after Django's set-up
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from benchmarks.estate import row_id  # noqa: PLC0415
    from tenants import scope  # noqa: PLC0415

    ours, limit = contestants(admin_url)
    for number in ASKED:
        of, whose = row_id("organization", number), "the large organisation" if number == 1 else "one of the others"
        print(f"  As cf_{os.environ['COSTFRAME_ROLE']}, of {whose}:", flush=True)
        for name, act in asked(number).items():
            with entered(number):
                with scope.organization(of), CaptureQueriesContext(connection) as found:
                    act()
                questions = [CURSOR.sub("", query["sql"]) for query in found.captured_queries]
                times = in_turn(ours, limit, of, questions, rounds=rounds)
                show(name, len(questions), times, explained(ours, of, questions))
    limit.connection.close()


def in_turn(
    ours: Contestant, limit: Contestant, organization_id: UUID, questions: list[str], *, rounds: int
) -> tuple[list[float], list[float]]:
    """Milliseconds of each round, ours and the limit's; the first time only warms."""
    kept: tuple[list[float], list[float]] = [], []
    for turn in range(-1, rounds):
        both = list(zip((ours, limit), kept, strict=True))
        for contestant, times in both if turn % 2 else reversed(both):
            cost, _ = contestant.milliseconds(organization_id, partial(repeat, questions))
            if turn >= 0:
                times.append(cost)
    return kept


def explained(ours: Contestant, organization_id: UUID, questions: list[str]) -> list[str]:
    """Each scan of lines or their sums that does not go by an index led by the organisation."""
    from django.db import connections  # noqa: PLC0415 - after Django's set-up

    connections["default"] = ours.connection
    found = []
    with ours.begin(organization_id), ours.connection.connection.cursor() as cursor:
        for question in questions:
            (plan,) = cursor.execute(f"explain (format json) {question}").fetchone()
            scans = [one for one in scans_of(plan) if one.table in LARGE_TABLES]
            found += [str(one) for one in scans if not one.is_led_by_the_organisation]
    return found


def percentile(times: Sequence[float], part: float) -> float:
    """The time that this part of the runs did not take longer than."""
    return sorted(times)[min(len(times) - 1, int(len(times) * part))]


def show(name: str, count: int, times: tuple[list[float], list[float]], others: list[str]) -> None:
    """One line: p50 and p95 of both, and the ratios."""
    (mid, late), (bare_mid, bare_late) = ((statistics.median(one), percentile(one, 0.95)) for one in times)
    print(
        f"    {name:38} {count:2} questions: p50 {mid:8.2f} ms, p95 {late:8.2f} ms; bare {bare_mid:8.2f} and "
        f"{bare_late:8.2f} ms: {mid / bare_mid:.2f} and {late / bare_late:.2f}",
        flush=True,
    )
    for one in sorted(set(others)):
        print(f"      not by an index led by the organisation: {one}")


def keep_asking() -> None:
    """Ask for a page until the input ends, then print what it took."""
    from benchmarks.estate import row_id  # noqa: PLC0415 - after Django's set-up
    from tenants import scope  # noqa: PLC0415

    of, times, asked = row_id("organization", 1), [], pages(1)
    print("ready", flush=True)
    os.set_blocking(sys.stdin.fileno(), False)
    while sys.stdin.buffer.read(1) is None:
        started = time.perf_counter()
        with scope.organization(of):
            asked["costs of the newest bill"]()
        times.append((time.perf_counter() - started) * 1e3)
    print(json.dumps(times))


def remove_oldest() -> None:
    """The lines of the oldest month, as a night removes them."""
    from audits import retention  # noqa: PLC0415 - after Django's set-up
    from benchmarks.estate import row_id  # noqa: PLC0415
    from tenants import scope  # noqa: PLC0415

    of, times, removed = row_id("organization", 1), [], 0
    with entered(1):
        with scope.organization(of):
            retention.mark_old(at=AT, months=14)
        while True:
            started = time.perf_counter()
            with scope.organization(of):
                found = retention.remove_some()
            times.append((time.perf_counter() - started) * 1e3)
            removed += found
            if not found:
                break
    print(
        f"  A month of {removed:,} lines removed in {len(times):,} transactions: {sum(times) / 1e3:.1f} s, each p50 "
        f"{statistics.median(times):.0f} ms, p95 {percentile(times, 0.95):.0f} ms, longest {max(times):.0f} ms"
    )


def child(role: str, act: str, urls: dict[str, str], key: ContextKey, **streams: Any) -> subprocess.Popen[str]:  # noqa: ANN401
    """One of this module's parts in a process of its own, with a role's login."""
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.cost_lines", "--part", act, *sys.argv[1:]],
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "costframe.settings",
            "COSTFRAME_ROLE": role,
            "COSTFRAME_SANDBOX": "true",
            "COSTFRAME_DATABASE_URL": urls[f"cf_{role}"],
            "BENCH_ADMIN_URL": urls["admin"],
            **({"COSTFRAME_CONTEXT_KEY": key.text} if role == "web" else {}),
        },
        cwd=ROOT,
        text=True,
        **streams,
    )


def require_well(process: subprocess.Popen[str]) -> None:
    """Wait for a child; a failure of it is ours."""
    if process.wait():
        raise SystemExit(f"A part of the benchmark ended with {process.returncode}.")


def while_a_page_is_asked_for(act: str, urls: dict[str, str], key: ContextKey) -> None:
    """Run a change beside a reader; print what the reader's page took and who waited for a lock."""
    reader = child("web", "keep_asking", urls, key, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    if reader.stdin is None or reader.stdout is None:
        raise AssertionError("A child with pipes has them.")
    reader.stdout.readline()
    changing = child("worker", act, urls, key)
    waited: dict[str, int] = defaultdict(int)
    looks = 0
    with psycopg.connect(urls["admin"], autocommit=True) as admin:
        while changing.poll() is None:
            for (mode,) in admin.execute("select mode from pg_locks where not granted").fetchall():
                waited[mode] += 1
            looks += 1
            time.sleep(0.02)
    require_well(changing)
    out, _ = reader.communicate("x")
    times = json.loads(out)
    waits = sum(waited.values())
    print(
        f"    a page asked for meanwhile, {len(times):,} times: p50 {statistics.median(times):.1f} ms, p95 "
        f"{percentile(times, 0.95):.1f} ms, longest {max(times):.1f} ms; locks waited for: {waits} in "
        f"{looks:,} looks {dict(waited) or ''}",
        flush=True,
    )


def sizes(url: str) -> None:
    """Print how large the tables are."""
    with psycopg.connect(url) as admin:
        for table in ("audits_costline", "audits_costday"):
            rows, heap, indexes = admin.execute(
                "select reltuples::bigint, pg_table_size(oid), pg_indexes_size(oid) from pg_class where relname = %s",
                [table],
            ).fetchone() or (0, 0, 0)
            print(f"    {table}: {rows:,} rows, {heap / 1e9:.1f} GB and {indexes / 1e9:.1f} GB of indexes", flush=True)


def prepare(folder: Path, options: argparse.Namespace) -> tuple[servers.Postgres, dict[str, str], ContextKey]:
    """A filled server: filled in a hurry, then started again as one that keeps its promises."""
    from benchmarks.line_estate import LineEstate, fill  # noqa: PLC0415

    estate = LineEstate(
        organizations=options.organizations, lines=options.lines, lines_of_others=options.lines_of_others
    )
    postgres = servers.start_postgres(folder, is_durable=False)
    try:
        urls = {**servers.provision(postgres, DATABASE), "admin": postgres.url(database=DATABASE)}
        migrate(urls["cf_migrator"])
        key = ContextKey.make()
        with psycopg.connect(urls["admin"]) as admin:
            store = "insert into tenants_contextkey (id, inner_pad, outer_pad) values (%s, %s, %s)"
            admin.execute(store, [key.id, *key.pads])
        fill(urls["admin"], estate)
        sizes(urls["admin"])
    finally:
        postgres.stop()
    return servers.start_postgres(folder, port=postgres.port), urls, key


def main() -> None:
    """All of it on a server of its own, or one part of it in a child."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--organizations", type=int, default=ORGANIZATIONS)
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--lines-of-others", type=int, default=LINES_OF_OTHERS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--part", choices=("pages", "judging", "give_out", "keep_asking", "load_anew", "remove_oldest"))
    options, _ = parser.parse_known_args()
    if options.part:
        django.setup()
        url = os.environ["BENCH_ADMIN_URL"]
        parts: dict[str, Callable[[], None]] = {
            "pages": partial(ask, url, pages, rounds=options.rounds),
            "judging": partial(ask, url, judging, rounds=options.rounds),
            "keep_asking": keep_asking,
            "give_out": give_out,
            "load_anew": lambda: load_anew(url, way_in=entered(1), at=AT),
            "remove_oldest": remove_oldest,
        }
        parts[options.part]()
        return
    total = options.lines + (options.organizations - 1) * options.lines_of_others
    free = shutil.disk_usage(ROOT).free
    if total * BYTES_A_LINE > free:
        raise SystemExit(
            f"{total:,} lines need about {total * BYTES_A_LINE / 1e9:.0f} GB of disk and {free / 1e9:.0f} GB are free: "
            f"give fewer, such as --lines {int(free / BYTES_A_LINE / 2):,}."
        )
    print(f"Bill lines: {options.lines:,} of one organisation among {options.organizations}:", flush=True)
    folder = ROOT / ".local" / f"bench-{os.getpid()}"
    folder.mkdir(parents=True)
    try:
        postgres, urls, key = prepare(folder, options)
        try:
            for role, part in (("web", "pages"), ("web", "give_out"), ("worker", "judging")):
                require_well(child(role, part, urls, key))
            for part in ("load_anew", "remove_oldest"):
                while_a_page_is_asked_for(part, urls, key)
        finally:
            postgres.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
