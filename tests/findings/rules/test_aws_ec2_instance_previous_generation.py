"""An earlier generation is waste only where the next has as much, runs the same image and costs less."""

from dataclasses import replace
from decimal import Decimal

import pytest

from audits.evidence import Evidence
from connections.resources import Instance
from findings.overlaps import Claim, net_savings
from findings.prices import table
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from findings.savings import FROM_PRICES, monthly_saving
from tests.findings.evidence import ACCOUNT, bill, rate, usage_of, waste

RULE = rule("aws_ec2_instance_previous_generation")
WASTEFUL = Instance(
    **ACCOUNT,
    resource_id="i-1",
    state="running",
    instance_type="m4.large",
    platform="Linux/UNIX",
    architecture="x86_64",
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"instance_type": "t2.medium"}, Waste),
        ({"platform": "Windows"}, Waste),
        ({"platform": None}, Waste),
        ({"state": "stopped"}, Fine),
        ({"state": "pending"}, Fine),
        ({"lifecycle": "spot"}, Fine),
        ({"autoscaling_group": "web"}, Fine),
        ({"instance_type": "m5.large"}, Fine),
        ({"instance_type": "m4.10xlarge"}, Fine),
        ({"instance_type": "t2.medium", "architecture": "i386"}, Fine),
        ({"instance_type": "g3.4xlarge"}, Unknown),
        ({"instance_type": "m4.enormous"}, Unknown),
        ({"instance_type": ""}, Unknown),
        ({"architecture": None}, Unknown),
        ({"instance_type": "c3.large"}, Unknown),
        ({"instance_type": "m3.medium"}, Fine),
    ],
)
def test_only_a_running_machine_whose_successor_holds_all_it_has_is_waste(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_the_sentence_names_both_types_with_what_they_have():
    because = waste(RULE, WASTEFUL).because
    assert because.startswith("m4.large has 2 vCPU and 8 GiB; m5.large of the next generation has 2 and 8 ")


@pytest.mark.parametrize("platform", [None, "Windows", "Red Hat Enterprise Linux"])
def test_a_price_with_a_licence_in_it_has_no_figure(platform):
    assert waste(RULE, replace(WASTEFUL, platform=platform)).saves == UNTOLD


def saving(**billed):
    lines = bill(days=30, cost="2.40", usage_type="BoxUsage:m4.large", **billed)
    evidence = Evidence(thing=WASTEFUL, usage=usage_of({}), bill=lines)
    return monthly_saving(saves=waste(RULE, WASTEFUL).saves, evidence=evidence, listed=table("aws"))


def test_the_saving_is_its_own_cost_times_the_ratio_of_two_list_prices_and_is_an_estimate():
    found = saving()
    assert found.monthly == pytest.approx(Decimal("2.40") * Decimal("30.4375") * Decimal("0.04"), abs=Decimal("1e-5"))
    assert found.basis == FROM_PRICES


def test_unit_prices_of_the_bill_that_may_be_of_windows_change_nothing():
    rates = (rate("BoxUsage:m4.large", "0.192", unit="Hrs"), rate("BoxUsage:m5.large", "0.05", unit="Hrs"))
    assert saving(rates=rates).monthly == saving().monthly


def test_on_a_machine_that_is_idle_as_well_only_the_larger_saving_counts():
    found = saving()
    whole = replace(found, monthly=found.monthly_cost, cash=found.monthly_cost)
    nets = net_savings(
        [
            Claim(rule_id=RULE.id, stage=RULE.stage, saving=found),
            Claim(rule_id="aws_ec2_instance_idle", stage="DELETE", saving=whole),
        ]
    )
    assert nets[RULE.id].monthly == 0
    assert nets[RULE.id].absorbed_by == "aws_ec2_instance_idle"
