"""Groups of machines of an earlier generation."""

from dataclasses import replace

import pytest

from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import waste
from tests.findings.rules.test_aws_eks_node_group_graviton import X86

RULE = rule("aws_eks_node_group_previous_generation")
EARLIER = replace(X86, instance_types=("m4.large", "m5.large"))


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"image_type": "CUSTOM"}, Waste),
        ({"image_type": "WINDOWS_CORE_2022_x86_64"}, Waste),
        ({"instance_types": ("t2.large",)}, Waste),
        ({"instance_types": ("m5.large", "m4.large")}, Fine),
        ({"instance_types": ("m4.10xlarge",)}, Fine),
        ({"instance_types": ("m6g.large",), "image_type": "AL2023_ARM_64_STANDARD"}, Fine),
        ({"capacity": "SPOT"}, Fine),
        ({"desired_count": 0}, Fine),
        ({"state": "DELETING"}, Fine),
        ({"instance_types": ("r3.large",)}, Unknown),
        ({"instance_types": ()}, Unknown),
        ({"instance_types": ("m99.large",)}, Unknown),
    ],
)
def test_a_group_is_of_an_earlier_generation_where_the_type_that_it_tries_first_is(changed, verdict):
    assert isinstance(RULE.ask(replace(EARLIER, **changed), usage=None, settings={}), verdict)


def test_the_sentence_names_the_next_type_and_no_money():
    found = waste(RULE, EARLIER)
    assert found.saves == UNTOLD
    assert found.because.startswith("3 machines m4.large with 2 vCPU and 8 GiB; m5.large of the next generation")
