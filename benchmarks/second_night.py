"""What a second night costs beside the first: calls, usage series and USD, over the sandbox's three accounts.

Two audits of every account through the whole product. Before the second, the newest day of the stored usage is taken
away, so that it stands as it would a night later. Then the same places over 50 accounts and 17 regions, by the planner.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from audits.planning import FEWEST_DAYS, Billed, Place, planned
from connections.provider import Scope
from connections.providers.aws import inventory
from sandbox import demo
from sandbox.fleet import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

GOAL = 0.35
ACCOUNTS, REGIONS, AT_HOME = 50, 17, 3
SPENT = """
with night as (select id, estimated_cost_usd from audits_audit where not id = any(%s)),
     steps as (select state from audits_step where audit_id in (select id from night) and kind = 'INVENTORY'),
     made as (select count, units from audits_apicall where audit_id in (select id from night))
select (select sum(estimated_cost_usd) from night), (select sum(count) from made), (select sum(units) from made),
       (select count(*) from steps where state <> 'NOT_CALLED'), (select count(*) from steps where state = 'NOT_CALLED')
"""
A_NIGHT_EARLIER = """
update audits_usage set values = values[1:cardinality(values) - (86400 / period_seconds)]
 where cardinality(values) > 86400 / period_seconds
"""


@dataclass(frozen=True, kw_only=True)
class Night:
    """What one night's audits took."""

    usd: float
    calls: int
    series: int
    called: int
    left_out: int

    def __str__(self) -> str:
        return (
            f"{self.calls:5} calls, {self.series:5} usage series, {self.usd:.5f} USD; "
            f"{self.called} places called, {self.left_out} not"
        )


def main() -> None:
    """Print both nights and the ratios."""
    first, second, is_same = _nights()
    print("second_night: three accounts of the sandbox, through the whole product")
    print(f"  night 1: {first}")
    print(f"  night 2: {second}")
    print(f"  night 2 / night 1: calls {second.calls / first.calls:.2f}, series {second.series / first.series:.2f}, "
          f"USD {second.usd / first.usd:.2f} (goal {GOAL:.2f})")  # fmt: skip
    print(f"  every verdict is {'the same' if is_same else 'NOT the same: what is saved changes what is found'}")
    called, places = _planned_at_scale()
    print(f"  {ACCOUNTS} accounts x {REGIONS} regions, {AT_HOME} of them in use: {places:,} places without a bill, "
          f"{called:,} with one: {called / places:.2f}")  # fmt: skip


def _nights() -> tuple[Night, Night, bool]:
    state = Path(tempfile.mkdtemp(prefix="second-night-", dir=ROOT / ".local"))
    try:
        with contextlib.redirect_stdout(io.StringIO()), demo.running(state, seed=7) as running:
            admin = running.postgres.url(database=demo.DATABASE)
            demo.audit_everything(running)
            with psycopg.connect(admin, autocommit=True) as connection:
                first, found = _spent(connection, ()), _verdicts(connection)
                ids = [row[0] for row in connection.execute("select id from audits_audit")]
                connection.execute(A_NIGHT_EARLIER)
                demo.audit_everything(running)
                return first, _spent(connection, ids), found == _verdicts(connection)
    finally:
        shutil.rmtree(state, ignore_errors=True)


def _spent(connection: psycopg.Connection[Any], but_not: Sequence[object]) -> Night:
    [(usd, calls, series, called, left_out)] = connection.execute(SPENT, [list(but_not)])
    return Night(usd=float(usd), calls=int(calls), series=int(series), called=called, left_out=left_out)


def _verdicts(connection: psycopg.Connection[Any]) -> set[tuple[Any, ...]]:
    return set(connection.execute("select resource_id, rule_id, outcome from findings_verdict").fetchall())


def _planned_at_scale() -> tuple[int, int]:
    """How many places are called where each account stands in three regions with everything, and how many there are."""
    regions = [f"region-{number}" for number in range(REGIONS)]
    called = places = 0
    for account in range(ACCOUNTS):
        home = {regions[(account + number) % REGIONS] for number in range(AT_HOME)}
        for collector in inventory.COLLECTORS.values():
            is_regional = collector.scope is Scope.REGIONAL
            billed = Billed(
                days=FEWEST_DAYS, charged=frozenset((name, region) for name in collector.billed_as for region in home)
            )
            for region in regions if is_regional else regions[:1]:
                place = Place(
                    account_id=f"{account:012}",
                    region=region,
                    service=collector.service,
                    billed_as=collector.billed_as,
                    is_regional=is_regional,
                )
                places += 1
                called += planned(place, billed=billed, seen=(), night="bench").plan.is_called
    return called, places
