"""Functions whose calls fail, day after day."""

from dataclasses import replace

import pytest

from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import waste
from tests.findings.rules.function import MODEST, NEVER_READ, SILENT_WEEK, seen

RULE = rule("aws_lambda_function_failing")
FAILING = seen(errors=4_000)


@pytest.mark.parametrize(
    ("changed", "usage", "verdict"),
    [
        ({}, FAILING, Waste),
        ({}, seen(errors=1_500), Waste),
        ({}, seen(errors=10_000), Waste),
        ({"package": "Image", "runtime": ""}, FAILING, Waste),
        ({}, seen(errors=1_000), Fine),
        ({}, seen(errors=4_000, last={"Errors.Sum": 100.0}), Fine),
        ({}, seen(errors=4_000, last={"Errors.Sum": None}), Fine),
        ({}, seen(errors=4_000, p90_ms=30_000), Fine),
        ({}, seen(errors=4_000, mean_ms=20), Fine),
        ({"memory_mib": 128}, seen(errors=1_100), Fine),
        ({}, seen(days=6, errors=4_000, last={"Errors.Sum": 0.0}), Fine),
        ({}, SILENT_WEEK, Fine),
        ({"is_on_own_machines": True}, FAILING, Fine),
        ({"is_on_own_machines": True, "has_accelerator": True}, FAILING, Fine),
        ({"has_accelerator": True}, FAILING, Unknown),
        ({}, seen(days=6, errors=4_000), Unknown),
        ({}, seen(errors=4_000, p90_ms=None), Unknown),
        ({}, NEVER_READ, Unknown),
    ],
)
def test_a_function_keeps_failing_where_more_than_a_tenth_fails_on_every_day_with_calls(changed, usage, verdict):
    assert isinstance(RULE.ask(replace(MODEST, **changed), usage=usage, settings={}), verdict)


def test_the_sentence_counts_the_errors_and_says_what_its_hours_rest_on():
    found = waste(RULE, MODEST, seen=FAILING)
    assert found.saves == UNTOLD
    assert found.because.startswith("28,000 of 70,000 calls ended in an error, and more than 10 % on all 7")
    assert "15.6 GiB-hours, if such a call takes as long as another" in found.because


@pytest.mark.parametrize(
    ("settings", "verdict"),
    [({"max_error_percent": 40}, Fine), ({"max_error_percent": 39}, Waste), ({"min_gib_hours": 16}, Fine)],
)
def test_what_counts_is_a_setting(settings, verdict):
    assert isinstance(RULE.ask(MODEST, usage=FAILING, settings=settings), verdict)
