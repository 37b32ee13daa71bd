"""Services that nobody asks anything."""

from dataclasses import replace

import pytest

from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ago, usage, waste
from tests.findings.rules.container_service import GROUP, MODEST, NEVER_READ, seen

RULE = rule("aws_ecs_service_idle")


def month(**told):
    return seen(days=30, **{"requests": 0.0, "cpu": 2.0, **told})


QUIET = month()


@pytest.mark.parametrize(
    ("changed", "seen_so", "verdict"),
    [
        ({}, QUIET, Waste),
        ({}, month(cpu=5.0), Waste),
        ({"launch": "EC2", "is_measured": False}, QUIET, Waste),
        ({"counts_requests": True}, month(requests=None), Waste),
        ({"counts_requests": True}, month(last={"RequestCountPerTarget.Sum": None}), Waste),
        ({}, month(last={"RequestCountPerTarget.Sum": 1.0}), Fine),
        ({}, month(requests=None, last={"RequestCountPerTarget.Sum": 1.0}), Fine),
        ({}, month(cpu=5.1), Fine),
        ({}, month(last={"CPUUtilization.Maximum": 30.0}), Fine),
        ({"target_groups": ()}, month(requests=None, cpu=30.0), Fine),
        ({"desired_count": 0}, QUIET, Fine),
        ({"scheduling": "DAEMON"}, QUIET, Fine),
        ({"state": "DRAINING"}, QUIET, Fine),
        ({"created_at": ago(29)}, seen(days=29, requests=0.0, cpu=2.0), Fine),
        ({"target_groups": ()}, month(requests=None), Unknown),
        ({"target_groups": (GROUP, f"{GROUP}0")}, month(requests=None), Unknown),
        ({"target_groups": (GROUP, f"{GROUP}0")}, QUIET, Unknown),
        ({"is_reached_otherwise": True}, QUIET, Unknown),
        ({}, month(requests=None), Unknown),
        ({}, month(cpu=None), Unknown),
        ({"counts_requests": True}, month(cpu=None), Unknown),
        ({"counts_requests": True}, usage(CPUUtilization_Maximum=2.0), Unknown),
        ({}, month(last={"RequestCountPerTarget.Sum": None}), Unknown),
        ({"created_at": None}, seen(days=29, requests=0.0, cpu=2.0), Unknown),
        ({}, NEVER_READ, Unknown),
    ],
)
def test_a_service_is_idle_where_its_one_load_balancer_sent_nothing_and_it_did_no_work(changed, seen_so, verdict):
    assert isinstance(RULE.ask(replace(MODEST, **changed), usage=seen_so, settings={}), verdict)


def test_the_sentence_counts_its_tasks_and_no_money():
    found = waste(RULE, MODEST, seen=QUIET)
    assert found.saves == UNTOLD
    assert found.because == ("2 tasks running: no request came over the last 30 days, and its CPU was never above 5 %.")


@pytest.mark.parametrize(
    ("settings", "verdict"), [({"max_cpu_percent": 1}, Fine), ({"idle_days": 31}, Unknown), ({"idle_days": 7}, Waste)]
)
def test_what_counts_is_a_setting(settings, verdict):
    assert isinstance(RULE.ask(MODEST, usage=QUIET, settings=settings), verdict)
