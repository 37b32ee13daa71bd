"""A support plan beside what the whole bill spends in a calendar month."""

from decimal import Decimal

import pytest

from findings.registry import bill_rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.bill_rules.billed import day, service, verdict, waste
from tests.findings.evidence import line

RULE = bill_rule("bill_support_oddity")
JUNE, JULY, MAY = day(30), day(10), day(55)


def plan(cost, spend, *, name="AWS Support (Business)", cloud="aws", at=JUNE, known_days=60, beside=(), **more):
    fee = (line(at, cost, service_name=name, **more),)
    usage = (line(JUNE, spend, service_name="Amazon Elastic Compute Cloud"),)
    return service(fee, cloud=cloud, known_days=known_days, service_name=name, bill=(*fee, *usage, *beside))


def used(cost, **more):
    return (line(more.pop("at", JUNE), cost, service_name="RDS", **more),)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (plan("100", "666"), Waste),
        (plan("100", "667"), Fine),
        (plan("25", "0"), Waste),
        (plan("24.99", "0"), Fine),
        (plan("100", "100", charge_category="Purchase", charge_days=30), Waste),
        (plan("100", "100", charge_category="Credit"), Fine),
        (plan("100", "100", at=JULY), Fine),
        (plan("100", "100", at=MAY), Fine),
        (plan("100", "100", beside=used("900")), Fine),
        (plan("100", "100", beside=used("0", list_cost=Decimal(900))), Fine),
        (plan("100", "100", beside=used("900", at=JULY)), Waste),
        (plan("100", "100", beside=used("900", charge_category="Tax")), Waste),
        (plan("100", "100", beside=used("900", billing_currency="EUR")), Unknown),
        (plan("1000", "100", beside=used("9000", charge_category="Purchase", effective_cost=Decimal(0))), Fine),
        (plan("100", "100", known_days=49), Waste),
        (plan("100", "100", known_days=48), Unknown),
        (plan("100", "100", name="AWSSupportBusiness"), Waste),
        (plan("100", "100", name="Ubuntu 18 | support by somebody"), Fine),
        (plan("100", "100", name="Support", cloud="gcp"), Waste),
        (plan("100", "100", name="Support"), Fine),
        (plan("100", "100", name="Support", cloud="azure"), Fine),
    ],
)
def test_more_than_fifteen_percent_of_a_month_s_usage_is_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_another_plan_is_not_usage():
    enterprise = line(JUNE, "15000", service_name="AWS Support (Enterprise)")
    assert isinstance(verdict(RULE, plan("100", "100", beside=(enterprise,))), Waste)


def test_what_is_above_that_share_is_saved():
    found = waste(RULE, plan("100", "200"))
    assert found.saves.fraction == Decimal("0.7")
    assert found.because == (
        "100.00 USD in 2026-06 beside 200.00 on the whole bill, of usage before discounts or of all charges, whichever "
        "is more; no plan takes more than 10 % of what is spent, unless its least fee applies."
    )


def test_what_a_commitment_covers_is_not_counted_beside_its_fee():
    covered = used("600", billed_cost=Decimal(0), list_cost=Decimal(1000))
    fee = used("0", billed_cost=Decimal(700), list_cost=Decimal(700), charge_category="Purchase")
    assert waste(RULE, plan("200", "0", beside=(*covered, *fee))).saves.fraction == Decimal("0.25")


def test_the_limit_is_a_setting():
    assert isinstance(verdict(RULE, plan("100", "200"), max_percent=50), Fine)
