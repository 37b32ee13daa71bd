"""Weeks of backups of a database that is not for production."""

from dataclasses import replace

import pytest

from connections.resources import Database
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Waste
from tests.findings.evidence import ACCOUNT, ago, waste

RULE = rule("aws_rds_backup_retention_excess")
WASTEFUL = Database(
    **ACCOUNT,
    resource_id="arn:aws:rds:us-east-1:111122223333:db:shop",
    created_at=ago(300),
    state="available",
    instance_class="db.m5.large",
    engine="postgres",
    storage_gib=100,
    backup_days=30,
    tags={"env": "dev"},
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"backup_days": 8}, Waste),
        ({"tags": {"Environment": " Test "}}, Waste),
        ({"state": "stopped"}, Waste),
        ({"backup_days": 7}, Fine),
        ({"backup_days": 0}, Fine),
        ({"tags": {}}, Fine),
        ({"tags": {"env": "prod"}}, Fine),
        ({"tags": {"env": "staging"}}, Fine),
        ({"tags": {"env": "dev", "stage": "live"}}, Fine),
        ({"tags": {"team": "dev"}}, Fine),
        ({"cluster_id": "orders"}, Fine),
        ({"backup_service": "AWS Backup"}, Fine),
        ({"state": "creating"}, Fine),
        ({"state": "deleting"}, Fine),
    ],
)
def test_more_than_seven_days_of_backups_are_too_many_where_a_tag_says_what_it_is_for(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_the_sentence_names_tags_and_days_and_no_figure():
    verdict = waste(RULE, WASTEFUL)
    assert verdict.saves == UNTOLD
    assert verdict.because.startswith("db.m5.large (postgres) is tagged env=dev and keeps 30 days of backups.")


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=None, settings={"keep_days": 35}), Fine)


def test_the_hint_names_the_database():
    assert "--db-instance-identifier shop --backup-retention-period 7 " in RULE.hint_for(WASTEFUL)


def test_the_hint_does_not_apply_what_else_waits_for_the_window():
    assert RULE.hint.endswith("--no-apply-immediately")
