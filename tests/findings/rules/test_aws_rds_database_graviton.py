"""A database whose class has a cheaper twin with AWS' own processor."""

from dataclasses import replace

import pytest

from connections.resources import Database
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, waste

RULE = rule("aws_rds_database_graviton")
WASTEFUL = Database(
    **ACCOUNT,
    resource_id="arn:aws:rds:us-east-1:111122223333:db:shop",
    created_at=ago(300),
    state="available",
    instance_class="db.m5.large",
    engine="postgres",
    engine_version="16.4",
    major_version="16",
    storage_gib=100,
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"engine": "mysql", "major_version": "8.0"}, Waste),
        ({"engine": "mariadb", "major_version": "10"}, Waste),
        ({"instance_class": "db.t3.medium"}, Waste),
        ({"instance_class": "db.r6i.2xlarge"}, Waste),
        ({"instance_class": "db.m6id.xlarge"}, Waste),
        ({"is_multi_az": True}, Waste),
        ({"replica_of": "main"}, Waste),
        ({"instance_class": "db.m6g.large"}, Fine),
        ({"instance_class": "db.t4g.medium"}, Fine),
        ({"instance_class": "db.m4.large"}, Fine),
        ({"instance_class": "db.serverless"}, Fine),
        ({"instance_class": "db.x1e.xlarge"}, Fine),
        ({"engine": "oracle-ee"}, Fine),
        ({"engine": "sqlserver-se"}, Fine),
        ({"engine": "custom-oracle-ee"}, Fine),
        ({"engine": "mysql", "major_version": "5.7"}, Fine),
        ({"major_version": "11"}, Fine),
        ({"engine": "aurora-postgresql", "cluster_id": "orders"}, Fine),
        ({"cluster_id": "orders"}, Fine),
        ({"state": "stopped"}, Fine),
        ({"instance_class": "db.m99.large"}, Unknown),
        ({"instance_class": "db.r99.large", "engine": "mysql", "major_version": "8.4"}, Unknown),
    ],
)
def test_an_open_engine_on_an_intel_class_with_a_twin_may_move(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_the_sentence_names_both_classes_and_no_figure():
    verdict = waste(RULE, WASTEFUL)
    assert verdict.saves == UNTOLD
    assert verdict.because == (
        "db.m5.large (postgres 16.4) has 2 vCPU and 8 GiB; db.m6g.large has 2 and 8 at a lower price."
    )


def test_the_hint_asks_what_may_be_ordered():
    assert "--engine postgres --engine-version 16.4 " in RULE.hint_for(WASTEFUL)
