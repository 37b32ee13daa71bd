"""Bills of a commitment over its term, as FOCUS' appendix "Examples: Commitment Discounts" has them.

After the scenarios and figures of the FinOps Open Cost and Usage Specification (github.com/FinOps-Open-Cost-and-Usage-
Spec/FOCUS_Spec, specification/appendix/commitment_discounts, commit 06eed07, after version 1.3), under the Creative
Commons Attribution 4.0 International License (CC BY 4.0, https://creativecommons.org/licenses/by/4.0/): a term of one
year from February 2026, one unit an hour, paid all, partly or not upfront (half of it and 336.00 in February), used to
100, 75, 50 or 0 percent of each day, or beyond. The rows are made here, for every hour of the term.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from audits.billed_things import BilledThings, Span, written_lines
from tests.audits.focus_files import ROW, read, text_of, written
from tests.audits.test_billed_things import blocks

START, END = dt.datetime(2026, 2, 1, tzinfo=dt.UTC), dt.datetime(2027, 2, 1, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
TERM_HOURS = 8760
PLAN = "arn:aws:savingsplans::999999999999:savingsplan/sp-1"
PAYER, SHOP, DATA = "999999999999", "111111111111", "222222222222"
PAYMENTS = ("all upfront", "partial upfront", "no upfront")
LIST_FACTOR = Decimal("1.5")


@dataclass(frozen=True, kw_only=True)
class Commitment:
    """What is paid an hour, how, what of each day is used, and by how much more than is committed."""

    payment: str = "all upfront"
    category: str = "Spend"  # or Usage, which is counted in hours
    hourly: Decimal = Decimal(1)
    used_hours: int = 24
    over: Decimal = Decimal(0)  # an hour, at the list price
    accounts: tuple[str, ...] = (SHOP,)
    until: dt.datetime = END  # up to when bills are there

    @property
    def price(self) -> Decimal:
        """What the whole term costs."""
        return self.hourly * TERM_HOURS

    def rows(self) -> list[dict[str, str]]:
        hours = range(int((self.until - START) / HOUR))
        return [*self._bought(), *(row for number in hours for row in self._hour(START + number * HOUR, number))]

    def _bought(self):
        share = {"all upfront": Decimal(1), "partial upfront": Decimal("0.5"), "no upfront": Decimal(0)}[self.payment]
        if share:
            yield self._purchase(START, END, self.price * share, "One-Time")
        for first in months(START, self.until) if share < 1 else ():
            after = next_month(first)
            cost = self.hourly * (1 - share) * int((after - first) / HOUR)
            yield self._purchase(first, after, cost, "Recurring")

    def _purchase(self, first, after, cost, frequency):
        return charge(first, after) | costs(billed=cost, effective=0, listed=cost) | {
            "ChargeCategory": "Purchase", "ChargeFrequency": frequency, "ResourceId": PLAN, "SubAccountId": PAYER,
            "CommitmentDiscountId": PLAN, "ConsumedQuantity": "", "ConsumedUnit": "", "ChargeDescription": "commitment",
            "CommitmentDiscountCategory": self.category,
        }  # fmt: skip

    def _hour(self, at, number):
        covered = charge(at, at + HOUR) | {
            "CommitmentDiscountId": PLAN, "PricingCategory": "Committed", "CommitmentDiscountCategory": self.category,
            "CommitmentDiscountQuantity": "1" if self.category == "Usage" else str(self.hourly),
            "CommitmentDiscountUnit": "Hours" if self.category == "Usage" else "USD",
        }  # fmt: skip
        if at.hour >= self.used_hours:
            nothing = {"ResourceId": "", "SubAccountId": PAYER, "ConsumedQuantity": "", "ConsumedUnit": ""}
            yield covered | costs(effective=self.hourly) | nothing | {"CommitmentDiscountStatus": "Unused"}
            return
        machine = {
            "SubAccountId": self.accounts[number % len(self.accounts)],
            "ResourceId": "i-1",
            "ConsumedUnit": "Hrs",
        }
        listed = self.hourly * LIST_FACTOR
        yield covered | machine | costs(effective=self.hourly, listed=listed) | {
            "CommitmentDiscountStatus": "Used", "ConsumedQuantity": "1"}  # fmt: skip
        if self.over:
            yield charge(at, at + HOUR) | machine | costs(billed=self.over, effective=self.over, listed=self.over) | {
                "PricingCategory": "Standard", "ConsumedQuantity": "0.5"}  # fmt: skip


def next_month(first):
    return (first + dt.timedelta(days=32)).replace(day=1)


def months(start, end):
    while start < end:
        yield start
        start = next_month(start)


def written_out(moment):
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def charge(first, after):
    period = first.replace(day=1, hour=0)
    return {
        "ChargePeriodStart": written_out(first), "ChargePeriodEnd": written_out(after),
        "BillingPeriodStart": written_out(period), "BillingPeriodEnd": written_out(next_month(period)),
    }  # fmt: skip


def costs(*, billed=0, effective=0, listed=0):
    return {
        "BilledCost": str(billed), "EffectiveCost": str(effective), "ListCost": str(listed), "ContractedCost": str(listed),
    }  # fmt: skip


def bill_of(tmp_path, rows):
    """The report and the lines of a bill with these rows, from the reader that reads customers' bills."""
    columns = list(dict.fromkeys([*ROW, *(name for row in rows for name in row)]))
    return read(tmp_path / "work", written(tmp_path / "bill.csv", text_of(rows, columns=columns)))


def things_on(lines, *, first, until):
    """What stands on the bill, as the rules that need nothing else see it."""
    rows = [{name: "" if value is None else str(value) for name, value in line.items()} for line in lines]
    rows.sort(key=lambda row: (row["sub_account_id"], row["resource_id"], row["charge_date"]))
    return BilledThings(written_lines(blocks(rows)), Span(first=first, until=until))
