"""A serverless cache that runs Redis OSS where Valkey costs less."""

from dataclasses import replace
from decimal import Decimal

import pytest

from audits.evidence import Evidence
from connections.resources.caches import ServerlessCache
from findings.prices import table
from findings.registry import rule
from findings.rule import Fine, Waste
from findings.savings import monthly_saving
from tests.findings.evidence import ACCOUNT, ago, bill, usage_of, waste

RULE = rule("aws_elasticache_serverless_to_valkey")
WASTEFUL = ServerlessCache(
    **ACCOUNT,
    resource_id="arn:aws:elasticache:us-east-1:111122223333:serverlesscache:sessions",
    created_at=ago(300),
    state="available",
    engine="redis",
    engine_version="7.1",
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"created_at": ago(1)}, Waste),
        ({"engine": "valkey"}, Fine),
        ({"engine": "memcached"}, Fine),
        ({"engine": ""}, Fine),
        ({"engine": "an engine of later years"}, Fine),
        ({"state": "modifying"}, Fine),
        ({"state": "deleting"}, Fine),
    ],
)
def test_a_serverless_cache_with_redis_oss_costs_more_than_it_must(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_the_sentence_names_the_version_and_the_least_that_is_charged():
    assert waste(RULE, WASTEFUL).because == (
        "Serverless cache with Redis OSS 7.1, which costs a third less with Valkey by AWS' list prices. Besides, Valkey "
        "is charged for 0.1 GB of data at least, Redis OSS for 1 GB."
    )


@pytest.mark.parametrize(
    ("meter", "part"),
    [
        ("CachedData:Redis", Decimal("0.32")),
        ("ElastiCacheProcessingUnits:Redis", Decimal("0.32")),
        ("BackupUsage", None),
    ],
)
def test_its_saving_is_a_third_of_its_data_and_units_rounded_down_and_an_estimate(meter, part):
    evidence = Evidence(thing=WASTEFUL, usage=usage_of({}), bill=bill(cost="4", usage_type=meter))
    found = monthly_saving(saves=waste(RULE, WASTEFUL).saves, evidence=evidence, listed=table("aws"))
    assert found.monthly == (part and part * 4 * Decimal("30.4375"))
    assert found.basis == ("PRICES" if part else "")


def test_what_a_savings_plan_covers_has_no_figure():
    on_bill = bill(cost="4", usage_type="CachedData:Redis", commitment_discount_id="arn:aws:savingsplans::1:sp/1")
    evidence = Evidence(thing=WASTEFUL, usage=usage_of({}), bill=on_bill)
    found = monthly_saving(saves=waste(RULE, WASTEFUL).saves, evidence=evidence, listed=table("aws"))
    assert (found.monthly, found.why_unknown) == (None, "A commitment covers it, which may not count for Valkey.")
