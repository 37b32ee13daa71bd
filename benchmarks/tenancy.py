"""What tenancy costs a page: its own questions under row-level security, against the same ones without any wall.

A million findings of two hundred organisations. Each page's questions are captured from the functions that its view
calls, with the managers' filter in them. Ours asks them as cf_web inside the organisation's scope. The limit asks the
same text as a superuser, in a copy of the database as Django would have made it: keys over the id alone, no policy,
nothing to set. Both in turn, one organisation after the other; the median of each page counts. Once the questions are
repeated alone, once the functions themselves ask. PostgreSQL then explains every question: a scan by an index that does
not start with the organisation, or by none, is named.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import psycopg

from benchmarks.database import migrated
from benchmarks.plans import scans_of
from tenants.proof import ContextKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from uuid import UUID

    from django.db.backends.base.base import BaseDatabaseWrapper

    from benchmarks.estate import Estate
    from benchmarks.plans import Scan

DATABASE, PLAIN = "costframe_tenancy", "costframe_tenancy_plain"
ORGANIZATIONS = 200
FINDINGS = 1_000_000
ASKED = 12  # organisations whose pages are asked for
ROUNDS = 25  # of every page of each of them
GOAL = 1.1
ALONE, BY_DJANGO = "The questions alone", "Asked by Django, as the page does"
Questions = dict[str, list[str]]  # by page
Runs = list[tuple[float, float]]  # milliseconds on the clock and on the processors


def pages(organization: int) -> dict[str, Callable[[], object]]:
    """What each page asks, by the functions that the views call. Needs Django and the open scope."""
    from django.http import QueryDict  # noqa: PLC0415 - after Django's set-up
    from django.utils import timezone  # noqa: PLC0415

    from audits import bills_page, ledger, progress  # noqa: PLC0415
    from audits import queries as audits  # noqa: PLC0415
    from audits.models import Audit  # noqa: PLC0415
    from benchmarks.estate import NIGHTS, row_id  # noqa: PLC0415
    from connections.models import Connection  # noqa: PLC0415
    from findings.detail import detail_of  # noqa: PLC0415
    from findings.filters import FindingFilter  # noqa: PLC0415
    from findings.models import Finding  # noqa: PLC0415
    from findings.queries import HEAVY, SORTS, account_labels, action_rows, totals_of  # noqa: PLC0415
    from tenants.access import get_or_404  # noqa: PLC0415
    from tenants.paging import page_of  # noqa: PLC0415

    at = timezone.now()

    def action_list(query: str = "", sort: str = "saving", *, is_second: bool = False) -> None:
        labels = account_labels()
        found = FindingFilter(QueryDict(query), labels=labels).qs
        page = page_of(found.defer(*HEAVY), sort=SORTS[sort], size=50)
        if is_second:
            page = page_of(found.defer(*HEAVY), sort=SORTS[sort], size=50, after=page.after)
        action_rows(page.rows, labels=labels, at=at)
        totals_of(found)

    def audit(look: Callable[[Any], object]) -> None:
        look(get_or_404(Audit.objects.select_related("connection"), row_id("audit", organization, 1, NIGHTS)))

    def connection() -> None:
        found = get_or_404(Connection, row_id("connection", organization, 1))
        audits.standings([found])
        audits.recent_audits(found)

    return {
        "action list": action_list,
        "action list, second page": lambda: action_list(is_second=True),
        "action list by age": lambda: action_list(sort="age"),
        "action list, one rule": lambda: action_list("rule=aws_ebs_volume_unattached"),
        "action list, searched": lambda: action_list("q=volume+12"),
        "finding": lambda: detail_of(get_or_404(Finding, row_id("finding", organization, 1, 12)), at=at),
        "audit": lambda: audit(lambda found: (progress.progress_of(found, at=at), progress.result_of(found))),
        "audit's calls": lambda: audit(ledger.ledger_of),
        "audits": audits.recent_audits,
        "connections": audits.standings,
        "connection": connection,
        "bills": bills_page.bill_loads,
    }


def capture(organization: int) -> Questions:
    """Each page's questions for one organisation, as they reach PostgreSQL."""
    from django.db import connection  # noqa: PLC0415 - after Django's set-up
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from benchmarks.estate import row_id  # noqa: PLC0415
    from tenants import scope  # noqa: PLC0415

    found = {}
    with scope.organization(row_id("organization", organization)):
        for name, ask in pages(organization).items():
            with CaptureQueriesContext(connection) as asked:
                ask()
            found[name] = [query["sql"] for query in asked.captured_queries]
    return found


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """One of two connections of Django's, and how a page's transaction is begun there."""

    connection: BaseDatabaseWrapper
    begin: Callable[[UUID], AbstractContextManager[None]]

    def milliseconds(self, organization_id: UUID, act: Callable[[], object]) -> tuple[float, float]:
        """One page: on the clock, and on the processors, ours and the server's together."""
        from django.db import connections  # noqa: PLC0415 - after Django's set-up

        connections["default"] = self.connection
        cpu, started = self._cpu(), time.perf_counter()
        with self.begin(organization_id):
            act()
        return (time.perf_counter() - started) * 1e3, (self._cpu() - cpu) / 1e6

    def _cpu(self) -> int:
        """Nanoseconds that this process and the server's for the connection have run."""
        backend = Path(f"/proc/{self.connection.connection.info.backend_pid}/schedstat").read_text()
        return time.process_time_ns() + int(backend.split()[0])


