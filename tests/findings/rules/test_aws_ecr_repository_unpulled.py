"""Image repositories that nobody pulls from."""

from dataclasses import replace

import pytest

from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ago, waste
from tests.findings.rules.repository import LEFT, UNLISTED, by_month

RULE = rule("aws_ecr_repository_unpulled")
LITTLE = {"tagged_bytes": by_month(older=0.9), "untagged_bytes": by_month()}


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"last_pulled_at": ago(180), "last_pushed_at": ago(180)}, Waste),
        ({"has_policy": None, "expires_untagged": None, "has_indexes": True}, Waste),
        ({"tagged_bytes": by_month(), "untagged_bytes": by_month(older=1.0)}, Waste),
        ({"last_pulled_at": ago(179)}, Fine),
        ({"last_pushed_at": ago(179)}, Fine),
        ({"last_pushed_at": ago(10), "last_pulled_at": None}, Fine),
        (LITTLE, Fine),
        (LITTLE | {"last_pulled_at": None}, Fine),
        ({"image_count": 0, "last_pushed_at": None, "last_pulled_at": None}, Fine),
        ({"last_pulled_at": ago(9), "is_beside_functions": True}, Fine),
        ({"last_pulled_at": None}, Unknown),
        ({"last_pulled_at": ago(9), "is_shared": True}, Fine),
        ({"is_shared": True}, Unknown),
        ({"is_shared": None}, Unknown),
        ({"is_beside_functions": True}, Unknown),
        ({"is_beside_functions": None}, Unknown),
        (UNLISTED, Unknown),
    ],
)
def test_a_repository_is_left_behind_where_it_was_pulled_once_and_nobody_has_touched_it_since(changed, verdict):
    assert isinstance(RULE.ask(replace(LEFT, **changed), usage=None, settings={}), verdict)


def test_all_that_it_costs_is_saved():
    found = waste(RULE, LEFT)
    assert found.saves == ALL
    assert found.because == (
        "40 images, up to 26.0 GiB: the last was pulled 200 days ago, and none was pushed for 300 days."
    )


@pytest.mark.parametrize("settings", [{"unused_days": 201}, {"min_gib": 27}])
def test_what_counts_is_a_setting(settings):
    assert isinstance(RULE.ask(LEFT, usage=None, settings=settings), Fine)
