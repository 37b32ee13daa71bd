"""A database of an earlier class is waste only where the class after it holds as much and costs less."""

from dataclasses import replace

import pytest

from connections.resources import Database
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, waste

RULE = rule("aws_rds_database_previous_generation")
WASTEFUL = Database(
    **ACCOUNT,
    resource_id="arn:aws:rds:us-east-1:111122223333:db:reports",
    created_at=ago(900),
    state="available",
    instance_class="db.m4.large",
    engine="postgres",
    storage_gib=100,
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"instance_class": "db.m3.large"}, Waste),
        ({"is_multi_az": True}, Waste),
        ({"state": "stopped"}, Fine),
        ({"state": "modifying"}, Fine),
        ({"instance_class": "db.m5.large"}, Fine),
        ({"instance_class": "db.r4.large"}, Fine),
        ({"instance_class": "db.t2.medium"}, Fine),
        ({"instance_class": "db.m2.xlarge"}, Fine),
        ({"instance_class": "db.m4.10xlarge"}, Fine),
        ({"instance_class": "db.serverless"}, Fine),
        ({"instance_class": "db.cr1.8xlarge"}, Unknown),
        ({"instance_class": "db.m4.enormous"}, Unknown),
        ({"instance_class": ""}, Unknown),
    ],
)
def test_only_an_available_database_whose_class_has_a_cheaper_follower_is_waste(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_the_sentence_names_both_classes_and_no_figure_is_made_up():
    verdict = waste(RULE, WASTEFUL)
    assert verdict.because.startswith("db.m4.large (postgres) has 2 vCPU and 8 GiB; db.m5.large of the next ")
    assert verdict.saves == UNTOLD
