"""A marketplace product's fee goes on after the last machine that ran it is gone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from audits.billed import ZERO, BilledService, currencies_of, meter_of
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted

if TYPE_CHECKING:
    from audits.evidence import DayCost

MACHINE_HOURS, MACHINE_HOURS_WORDS = "SoftwareUsage", "AWS Marketplace hourly software usage"
LONGEST_MONTH = 31


def judge(service: BilledService, *, months: int, min_cost: float) -> Verdict:
    hours = [line for line in service.charges if _is_machine_hours(line)]
    last = max((line.charge_date for line in hours), default=None)
    fees = [line for line in service.charges if line.billed_cost > 0 and _is_fee(line)]
    quiet = service.until - timedelta(days=months * LONGEST_MONTH)
    if service.cloud != "aws" or last is None or last >= service.until - timedelta(days=LONGEST_MONTH) or not fees:
        return Fine()
    if service.first >= quiet:
        return Unknown(f"more than {counted(months * LONGEST_MONTH, 'complete day')} of its bill")
    since = [line for line in fees if quiet <= line.charge_date < service.until]
    in_months = {(service.until - line.charge_date - timedelta(days=1)).days // LONGEST_MONTH for line in since}
    if len(currencies_of(since)) > 1:
        return Unknown("its fees in one currency")
    cost = sum((line.billed_cost for line in since), ZERO)
    if last >= quiet or len(in_months) < months or float(cost) < min_cost:
        return Fine()
    return Waste(
        saves=ALL,
        because=f"Its fee was charged in each of the last {counted(months, 'month')}, {cost:,.2f} "
        f"{since[0].billing_currency} in all; the last machine that ran it was charged on {last}.",
    )


def _is_machine_hours(line: DayCost) -> bool:
    named = meter_of(line).startswith(MACHINE_HOURS) or line.charge_description.startswith(MACHINE_HOURS_WORDS)
    return named and line.charge_category == "Usage"


def _is_fee(line: DayCost) -> bool:
    return line.charge_category == "Purchase" and not line.commitment_discount_id


rule = Rule(
    id="bill_marketplace_recurring",
    title="Marketplace fee for a product that no machine runs",
    looks_at=BilledService,
    settings={"months": 2, "min_cost": 10},
    action="Cancel the subscription in the marketplace if nobody will start the product again.",
    implementation_effort="VeryLow",
    docs="https://docs.aws.amazon.com/marketplace/latest/buyerguide/cancel-subscription.html",
    judge=judge,
    rollback="Subscribe again, at the price of that day.",
    apart="it is of a whole service, whose resources are counted one by one",
    access_adds="the agreement's end, and whether a stopped machine still has the product's image",
)
