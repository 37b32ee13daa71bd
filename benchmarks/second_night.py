"""What a second night costs beside the first: calls, usage series and USD, through the whole product.

Twice over the sandbox's three accounts. Once as they are: full nearly everywhere, and their bill known from the first
night on. Once as customers' accounts look: 17 regions are switched on, of which three are in use, and the first night
meets a cost export that was made days ago, so that it tells of no place yet; the second one has the bill of 30 days.
Before the second night, the newest day of the stored usage is taken away, so that it stands as it would a night later.
Then the same places over 50 accounts and 17 regions, by the planner alone.
"""

from __future__ import annotations

import contextlib
import datetime as dt
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
from findings import registry
from sandbox import demo
from sandbox.aws import names
from sandbox.aws.estate import billing_periods, last_midnight
from sandbox.aws.export import manifest_key
from sandbox.fleet import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from sandbox.aws.client import SandboxCloud

GOAL = 0.35
MOST_SECONDS = 1800
YOUNG_DAYS = 6  # of the export that the first night meets: fewer than tell of a place
EMPTY_REGIONS = (
    *("us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "eu-central-1", "eu-west-2", "eu-west-3"),
    *("eu-north-1", "ap-south-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-southeast-1"),
)
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


@dataclass(frozen=True, kw_only=True)
class Nights:
    """Two nights, and whether every rule that reads no bill said the same of every resource in both."""

    first: Night
    second: Night
    is_same: bool

    def print(self, title: str) -> None:
        """Both nights and what the second one costs of the first."""
        first, second = self.first, self.second
        print(f"second_night: {title}")
        print(f"  night 1: {first}")
        print(f"  night 2: {second}")
        of_first = (second.calls / first.calls, second.series / first.series, second.usd / first.usd)
        print("  night 2 / night 1: calls {:.2f}, series {:.2f}, USD {:.2f} ".format(*of_first) + f"(goal {GOAL:.2f})")
        print(
            f"  every verdict is {'the same' if self.is_same else 'NOT the same: what is saved changes what is found'}"
        )


def main() -> None:
    """Print both nights and the ratios, of a customer's estate and of a full one."""
    in_use = f"{len(names.REGIONS)} of {len(names.REGIONS) + len(EMPTY_REGIONS)} regions in use"
    _nights(is_customers=True).print(f"three accounts, {in_use}, no bill that tells in the first night")
    _nights(is_customers=False).print("three accounts, full in each region, their bill known in both nights")
    called, places = _planned_at_scale()
    print(f"  {ACCOUNTS} accounts x {REGIONS} regions, {AT_HOME} of them in use: {places:,} places without a bill, "
          f"{called:,} with one: {called / places:.2f}")  # fmt: skip


def _nights(*, is_customers: bool) -> Nights:
    state = Path(tempfile.mkdtemp(prefix="second-night-", dir=ROOT / ".local"))
    try:
        with contextlib.redirect_stdout(io.StringIO()), demo.running(state, seed=7) as running:
            admin = running.postgres.url(database=demo.DATABASE)
            if is_customers:
                running.cloud.switch_on(EMPTY_REGIONS)
                _make_export_young(running.cloud)
            demo.audit_everything(running, seconds=MOST_SECONDS)
            with psycopg.connect(admin, autocommit=True) as connection:
                first, found = _spent(connection, ()), _verdicts(connection)
                ids = [row[0] for row in connection.execute("select id from audits_audit")]
                connection.execute(A_NIGHT_EARLIER)
                if is_customers:
                    _let_export_grow(running.cloud)
                demo.audit_everything(running, seconds=MOST_SECONDS)
                second = _spent(connection, ids)
                return Nights(first=first, second=second, is_same=found == _verdicts(connection))
    finally:
        shutil.rmtree(state, ignore_errors=True)


def _make_export_young(cloud: SandboxCloud) -> None:
    """Leave of the export what it would hold a few days after it was made."""
    as_of = last_midnight()
    since = (as_of - dt.timedelta(days=YOUNG_DAYS)).date()
    earlier, current = billing_periods(as_of)
    cloud.restate(f"{current:%Y-%m}", since=since)
    if since < current.date():
        cloud.restate(f"{earlier:%Y-%m}", since=since)
    else:
        cloud.delete_object(manifest_key(names.CSV_EXPORT, earlier))


def _let_export_grow(cloud: SandboxCloud) -> None:
    for period in billing_periods(last_midnight()):
        cloud.restate(f"{period:%Y-%m}")


def _spent(connection: psycopg.Connection[Any], but_not: Sequence[object]) -> Night:
    [(usd, calls, series, called, left_out)] = connection.execute(SPENT, [list(but_not)])
    return Night(usd=float(usd), calls=int(calls), series=int(series), called=called, left_out=left_out)


def _verdicts(connection: psycopg.Connection[Any]) -> set[tuple[Any, ...]]:
    rows = connection.execute("select resource_id, rule_id, outcome from findings_verdict")
    return {row for row in rows if (rule := registry.RULES_BY_ID.get(row[1])) is not None and not rule.reads_bill}


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
                called += planned(place, billed=billed, is_recorded=None, seen=(), night="bench").plan.is_called
    return called, places
