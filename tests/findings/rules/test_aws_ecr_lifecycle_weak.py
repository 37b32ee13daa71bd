"""Lifecycle policies that leave out images without a tag."""

from dataclasses import replace

import pytest

from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import waste
from tests.findings.rules.repository import LEFT, UNLISTED, by_month

RULE = rule("aws_ecr_lifecycle_weak")


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"untagged_bytes": by_month(recent=9.0, older=5.0)}, Waste),
        ({"tagged_bytes": by_month()}, Waste),
        ({"expires_untagged": True}, Fine),
        ({"expires_untagged": True} | UNLISTED, Fine),
        ({"has_policy": False}, Fine),
        ({"untagged_bytes": by_month(recent=90.0, older=4.9)}, Fine),
        ({"untagged_bytes": by_month(), "has_indexes": True}, Fine),
        ({"has_policy": None, "expires_untagged": None}, Unknown),
        ({"expires_untagged": None}, Unknown),
        ({"has_indexes": True}, Unknown),
        ({"is_beside_functions": True}, Unknown),
        ({"is_beside_functions": None}, Unknown),
        (UNLISTED, Unknown),
    ],
)
def test_a_policy_is_weak_where_images_without_a_tag_pile_up_that_are_no_parts_of_others(changed, verdict):
    assert isinstance(RULE.ask(replace(LEFT, **changed), usage=None, settings={}), verdict)


def test_no_figure_is_given_as_layers_are_shared():
    found = waste(RULE, LEFT)
    assert found.saves == UNTOLD
    assert "up to 6.0 GiB of these" in found.because


@pytest.mark.parametrize("settings", [{"min_gib": 7}, {"unused_days": 211}])
def test_what_counts_is_a_setting(settings):
    assert isinstance(RULE.ask(LEFT, usage=None, settings=settings), Fine)
