"""A cache that runs Redis OSS where Valkey costs less."""

from dataclasses import replace
from decimal import Decimal

import pytest

from audits.evidence import Evidence
from connections.resources.caches import CacheCluster
from findings.prices import table
from findings.registry import rule
from findings.rule import Fine, Unknown, Waste
from findings.savings import monthly_saving
from tests.findings.evidence import ACCOUNT, ago, bill, usage_of, waste

RULE = rule("aws_elasticache_redis_to_valkey")
WASTEFUL = CacheCluster(
    **ACCOUNT,
    resource_id="arn:aws:elasticache:us-east-1:111122223333:cluster:sessions-001",
    created_at=ago(300),
    state="available",
    node_type="cache.r6g.large",
    node_count=1,
    engine="redis",
    engine_version="7.1.0",
    group_id="sessions",
    group_member_count=3,
    is_in_global_datastore=False,
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"group_id": None, "group_member_count": None, "is_in_global_datastore": None}, Waste),
        ({"engine_version": "5.0.6", "node_type": "cache.t2.micro"}, Waste),
        ({"engine": "valkey"}, Fine),
        ({"engine": "memcached"}, Fine),
        ({"state": "modifying"}, Fine),
        ({"is_in_global_datastore": True}, Fine),
        ({"node_type": "cache.m3.medium"}, Fine),
        ({"node_type": "cache.r99.large"}, Unknown),
        ({"node_type": ""}, Unknown),
        ({"group_member_count": None, "is_in_global_datastore": None}, Unknown),
    ],
)
def test_a_cache_with_redis_oss_on_a_type_that_valkey_has_costs_more_than_it_must(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_the_sentence_names_the_nodes_and_the_version():
    assert waste(RULE, WASTEFUL).because == (
        "1 node cache.r6g.large with Redis OSS 7.1.0, which costs a fifth less with Valkey by AWS' list prices."
    )


def saving(**more):
    verdict = waste(RULE, WASTEFUL)
    on_bill = bill(cost="4", usage_type="NodeUsage:cache.r6g.large", **more)
    evidence = Evidence(thing=WASTEFUL, usage=usage_of({}), bill=on_bill)
    return monthly_saving(saves=verdict.saves, evidence=evidence, listed=table("aws"))


def test_its_saving_is_a_fifth_of_its_node_hours_and_an_estimate():
    found = saving()
    assert (found.basis, found.monthly) == ("PRICES", Decimal("0.2") * 4 * Decimal("30.4375"))
    assert "list prices" in found.price_source


def test_what_a_reservation_covers_has_no_figure():
    found = saving(commitment_discount_id="arn:aws:elasticache:us-east-1:111122223333:reserved-instance:ri-1")
    assert (found.basis, found.monthly) == ("", None)
    assert found.why_unknown == "A commitment covers it, which may not count for Valkey."
