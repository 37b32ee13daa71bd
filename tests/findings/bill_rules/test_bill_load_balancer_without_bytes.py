"""A load balancer that is charged by the hour and balances nothing."""

import pytest

from findings.registry import bill_rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_load_balancer_without_bytes")
HOURS = each_day("EUC1-LoadBalancerUsage", 24)
NETWORK = "/subscriptions/s/resourcegroups/g/providers/microsoft.network"
BALANCER = {"cloud": "azure", "resource_id": f"{NETWORK}/loadbalancers/b"}
GATEWAY = {"cloud": "azure", "resource_id": f"{NETWORK}/applicationgateways/a"}
RULES = each_day("Standard Included LB Rules and Outbound Rules", 24)
FIXED = each_day("Standard Fixed Cost", 24)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (resource(HOURS), Waste),
        (resource(HOURS, each_day("EUC1-LCUUsage", "0.0007")), Waste),
        (resource(HOURS, each_day("EUC1-LCUUsage", "0.001")), Fine),
        (resource(HOURS, each_day("EUC1-LCUUsage", 9, until=15)), Waste),
        (resource(HOURS, each_day("EUC1-DataProcessing-Bytes", 1)), Fine),
        (resource(HOURS, each_day("EUC1-DataTransfer-Out-Bytes", 1)), Fine),
        (resource(each_day("LoadBalancerUsage", 24)), Waste),
        (resource(each_day("TS-LoadBalancerUsage", 24)), Fine),
        (resource(each_day("LoadBalancerUsage", 24, until=2)), Fine),
        (resource(each_day("LoadBalancerUsage", 24, days=13)), Fine),
        (resource(HOURS, known_days=13), Unknown),
        (resource(HOURS, each_day("EUC1-LCUUsage", 1, consumed_quantity=None)), Unknown),
        (resource(RULES, **BALANCER), Waste),
        (resource(RULES, each_day("Standard Data Processed", 1), **BALANCER), Fine),
        (resource(RULES, each_day("Standard Data Processed - Free", 1), **BALANCER), Fine),
        (resource(RULES, cloud="azure"), Fine),
        (resource(FIXED, **GATEWAY), Waste),
        (resource(FIXED, each_day("Standard Capacity Units", 240), **GATEWAY), Fine),
        (resource(each_day("Medium Gateway", 24), **GATEWAY), Fine),
        (resource(each_day("Network Load Balancing: Forwarding Rule Minimum Service Charge", 24), cloud="gcp"), Fine),
    ],
)
def test_hours_on_each_day_of_two_weeks_without_traffic_are_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_all_of_it_is_saved_and_the_sentence_has_the_figures():
    found = waste(RULE, resource(HOURS, each_day("EUC1-LCUUsage", "0.0005")))
    assert found.saves == ALL
    assert found.because == (
        "Charged for 336 hours and 0.007 units of traffic (GB or capacity unit hours) in the last 14 days."
    )
