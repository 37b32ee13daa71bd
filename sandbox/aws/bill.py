"""The organisation's bill: a line a day for every meter, and the rows that are no usage of any resource.

Costs carry ten digits after the point. Daily amounts of storage are the month's price spread over the days of that
month.
"""

from __future__ import annotations

import calendar
import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.aws import bill_commitments, focus, names, prices
from sandbox.aws.bill_commitments import SAVINGS_PLAN, UNUSED_PER_DAY
from sandbox.aws.model import midnight

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.aws.model import Charge, Estate, Item

Row = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Amount:
    """One meter's day in money: on the invoice, effective, at list price; `quantity` in the meter's unit."""

    quantity: Decimal
    billed: Decimal
    effective: Decimal
    listed: Decimal


def amount(charge: Charge, day: date) -> Amount:
    if charge.per_day is not None:
        quantity = charge.per_day
    else:
        held = charge.held or Decimal(0)
        quantity = focus.exact(held / calendar.monthrange(day.year, day.month)[1])
    listed = focus.exact(quantity * charge.price)
    if charge.is_covered:
        covered = focus.exact(listed * prices.SAVINGS_PLAN_FACTOR)
        return Amount(quantity=quantity, billed=Decimal(0), effective=covered, listed=listed)
    return Amount(quantity=quantity, billed=listed, effective=listed, listed=listed)


def period_days(period: datetime, as_of: datetime) -> list[date]:
    """The days of a billing period that have been billed by `as_of`."""
    length = calendar.monthrange(period.year, period.month)[1]
    days = [(period + timedelta(days=offset)).date() for offset in range(length)]
    return [day for day in days if day < as_of.date()]


def period_end(period: datetime) -> datetime:
    return period + timedelta(days=calendar.monthrange(period.year, period.month)[1])


def rows(estate: Estate, period: datetime, *, version: int = 1) -> list[Row]:
    """Every row of one billing period. Each `version` above 1 adds a correction that an earlier run did not have."""
    days = period_days(period, estate.as_of)
    if not days:
        return []
    found: list[Row] = []
    for item in estate.items:
        for charge in item.charges:
            found.extend(_charge_rows(item, charge, days, period))
    found.extend(_commitment_rows(estate, days, period))
    found.extend(_other_rows(estate, days, period, found, version))
    return found


def _period_fields(period: datetime, as_of_is_past: bool) -> Row:  # noqa: FBT001
    return {
        "BillingPeriodStart": focus.moment(period),
        "BillingPeriodEnd": focus.moment(period_end(period)),
        "InvoiceId": f"{period:%Y%m}00417" if as_of_is_past else "",
    }


def _charge_rows(item: Item, charge: Charge, days: list[date], period: datetime) -> Iterator[Row]:
    billed_days = [day for day in days if charge.first <= day <= charge.last]
    if not billed_days:
        return
    base = focus.line(_charge_fields(item, charge, period, is_closed=days[-1] == _last_day(period)))
    # All days of one period cost the same.
    money = amount(charge, billed_days[0])
    base.update(
        focus.cost_fields(billed=money.billed, effective=money.effective, listed=money.listed, contracted=money.listed)
    )
    base["ConsumedQuantity"] = base["PricingQuantity"] = focus.plain(money.quantity)
    if charge.is_covered:
        base["CommitmentDiscountQuantity"] = focus.plain(money.effective)
    for day in billed_days:
        row = dict(base)
        start = midnight(day)
        row["ChargePeriodStart"] = focus.moment(start)
        row["ChargePeriodEnd"] = focus.moment(start + timedelta(days=1))
        yield row


def _last_day(period: datetime) -> date:
    return (period_end(period) - timedelta(days=1)).date()


def _charge_fields(item: Item, charge: Charge, period: datetime, *, is_closed: bool) -> Row:
    price = focus.plain(charge.price)
    fields = {
        **_period_fields(period, is_closed),
        **focus.service_fields(charge.service),
        "AvailabilityZone": str(item.facts.get("zone", "")) if item.kind in {"instance", "volume"} else "",
        "ChargeCategory": "Usage",
        "ChargeDescription": charge.description,
        "ChargeFrequency": "Usage-Based",
        "ConsumedUnit": charge.unit,
        "PricingUnit": charge.unit,
        "PricingCategory": "Committed" if charge.is_covered else "Standard",
        "ListUnitPrice": price,
        "ContractedUnitPrice": price,
        "PricingCurrencyListUnitPrice": price,
        "PricingCurrencyContractedUnitPrice": price,
        "RegionId": item.region,
        "RegionName": names.REGION_NAMES[item.region],
        "ResourceId": item.bill_id,
        "ResourceName": item.name,
        "ResourceType": focus.resource_type(item.kind),
        "SkuId": f"SKU{_stable(charge.meter):010d}",
        "SkuMeter": charge.meter,
        "SkuPriceId": f"SKU{_stable(charge.meter):010d}.JRTCKXETXF",
        "SubAccountId": item.account,
        "SubAccountName": names.ACCOUNTS[item.account],
        "Tags": focus.tag_field(
            {f"user:{key}": value for key, value in item.tags.items() if not key.startswith("aws:")}
        ),
        "x_Operation": charge.operation,
        "x_UsageType": charge.meter,
    }
    if item.kind == "capacity_reservation":
        fields.update({"CapacityReservationId": item.bill_id, "CapacityReservationStatus": "Unused"})
    if charge.is_covered:
        fields.update(SAVINGS_PLAN.fields("Used"))
    return fields


