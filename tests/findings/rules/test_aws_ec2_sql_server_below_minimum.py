"""A machine with fewer processors than its licence is charged for is waste."""

from dataclasses import replace

import pytest

from connections.resources import Instance
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, waste

RULE = rule("aws_ec2_sql_server_below_minimum")
MACHINE = Instance(
    **ACCOUNT,
    resource_id="i-1",
    state="running",
    instance_type="m5.large",
    platform="Windows with SQL Server Standard",
    architecture="x86_64",
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"instance_type": "m5.xlarge"}, Fine),
        ({"instance_type": "m5.xlarge", "vcpus": 2}, Waste),
        ({"vcpus": 2}, Waste),
        ({"platform": "Linux with SQL Server Web"}, Waste),
        ({"platform": "Windows"}, Fine),
        ({"platform": "Linux/UNIX"}, Fine),
        ({"platform": None}, Unknown),
        ({"instance_type": "g3.4xlarge"}, Unknown),
        ({"instance_type": ""}, Unknown),
        ({"instance_type": "g3.4xlarge", "vcpus": 16}, Fine),
        ({"state": "stopped"}, Fine),
        ({"state": "stopped", "platform": None}, Fine),
    ],
)
def test_a_machine_with_fewer_processors_than_its_licence_is_charged_for_is_waste(changed, verdict):
    assert isinstance(RULE.ask(replace(MACHINE, **changed), usage=None, settings={}), verdict)


def test_what_a_licence_costs_has_no_figure():
    found = waste(RULE, MACHINE)
    assert found.saves == UNTOLD
    assert "has 2 vCPU, and SQL Server Standard in its price is charged for 4" in found.because
