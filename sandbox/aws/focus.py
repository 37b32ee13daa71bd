"""The 57 columns of FOCUS 1.2 with the provider's own x_ columns, and how one line of the bill fills them.

ResourceId stands as the provider bills it. Plain ids: instances (i-…) and volumes (vol-…). ARNs: snapshots
(arn:aws:ec2:REGION:ACCOUNT:snapshot/snap-…), addresses (…:elastic-ip/eipalloc-…), NAT gateways (…:natgateway/nat-…),
load balancers (arn:aws:elasticloadbalancing:REGION:ACCOUNT:loadbalancer/app/NAME/ID, net, gwy) and databases
(arn:aws:rds:REGION:ACCOUNT:db:NAME). Images are not billed; their snapshots are.
"""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from sandbox.aws import families, names

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

COLUMNS = (
    "AvailabilityZone",
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingAccountType",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "CapacityReservationId",
    "CapacityReservationStatus",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "CommitmentDiscountCategory",
    "CommitmentDiscountId",
    "CommitmentDiscountName",
    "CommitmentDiscountQuantity",
    "CommitmentDiscountStatus",
    "CommitmentDiscountType",
    "CommitmentDiscountUnit",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractedCost",
    "ContractedUnitPrice",
    "EffectiveCost",
    "InvoiceId",
    "InvoiceIssuerName",
    "ListCost",
    "ListUnitPrice",
    "PricingCategory",
    "PricingCurrency",
    "PricingCurrencyContractedUnitPrice",
    "PricingCurrencyEffectiveCost",
    "PricingCurrencyListUnitPrice",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "RegionId",
    "RegionName",
    "ResourceId",
    "ResourceName",
    "ResourceType",
    "ServiceCategory",
    "ServiceName",
    "ServiceSubcategory",
    "SkuId",
    "SkuMeter",
    "SkuPriceDetails",
    "SkuPriceId",
    "SubAccountId",
    "SubAccountName",
    "SubAccountType",
    "Tags",
    "x_Discounts",
    "x_Operation",
    "x_ServiceCode",
    "x_UsageType",
)
DECIMALS = frozenset(
    [
        "BilledCost",
        "CommitmentDiscountQuantity",
        "ConsumedQuantity",
        "ContractedCost",
        "ContractedUnitPrice",
        "EffectiveCost",
        "ListCost",
        "ListUnitPrice",
        "PricingCurrencyContractedUnitPrice",
        "PricingCurrencyEffectiveCost",
        "PricingCurrencyListUnitPrice",
        "PricingQuantity",
    ]
)
TIMES = frozenset(("BillingPeriodEnd", "BillingPeriodStart", "ChargePeriodEnd", "ChargePeriodStart"))
MAPS = frozenset(("SkuPriceDetails", "Tags", "x_Discounts"))

SERVICES = {
    "Amazon Elastic Compute Cloud": ("Compute", "Virtual Machines", "AmazonEC2"),
    "Amazon Virtual Private Cloud": ("Networking", "Network Infrastructure", "AmazonVPC"),
    "Elastic Load Balancing": ("Networking", "Application Networking", "AWSELB"),
    "Amazon Relational Database Service": ("Databases", "Relational Databases", "AmazonRDS"),
    "Savings Plans for AWS Compute usage": ("Compute", "Other (Compute)", "ComputeSavingsPlans"),
    "AWS Support (Business)": ("Other", "Other (Other)", "AWSSupportBusiness"),
}
RESOURCE_TYPES = {
    "instance": "Instance",
    "volume": "Volume",
    "snapshot": "Snapshot",
    "address": "Elastic IP",
    "nat_gateway": "NAT Gateway",
    "load_balancer": "Load Balancer",
    "database": "DB Instance",
    "capacity_reservation": "Capacity Reservation",
}
SAVINGS_PLAN_ARN = f"arn:aws:savingsplans::{names.PAYER}:savingsplan/6a9c2f10-7d31-4f7e-9d7a-1f0c55d0a001"

TENTH = Decimal("0.0000000001")


def exact(value: Decimal) -> Decimal:
    """Ten digits after the point, without trailing noughts."""
    return value.quantize(TENTH)


def plain(value: Decimal) -> str:
    """A decimal as the export writes it: no exponent, no trailing noughts."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


@cache
def moment(value: datetime) -> str:
    return f"{value:%Y-%m-%dT%H:%M:%S}.000Z"


def line(values: Mapping[str, str]) -> dict[str, str]:
    """One row of the export. What is not said is empty, as the provider leaves it."""
    row = dict.fromkeys(COLUMNS, "")
    row.update(
        BillingAccountId=names.PAYER,
        BillingAccountName=names.ACCOUNTS[names.PAYER],
        BillingAccountType="AWS Management Account",
        BillingCurrency="USD",
        InvoiceIssuerName="Amazon Web Services, Inc.",
        PricingCurrency="USD",
        ProviderName="AWS",
        PublisherName="Amazon Web Services, Inc.",
        SubAccountType="AWS Account",
    )
    row.update(values)
    return row


@cache
def _billed() -> tuple[dict[str, tuple[str, str, str]], dict[str, str]]:
    """Services and types of resource, with those that the families' own `SERVICES` and `RESOURCE_TYPES` add."""
    services, types = dict(SERVICES), dict(RESOURCE_TYPES)
    for family in families.found():
        services |= getattr(family, "SERVICES", {})
        types |= getattr(family, "RESOURCE_TYPES", {})
    return services, types


def resource_type(kind: str) -> str:
    return _billed()[1][kind]


def service_fields(service: str) -> dict[str, str]:
    category, subcategory, code = _billed()[0][service]
    return {
        "ServiceName": service,
        "ServiceCategory": category,
        "ServiceSubcategory": subcategory,
        "x_ServiceCode": code,
    }


def cost_fields(*, billed: Decimal, effective: Decimal, listed: Decimal, contracted: Decimal) -> dict[str, str]:
    return {
        "BilledCost": plain(billed),
        "EffectiveCost": plain(effective),
        "ListCost": plain(listed),
        "ContractedCost": plain(contracted),
        "PricingCurrencyEffectiveCost": plain(effective),
    }


def tag_field(tags: Mapping[str, str]) -> str:
    return json.dumps(dict(sorted(tags.items())), separators=(",", ":")) if tags else ""
