"""A database that is past the standard support of its engine's version."""

from dataclasses import replace

import pytest

from audits.evidence import Evidence
from connections.resources import Database
from findings.prices import table
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from findings.savings import monthly_saving
from tests.findings.evidence import ACCOUNT, NOW, ago, bill, usage_of, waste

RULE = rule("aws_rds_database_extended_support")
WASTEFUL = Database(
    **ACCOUNT,
    resource_id="arn:aws:rds:us-east-1:111122223333:db:shop",
    created_at=ago(900),
    state="available",
    instance_class="db.m5.large",
    engine="mysql",
    engine_version="5.7.44-rds.20240408",
    major_version="5.7",
    storage_gib=100,
    standard_support_ends_at=ago(500),
    extended_support="open-source-rds-extended-support",
)
AURORA = {"engine": "aurora-mysql", "engine_version": "5.7.mysql_aurora.2.12.5", "cluster_id": "orders"}


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"extended_support": None}, Waste),
        ({"state": "stopped"}, Waste),
        ({"is_multi_az": True}, Waste),
        ({"replica_of": "main"}, Waste),
        ({"engine": "postgres", "engine_version": "13.14", "major_version": "13"}, Waste),
        (AURORA, Waste),
        ({"standard_support_ends_at": ago(1)}, Waste),
        ({"standard_support_ends_at": NOW.replace(hour=0)}, Fine),
        ({"standard_support_ends_at": ago(-200)}, Fine),
        ({"extended_support": "open-source-rds-extended-support-disabled"}, Fine),
        ({"state": "creating"}, Fine),
        ({"state": "deleting"}, Fine),
        ({"engine": "mariadb", "major_version": "10.4"}, Fine),
        ({"engine": "oracle-ee", "major_version": "19", "standard_support_ends_at": None}, Fine),
        ({"standard_support_ends_at": None}, Unknown),
        ({"standard_support_ends_at": None, "major_version": ""}, Unknown),
    ],
)
def test_it_is_paid_for_from_the_day_after_standard_support_ended(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({}, "MySQL5.7"),
        ({"engine": "postgres", "engine_version": "13.14", "major_version": "13"}, "PostgreSQL13"),
        (AURORA, "AuroraMySQL2"),
        ({"engine": "aurora-postgresql", "engine_version": "11.21", "major_version": "11"}, "AuroraPostgreSQL11"),
    ],
)
def test_all_that_is_charged_for_it_is_saved_under_the_name_that_the_bill_has_for_the_engine(changed, name):
    verdict = waste(RULE, replace(WASTEFUL, **changed))
    assert verdict.saves.fraction == 1
    assert verdict.saves.part_of == (f"ExtendedSupport:Yr1-Yr2:{name}", f"ExtendedSupport:Yr3:{name}")


def test_of_a_bill_the_charge_for_support_alone_is_saved_in_whichever_year_it_is():
    by_the_hour = bill(cost="4.10", usage_type="EUC1-InstanceUsage:db.m5.large")
    support = bill(cost="9.60", usage_type="EUC1-ExtendedSupport:Yr3:MySQL5.7")
    whole = replace(by_the_hour, lines=(*by_the_hour.lines, *support.lines))
    evidence = Evidence(thing=WASTEFUL, usage=usage_of({}), bill=whole)
    saving = monthly_saving(saves=waste(RULE, WASTEFUL).saves, evidence=evidence, listed=table("aws"))
    assert f"{saving.monthly:.2f} of {saving.monthly_cost:.2f}" == "292.20 of 416.99"


def test_what_serverless_capacity_is_charged_under_is_not_known():
    assert waste(RULE, replace(WASTEFUL, **AURORA, instance_class="db.serverless")).saves == UNTOLD


def test_the_sentence_names_version_class_and_day():
    assert waste(RULE, WASTEFUL).because == (
        "mysql 5.7.44-rds.20240408 on db.m5.large: standard support of 5.7 ended on 2025-03-07, "
        "and each of its vCPU is charged extra since."
    )


def test_who_turned_it_off_hears_why_nothing_is_charged():
    verdict = RULE.ask(
        replace(WASTEFUL, extended_support="open-source-rds-extended-support-disabled"), usage=None, settings={}
    )
    assert "upgrades it by itself" in verdict.because


def test_the_hint_asks_for_the_versions_to_upgrade_to():
    assert "--engine mysql --engine-version 5.7.44-rds.20240408" in RULE.hint_for(WASTEFUL)
