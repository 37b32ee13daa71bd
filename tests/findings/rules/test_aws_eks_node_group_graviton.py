"""Groups of machines that may run on AWS' own ARM processor."""

from dataclasses import replace

import pytest

from connections.resources.kubernetes import NodeGroup
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, waste

RULE = rule("aws_eks_node_group_graviton")
X86 = NodeGroup(
    **ACCOUNT,
    resource_id="arn:aws:eks:us-east-1:111122223333:nodegroup/shop/x86/0c1a",
    name="x86",
    created_at=ago(200),
    state="ACTIVE",
    cluster_name="shop",
    capacity="ON_DEMAND",
    image_type="AL2023_x86_64_STANDARD",
    instance_types=("m5.large", "m5a.large"),
    desired_count=3,
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"image_type": "BOTTLEROCKET_x86_64"}, Waste),
        ({"instance_types": ("m5.large", "c5n.large")}, Waste),
        ({"state": "DEGRADED"}, Waste),
        ({"image_type": "AL2023_ARM_64_STANDARD", "instance_types": ("m6g.large",)}, Fine),
        ({"image_type": "WINDOWS_CORE_2022_x86_64"}, Fine),
        ({"image_type": "AL2023_x86_64_NVIDIA", "instance_types": ("g4dn.xlarge",)}, Fine),
        ({"image_type": "AL2023_ARM_64_STANDARD", "instance_types": ()}, Fine),
        ({"instance_types": ("c5n.large", "m5.large")}, Fine),
        ({"instance_types": ("m4.large",)}, Fine),
        ({"image_type": "CUSTOM", "instance_types": ("m6g.large",)}, Fine),
        ({"capacity": "SPOT"}, Fine),
        ({"capacity": "CAPACITY_BLOCK"}, Fine),
        ({"desired_count": 0}, Fine),
        ({"state": "CREATING"}, Fine),
        ({"image_type": "CUSTOM"}, Unknown),
        ({"instance_types": ()}, Unknown),
        ({"instance_types": ("m99.large",)}, Unknown),
    ],
)
def test_a_group_may_run_on_arm_where_its_first_type_has_a_cheaper_twin_and_its_image_is_plain_linux(changed, verdict):
    assert isinstance(RULE.ask(replace(X86, **changed), usage=None, settings={}), verdict)


def test_no_figure_is_given_and_what_nobody_checked_is_said():
    found = waste(RULE, X86)
    assert found.saves == UNTOLD
    assert found.because.startswith("3 machines m5.large with 2 vCPU and 8 GiB; m6g.large has 2 and 8")
    assert "Nobody has checked" in found.because
