"""Model endpoints that nobody calls."""

from dataclasses import replace

import pytest

from connections.resources.models import ModelEndpoint
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_sagemaker_endpoint_idle")
WASTEFUL = ModelEndpoint(
    **ACCOUNT,
    resource_id="arn:aws:sagemaker:us-east-1:111122223333:endpoint/churn",
    name="churn",
    created_at=ago(300),
    changed_at=ago(60),
    state="InService",
    variant_names=("all",),
    instance_count=2,
    component_count=0,
)


def calls(*values):
    return usage_of({"Invocations.Sum": values})


SILENT = calls(*[None] * 30)
NEVER_READ = usage_of({})


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, SILENT, Waste),
        ({}, calls(*[0.0] * 30), Waste),
        ({}, calls(8.0, *[None] * 30), Waste),
        ({}, calls(8.0, *[None] * 29), Fine),
        ({}, calls(*[None] * 29, 1.0), Fine),
        ({}, calls(*[None] * 29), Unknown),
        ({}, NEVER_READ, Unknown),
        ({"created_at": None}, SILENT, Unknown),
        ({"created_at": ago(29)}, SILENT, Fine),
        ({"created_at": ago(29)}, NEVER_READ, Fine),
        ({"changed_at": ago(32)}, SILENT, Waste),
        ({"changed_at": ago(30)}, SILENT, Unknown),
        ({"changed_at": ago(2)}, SILENT, Unknown),
        ({"changed_at": None}, SILENT, Unknown),
        ({"changed_at": ago(2)}, calls(*[None] * 29, 1.0), Fine),
        ({"changed_at": ago(2), "created_at": ago(29)}, SILENT, Fine),
        ({"variant_names": ("a", "b")}, NEVER_READ, Unknown),
        ({"variant_names": ()}, SILENT, Unknown),
        ({"variant_names": None, "instance_count": None}, SILENT, Unknown),
        ({"component_count": 3}, SILENT, Unknown),
        ({"component_count": None}, SILENT, Unknown),
        ({"component_count": 3}, calls(*[None] * 29, 1.0), Fine),
        ({"is_async": True}, SILENT, Unknown),
        ({"is_counted_by_machine": True}, SILENT, Unknown),
        ({"is_counted_by_machine": True}, calls(*[None] * 29, 1.0), Fine),
        ({"is_serverless": True, "instance_count": 0}, SILENT, Fine),
        ({"instance_count": 0}, SILENT, Fine),
        ({"state": "Creating"}, SILENT, Fine),
        ({"state": "Failed"}, SILENT, Fine),
    ],
)
def test_thirty_days_without_a_call_are_idle_where_its_only_variant_takes_all_of_them(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_the_sentence_says_how_many_machines_run():
    found = waste(RULE, WASTEFUL, seen=SILENT)
    assert found.saves == ALL
    assert found.because == "2 machines running, and nobody called over the last 30 days."


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=SILENT, settings={"idle_days": 31}), Unknown)
