"""Notebooks that are never stopped."""

from dataclasses import replace

import pytest

from connections.resources.notebooks import Notebook
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, waste

RULE = rule("aws_sagemaker_notebook_running")
WASTEFUL = Notebook(
    **ACCOUNT,
    resource_id="arn:aws:sagemaker:us-east-1:111122223333:notebook-instance/churn",
    name="churn",
    created_at=ago(300),
    state="InService",
    instance_type="ml.t3.xlarge",
    changed_at=ago(70),
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"changed_at": ago(30)}, Waste),
        ({"changed_at": ago(29)}, Fine),
        ({"changed_at": ago(29), "has_lifecycle": True}, Fine),
        ({"changed_at": None}, Unknown),
        ({"has_lifecycle": True}, Unknown),
        ({"state": "Stopped"}, Fine),
        ({"state": "Stopped", "changed_at": None}, Fine),
        ({"state": "Failed"}, Fine),
        ({"state": "Updating"}, Fine),
        ({"state": ""}, Fine),
    ],
)
def test_a_notebook_that_ran_for_thirty_days_on_end_and_that_no_script_may_stop_is_waste(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_the_sentence_says_for_how_long_and_no_figure_is_made_up():
    found = waste(RULE, WASTEFUL)
    assert (found.saves, found.because) == (UNTOLD, "ml.t3.xlarge running day and night for 70 days without a stop.")


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=None, settings={"running_days": 71}), Fine)
