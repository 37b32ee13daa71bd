"""A table that uses little of what is kept for it, and would cost less by request."""

from dataclasses import replace
from decimal import Decimal

import pytest

from audits.evidence import Bill, Evidence
from findings.prices import table as price_table
from findings.registry import rule
from findings.rule import Fine, Unknown, Waste
from findings.savings import FROM_BILL, FROM_PRICES, monthly_saving
from tests.findings.evidence import ago, bill, rate, usage_of, waste
from tests.findings.rules.table import QUIET, seen, without

RULE = rule("aws_dynamodb_table_capacity_mode")
LITTLE = seen(10.0, 4.0)


@pytest.mark.parametrize(
    ("changed", "usage", "verdict"),
    [
        ({}, LITTLE, Waste),
        ({}, seen(139.0, 0.0), Waste),
        ({}, seen(0.0, 27.9), Waste),
        ({}, seen(last=600.0), Waste),
        ({"read_units": 26, "write_units": 5}, seen(1.0, 0.1, kept=(26.0, 5.0)), Waste),
        ({"read_scaling": (100, 4000), "write_scaling": None}, LITTLE, Waste),
        ({}, seen(140.0, 0.0), Fine),
        ({}, seen(0.0, 28.0), Fine),
        ({}, seen(60.0, 20.0), Fine),
        ({}, seen(), Fine),
        ({"read_units": 25, "write_units": 25}, seen(0.5, 0.1, kept=(25.0, 25.0)), Fine),
        ({"table_class": "STANDARD_INFREQUENT_ACCESS"}, LITTLE, Fine),
        ({"billing_mode": "PAY_PER_REQUEST", "read_units": 0}, LITTLE, Fine),
        ({"replica_regions": ("eu-west-1",)}, LITTLE, Fine),
        ({"replica_regions": None}, LITTLE, Unknown),
        ({"state": "UPDATING"}, LITTLE, Fine),
        ({"created_at": ago(20)}, seen(10.0, 4.0, days=20), Fine),
        ({"index_names": ("by-day",)}, LITTLE, Unknown),
        ({}, seen(10.0, 4.0, read_days=29), Unknown),
        ({}, without(LITTLE, "ProvisionedWriteCapacityUnits.Average"), Unknown),
        ({}, usage_of({}), Unknown),
    ],
)
def test_below_a_fifth_of_what_the_capacity_costs_requests_are_cheaper(changed, usage, verdict):
    assert isinstance(RULE.ask(replace(QUIET, **changed), usage=usage, settings={}), verdict)


def test_the_sentence_names_what_is_kept_and_what_is_used():
    assert waste(RULE, QUIET, seen=LITTLE).because == (
        "Of 200 read and 100 write units a second it used 10.00 and 4.00 on average over the last 30 days: "
        "4.3 % by cost. Paid by request, it costs less below about 29 %."
    )


def saved(of_bill):
    evidence = Evidence(thing=QUIET, usage=LITTLE, bill=of_bill)
    return monthly_saving(saves=waste(RULE, QUIET, seen=LITTLE).saves, evidence=evidence, listed=price_table("aws"))


CAPACITY = bill(cost="0.624", usage_type="ReadCapacityUnit-Hrs").lines
WRITES = bill(cost="1.56", usage_type="WriteCapacityUnit-Hrs").lines
STORAGE = bill(cost="0.5", usage_type="TimedStorage-ByteHrs").lines
RATES = (
    rate("ReadCapacityUnit-Hrs", "0.00013", quantity=10_000),
    rate("WriteCapacityUnit-Hrs", "0.00065", quantity=10_000),
    rate("ReadRequestUnits", "0.000000125", quantity=10_000_000),
    rate("WriteRequestUnits", "0.000000625", quantity=10_000_000),
)


@pytest.mark.parametrize(("rates", "basis"), [(RATES, FROM_BILL), ((), FROM_PRICES)])
def test_the_capacity_is_saved_but_for_what_the_requests_cost_and_storage_stays(rates, basis):
    whole = bill(rates=rates)
    saving = saved(replace(whole, lines=(*CAPACITY, *WRITES, *STORAGE)))
    requests = Decimal("0.0135")  # an hour: 36,000 reads and 14,400 writes
    capacity = Decimal("0.091")
    expected = Decimal("2.184") * (1 - requests / capacity) * Decimal("30.4375")
    assert saving.basis == basis
    assert abs(saving.monthly - expected) < Decimal("0.001")


def test_without_a_bill_nothing_is_told():
    assert saved(Bill()).monthly is None


def test_how_little_and_for_how_long_are_settings():
    assert isinstance(RULE.ask(QUIET, usage=LITTLE, settings={"max_percent": 4}), Fine)
    assert isinstance(RULE.ask(QUIET, usage=LITTLE, settings={"idle_days": 31}), Unknown)


def test_the_hint_switches_the_mode():
    assert RULE.hint_for(QUIET).endswith("--table-name carts --billing-mode PAY_PER_REQUEST")
