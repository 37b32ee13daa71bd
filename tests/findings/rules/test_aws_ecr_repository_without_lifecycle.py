"""Image repositories that keep everything."""

from dataclasses import replace

import pytest

from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ago, waste
from tests.findings.rules.repository import LEFT, UNLISTED, by_month

RULE = rule("aws_ecr_repository_without_lifecycle")
KEEPS = replace(LEFT, has_policy=False, last_pushed_at=ago(1), last_pulled_at=ago(1))


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"tagged_bytes": by_month(recent=90.0, half_year=6.0)}, Waste),
        ({"has_indexes": True}, Waste),
        ({"last_pulled_at": None}, Waste),
        ({"has_policy": True}, Fine),
        ({"has_policy": True, "expires_untagged": True}, Fine),
        ({"has_policy": True} | UNLISTED, Fine),
        ({"tagged_bytes": by_month(recent=90.0)}, Fine),
        ({"tagged_bytes": by_month(recent=90.0, half_year=3.9)}, Fine),
        ({"tagged_bytes": by_month(half_year=6.0), "has_indexes": True}, Fine),
        ({"has_policy": None, "tagged_bytes": by_month(recent=90.0)}, Fine),
        ({"has_policy": None}, Unknown),
        ({"is_beside_functions": True}, Unknown),
        ({"is_beside_functions": None}, Unknown),
        (UNLISTED, Unknown),
    ],
)
def test_keeping_everything_wastes_where_much_of_it_was_not_touched_for_half_a_year(changed, verdict):
    assert isinstance(RULE.ask(replace(KEEPS, **changed), usage=None, settings={}), verdict)


def test_no_figure_is_given_as_layers_are_shared():
    found = waste(RULE, KEEPS)
    assert found.saves == UNTOLD
    assert "of 40 images, up to 26.0 GiB were neither pushed nor pulled for 180 days" in found.because


@pytest.mark.parametrize(
    ("settings", "verdict"),
    [({"unused_days": 181}, Waste), ({"unused_days": 181, "min_gib": 11}, Fine), ({"min_gib": 27}, Fine)],
)
def test_what_counts_is_a_setting_and_a_month_that_had_begun_is_left_out(settings, verdict):
    assert isinstance(RULE.ask(KEEPS, usage=None, settings=settings), verdict)
