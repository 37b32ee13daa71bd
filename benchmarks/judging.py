"""Judging an account of many resources: how fast rules answer, how much memory it takes, what a second night writes.

The sandbox's fullest account, audited through the whole product, whose resources and usage are then copied in the
database until there are so many. Each size is judged in a process of its own, as the worker, twice. What a resource
more takes of memory is told by the two sizes: ids alone are held of all, the rest a page at a time.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import django
import psycopg

from benchmarks.bill_load import peak_mib
from sandbox import demo
from sandbox.fleet import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SIZES = (13_000, 52_000)
GOAL_PER_SECOND = 200_000
KIB = 1024
FULLEST = """
select r.organization_id, r.connection_id, r.audit_id, count(*) from audits_resource r
 where r.audit_id in (select id from audits_audit) group by 1, 2, 3 order by 4 desc limit 1
"""
RESOURCES = """
insert into audits_resource (id, organization_id, connection_id, audit_id, kind, service, resource_id, account_id,
                             region, name, tags, data, first_seen_at, last_seen_at, gone_at)
select md5(id::text || n)::uuid, organization_id, connection_id, audit_id, kind, service, resource_id || '-' || n,
       account_id, region, name, tags, jsonb_set(data, '{resource_id}', to_jsonb(resource_id || '-' || n)),
       first_seen_at, last_seen_at, gone_at
  from audits_resource, generate_series(%(first)s::int, %(last)s::int) n
 where audit_id = %(audit)s and id = any(%(own)s)
"""
USAGE = """
insert into audits_usage (id, organization_id, resource_id, metric, statistic, period_seconds, unit, first_date, values)
select md5(id::text || n)::uuid, organization_id, md5(resource_id::text || n)::uuid, metric, statistic, period_seconds,
       unit, first_date, values
  from audits_usage, generate_series(%(first)s::int, %(last)s::int) n where resource_id = any(%(own)s)
"""


def main() -> None:
    """Print a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", nargs=3, metavar=("ORGANIZATION", "CONNECTION", "AUDIT"))
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, help="in resources, the smallest first")
    options, _ = parser.parse_known_args()
    if options.measure:
        print(json.dumps(_measured(*map(UUID, options.measure))))
        return
    print(f"judging: one account, copied (goal {GOAL_PER_SECOND:,} resources x rules a second)")
    (ROOT / ".local").mkdir(exist_ok=True)
    state = Path(tempfile.mkdtemp(prefix="judging-", dir=ROOT / ".local"))
    try:
        with contextlib.redirect_stdout(io.StringIO()), demo.running(state, seed=7) as running:
            demo.audit_everything(running)
            lines = _all_sizes(running, options.sizes)
        print("\n".join(lines))
    finally:
        shutil.rmtree(state, ignore_errors=True)


def _all_sizes(running: demo.Demo, sizes: Sequence[int]) -> list[str]:
    admin = running.postgres.url(database=demo.DATABASE)
    lines, copies, measured = [], 0, []
    with psycopg.connect(admin, autocommit=True) as connection:
        [(organization, owner, audit, count)] = connection.execute(FULLEST).fetchall()
        own = [row[0] for row in connection.execute("select id from audits_resource where audit_id = %s", [audit])]
        for size in sizes:
            wanted = -(-size // count)
            of = {"first": copies + 1, "last": wanted - 1, "audit": audit, "own": own}
            connection.execute(RESOURCES, of)
            connection.execute(USAGE, of)
            connection.execute("analyze audits_resource, audits_usage")
            copies = wanted - 1
            figures = _in_a_process(running.fleet.environment("worker"), (organization, owner, audit))
            lines.append(_line(figures))
            measured.append((figures["resources"], figures["mib"]))
    (few, less), (many, more) = measured[0], measured[-1]
    if many > few:
        lines.append(f"  memory: {(more - less) * KIB / (many - few):.1f} KiB a resource more, from first to last size")
    return lines


def _in_a_process(environment: Mapping[str, str], ids: Sequence[UUID]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.judging", "--measure", *map(str, ids)],
        env={**environment, "DJANGO_SETTINGS_MODULE": "costframe.settings"},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _line(figures: Mapping[str, Any]) -> str:
    verdicts, seconds = figures["judgements"], figures["evaluate"]
    pairs = figures["resources"] * figures["rules"] / seconds
    return (
        f"  {figures['resources']:,} resources, {figures['rules']} rules, {verdicts:,} verdicts: rules alone "
        f"{seconds:.2f} s = {pairs:,.0f} resources x rules a second ({pairs / GOAL_PER_SECOND:.1f} of the goal), "
        f"{verdicts / seconds:,.0f} verdicts a second;\n"
        f"    the whole step {figures['first']:.1f} s, {figures['written_first']:,} verdicts written; judged again "
        f"{figures['second']:.1f} s, {figures['written_second']:,} written; {figures['before_mib']:.0f} MiB before, "
        f"{figures['mib']:.0f} MiB at most"
    )


def _measured(organization: UUID, owner: UUID, audit_id: UUID) -> dict[str, Any]:
    """Judge an audit twice as the worker does, then let the rules answer alone."""
    django.setup()
    from django.db import connection  # noqa: PLC0415 - after Django's set-up
    from django.utils import timezone  # noqa: PLC0415

    from audits.models import Audit  # noqa: PLC0415
    from connections.models import Connection  # noqa: PLC0415
    from findings import registry  # noqa: PLC0415
    from findings.evaluate import evaluate  # noqa: PLC0415
    from findings.evidence_from_rows import pages_of, sight_of, with_usage  # noqa: PLC0415
    from findings.operations import judge  # noqa: PLC0415
    from tenants import scope  # noqa: PLC0415

    figures: dict[str, Any] = {"before_mib": peak_mib("self")}
    for night in ("first", "second"):
        with scope.work_on(Connection._meta.db_table, owner), scope.organization(organization):  # noqa: SLF001 - Django's own way to name it
            audit, started = Audit.objects.get(id=audit_id), time.perf_counter()
            judge(audit=audit, at=timezone.now())
            figures[night] = time.perf_counter() - started
            with connection.cursor() as cursor:
                cursor.execute("select pg_stat_get_xact_tuples_inserted(c) + pg_stat_get_xact_tuples_updated(c) "
                               "from (select 'findings_verdict'::regclass::oid as c)")  # fmt: skip
                figures[f"written_{night}"] = cursor.fetchone()[0]
    figures["mib"] = peak_mib("self")
    figures |= {"judgements": 0, "evaluate": 0.0, "resources": 0, "rules": len(registry.RULES)}
    with scope.work_on(Connection._meta.db_table, owner), scope.organization(organization):  # noqa: SLF001 - as above
        audit = Audit.objects.get(id=audit_id)
        for page in pages_of(audit=audit, sight=sight_of(audit=audit)):
            seen = [one.evidence for one in with_usage(page)]
            started = time.process_time()
            figures["judgements"] += sum(1 for _ in evaluate(seen, registry.RULES, {}))
            figures["evaluate"] += time.process_time() - started
            figures["resources"] += len(seen)
    return figures


if __name__ == "__main__":
    main()
