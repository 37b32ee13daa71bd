"""Functions that may run on AWS' own ARM processor."""

from dataclasses import replace

import pytest
from botocore.session import Session

from findings.function_runtimes import EARLIER, RUNS_ON_ARM
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import usage_of, waste
from tests.findings.rules.function import MODEST

RULE = rule("aws_lambda_function_graviton")


def busy(*, days=30, gib_hours=10.0):
    return usage_of({"Duration.Sum": [gib_hours * 3_600_000] * days})


@pytest.mark.parametrize(
    ("changed", "usage", "verdict"),
    [
        ({}, busy(), Waste),
        ({"runtime": "provided.al2023"}, busy(), Waste),
        ({"memory_mib": 2048}, busy(gib_hours=4.0), Waste),
        ({"architecture": "arm64"}, busy(), Fine),
        ({}, busy(gib_hours=6.0), Fine),
        ({"memory_mib": 512}, busy(), Fine),
        ({}, usage_of({"Duration.Sum": [None] * 30}), Fine),
        ({"runtime": "python3.8"}, busy(), Fine),
        ({"runtime": "go1.x"}, busy(), Fine),
        ({"is_on_own_machines": True}, busy(), Fine),
        ({"is_on_own_machines": True, "has_accelerator": True}, busy(), Fine),
        ({"has_accelerator": True}, busy(), Unknown),
        ({"architecture": None}, busy(gib_hours=1.0), Fine),
        ({"architecture": None}, busy(), Unknown),
        ({"package": "Image", "runtime": ""}, busy(), Unknown),
        ({"package": "Image"}, busy(), Unknown),
        ({"runtime": "ruby4.0"}, busy(), Waste),
        ({"runtime": "java17.al2023"}, busy(), Waste),
        ({"runtime": "cobol1"}, busy(), Unknown),
        ({"runtime": "custom"}, busy(), Unknown),
        ({"runtime": ""}, busy(), Unknown),
        ({}, busy(days=29), Unknown),
        ({}, usage_of({}), Unknown),
    ],
)
def test_a_function_may_run_on_arm_where_its_runtime_does_and_it_works_enough(changed, usage, verdict):
    assert isinstance(RULE.ask(replace(MODEST, **changed), usage=usage, settings={}), verdict)


def test_no_figure_is_given_and_what_nobody_checked_is_said():
    found = waste(RULE, MODEST, seen=busy())
    assert found.saves == UNTOLD
    assert found.because.startswith("python3.12 on x86_64: 300 GiB-hours over the last 30 days")
    assert "Nobody has checked" in found.because


def test_how_much_matters_is_a_setting():
    assert isinstance(RULE.ask(MODEST, usage=busy(), settings={"min_gib_hours": 301}), Fine)


def test_of_a_runtime_that_our_list_does_not_have_it_says_so():
    told = RULE.ask(replace(MODEST, runtime="python3.15"), usage=busy(), settings={})
    assert told == Unknown("whether python3.15 runs on ARM: our list of AWS' runtimes does not have it")


def test_no_runtime_is_of_both_kinds_and_aws_names_each_of_them_so():
    named = Session().get_service_model("lambda").shape_for("Runtime").enum
    assert RUNS_ON_ARM.isdisjoint(EARLIER)
    assert set(named) >= RUNS_ON_ARM | EARLIER
