"""Functions with more memory than their calls take."""

from dataclasses import replace

import pytest

from findings.function_memory import Need, enough_mib, saved_share
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import waste
from tests.findings.rules.function import MODEST, NEVER_READ, seen

RULE = rule("aws_lambda_function_memory_oversized")


def fortnight(**told):
    return seen(days=14, **{"memory": 154, "processors": 0.05, **told})


ROOMY = fortnight()
UNMEASURED = fortnight(memory=None, processors=None)


@pytest.mark.parametrize(
    ("changed", "usage", "verdict"),
    [
        ({}, ROOMY, Waste),
        ({"memory_mib": 3008}, fortnight(memory=900), Waste),
        ({"architecture": "arm64", "package": "Image"}, ROOMY, Waste),
        ({}, fortnight(last={"Invocations.Sum": None, "used_memory_max.Maximum": None}), Waste),
        ({}, fortnight(memory=717), Fine),
        ({}, fortnight(last={"used_memory_max.Maximum": 900.0}), Fine),
        ({}, fortnight(processors=0.55), Fine),
        ({}, fortnight(last={"cpu_total_time.Sum": 1.9e7}), Fine),
        ({"memory_mib": 3538}, fortnight(memory=1_060, processors=1.9), Fine),
        ({"memory_mib": 128}, fortnight(memory=3), Fine),
        ({}, fortnight(calls=100), Fine),
        ({}, fortnight(calls=None, memory=None, processors=None), Fine),
        ({"is_measured": False}, fortnight(calls=None, memory=None, processors=None), Fine),
        ({"is_measured": False}, fortnight(calls=1_200), Fine),
        ({}, fortnight(calls=1_400), Fine),
        ({"is_on_own_machines": True}, ROOMY, Fine),
        ({"has_accelerator": True}, ROOMY, Unknown),
        ({"is_measured": False}, UNMEASURED, Unknown),
        ({"is_measured": False}, ROOMY, Unknown),
        ({"is_measured": None}, UNMEASURED, Unknown),
        ({}, UNMEASURED, Unknown),
        ({}, fortnight(last={"used_memory_max.Maximum": None}), Unknown),
        ({}, fortnight(last={"cpu_total_time.Sum": None}), Unknown),
        ({}, seen(days=13, memory=154, processors=0.05), Unknown),
        ({}, NEVER_READ, Unknown),
    ],
)
def test_memory_is_spare_where_no_call_took_it_and_less_processor_costs_less_than_it_saves(changed, usage, verdict):
    assert isinstance(RULE.ask(replace(MODEST, **changed), usage=usage, settings={}), verdict)


def test_the_sentence_names_what_would_do_and_no_money():
    found = waste(RULE, MODEST, seen=ROOMY)
    assert found.saves == UNTOLD
    assert (
        "no call of the last 14 days took more than 154. With 256 MiB it would be charged 53.3 GiB-hours less (69 %)"
        in found.because
    )


@pytest.mark.parametrize(
    ("memory_mib", "used_mib", "processors", "enough", "saved"),
    [
        (1024, 154, 0.0, 256, 0.75),
        (1024, 0, 0.0, 128, 0.875),
        (1024, 920, 0.0, 1024, 0.0),
        (1769, 636, 0.2, 832, 1 - 832 / 1769 * (1 + 0.2 * (1769 / 832 - 1))),
        (1769, 636, 1.0, 832, 0.0),
        (3538, 636, 2.0, 832, 1 - 832 / 3538 * (1 + 2 * (1769 / 832 - 0.5))),
    ],
)
def test_what_is_saved_shrinks_by_the_time_that_computing_takes_longer(memory_mib, used_mib, processors, enough, saved):
    function = replace(MODEST, memory_mib=memory_mib)
    need = Need(memory_mib=used_mib, processors=processors, is_whole=True)
    assert enough_mib(function, need) == enough
    assert saved_share(function, need) == pytest.approx(saved)


@pytest.mark.parametrize("settings", [{"min_saved_percent": 70}, {"min_gib_hours": 60}, {"idle_days": 15}])
def test_what_counts_is_a_setting(settings):
    assert not isinstance(RULE.ask(MODEST, usage=ROOMY, settings=settings), Waste)
