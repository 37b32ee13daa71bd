"""What commitments cost on the bill: what each was bought for a day, and what of it nobody used.

Used and unused make up what was bought, to the last digit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.aws import focus, names
from sandbox.aws.model import midnight

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sandbox.aws.model import Item

Row = dict[str, str]
NOTHING = Decimal(0)
# What the savings plan is committed to per hour: a little more than the covered machines use, so that some goes unused.
UNUSED_PER_DAY = Decimal("0.48")


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
class Unused:
    """A commitment that nobody uses: bought by the day, all of it unused."""

    commitment: Commitment
    per_day: Decimal


def plan(item: Item) -> Unused:
    """The commitment of an item that stands for a savings plan, with what it costs a day."""
    return Unused(
        commitment=replace(
            SAVINGS_PLAN,
            arn=item.bill_id,
            title=f"{item.facts['type']} savings plan",
            name=f"{item.facts['type']} savings plan, 1 year, nothing upfront",
            account=item.account,
            first=item.facts["first"],
            last=item.facts["last"],
        ),
        per_day=item.facts["per_day"],
    )


def reserved(item: Item) -> Unused:
    """The commitment of an item that stands for reserved machines, with what it costs a day."""
    kind, count = item.facts["type"], item.facts["count"]
    return Unused(
        commitment=Commitment(
            arn=item.bill_id,
            title=f"{count} reserved {kind}",
            name=f"{count} {kind}, 1 year, nothing upfront",
            kind="Reserved Instance",
            category="Usage",
            unit="Hours",
            service="Amazon Elastic Compute Cloud",
            resource_type="Reserved Instance",
            account=item.account,
            meter=f"{names.REGION_CODES[item.region]}HeavyUsage:{kind}",
            region=item.region,
            first=item.facts["first"],
            last=item.facts["last"],
        ),
        per_day=item.facts["per_day"],
    )


def rows(
    commitment: Commitment,
    days: list[date],
    period: Mapping[str, str],
    *,
    used: Mapping[date, Decimal],
    unused: Decimal,
) -> Iterator[Row]:
    """Two lines a day: what it was bought for, and what of it went unused."""
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
    for day in days:
        if not commitment.first <= day <= commitment.last:
            continue
        bought = used.get(day, NOTHING) + unused
        span = {
            "ChargePeriodStart": focus.moment(midnight(day)),
            "ChargePeriodEnd": focus.moment(midnight(day) + timedelta(days=1)),
        }
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
                "PricingQuantity": "24",
            }
        )
        yield focus.line(
            {
                **common,
                **span,
                **commitment.fields("Unused"),
                **focus.cost_fields(billed=NOTHING, effective=unused, listed=NOTHING, contracted=NOTHING),
                "ChargeCategory": "Usage",
                "ChargeFrequency": "Usage-Based",
                "ChargeDescription": f"{commitment.title}, unused commitment",
                "PricingCategory": "Committed",
                "PricingQuantity": focus.plain(unused),
            }
        )
