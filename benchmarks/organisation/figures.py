"""What one night came to, as the product's own rows tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, LiteralString

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import psycopg

OF_NIGHT = "audit_id in (select id from audits_audit where not id = any(%s))"
PLANS = f"""
select case when state = 'NOT_CALLED' then plan when plan = '' then 'called' else 'called: ' || plan end, count(*)
  from audits_step where kind = 'INVENTORY' and {OF_NIGHT} group by 1 order by 1
"""
STATES = f"select state, count(*) from audits_step where {OF_NIGHT} and state <> 'NOT_CALLED' group by 1"
AUDITS = "select state, count(*) from audits_audit where not id = any(%s) group by 1"
CALLS = f"select outcome, sum(count), sum(units) from audits_apicall where {OF_NIGHT} group by 1"
GAPS = f"""
select reason, service, action, count(*), min(message) from audits_gap where {OF_NIGHT} group by 1, 2, 3 order by 4 desc
"""
COST = "select sum(estimated_cost_usd) from audits_audit where not id = any(%s)"
TIMES = """
select extract(epoch from max(ended_at) - min(started_at)), extract(epoch from min(ended_at) - min(started_at)),
       extract(epoch from max(started_at - requested_at)),
       extract(epoch from max(started_at - requested_at) filter (where connection_id in (
         select id from connections_connection where export_name <> '')))
  from audits_audit where not id = any(%s)
"""
ERRORS = f"""
select outcome, service, operation, error_code, sum(count) from audits_apicall
 where outcome not in ('OK', 'THROTTLED') and {OF_NIGHT} group by 1, 2, 3, 4 order by 5 desc limit 5
"""
RETAKEN = f"select count(*) from audits_step where attempt > 1 and {OF_NIGHT}"
LONGEST = f"""
select kind, service, region, extract(epoch from ended_at - started_at), call_count from audits_step
 where {OF_NIGHT} and ended_at is not null and started_at is not null order by 4 desc limit 5
"""
RESOURCES = "select account_id, count(*) from audits_resource where gone_at is null group by 1"
FINDINGS = """
select count(*), count(distinct resource_id), sum(estimated_monthly_savings),
       count(*) filter (where confidence = 'VERIFIED')
  from findings_finding where state = 'OPEN'
"""
LINES = "select sum(row_count), sum(line_count) from audits_billload where state = 'LOADED'"
VERDICTS = "select outcome, count(*) from findings_verdict group by 1 order by 1"


@dataclass(frozen=True, kw_only=True)
class Night:
    """What one night took, and how that is told."""

    calls: int
    series: int
    usd: float
    lines: Sequence[str]


class Figures:
    """Asks the rows of the audits that are not among `earlier`."""

    def __init__(self, connection: psycopg.Connection[Any], *, earlier: Sequence[object]) -> None:
        self._connection = connection
        self._earlier = [list(earlier)]

    def night(self, *, expected: Mapping[str, int]) -> Night:
        """All of it. `expected` has the resources that stand in each account."""
        booked = self._of_night(CALLS)
        outcomes = {outcome: int(count) for outcome, count, _ in booked}
        calls, series = sum(outcomes.values()), sum(int(units) for _, _, units in booked)
        usd = float(self._of_night(COST)[0][0])
        cost = f"{calls:,} calls ({_words(outcomes)}), {series:,} usage series, {usd:.4f} USD"
        lines = (*self._work(), cost, *self._time(calls), self._resources(expected), *self._found(), *self._odd())
        return Night(calls=calls, series=series, usd=usd, lines=lines)

    def _work(self) -> Iterator[str]:
        audits, steps = dict(self._of_night(AUDITS)), dict(self._of_night(STATES))
        [(retaken,)] = self._of_night(RETAKEN)
        yield f"audits {_words(audits)}; steps {_words(steps)}; {retaken} of them taken more than once"
        plans = dict(self._of_night(PLANS))
        yield f"{sum(plans.values()):,} places: {_words(plans)}"

    def _time(self, calls: int) -> Iterator[str]:
        [(seconds, first_over, latest, payer)] = self._of_night(TIMES)
        pace = f"{seconds:,.0f} s, {calls / float(seconds):,.1f} calls a second"
        yield f"{pace}; the first account was done after {first_over:,.0f} s"
        yield f"an audit waited {latest:,.1f} s at most until it began, that of the payer {payer:,.1f} s"

    def _resources(self, expected: Mapping[str, int]) -> str:
        seen = dict(self._of_all(RESOURCES))
        wrong = {one: (seen.get(one, 0), count) for one, count in expected.items() if seen.get(one) != count}
        told = f"NOT what stands there (seen, there): {wrong}" if wrong else "each that stands there, and each once"
        return f"{sum(seen.values()):,} resources: {told}"

    def _found(self) -> Iterator[str]:
        [(findings, wasted, money, verified)] = self._of_all(FINDINGS)
        told = f"{findings:,} open findings on {wasted:,} resources, {verified:,} of them verified"
        yield f"{told}, {money or 0:,.2f} USD a month"
        yield f"verdicts: {_words(dict(self._of_all(VERDICTS)))}"
        [(rows, lines)] = self._of_all(LINES)
        yield f"bill: {rows or 0:,} rows in {lines or 0:,} lines"

    def _odd(self) -> Iterator[str]:
        for reason, service, action, count, message in self._of_night(GAPS):
            yield f"GAP {count} x {reason} {service} {action}: {message}"
        for outcome, service, operation, code, count in self._of_night(ERRORS):
            yield f"{count} x {outcome} {service} {operation}: {code}"
        for kind, service, region, took, made in self._of_night(LONGEST):
            yield f"a long step: {kind} {service} {region}, {took:.1f} s for {made} calls"

    def _of_night(self, statement: LiteralString) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement, self._earlier).fetchall()

    def _of_all(self, statement: LiteralString) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement).fetchall()


def _words(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items()))
