"""More environments kept ready than calls come at once."""

from dataclasses import replace
from decimal import Decimal

import pytest

from findings.registry import rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.evidence import ago, usage_of, waste
from tests.findings.rules.function import MODEST

RULE = rule("aws_lambda_provisioned_concurrency_oversized")
READY = replace(MODEST, provisioned=10, provisioned_names=("live",), provisioned_at=ago(60))


def seen(*at_once, calls=900.0, days=14):
    """So many at once on the last days, and three on those before."""
    values = [3.0] * (days - len(at_once)) + list(at_once)
    return usage_of({"Invocations.Sum": [calls] * days, "ConcurrentExecutions.Maximum": values})


FEW = seen()
SUNDAYS = usage_of(
    {
        "Invocations.Sum": [900.0] * 6 + [None] + [900.0] * 6 + [None],
        "ConcurrentExecutions.Maximum": [4.0] * 6 + [None] + [4.0] * 6 + [None],
    }
)


@pytest.mark.parametrize(
    ("changed", "usage", "verdict"),
    [
        ({}, FEW, Waste),
        ({}, seen(5.0), Waste),
        ({}, SUNDAYS, Waste),
        ({"provisioned_at": ago(14)}, FEW, Waste),
        ({}, seen(6.0), Fine),
        ({}, seen(9.0, None), Fine),
        ({"provisioned": 2}, FEW, Fine),
        ({"provisioned": 2, "provisioned_names": ("blue", "live")}, FEW, Fine),
        (
            {"provisioned": 2},
            usage_of({"Invocations.Sum": [9.0] * 14, "ConcurrentExecutions.Maximum": [1.0] * 14}),
            Fine,
        ),
        ({"provisioned_at": ago(13)}, FEW, Fine),
        ({"provisioned": 0, "provisioned_at": None}, FEW, Fine),
        ({}, usage_of({"Invocations.Sum": [None] * 14}), Fine),
        ({"provisioned_names": ("blue", "live")}, FEW, Unknown),
        ({}, seen(None), Unknown),
        ({}, seen(days=13), Unknown),
        ({}, usage_of({}), Unknown),
        ({"provisioned": None, "provisioned_at": None}, FEW, Unknown),
    ],
)
def test_too_many_are_kept_ready_where_half_of_them_were_never_at_work_at_once(changed, usage, verdict):
    assert isinstance(RULE.ask(replace(READY, **changed), usage=usage, settings={}), verdict)


def test_what_is_saved_is_the_part_that_is_not_needed_of_what_is_kept_ready():
    found = waste(RULE, READY, seen=FEW)
    assert found.saves.fraction == Decimal("0.6")
    assert found.saves.part_of == ("Lambda-Provisioned-Concurrency", "Lambda-Provisioned-Concurrency-ARM")
    assert "no more than 3 of all of the function's were at work at once" in found.because
    assert found.because.endswith("With a quarter more than that, 4 would do.")


@pytest.mark.parametrize(("settings", "verdict"), [({"max_used_percent": 29}, Fine), ({"idle_days": 15}, Unknown)])
def test_what_counts_is_a_setting(settings, verdict):
    assert isinstance(RULE.ask(READY, usage=FEW, settings=settings), verdict)
