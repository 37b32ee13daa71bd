"""A machine may move to ARM only where it runs plain Linux, and nobody says that its software does."""

from dataclasses import replace
from decimal import Decimal

import pytest

from audits.evidence import Evidence
from connections.resources import Instance
from findings.overlaps import Claim, net_savings
from findings.prices import table
from findings.registry import rule
from findings.rule import Fine, Unknown, Waste
from findings.savings import FROM_PRICES, monthly_saving
from tests.findings.evidence import ACCOUNT, bill, rate, usage_of, waste

RULE = rule("aws_ec2_instance_graviton")
WASTEFUL = Instance(
    **ACCOUNT,
    resource_id="i-1",
    state="running",
    instance_type="m5.large",
    platform="Linux/UNIX",
    architecture="x86_64",
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"instance_type": "t3a.small"}, Waste),
        ({"state": "stopped"}, Fine),
        ({"lifecycle": "spot"}, Fine),
        ({"autoscaling_group": "web"}, Fine),
        ({"platform": "Windows"}, Fine),
        ({"platform": "Red Hat Enterprise Linux"}, Fine),
        ({"platform": "Linux with SQL Server Web"}, Fine),
        ({"instance_type": "m6g.large"}, Fine),
        ({"instance_type": "m4.large"}, Fine),
        ({"instance_type": "m5.24xlarge"}, Fine),
        ({"instance_type": "p4d.24xlarge"}, Fine),
        ({"instance_type": "m6g.large", "platform": None}, Fine),
        ({"platform": None}, Unknown),
        ({"instance_type": "g3.4xlarge"}, Unknown),
        ({"instance_type": "m5.enormous"}, Unknown),
        ({"instance_type": ""}, Unknown),
    ],
)
def test_only_a_running_plain_linux_machine_with_an_arm_twin_is_waste(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_the_sentence_says_what_nobody_has_checked():
    because = waste(RULE, WASTEFUL).because
    assert because.startswith("m6g.large has 2 vCPU and 8 GiB, m5.large has 2 and 8 at a higher list price.")
    assert because.endswith("Nobody has checked whether its software runs on ARM.")
    assert RULE.assumes


def saving(**billed):
    lines = bill(days=30, cost="2.304", usage_type="BoxUsage:m5.large", **billed)
    evidence = Evidence(thing=WASTEFUL, usage=usage_of({}), bill=lines)
    return monthly_saving(saves=waste(RULE, WASTEFUL).saves, evidence=evidence, listed=table("aws"))


def test_the_saving_is_its_own_cost_times_the_ratio_of_two_list_prices_and_is_an_estimate():
    found = saving()
    ratio = 1 - Decimal("0.077") / Decimal("0.096")
    assert found.monthly == pytest.approx(Decimal("2.304") * Decimal("30.4375") * ratio, abs=Decimal("1e-5"))
    assert found.basis == FROM_PRICES
    rates = (rate("BoxUsage:m5.large", "0.192", unit="Hrs"), rate("BoxUsage:m6g.large", "0.01", unit="Hrs"))
    assert saving(rates=rates).monthly == found.monthly


def test_two_better_prices_of_one_machine_are_never_added():
    found = saving()
    other = Claim(rule_id="aws_ec2_instance_previous_generation", stage="PRICE", saving=found)
    nets = net_savings([Claim(rule_id=RULE.id, stage=RULE.stage, saving=found), other])
    assert sum(net.monthly for net in nets.values()) == found.monthly
