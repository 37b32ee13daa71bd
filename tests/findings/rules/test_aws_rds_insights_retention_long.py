"""Performance data that are kept beyond the days that cost nothing."""

from dataclasses import replace

import pytest

from connections.resources import Database
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, waste

RULE = rule("aws_rds_insights_retention_long")
WASTEFUL = Database(
    **ACCOUNT,
    resource_id="arn:aws:rds:us-east-1:111122223333:db:shop",
    created_at=ago(300),
    state="available",
    instance_class="db.m5.large",
    engine="postgres",
    storage_gib=100,
    insights_days=731,
    insights_mode="standard",
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"insights_days": 31}, Waste),
        ({"insights_days": 465}, Waste),
        ({"cluster_id": "orders"}, Waste),
        ({"insights_days": 7}, Fine),
        ({"insights_days": 0}, Fine),
        ({"insights_days": 0, "insights_mode": None}, Fine),
        ({"insights_days": 7, "insights_mode": None}, Fine),
        ({"insights_days": 465, "insights_mode": "advanced"}, Fine),
        ({"insights_days": 731, "insights_mode": "advanced"}, Fine),
        ({"state": "creating"}, Fine),
        ({"state": "deleting", "insights_mode": None}, Fine),
        ({"insights_mode": None}, Unknown),
        ({"insights_days": None}, Unknown),
        ({"insights_days": None, "insights_mode": "advanced"}, Unknown),
    ],
)
def test_more_than_seven_days_are_paid_for_but_in_the_mode_that_asks_for_more(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_the_sentence_names_class_and_days_and_no_figure():
    verdict = waste(RULE, WASTEFUL)
    assert verdict.saves == UNTOLD
    assert verdict.because == (
        "db.m5.large (postgres) keeps its performance data for 731 days; up to 7 days cost nothing."
    )


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=None, settings={"keep_days": 731}), Fine)


def test_the_hint_names_the_database():
    assert "--db-instance-identifier shop --performance-insights-retention-period 7 " in RULE.hint_for(WASTEFUL)


def test_the_hint_does_not_apply_what_else_waits_for_the_window():
    assert RULE.hint.endswith("--no-apply-immediately")
