"""What the tests of the judging core make their evidence from: one moment, usage series, bill lines."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from audits.evidence import Bill, BilledRate, DailySeries, DayCost, Usage
from findings.rule import Waste

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connections.resources import Thing
    from findings.rule import Rule

NOW = datetime(2026, 7, 20, 3, 0, tzinfo=UTC)
TODAY = NOW.date()
ACCOUNT: dict[str, Any] = {"account_id": "111122223333", "region": "us-east-1", "observed_at": NOW}


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def usage(*, days: int = 30, **values: float | None) -> Usage:
    """The same value on each of the last `days` days, for each metric: usage(CPUUtilization_Maximum=2.0)."""
    return usage_of({name.replace("_", "."): [value] * days for name, value in values.items()})


def usage_of(values: Mapping[str, Sequence[float | None]]) -> Usage:
    """Daily values, oldest first, that end yesterday."""
    series = {
        name: DailySeries(first_date=TODAY - timedelta(days=len(of_days)), values=tuple(of_days))
        for name, of_days in values.items()
    }
    return Usage(until=TODAY, series=series)


def waste(rule: Rule, thing: Thing, *, seen: Usage | None = None, settings: Mapping[str, Any] | None = None) -> Waste:
    """What the rule says of a resource that it must find wasteful."""
    verdict = rule.ask(thing, usage=seen, settings=settings or {})
    assert isinstance(verdict, Waste)
    return verdict


def line(day: date, cost: str | Decimal, **more: Any) -> DayCost:
    cost = Decimal(cost)
    given: dict[str, Any] = {
        "charge_date": day,
        "billing_currency": "USD",
        "billed_cost": cost,
        "effective_cost": cost,
        "list_cost": cost,
        "contracted_cost": cost,
        "charge_category": "Usage",
    }
    return DayCost(**{**given, **more})


def bill(
    *, days: int = 45, cost: str | Decimal = "1", until: date = TODAY, rates: Sequence[BilledRate] = (), **more: Any
) -> Bill:
    """The same line on each of the `days` before `until`, where the bill is complete."""
    lines = tuple(line(until - timedelta(days=back), cost, **more) for back in range(days, 0, -1))
    return Bill(lines=lines, billed_from=until - timedelta(days=90), billed_until=until, rates=tuple(rates))


def rate(usage_type: str, price: str, *, currency: str = "USD", unit: str = "GB-Mo", quantity: int = 100) -> BilledRate:
    return BilledRate(
        usage_type=usage_type,
        charge_description="",
        billing_currency=currency,
        effective_cost=Decimal(price) * quantity,
        quantity=Decimal(quantity),
        unit=unit,
    )
