"""Another family is cheaper where a type of it carries all that was measured, and keeps what was not."""

from dataclasses import replace

import pytest

from audits.evidence import Bill, Evidence
from findings.confidence import HISTORY, confidence_of
from findings.evaluate import Judgement
from findings.overlaps import Claim, net_savings
from findings.prices import table
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from findings.savings import monthly_saving
from tests.findings.evidence import TODAY, ago, bill, usage_of, waste
from tests.findings.machine_days import LARGE, month

RULE = rule("aws_ec2_instance_cheaper_family")
# 8 processors, 16 GiB: a type with four and the same memory costs little more than half.
PROCESSORS = replace(LARGE, instance_type="c6g.2xlarge")


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, month(memory=60), Waste),
        ({}, month(memory=None), Waste),
        ({}, month(memory=85), Waste),
        ({}, month(memory=10), Fine),
        ({}, month(memory=None, p95=31), Fine),
        ({}, month(memory=None, at={3: 91}), Fine),
        ({}, month(memory=None, disk=None), Fine),
        ({}, month(memory=None, network=None), Fine),
        ({}, month(memory=None, disk=5000), Fine),
        ({}, month(memory=None, at={3: None}), Unknown),
        ({}, month(days=29), Unknown),
        ({}, usage_of({}), Unknown),
        ({"launched_at": ago(8)}, usage_of({}), Fine),
        ({}, month(memory=None, p95=1, peak=3, traffic=1), Fine),
        ({"instance_type": "m6g.2xlarge"}, month(), Fine),
        ({"instance_type": "r6g.2xlarge"}, month(memory=None), Fine),
        ({"instance_type": "c5.2xlarge", "architecture": "x86_64"}, month(memory=None), Waste),
        ({"instance_type": "t4g.2xlarge"}, month(memory=None), Fine),
        ({"instance_type": "i3.2xlarge"}, month(memory=None), Fine),
        ({"instance_type": "g3.4xlarge"}, month(memory=None), Unknown),
        ({"autoscaling_group": "web"}, month(memory=None), Fine),
        ({"tags": {"karpenter.sh/nodepool": "a"}}, month(memory=None), Fine),
        ({"state": "stopped"}, month(memory=None), Fine),
        ({"is_from_marketplace": True}, month(memory=None), Fine),
        ({"tenancy": "dedicated"}, month(memory=None), Fine),
    ],
)
def test_a_type_of_another_family_has_to_carry_it_for_clearly_less(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(PROCESSORS, **changed), usage=seen, settings={}), verdict)


def test_what_is_not_measured_is_kept_and_said():
    because = waste(RULE, PROCESSORS, seen=month(memory=None, p95=20)).because
    assert "Its memory is not measured, so m6g.xlarge has no less." in because
    assert "c6g.2xlarge (8 vCPU, 16 GiB)" in because
    assert "m6g.xlarge (4 vCPU, 16 GiB)" in because
    assert because.endswith("EBS operations a second were not compared.")


def test_memory_that_is_not_measured_costs_confidence():
    def history(seen):
        verdict = waste(RULE, PROCESSORS, seen=seen)
        evidence = Evidence(thing=PROCESSORS, usage=seen, bill=Bill())
        judged = Judgement(rule=RULE, evidence=evidence, verdict=verdict, settings=RULE.settings)
        parts = {part.name: part for part in confidence_of(judged, proofs=(), on=TODAY).parts}
        return parts[HISTORY]

    assert history(month(memory=60)).points == 25
    lost = history(month(memory=None))
    assert lost.points < 25
    assert "mem_used_percent.Maximum" in lost.sentence


def test_a_licence_is_not_made_smaller_than_it_is_charged_for():
    database = replace(PROCESSORS, instance_type="c5.xlarge", platform="Windows with SQL Server Web")
    assert isinstance(RULE.ask(database, usage=month(memory=None), settings={}), Fine)
    larger = replace(database, instance_type="c5.2xlarge")
    assert waste(RULE, larger, seen=month(memory=None)).saves == UNTOLD


def test_it_and_the_other_changes_of_type_count_once():
    verdicts = {one: rule(one) for one in ("aws_ec2_instance_oversized", "aws_ec2_instance_previous_generation",
                                           "aws_ec2_instance_graviton", RULE.id)}  # fmt: skip
    evidence = Evidence(thing=PROCESSORS, usage=month(memory=None), bill=bill(cost="6.5"))
    saving = monthly_saving(saves=waste(RULE, PROCESSORS, seen=month(memory=None)).saves, evidence=evidence,
                            listed=table("aws"))  # fmt: skip
    claims = [Claim(rule_id=one, stage=found.stage, saving=saving) for one, found in verdicts.items()]
    nets = net_savings(claims)
    assert saving.monthly > 0
    assert sum(net.monthly for net in nets.values()) == saving.monthly
