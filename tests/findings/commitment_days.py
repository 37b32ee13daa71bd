"""A commitment's lines on the bill, day by day."""

from datetime import timedelta
from decimal import Decimal

from audits.evidence import Bill, DayCost
from tests.findings.evidence import NOW

UNTIL = NOW.date()
LATE = 14


def _line(day, status, cost, currency):
    return DayCost(
        charge_date=day, billing_currency=currency, billed_cost=Decimal(0), effective_cost=Decimal(cost),
        list_cost=Decimal(0), contracted_cost=Decimal(0), charge_category="Usage", commitment_discount_id="it",
        commitment_discount_status=status,
    )  # fmt: skip


def billed(*, used, unused, unused_earlier=None, days=30, currency="USD"):
    """What of a commitment was used and what was not on each day. Beside USD, its oldest day is in another currency."""
    lines = []
    for ago in range(1, days + 1):
        rest = unused_earlier if unused_earlier is not None and ago > LATE else unused
        money = currency if ago == days else "USD"
        day = UNTIL - timedelta(days=ago)
        lines += [_line(day, "Used", used, money), _line(day, "Unused", rest, money)]
    return Bill(lines=tuple(lines), billed_from=UNTIL - timedelta(days=days), billed_until=UNTIL)
