"""Functions whose calls their time limit cuts off."""

from dataclasses import replace

import pytest

from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import usage_of, waste
from tests.findings.rules.function import MODEST, NEVER_READ, SILENT_WEEK, seen

RULE = rule("aws_lambda_function_timing_out")
CUT_OFF = seen(errors=1_500, p90_ms=30_000)


def on_days(number):
    """Cut off on so many of the last seven days, and not called on the others."""
    return usage_of(
        {
            key: [None] * (7 - number) + [value] * number
            for key, value in {
                "Invocations.Sum": 10_000.0,
                "Errors.Sum": 1_500.0,
                "Duration.Sum": 1e8,
                "Duration.p90": 30_000.0,
            }.items()
        }
    )


@pytest.mark.parametrize(
    ("changed", "usage", "verdict"),
    [
        ({}, CUT_OFF, Waste),
        ({}, seen(errors=1_000, p90_ms=29_400), Waste),
        ({}, seen(errors=1_500, p90_ms=31_500), Waste),
        ({}, on_days(3), Waste),
        ({"package": "Image", "runtime": ""}, CUT_OFF, Waste),
        ({}, seen(errors=1_500, p90_ms=29_300), Fine),
        ({}, seen(errors=999, p90_ms=30_000), Fine),
        ({}, seen(errors=0, p90_ms=30_000), Fine),
        ({"timeout_seconds": 60}, CUT_OFF, Fine),
        ({}, seen(errors=1_500, p90_ms=30_000, last={"Duration.p90": 900.0}), Fine),
        ({}, seen(errors=1_500, p90_ms=30_000, last={"Errors.Sum": None}), Fine),
        ({}, on_days(2), Fine),
        ({}, seen(calls=80, errors=20, p90_ms=30_000), Fine),
        ({"memory_mib": 128, "timeout_seconds": 1}, seen(errors=1_500, p90_ms=1_000), Fine),
        ({}, SILENT_WEEK, Fine),
        ({"is_on_own_machines": True}, CUT_OFF, Fine),
        ({"is_on_own_machines": True, "has_accelerator": True}, CUT_OFF, Fine),
        ({"has_accelerator": True}, CUT_OFF, Unknown),
        ({}, seen(errors=1_500, p90_ms=31_501), Unknown),
        ({}, seen(errors=1_500, p90_ms=30_000, last={"Duration.p90": 60_000.0}), Unknown),
        ({"timeout_seconds": 3}, CUT_OFF, Unknown),
        ({}, seen(days=6, errors=1_500, p90_ms=30_000), Unknown),
        ({}, seen(errors=1_500, p90_ms=30_000, last={"Duration.p90": None}), Unknown),
        ({}, NEVER_READ, Unknown),
    ],
)
def test_calls_are_cut_off_where_a_tenth_ends_at_the_limit_in_errors_on_every_day_with_calls(changed, usage, verdict):
    assert isinstance(RULE.ask(replace(MODEST, **changed), usage=usage, settings={}), verdict)


def test_the_sentence_names_the_limit_and_what_it_costs_at_least():
    found = waste(RULE, MODEST, seen=CUT_OFF)
    assert found.saves == UNTOLD
    assert "limit of 30 seconds: 58.3 GiB-hours at least, of 70,000 calls" in found.because


@pytest.mark.parametrize(("hours", "verdict"), [(58, Waste), (59, Fine)])
def test_how_much_matters_is_a_setting(hours, verdict):
    assert isinstance(RULE.ask(MODEST, usage=CUT_OFF, settings={"min_gib_hours": hours}), verdict)
