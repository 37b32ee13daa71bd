"""Health checks that nothing goes by."""

from dataclasses import replace

import pytest

from connections.resources.dns import HealthCheck
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, usage_of, waste

RULE = rule("aws_route53_health_check_unused")
WASTEFUL = HealthCheck(**ACCOUNT, resource_id="arn:aws:route53:::healthcheck/1a2b", check_type="HTTPS", used_by=())


def status(*values):
    return usage_of({"HealthCheckStatus.Minimum": values})


THERE = status(*[1.0] * 30)


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, THERE, Waste),
        ({}, status(*[0.0] * 30), Waste),
        ({}, status(0.0, *[1.0] * 40), Waste),
        ({"check_type": "CALCULATED"}, THERE, Waste),
        ({"is_disabled": True}, THERE, Waste),
        ({"used_by": ("a record of example.com",)}, THERE, Fine),
        ({"used_by": ("an alarm",)}, usage_of({}), Fine),
        ({"managed_by": "servicediscovery.amazonaws.com"}, THERE, Fine),
        ({"managed_by": "servicediscovery.amazonaws.com", "used_by": None}, usage_of({}), Fine),
        ({"check_type": "RECOVERY_CONTROL"}, THERE, Fine),
        ({"used_by": None}, THERE, Unknown),
        ({"used_by": None}, usage_of({}), Unknown),
        ({}, status(*[1.0] * 29), Unknown),
        ({}, status(None, *[1.0] * 29), Unknown),
        ({}, status(*[1.0] * 29, None), Unknown),
        ({}, usage_of({}), Unknown),
        ({"is_disabled": True}, usage_of({}), Unknown),
    ],
)
def test_a_check_that_was_there_for_thirty_days_and_that_nothing_stands_on_is_unused(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_the_sentences_say_what_was_looked_for_and_who_uses_it():
    found = waste(RULE, WASTEFUL, seen=THERE)
    assert found.saves == ALL
    assert found.because == (
        "No record of this account, no other check, no alarm and no protection stands on it; it has been checking for "
        "30 days at least."
    )
    used = replace(WASTEFUL, used_by=("an alarm", "a record of example.com"))
    assert RULE.ask(used, usage=THERE, settings={}).because == "Used by an alarm."


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=THERE, settings={"idle_days": 31}), Unknown)