def _stable(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)


def _commitment_rows(estate: Estate, days: list[date], period: datetime) -> Iterator[Row]:
    """The savings plan, of which the covered machines use most, and what else is reserved or promised."""
    covered = [charge for item in estate.items for charge in item.charges if charge.is_covered]
    fields = _period_fields(period, days[-1] == _last_day(period))
    used = {
        day: sum((amount(c, day).effective for c in covered if c.first <= day <= c.last), Decimal(0)) for day in days
    }
    yield from bill_commitments.rows(SAVINGS_PLAN, days, fields, used=used, unused=UNUSED_PER_DAY)
    bought = [
        *(bill_commitments.reserved(item) for item in estate.of("reservation") if "per_day" in item.facts),
        *(bill_commitments.plan(item) for item in estate.of("savings_plan") if "per_day" in item.facts),
    ]
    for one in bought:
        by_day = dict.fromkeys(days, one.used)
        yield from bill_commitments.rows(one.commitment, days, fields, used=by_day, unused=one.unused)
        yield from bill_commitments.covered(one, days, fields)


@dataclass(frozen=True, kw_only=True)
class Extra:
    """A row of its own kind: a credit, a refund, a tax, a one-time purchase, a correction."""

    category: str
    description: str
    billed: Decimal
    effective: Decimal | None = None
    charge_class: str = ""
    frequency: str = "One-Time"
    service: str = "Amazon Elastic Compute Cloud"
    account: str = names.PAYER
    region: str = ""
    resource_id: str = ""


def _other_rows(estate: Estate, days: list[date], period: datetime, usage: list[Row], version: int) -> Iterator[Row]:
    is_closed = days[-1] == _last_day(period)
    end = period_end(period) if is_closed else midnight(days[-1]) + timedelta(days=1)
    for extra in _extras(estate, period, usage, version):
        effective = extra.billed if extra.effective is None else extra.effective
        yield focus.line(
            {
                **_period_fields(period, is_closed),
                **focus.service_fields(extra.service),
                **focus.cost_fields(
                    billed=extra.billed, effective=effective, listed=extra.billed, contracted=extra.billed
                ),
                "ChargeCategory": extra.category,
                "ChargeClass": extra.charge_class,
                "ChargeDescription": extra.description,
                "ChargeFrequency": extra.frequency,
                "ChargePeriodStart": focus.moment(period),
                "ChargePeriodEnd": focus.moment(end),
                "RegionId": extra.region,
                "RegionName": names.REGION_NAMES.get(extra.region, ""),
                "ResourceId": extra.resource_id,
                "SubAccountId": extra.account,
                "SubAccountName": names.ACCOUNTS[extra.account],
            }
        )


def _extras(estate: Estate, period: datetime, usage: list[Row], version: int) -> Iterator[Extra]:
    database = "Amazon Relational Database Service"
    is_first = period.date() < (estate.as_of - timedelta(days=1)).date().replace(day=1)
    yield Extra(
        category="Credit", description="AWS Activate promotional credit", billed=Decimal(-150), account=names.LAB
    )
    credited = next(item for item in estate.items if item.case == "unassociated")
    yield Extra(
        category="Credit",
        description="Promotional credit for public IPv4 addresses",
        billed=Decimal("-0.75"),
        service="Amazon Virtual Private Cloud",
        account=credited.account,
        region=credited.region,
        resource_id=credited.bill_id,
    )
    yield Extra(
        category="Usage",
        description="Business support",
        billed=Decimal(100),
        service="AWS Support (Business)",
        account=names.SUPPORTED,
    )
    if is_first:
        yield Extra(
            category="Purchase",
            description="Reserved DB instance, all upfront, 1 year",
            billed=Decimal(1842),
            effective=Decimal(0),
            service=database,
            account=names.SHOP,
            region="eu-west-1",
            resource_id=f"arn:aws:rds:eu-west-1:{names.SHOP}:ri:northwind-upfront",
        )
        yield Extra(
            category="Adjustment",
            description="Refund for an outage of eu-west-1",
            billed=Decimal("-37.4182910453"),
            account=names.SHOP,
            region="eu-west-1",
        )
    for number in range(2, version + 1):
        yield Extra(
            category="Adjustment",
            charge_class="Correction",
            description=f"Correction {number - 1} of data transfer",
            billed=Decimal("-4.1230000007") * number,
            account=names.SHOP,
            region="us-east-1",
        )
    for account in names.ACCOUNTS:
        taxed = sum((Decimal(row["BilledCost"]) for row in usage if row["SubAccountId"] == account), Decimal(0))
        tax = focus.exact(taxed * Decimal("0.0725"))
        yield Extra(category="Tax", description="Sales tax", billed=tax, frequency="Recurring", account=account)
