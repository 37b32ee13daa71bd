"""A standby where nobody promised an uptime, told by whole words in tags."""

from dataclasses import replace

import pytest

from connections.resources import Database
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Waste
from tests.findings.evidence import ACCOUNT, ago, waste

RULE = rule("aws_rds_multi_az_in_nonprod")
WASTEFUL = Database(
    **ACCOUNT,
    resource_id="arn:aws:rds:us-east-1:111122223333:db:reports",
    created_at=ago(300),
    tags={"env": "dev", "team": "search"},
    state="available",
    instance_class="db.m5.large",
    engine="postgres",
    storage_gib=100,
    is_multi_az=True,
)


def tagged(**tags):
    return {"tags": tags}


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        (tagged(Environment=" Development "), Waste),
        (tagged(STAGE="QA"), Waste),
        (tagged(env="test", environment="testing"), Waste),
        ({"replica_of": "main"}, Waste),
        ({"is_multi_az": False}, Fine),
        (tagged(), Fine),
        (tagged(env=""), Fine),
        (tagged(env="prod"), Fine),
        (tagged(env="staging"), Fine),
        (tagged(env="dev-and-prod"), Fine),
        (tagged(env="devices"), Fine),
        (tagged(env="contest"), Fine),
        (tagged(env="dev", stage="prod"), Fine),
        (tagged(env="dev", stage=""), Fine),
        (tagged(Name="dev", team="test"), Fine),
        (tagged(environments="dev"), Fine),
        ({"cluster_id": "aurora"}, Fine),
        ({"state": "stopped"}, Fine),
        ({"state": "deleting"}, Fine),
    ],
)
def test_only_a_whole_word_of_a_tag_for_it_takes_a_database_out_of_production(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_it_has_no_figure_and_names_the_tags():
    found = waste(RULE, replace(WASTEFUL, tags={"stage": "Test", "env": "dev"}))
    assert found.saves == UNTOLD
    assert found.because == (
        "db.m5.large (postgres) is tagged env=dev and stage=Test and has a standby in a second zone, "
        "which is charged like the database itself."
    )
