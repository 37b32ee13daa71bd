"""An account with many public IPv4 addresses in use."""

from decimal import Decimal

import pytest

from findings.registry import bill_rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.bill_rules.billed import day, each_day, service, verdict, waste
from tests.findings.evidence import line

RULE = bill_rule("bill_ipv4_public_many")
MONTH = 720


def addresses(count, meter="PublicIPv4:InUseAddress", *, cost="100", size=1, **more):
    quantity = None if count is None else Decimal(count) * MONTH * size
    return line(day(30), cost, usage_type=meter, consumed_quantity=quantity, **more)


def account(*meters, cloud="aws", known_days=60):
    return service(each_day("", 1, cost="10"), cloud=cloud, known_days=known_days, meters=meters)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (account(addresses("20.1")), Waste),
        (account(addresses(20)), Fine),
        (account(addresses(30, cost="50")), Waste),
        (account(addresses(30, cost="49.99")), Fine),
        (account(addresses(15), addresses(15)), Waste),
        (account(addresses(30, "PublicIPv4:IdleAddress")), Fine),
        (account(addresses(30), known_days=29), Unknown),
        (account(addresses(30), addresses(30, billing_currency="EUR")), Unknown),
        (account(addresses(None)), Unknown),
        (account(addresses(30, cost="80"), addresses(None, cost="-8")), Waste),
        (account(), Fine),
        (account(addresses(30, "Standard IPv4 Static Public IP"), cloud="azure"), Waste),
        (account(addresses(30, "Standard IPv4 Static Public IP")), Fine),
        (
            account(
                addresses(30, "External IP Charge on a Standard VM", size=3600, consumed_unit="seconds"), cloud="gcp"
            ),
            Waste,
        ),
        (
            account(
                addresses(20, "External IP Charge on a Standard VM", size=3600, consumed_unit="seconds"), cloud="gcp"
            ),
            Fine,
        ),
        (account(addresses(30, "Static Ip Charge"), cloud="gcp"), Fine),
    ],
)
def test_more_than_twenty_addresses_for_a_month_are_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_what_those_beyond_the_limit_cost_is_saved():
    found = waste(RULE, account(addresses(40)))
    assert found.saves.fraction == Decimal(50) / 300
    assert found.because == (
        "Charged for 40.0 public IPv4 addresses around the clock in the last 30 days: 100.00 USD. "
        "An estimate: those beyond 20 cost 50.00."
    )


def test_the_limit_is_a_setting():
    assert isinstance(verdict(RULE, account(addresses(40)), max_addresses=40), Fine)
