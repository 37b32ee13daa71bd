"""What commitments cost on the bill: what each was bought for, and what of it nobody used.

A savings plan is billed by the day, a reservation by the month: its fee is all of the month's from the first day on,
and what is unused all that is left of it. Used and unused make up what was bought, to the last digit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.aws import focus, names, prices
from sandbox.aws.model import midnight

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sandbox.aws.model import Item

Row = dict[str, str]
NOTHING = Decimal(0)
# What the savings plan is committed to per hour: a little more than the covered machines use, so that some goes unused.
UNUSED_PER_DAY = Decimal("0.048")


@dataclass(frozen=True, kw_only=True)
class Commitment:
    """One commitment as the bill names it. `title` is what its lines are described as."""

    arn: str
    title: str
    name: str
    kind: str
    category: str
    unit: str
    service: str
    resource_type: str
    account: str
    meter: str
    region: str = ""
    first: date = date.min
    last: date = date.max
    ends: date | None = None  # a reservation's last day, where it is billed by the month
    covered_meter: str = ""
    covered_service: str = ""

    def fields(self, status: str) -> Row:
        """What names the commitment on a line of its own, and on a line that it covers."""
        return {
            "CommitmentDiscountCategory": self.category,
            "CommitmentDiscountId": self.arn,
            "CommitmentDiscountName": self.name,
            "CommitmentDiscountStatus": status,
            "CommitmentDiscountType": self.kind,
            "CommitmentDiscountUnit": self.unit,
        }


SAVINGS_PLAN = Commitment(
    arn=focus.SAVINGS_PLAN_ARN,
    title="Compute savings plan",
    name="Compute savings plan, 1 year, nothing upfront",
    kind="ComputeSavingsPlans",
    category="Spend",
    unit="USD",
    service="Savings Plans for AWS Compute usage",
    resource_type="Savings Plan",
    account=names.PAYER,
    meter="ComputeSP:1yrNoUpfront",
)


@dataclass(frozen=True, kw_only=True)
class Bought:
    """A commitment that is bought by the day: what of it is used by machines that come and go, and what by nobody."""

    commitment: Commitment
    used: Decimal
    unused: Decimal


def plan(item: Item) -> Bought:
    """The commitment of an item that stands for a savings plan, with what it costs a day."""
    return _bought(
        item,
        replace(
            SAVINGS_PLAN,
            arn=item.bill_id,
            title=f"{item.facts['type']} savings plan",
            name=f"{item.facts['type']} savings plan, 1 year, nothing upfront",
            account=item.account,
            region=item.region,
            covered_meter="BoxUsage:m5.large",
            covered_service="Amazon Elastic Compute Cloud",
        ),
    )


def reserved(item: Item) -> Bought:
    """The commitment of an item that stands for a reservation, with what it costs a day."""
    facts, code = item.facts, names.REGION_CODES[item.region]
    return _bought(
        item,
        Commitment(
            arn=item.bill_id,
            title=f"{facts['count']} reserved {facts['type']}",
            name=f"{facts['count']} {facts['type']}, 1 year, nothing upfront",
            kind="Reserved Instance",
            category="Usage",
            unit="Hours",
            service=facts["service"],
            resource_type="Reserved Instance",
            account=item.account,
            meter=f"{code}HeavyUsage:{facts['type']}",
            region=item.region,
            ends=facts["ends"],
            covered_meter=f"{code}{facts['meter']}:{facts['type']}",
            covered_service=facts["service"],
        ),
    )


def _bought(item: Item, commitment: Commitment) -> Bought:
    facts = item.facts
    return Bought(
        commitment=replace(commitment, first=facts["first"], last=facts["last"]),
        used=facts["per_day"] - facts["unused_per_day"],
        unused=facts["unused_per_day"],
    )


def covered(bought: Bought, days: list[date], period: Mapping[str, str]) -> Iterator[Row]:
    """A line a day of what it covers: machines that are started each day anew, of which no listing tells."""
    of = bought.commitment
    if not bought.used:
        return
    listed = focus.exact(bought.used / prices.SAVINGS_PLAN_FACTOR)
    for day in days:
        if of.first <= day <= of.last:
            yield focus.line(
                {
                    **period,
                    **focus.service_fields(of.covered_service),
                    **of.fields("Used"),
                    **focus.cost_fields(billed=NOTHING, effective=bought.used, listed=listed, contracted=listed),
                    "ChargeCategory": "Usage",
                    "ChargeDescription": f"{of.title}, covered use",
                    "ChargeFrequency": "Usage-Based",
                    "ChargePeriodStart": focus.moment(midnight(day)),
                    "ChargePeriodEnd": focus.moment(midnight(day) + timedelta(days=1)),
                    "CommitmentDiscountQuantity": focus.plain(bought.used),
                    "PricingCategory": "Committed",
                    "RegionId": of.region,
                    "RegionName": names.REGION_NAMES[of.region],
                    "SubAccountId": of.account,
                    "SubAccountName": names.ACCOUNTS[of.account],
                    "x_UsageType": of.covered_meter,
                }
            )


def rows(
    commitment: Commitment,
    days: list[date],
    period: Mapping[str, str],
    *,
    used: Mapping[date, Decimal],
    unused: Decimal,
) -> Iterator[Row]:
    """Two lines for each of its charge periods: what it was bought for, and what of it went unused."""
    common = {
        **period,
        **focus.service_fields(commitment.service),
        "RegionId": commitment.region,
        "RegionName": names.REGION_NAMES.get(commitment.region, ""),
        "ResourceId": commitment.arn,
        "ResourceType": commitment.resource_type,
        "SubAccountId": commitment.account,
        "SubAccountName": names.ACCOUNTS[commitment.account],
        "x_UsageType": commitment.meter,
        "PricingUnit": "USD",
    }
    stood = [day for day in days if commitment.first <= day <= commitment.last]
    for begins, ends in _charge_periods(commitment, stood):
        length = (ends - begins).days
        used_up = sum((used.get(day, NOTHING) for day in stood if begins <= day < ends), NOTHING)
        # Of a month that goes on, what will be used is left like what nobody will.
        bought = length * (used.get(begins, NOTHING) + unused)
        left = bought - used_up
        span = {"ChargePeriodStart": focus.moment(midnight(begins)), "ChargePeriodEnd": focus.moment(midnight(ends))}
        yield focus.line(
            {
                **common,
                **span,
                **commitment.fields(""),
                **focus.cost_fields(billed=bought, effective=NOTHING, listed=bought, contracted=bought),
                "ChargeCategory": "Purchase",
                "ChargeFrequency": "Recurring",
                "ChargeDescription": f"{commitment.title} recurring fee",
                "PricingCategory": "Standard",
                "PricingQuantity": f"{24 * length}",
            }
        )
        yield focus.line(
            {
                **common,
                **span,
                **commitment.fields("Unused"),
                **focus.cost_fields(billed=NOTHING, effective=left, listed=NOTHING, contracted=NOTHING),
                "ChargeCategory": "Usage",
                "ChargeFrequency": "Usage-Based",
                "ChargeDescription": f"{commitment.title}, unused commitment",
                "PricingCategory": "Committed",
                "PricingQuantity": focus.plain(left),
            }
        )


def _charge_periods(commitment: Commitment, stood: list[date]) -> list[tuple[date, date]]:
    """The first day of each, and the day after it: each day that it stood, or what it stands for of the month."""
    if commitment.ends is None or not stood:
        return [(day, day + timedelta(days=1)) for day in stood]
    first = stood[0]
    month_end = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    return [(first, min(month_end, commitment.ends + timedelta(days=1)))]
