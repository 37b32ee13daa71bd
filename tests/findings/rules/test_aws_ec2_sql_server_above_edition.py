"""A machine with more processors than its edition of SQL Server uses is waste."""

from dataclasses import replace

import pytest

from connections.resources import Instance
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, waste

RULE = rule("aws_ec2_sql_server_above_edition")
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
        ({"instance_type": "m5.24xlarge"}, Waste),
        ({"instance_type": "m5.12xlarge"}, Fine),
        ({"instance_type": "m5.24xlarge", "vcpus": 50}, Unknown),
        ({"instance_type": "m5.16xlarge"}, Unknown),
        ({"instance_type": "m5.16xlarge", "platform": "Windows with SQL Server Web"}, Waste),
        ({"instance_type": "m5.24xlarge", "vcpus": 66}, Waste),
        ({"instance_type": "m5.12xlarge", "platform": "Windows with SQL Server Web"}, Waste),
        ({"instance_type": "m5.8xlarge", "platform": "Windows with SQL Server Web"}, Fine),
        ({"instance_type": "m5.24xlarge", "vcpus": 48}, Fine),
        ({"instance_type": "m5.24xlarge", "platform": "Windows with SQL Server Enterprise"}, Fine),
        ({"instance_type": "m5.24xlarge", "platform": "Windows"}, Fine),
        ({}, Fine),
        ({"platform": None}, Unknown),
        ({"instance_type": "g3.4xlarge"}, Unknown),
        ({"instance_type": "m5.24xlarge", "state": "stopped"}, Fine),
    ],
)
def test_a_machine_with_more_processors_than_its_edition_of_sql_server_uses_is_waste(changed, verdict):
    assert isinstance(RULE.ask(replace(MACHINE, **changed), usage=None, settings={}), verdict)


def test_what_a_licence_costs_has_no_figure():
    found = waste(RULE, replace(MACHINE, instance_type="m5.24xlarge"))
    assert found.saves == UNTOLD
    assert "has 96 vCPU, of which SQL Server Standard uses 64 at most" in found.because
