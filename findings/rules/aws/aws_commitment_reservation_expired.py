"""A reservation that has just ended, while as many of its type go on at full price."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from audits.billed import meter_name
from connections.resources.commitments import Reservation
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted

if TYPE_CHECKING:
    from audits.evidence import Bill

METERS, TWO_ZONES = ("BoxUsage", "InstanceUsage", "NodeUsage", "Node", "ESInstance"), ("Multi-AZUsage",)


def judge(reservation: Reservation, *, bill: Bill, days_since: int, min_days: int, min_percent: int) -> Verdict:
    ended = reservation.ends_at
    if reservation.state != "retired" or ended is None:
        return Fine()
    if (reservation.observed_at - ended).days > days_since or reservation.followed_count >= reservation.count:
        return Fine()
    first, until = ended.date() + timedelta(days=1), bill.billed_until
    if until is None or (until - first).days < min_days:
        return Unknown(f"{counted(min_days, 'complete day')} of the bill since it ended")
    hours = _uncovered(reservation, bill, first=first, until=until)
    least, whole = min(hours), Decimal(24 * reservation.count)
    if least * 100 < whole * min_percent:
        return Fine(f"{least:,.0f} hours a day of its type are charged at full price, and it was for {whole:,.0f}.")
    return Waste(
        saves=UNTOLD,  # what a new one costs depends on the term and on how it is paid
        because=f"{reservation.count} {reservation.item_type} were reserved until {ended:%Y-%m-%d}; since then "
        f"{least:,.0f} hours of the type or more are charged at full price on each of {counted(len(hours), 'day')}.",
    )


def _uncovered(reservation: Reservation, bill: Bill, *, first: date, until: date) -> list[Decimal]:
    hours: defaultdict[date, Decimal] = defaultdict(Decimal)
    item_type = reservation.item_type.removesuffix(".search")
    meters = TWO_ZONES if reservation.is_multi_az else METERS
    for line in bill.uncovered:
        meter, _, of_type = meter_name(line.usage_type).partition(":")
        if of_type.removesuffix(".search") == item_type and meter.endswith(meters) and "Host" not in meter:
            hours[line.charge_date] += line.quantity
    return [hours[first + timedelta(days=number)] for number in range((until - first).days)]


rule = Rule(
    id="aws_commitment_reservation_expired", title="Reservation that has ended while its use goes on",
    looks_at=Reservation, settings={"days_since": 30, "min_days": 3, "min_percent": 90},
    action="Act on the open findings of what it covered, then buy again what is still used.",
    docs="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ri-market-concepts-buying.html",
    judge=judge, reads_bill=True, action_type="PurchaseSavingsPlans", stage="PRICE",
    implementation_effort="VeryLow", rollback="A reservation that was bought cannot be undone.",
    hint="aws {of_service} {listed_by} --region {region}",
)  # fmt: skip
