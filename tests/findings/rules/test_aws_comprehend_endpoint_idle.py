"""Endpoints of Comprehend without requests."""

from dataclasses import replace

import pytest

from connections.resources.language import LanguageEndpoint
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_comprehend_endpoint_idle")
WASTEFUL = LanguageEndpoint(
    **ACCOUNT,
    resource_id="arn:aws:comprehend:us-east-1:111122223333:document-classifier-endpoint/letters",
    name="letters",
    created_at=ago(200),
    state="IN_SERVICE",
    unit_count=2,
)


def consumed(*units):
    return usage_of({"ConsumedInferenceUnits.Sum": units})


SILENT = consumed(*[None] * 30)


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, SILENT, Waste),
        ({}, consumed(*[0.0] * 30), Waste),
        ({}, consumed(3.0, *[None] * 30), Waste),
        ({"unit_count": None}, SILENT, Waste),
        ({"created_at": ago(30)}, SILENT, Waste),
        ({}, consumed(3.0, *[None] * 29), Fine),
        ({}, consumed(*[None] * 29, 0.01), Fine),
        ({}, consumed(*[None] * 29), Unknown),
        ({}, usage_of({}), Unknown),
        ({"created_at": None}, SILENT, Unknown),
        ({"created_at": ago(29)}, SILENT, Fine),
        ({"created_at": ago(29)}, usage_of({}), Fine),
        ({"state": "CREATING"}, SILENT, Fine),
        ({"state": "UPDATING"}, SILENT, Fine),
        ({"state": "FAILED"}, SILENT, Fine),
        ({"state": ""}, SILENT, Fine),
    ],
)
def test_thirty_days_that_were_read_and_without_a_request_are_idle(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


@pytest.mark.parametrize(
    ("units", "ready"), [(2, "2 units of throughput"), (1, "1 unit of throughput"), (None, "Throughput")]
)
def test_the_sentence_says_how_much_is_held_ready(units, ready):
    found = waste(RULE, replace(WASTEFUL, unit_count=units), seen=SILENT)
    assert found.saves == ALL
    assert found.because == f"{ready} held ready, and no request succeeded over the last 30 days."


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=SILENT, settings={"idle_days": 31}), Unknown)
