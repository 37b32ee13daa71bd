"""An instance that neither computes nor talks."""

from dataclasses import replace

import pytest

from connections.resources import Instance
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage, usage_of, waste

RULE = rule("aws_ec2_instance_idle")
WASTEFUL = Instance(
    **ACCOUNT, resource_id="i-1", state="running", instance_type="m5.large", created_at=ago(300), launched_at=ago(300)
)
QUIET = {"CPUUtilization.Maximum": [2.0] * 14, "NetworkIn.Sum": [1e6] * 14, "NetworkOut.Sum": [2e6] * 14}


def changed_day(metric, value, day=5):
    values = {name: list(of_days) for name, of_days in QUIET.items()}
    values[metric][day] = value
    return usage_of(values)


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, usage_of(QUIET), Waste),
        ({"lifecycle": "spot"}, usage_of(QUIET), Waste),
        ({"state": "stopped"}, usage_of(QUIET), Fine),
        ({"state": "pending"}, usage_of(QUIET), Fine),
        ({"autoscaling_group": "web"}, usage_of(QUIET), Fine),
        ({"operator": "eks.amazonaws.com"}, usage_of(QUIET), Fine),
        ({"operator": "eks.amazonaws.com"}, usage_of({}), Fine),
        ({}, changed_day("CPUUtilization.Maximum", 4.999), Waste),
        ({}, changed_day("CPUUtilization.Maximum", 5.0), Fine),
        ({}, changed_day("NetworkIn.Sum", 2_999_999.0), Waste),
        ({}, changed_day("NetworkIn.Sum", 3_000_000.0), Fine),
        ({}, changed_day("NetworkOut.Sum", 9e9), Fine),
        ({}, changed_day("CPUUtilization.Maximum", None), Unknown),
        ({}, changed_day("NetworkIn.Sum", None), Unknown),
        ({}, changed_day("CPUUtilization.Maximum", None, day=0), Unknown),
        ({}, usage_of({}), Unknown),
        ({}, usage_of({name: of_days[1:] for name, of_days in QUIET.items()}), Unknown),
        ({}, usage_of({**QUIET, "CPUUtilization.Maximum": [None] * 13 + [90.0]}), Fine),
        ({"launched_at": ago(3)}, usage_of({name: of_days[:3] for name, of_days in QUIET.items()}), Fine),
        ({"launched_at": ago(14)}, usage_of({}), Unknown),
        ({"launched_at": None}, usage_of({}), Unknown),
        ({"state": "stopped"}, usage_of({}), Fine),
    ],
)
def test_only_fourteen_quiet_days_in_full_are_idle(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


@pytest.mark.parametrize(
    ("changed", "peak", "verdict"),
    [
        ({"instance_type": "m5.12xlarge"}, 1.05, Fine),
        ({"instance_type": "m5.12xlarge"}, 1.04, Waste),
        ({"instance_type": "m5.12xlarge", "vcpus": 24}, 1.05, Waste),
        ({"instance_type": "m5.2xlarge"}, 4.99, Waste),
        ({"instance_type": "x99.huge"}, 4.99, Waste),
    ],
)
def test_one_thread_at_work_is_work_however_many_processors_the_machine_has(changed, peak, verdict):
    seen = usage_of({**QUIET, "CPUUtilization.Maximum": [peak] * 14})
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_a_threshold_of_ones_own_counts_whole_on_a_small_machine_and_in_proportion_on_a_large_one():
    seen = {peak: usage_of({**QUIET, "CPUUtilization.Maximum": [peak] * 14}) for peak in (39.0, 8.0, 9.0)}
    own = {"max_cpu": 40}
    assert isinstance(RULE.ask(WASTEFUL, usage=seen[39.0], settings=own), Waste)
    large = replace(WASTEFUL, instance_type="m5.12xlarge")
    assert isinstance(RULE.ask(large, usage=seen[8.0], settings=own), Waste)
    assert isinstance(RULE.ask(large, usage=seen[9.0], settings=own), Fine)


def test_no_usage_is_never_taken_for_idle():
    empty = usage(CPUUtilization_Maximum=None, NetworkIn_Sum=None, NetworkOut_Sum=None)
    assert RULE.ask(WASTEFUL, usage=empty, settings={}) == Unknown("CPU and network on every one of the last 14 days")


def test_the_sentence_has_the_peaks():
    verdict = waste(RULE, WASTEFUL, seen=usage_of(QUIET))
    assert verdict.saves == ALL
    assert verdict.because == (
        "m5.large: CPU peaked at 2.0 % and network traffic at 3.00 MB a day over the last 14 days."
    )


def test_a_spot_instance_is_told_to_be_terminated():
    assert "cancel its request" in waste(RULE, replace(WASTEFUL, lifecycle="spot"), seen=usage_of(QUIET)).because


@pytest.mark.parametrize(
    ("settings", "verdict"),
    [({"max_cpu": 2}, Fine), ({"max_network_mb": 3}, Fine), ({"idle_days": 15}, Unknown), ({"idle_days": 7}, Waste)],
)
def test_the_limits_are_settings(settings, verdict):
    assert isinstance(RULE.ask(WASTEFUL, usage=usage_of(QUIET), settings=settings), verdict)
