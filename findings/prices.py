"""What a unit costs: read from the customer's own bill where it says so, else from a committed, dated price table."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from audits.billed import meter_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from audits.evidence import BilledRate, DayCost

HOURS_A_MONTH = Decimal("730.5")
TABLES = Path(__file__).parent / "price_tables"

# Where a file has no usage type, AWS' descriptions still tell the meters that we need.
DESCRIBED = (
    (re.compile(r"\((gp2|gp3|st1|sc1)\) provisioned storage|provisioned storage \((gp2|gp3)\)"), "EBS:VolumeUsage."),
    (re.compile(r"snapshot data stored|EBS:SnapshotUsage"), "EBS:SnapshotUsage"),
    (re.compile(r"per NAT Gateway Hour"), "NatGateway-Hours"),
    (re.compile(r"Data Processed by NAT Gateways"), "NatGateway-Bytes"),
    (re.compile(r"per On Demand \S+ (\S+) Instance Hour"), "BoxUsage:"),
    (re.compile(r"\S+ (db\.\S+) Single-AZ instance hour"), "InstanceUsage:"),
    (re.compile(r"\S+ (db\.\S+) Multi-AZ instance hour"), "Multi-AZUsage:"),
)


@dataclass(frozen=True, kw_only=True)
class Price:
    """What one unit costs, in `currency`, by which source (a phrase that can stand after "by")."""

    unit_price: Decimal
    currency: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Prices:
    """Prices of one region under one source, by name (EBS:VolumeUsage.gp3). A name that is not there has no price."""

    by_name: Mapping[str, Price] = field(default_factory=dict)

    def of(self, names: Iterable[str]) -> tuple[Price, ...] | None:
        """The prices of all `names`, or None where one is missing or their currencies differ."""
        found = tuple(self.by_name[name] for name in names if name in self.by_name)
        complete = len(found) == len(tuple(names)) and len({price.currency for price in found}) == 1
        return found if complete else None


@dataclass(frozen=True, kw_only=True)
class PriceTable:
    """A provider's list prices as committed, by region. `home` is the region that ratios are taken from elsewhere."""

    title: str
    dated: str
    currency: str
    regions: Mapping[str, Mapping[str, Decimal]]
    home: str = "us-east-1"

    def region(self, region: str) -> Prices:
        """The list prices of one region; empty where the table does not have it."""
        if region not in self._by_region:
            self._by_region[region] = self._prices(region)
        return self._by_region[region]

    @cached_property
    def _by_region(self) -> dict[str, Prices]:
        return {}  # filled as regions are asked for: a table has thousands of prices, and each finding asks

    def _prices(self, region: str) -> Prices:
        source = f"{self.title}, {region}, {self.dated}"
        given = self.regions.get(region, {})
        return Prices(
            by_name={
                name: Price(unit_price=price, currency=self.currency, source=source) for name, price in given.items()
            }
        )


@cache
def table(cloud: str) -> PriceTable:
    """The committed price table of a cloud ("aws"); an empty one where there is none."""
    path = TABLES / f"{cloud}.json"
    if not path.exists():
        return PriceTable(title=f"{cloud} list prices", dated="", currency="", regions={})
    found = json.loads(path.read_text(encoding="utf-8"))
    regions = {
        region: {name: Decimal(price) for name, price in prices.items()} for region, prices in found["regions"].items()
    }
    title = f"{found['provider']} list prices"
    return PriceTable(title=title, dated=found["dated"], currency=found["currency"], regions=regions)


def price_name(line: DayCost | BilledRate) -> str:
    """The name of what a line charges for, as `meter_name` has it; "" where the file does not tell."""
    if line.usage_type:
        return meter_name(line.usage_type)
    for pattern, name in DESCRIBED:
        if found := pattern.search(line.charge_description):
            return name + next((part for part in found.groups() if part), "")
    return ""


def billed_prices(rates: Iterable[BilledRate], *, region: str) -> Prices:
    """What the customer's bill charged a unit in `region`. A name billed in two currencies has no price."""
    sums: dict[str, dict[str, list[Decimal]]] = {}
    for rate in rates:
        name = price_name(rate)
        quantity = _quantity(rate)
        if name and quantity > 0:
            total = sums.setdefault(name, {}).setdefault(rate.billing_currency, [Decimal(0), Decimal(0)])
            total[0] += rate.effective_cost
            total[1] += quantity
    source = f"the unit prices of the same bill, {region}"
    found = {}
    for name, by_currency in sums.items():
        if len(by_currency) == 1:
            [(currency, (cost, quantity))] = by_currency.items()
            found[name] = Price(unit_price=cost / quantity, currency=currency, source=source)
    return Prices(by_name=found)


def _quantity(rate: BilledRate) -> Decimal:
    """Throughput is billed by GiB/s and provisioned by MiB/s."""
    return rate.quantity * 1024 if rate.unit.lower().startswith("gibps") else rate.quantity
