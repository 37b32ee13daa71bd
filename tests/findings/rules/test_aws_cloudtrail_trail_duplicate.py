"""Trails that log the same management events as another."""

from dataclasses import replace
from decimal import Decimal

import pytest

from connections.resources.trails import Trail
from findings.registry import rule
from findings.rule import Fine, Share, Unknown, Waste
from tests.findings.evidence import ACCOUNT, waste

RULE = rule("aws_cloudtrail_trail_duplicate")
WASTEFUL = Trail(
    **ACCOUNT,
    resource_id="arn:aws:cloudtrail:us-east-1:111122223333:trail/copy",
    name="copy",
    is_multi_region=False,
    is_organization=False,
    is_logging=True,
    logs=("read", "write"),
    doubled_by=("everything",),
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"logs": ("read",)}, Waste),
        ({"is_multi_region": True}, Waste),
        ({"is_organization": True}, Fine),
        ({"is_organization": True, "logs": None, "is_logging": None}, Fine),
        ({"is_logging": False}, Fine),
        ({"is_logging": False, "logs": None, "doubled_by": None}, Fine),
        ({"logs": ()}, Fine),
        ({"logs": (), "doubled_by": None}, Fine),
        ({"doubled_by": ()}, Fine),
        ({"doubled_by": (), "feeds_alone": True}, Fine),
        ({"is_logging": None}, Unknown),
        ({"logs": None}, Unknown),
        ({"doubled_by": None}, Unknown),
        ({"feeds_alone": True}, Unknown),
    ],
)
def test_a_trail_all_of_whose_management_events_another_one_logs_is_a_paid_copy(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


@pytest.mark.parametrize(
    ("logs", "kinds"), [(("read", "write"), "read and write"), (("read",), "read"), (("write",), "write")]
)
def test_the_sentence_names_the_events_and_the_trails_and_copies_alone_are_saved(logs, kinds):
    found = waste(RULE, replace(WASTEFUL, logs=logs, doubled_by=("everything", "security")))
    assert found.saves == Share(fraction=Decimal(1), part_of=("PaidEventsRecorded",))
    assert found.because == (
        f"All of the {kinds} management events that it logs are logged by everything, security as well."
    )


def test_what_may_hang_on_it_alone_is_named():
    said = RULE.ask(replace(WASTEFUL, feeds_alone=True), usage=None, settings={})
    assert said == Unknown("whether what reads its log group or topic could read everything instead")
