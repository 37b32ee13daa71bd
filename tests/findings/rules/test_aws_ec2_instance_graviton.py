"""A machine may move to ARM only where it runs plain Linux, and nobody says that its software does."""

from dataclasses import replace

import pytest

from audits.evidence import Evidence
from connections.resources import Instance
from findings.prices import table
from findings.registry import rule
from findings.rule import Fine, Unknown, Waste
from findings.savings import monthly_saving
from tests.findings.evidence import ACCOUNT, bill, usage_of, waste

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
        ({"instance_type": "m7a.large"}, Waste),
        ({"instance_type": "r6id.4xlarge"}, Waste),
        ({"instance_type": "c8i-flex.xlarge"}, Waste),
        ({"instance_type": "m6id.metal"}, Fine),
        ({"instance_type": "m5n.large"}, Fine),
        ({"instance_type": "r5b.large"}, Fine),
        ({"state": "stopped"}, Fine),
        ({"lifecycle": "spot"}, Fine),
        ({"autoscaling_group": "web"}, Fine),
        ({"tags": {"aws:elasticmapreduce:job-flow-id": "j-1"}}, Fine),
        ({"tags": {"karpenter.sh/nodepool": "default"}}, Fine),
        ({"tags": {"team": "eks"}}, Waste),
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


def test_nothing_is_counted_before_the_software_was_tried():
    lines = bill(days=30, cost="2.304", usage_type="BoxUsage:m5.large")
    evidence = Evidence(thing=WASTEFUL, usage=usage_of({}), bill=lines)
    found = monthly_saving(saves=waste(RULE, WASTEFUL).saves, evidence=evidence, listed=table("aws"))
    assert found.monthly is None
