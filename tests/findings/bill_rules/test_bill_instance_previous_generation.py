"""An instance whose successor of the same size is cheaper."""

from decimal import Decimal

import pytest

from findings.registry import bill_rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.bill_rules.billed import each_day, resource, verdict, waste

RULE = bill_rule("bill_instance_previous_generation")
AZURE = {
    "cloud": "azure",
    "resource_id": "/subscriptions/s/resourcegroups/g/providers/microsoft.compute/virtualmachines/v",
}


def aws(meter, **more):
    return resource(each_day(meter, 24, **more))


def azure(meter, **more):
    return resource(each_day(meter, 24, **more), **AZURE)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (aws("EUC1-BoxUsage:m4.large"), Waste),
        (aws("BoxUsage:t2.micro", charge_description="$0.0134 per On Demand Linux t2.micro Instance Hour"), Waste),
        (aws("BoxUsage:r3.8xlarge"), Waste),
        (aws("BoxUsage:m5.large"), Fine),
        (aws("BoxUsage:m4.10xlarge"), Fine),
        (aws("BoxUsage:c4.large", commitment_discount_id="arn:ri"), Fine),
        (aws("BoxUsage:m4.large", charge_description="$0.192 per On Demand Windows m4.large Instance Hour"), Fine),
        (aws("SpotUsage:m4.large"), Fine),
        (aws("InstanceUsage:db.m4.large"), Fine),
        (aws("BoxUsage:m4.large", until=7), Waste),
        (aws("BoxUsage:m4.large", until=8), Fine),
        (aws("BoxUsage:m4.large", cost="0"), Fine),
        (resource(each_day("BoxUsage:m4.large", 24), known_days=6), Unknown),
        (azure("D2 v2/DS2 v2"), Waste),
        (azure("D12 v2/DS12 v2"), Waste),
        (azure("D3"), Waste),
        (azure("D3/DS3"), Waste),
        (azure("D1 v2/DS1 v2"), Fine),
        (azure("DS4 v2 Spot"), Fine),
        (azure("D2 v3/D2s v3"), Fine),
        (azure("D2s v5"), Fine),
        (azure("A2 v2"), Fine),
        (azure("D2 v2/DS2 v2", charge_description="Virtual Machines Dv2/DSv2 Series Windows - D2 v2/DS2 v2"), Fine),
        (resource(each_day("D2 v2/DS2 v2", 24), cloud="azure"), Fine),
        (resource(each_day("N1 Predefined Instance Core running in Frankfurt", 24), cloud="gcp"), Fine),
    ],
)
def test_an_older_family_that_is_paid_on_demand_is_waste(thing, expected):
    assert isinstance(verdict(RULE, thing), expected)


def test_the_share_of_the_hours_is_saved_and_the_sentence_has_the_figures():
    found = waste(RULE, resource(each_day("BoxUsage:c4.large", 24, cost="3"), each_day("EBS:VolumeUsage.gp3", 1)))
    assert found.saves.fraction == Decimal("0.075")
    assert found.because == ("BoxUsage:c4.large cost 21.00 USD in the last 7 days; c5.large costs at least 10 % less.")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("m2.xlarge", "r5.large"),
        ("m2.4xlarge", "r5.2xlarge"),
        ("c1.medium", "c5.large"),
        ("c4.8xlarge", "c5.9xlarge"),
        ("m3.medium", "t3.medium"),
        ("m3.xlarge", "m5.xlarge"),
        ("t1.micro", "t3.micro"),
    ],
)
def test_the_successor_is_named_by_a_size_that_it_has(old, new):
    assert f"; {new} costs" in waste(RULE, aws(f"BoxUsage:{old}")).because


def test_hours_under_a_commitment_are_not_counted():
    thing = resource(
        each_day("BoxUsage:r3.large", 12), each_day("BoxUsage:r3.large", 12, commitment_discount_id="arn:ri")
    )
    assert waste(RULE, thing).saves.fraction == Decimal("0.1")


def test_sizes_with_much_memory_go_to_the_family_with_much_memory():
    assert "size of Esv5" in waste(RULE, azure("D12 v2/DS12 v2")).because
    assert "size of Dsv5" in waste(RULE, azure("D2 v2/DS2 v2")).because