def repeat(questions: list[str]) -> None:
    """The page's questions as they reach PostgreSQL, and nothing done with the answers."""
    from django.db import connection  # noqa: PLC0415 - after Django's set-up

    with connection.connection.cursor() as cursor:
        for question in questions:
            cursor.execute(question).fetchall()


def explain(ours: Contestant, organization_id: UUID, questions: Questions) -> None:
    """Print how many scans there are, and each that does not go by an index led by the organisation."""
    found: list[tuple[str, Scan]] = []
    from django.db import connections  # noqa: PLC0415 - after Django's set-up

    connections["default"] = ours.connection
    with ours.begin(organization_id), ours.connection.connection.cursor() as cursor:
        for page, asked in questions.items():
            for question in asked:
                (plan,) = cursor.execute(f"explain (analyze, format json) {question}").fetchone()
                found += [(page, scan) for scan in scans_of(plan)]
    others = [(page, scan) for page, scan in found if not scan.is_led_by_the_organisation]
    print(f"  {len(found)} scans explained, {len(found) - len(others)} by an index led by the organisation")
    for page, scan in others:
        print(f"    {page}: {scan}")


def measure(ours: Contestant, limit: Contestant, organizations: list[int], *, rounds: int) -> None:
    """Both in turn over all pages of these organisations; prints medians, ratios and plans."""
    from benchmarks.estate import row_id  # noqa: PLC0415 - after Django's set-up

    ids = {number: row_id("organization", number) for number in organizations}
    questions = {number: capture(number) for number in organizations}
    asked = {number: pages(number) for number in organizations}
    costs: dict[tuple[str, str], tuple[Runs, Runs]] = defaultdict(lambda: ([], []))
    for turn in range(-1, rounds):
        for number in organizations:
            for page, ask in asked[number].items():
                for way, act in ((ALONE, partial(repeat, questions[number][page])), (BY_DJANGO, ask)):
                    both = list(zip((ours, limit), costs[page, way], strict=True))
                    for contestant, kept in both if (turn + number) % 2 else reversed(both):
                        cost = contestant.milliseconds(ids[number], act)
                        if turn >= 0:  # the first time only warms
                            kept.append(cost)
    report(costs, questions[organizations[0]])
    explain(ours, ids[organizations[0]], questions[organizations[0]])


def report(costs: Mapping[tuple[str, str], tuple[Runs, Runs]], questions: Questions) -> None:
    """A line a page, and the sums of all pages."""
    for way in (ALONE, BY_DJANGO):
        print(f"  {way}, median of {len(costs[next(iter(questions)), way][0])} runs:")
        sums = [0.0] * 4
        for page, asked in questions.items():
            both = costs[page, way]
            medians = [statistics.median(run[which] for run in runs) for which in (0, 1) for runs in both]
            wall, plain, cpu, plain_cpu = medians
            sums = [one + more for one, more in zip(sums, medians, strict=True)]
            times = f"{len(asked):2} questions {wall:7.2f} ms, without tenancy {plain:7.2f} ms"
            print(f"    {page:26} {times}: {wall / plain:.2f}, in CPU time {cpu / plain_cpu:.2f}")
        print(
            f"    ratio {sums[0] / sums[1]:.2f} in wall time, {sums[2] / sums[3]:.2f} in CPU time (goal {GOAL} or less)"
        )


