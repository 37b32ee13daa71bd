"""Services on Fargate whose tasks are too large."""

from dataclasses import replace

import pytest

from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from findings.task_sizes import ALL, TaskSize, cheapest
from tests.findings.evidence import ago, waste
from tests.findings.rules.container_service import MODEST, NEVER_READ, seen

RULE = rule("aws_ecs_service_oversized")


def fortnight(**told):
    return seen(days=14, **told)


ROOMY = fortnight()


@pytest.mark.parametrize(
    ("changed", "usage", "verdict"),
    [
        ({}, ROOMY, Waste),
        ({}, fortnight(cpu=60.0, memory=10.0), Waste),
        ({"target_groups": (), "is_reached_otherwise": True}, fortnight(requests=None), Waste),
        ({}, fortnight(cpu=60.1, memory=10.0), Fine),
        ({}, fortnight(last={"CPUUtilization.Maximum": 61.0}), Fine),
        ({}, fortnight(memory=90.0), Fine),
        ({}, fortnight(last={"MemoryUtilization.Maximum": 90.0}), Fine),
        ({}, fortnight(size=(256.0, 512.0), cpu=1.0, memory=1.0), Fine),
        ({"scaling": (2, 12)}, ROOMY, Fine),
        ({"scaling": (2, 12), "is_measured": False}, ROOMY, Fine),
        ({"scaling": None}, fortnight(cpu=61.0), Fine),
        ({"launch": "EC2"}, ROOMY, Fine),
        ({"launch": "FARGATE_WINDOWS"}, ROOMY, Fine),
        ({"desired_count": 0}, ROOMY, Fine),
        ({"state": "INACTIVE"}, ROOMY, Fine),
        ({"is_measured": False}, fortnight(cpu=75.0), Fine),
        ({"created_at": ago(13)}, seen(days=13), Fine),
        ({"scaling": None}, ROOMY, Unknown),
        ({"is_measured": False}, ROOMY, Unknown),
        ({}, fortnight(size=(None, None)), Unknown),
        ({}, fortnight(last={"CpuReserved.Average": 2048.0}), Unknown),
        ({}, fortnight(last={"MemoryReserved.Average": None}), Unknown),
        ({}, fortnight(size=(1000.0, 4096.0)), Unknown),
        ({}, fortnight(last={"MemoryUtilization.Maximum": None}), Unknown),
        ({}, seen(days=13), Unknown),
        ({}, NEVER_READ, Unknown),
    ],
)
def test_a_task_is_too_large_where_a_smaller_size_of_fargates_carries_both_peaks_with_room(changed, usage, verdict):
    assert isinstance(RULE.ask(replace(MODEST, **changed), usage=usage, settings={}), verdict)


def test_the_sentence_names_the_size_that_does_and_no_money():
    found = waste(RULE, MODEST, seen=ROOMY)
    assert found.saves == UNTOLD
    assert found.because.startswith("2 tasks of 1 vCPU and 4 GiB: over the last 14 days none took more than 20 %")
    assert found.because.endswith("0.5 vCPU and 2 GiB carry that at 50 % of the list price.")


@pytest.mark.parametrize(
    ("cpu", "memory_mib", "expected"),
    [
        (0, 0, TaskSize(256, 512)),
        (256, 513, TaskSize(256, 1024)),
        (257, 0, TaskSize(512, 1024)),
        (100, 2049, TaskSize(512, 3072)),
        (307, 1331, TaskSize(512, 2048)),
        (16385, 0, None),
    ],
)
def test_the_cheapest_size_has_as_much_of_both(cpu, memory_mib, expected):
    assert cheapest(cpu=cpu, memory_mib=memory_mib) == expected


def test_only_sizes_that_fargate_has_are_sizes():
    assert TaskSize(8192, 20 * 1024) in ALL
    assert not ALL & {TaskSize(256, 3072), TaskSize(8192, 17 * 1024), TaskSize(512, 512), TaskSize(4096, 31 * 1024)}


@pytest.mark.parametrize(("settings", "verdict"), [({"max_percent": 19}, Fine), ({"idle_days": 15}, Unknown)])
def test_what_counts_is_a_setting(settings, verdict):
    assert isinstance(RULE.ask(MODEST, usage=ROOMY, settings=settings), verdict)
