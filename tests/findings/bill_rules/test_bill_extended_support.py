"""A resource that is charged extra for a version past its standard support."""

from decimal import Decimal

import pytest

from findings.registry import bill_rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_extended_support")
MYSQL = "ExtendedSupport:Yr1-Yr2:MySQL8.0"
LICENCE = "/subscriptions/s/resourcegroups/g/providers/microsoft.hybridcompute/licenses/l"


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (resource(each_day(f"EU-{MYSQL}", 48)), Waste),
        (resource(each_day("EUC1-AmazonEKS-Hours:extendedSupport", 24)), Waste),
        (resource(each_day("EU-ExtendedSupportYr1_Yr2-NodeUsage:cache.r6g.large", 24)), Waste),
        (resource(each_day("Enterprise Plus Extended support vCPU v13 in Iowa", 24), cloud="gcp"), Waste),
        (resource(each_day("vCore Extended Support", 24), cloud="azure"), Waste),
        (resource(each_day("Any meter", 24), cloud="azure", resource_id=LICENCE), Waste),
        (resource(each_day("Any meter", 24), cloud="azure"), Fine),
        (resource(each_day("EUC1-AmazonEKS-Hours:perCluster", 24)), Fine),
        (resource(each_day(MYSQL, 48, until=2)), Fine),
        (resource(each_day(MYSQL, 48, days=6)), Fine),
        (resource(each_day(MYSQL, 48, days=7)), Waste),
        (resource(each_day(MYSQL, 48, cost="0")), Fine),
        (resource(each_day(MYSQL, 48), known_days=6), Unknown),
        (resource(each_day(MYSQL, 48), provider_name="Somebody else"), Fine),
    ],
)
def test_extended_support_on_each_day_of_a_week_is_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_the_extra_is_saved_and_the_sentence_names_the_meter():
    found = waste(RULE, resource(each_day(f"EU-{MYSQL}", 48, cost="3"), each_day("InstanceUsage:db.m5", 24, cost="1")))
    assert found.saves.fraction == Decimal("0.75")
    assert found.because == (f"21.00 of 28.00 USD (75 %) of the last 7 days paid for extended support ({MYSQL}).")