def without_walls(urls: dict[str, str]) -> str:
    """A copy of the database with keys as Django makes them. Returns the administrator's URL."""
    from benchmarks.estate import TABLES  # noqa: PLC0415 - after Django's set-up
    from tenants.rls import CHANGE_KEY, KEY_IS_THE_ID  # noqa: PLC0415

    server, _, _ = urls["admin"].rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f"create database {PLAIN} template {DATABASE} strategy file_copy")
    with psycopg.connect(f"{server}/{PLAIN}", autocommit=True) as admin:
        for table in TABLES:
            if table != "tenants_organization":
                admin.execute(CHANGE_KEY.format(table=table, change=KEY_IS_THE_ID))
            admin.execute(f"alter table {table} disable row level security")
        admin.execute("vacuum (analyze)")
    return f"{server}/{PLAIN}"


def compare(urls: dict[str, str], estate: Estate, *, rounds: int) -> None:
    """Fill, copy, measure."""
    from benchmarks.estate import fill  # noqa: PLC0415 - after Django's set-up

    total = estate.organizations * estate.findings
    print(f"Tenancy at {total:,} findings of {estate.organizations} organisations:", flush=True)
    fill(urls["admin"], estate)
    ours, limit = contestants(without_walls(urls))
    step = max(1, estate.organizations // ASKED)
    try:
        measure(ours, limit, list(range(1, estate.organizations + 1, step))[:ASKED], rounds=rounds)
    finally:
        limit.connection.close()
        pooled: Any = ours.connection
        pooled.close()
        pooled.close_pool()


@contextmanager
def bare(organization_id: UUID) -> Iterator[None]:
    """What the managers filter by, and PostgreSQL told nothing."""
    from django.db import transaction  # noqa: PLC0415 - after Django's set-up

    from tenants import scope  # noqa: PLC0415

    token = scope._current.set(organization_id)  # noqa: SLF001 - the limit opens no scope
    try:
        with transaction.atomic():
            yield
    finally:
        scope._current.reset(token)  # noqa: SLF001


def contestants(plain_url: str) -> tuple[Contestant, Contestant]:
    """Web's own connection, and a superuser's to the copy without walls; both open."""
    from django.db import connections  # noqa: PLC0415 - after Django's set-up

    from tenants import scope  # noqa: PLC0415

    ours = connections["default"]
    fields = psycopg.conninfo.conninfo_to_dict(plain_url)
    given: dict[str, Any] = {"NAME": fields["dbname"], "USER": fields["user"], "PASSWORD": fields["password"]}
    plain = type(ours)({**ours.settings_dict, **given, "OPTIONS": {}}, "default")
    ours.ensure_connection()
    plain.ensure_connection()
    return Contestant(connection=ours, begin=scope.organization), Contestant(connection=plain, begin=bare)


def main() -> None:
    """On a server of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--findings", type=int, default=FINDINGS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options, _ = parser.parse_known_args()
    with migrated(DATABASE, is_durable=False) as urls:
        key = ContextKey.make()
        with psycopg.connect(urls["admin"]) as admin:
            store = "insert into tenants_contextkey (id, inner_pad, outer_pad) values (%s, %s, %s)"
            admin.execute(store, [key.id, *key.pads])
        os.environ.update(
            DJANGO_SETTINGS_MODULE="costframe.settings",
            COSTFRAME_ROLE="web",
            COSTFRAME_SANDBOX="true",
            COSTFRAME_DATABASE_URL=urls["cf_web"],
            COSTFRAME_CONTEXT_KEY=key.text,
        )
        django.setup()
        from benchmarks.estate import Estate  # noqa: PLC0415 - after Django's set-up

        estate = Estate(organizations=ORGANIZATIONS, findings=options.findings // ORGANIZATIONS)
        compare(urls, estate, rounds=options.rounds)


if __name__ == "__main__":
    main()
