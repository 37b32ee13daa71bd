"""A Memcached cache that nobody reads from or writes to."""

from dataclasses import replace

import pytest

from connections.resources.caches import CacheCluster
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage, usage_of, waste

RULE = rule("aws_elasticache_memcached_idle")
WASTEFUL = CacheCluster(
    **ACCOUNT,
    resource_id="arn:aws:elasticache:us-east-1:111122223333:cluster:pages",
    name="pages",
    created_at=ago(300),
    state="available",
    node_type="cache.m5.large",
    node_count=3,
    engine="memcached",
    engine_version="1.6.22",
)
QUIET = usage(days=14, CmdGet_Sum=0.0, CmdSet_Sum=0.0)


def last_day(metric, value):
    return usage_of({"CmdGet.Sum": [0.0] * 14, "CmdSet.Sum": [0.0] * 14, metric: [0.0] * 13 + [value]})


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, QUIET, Waste),
        ({}, last_day("CmdGet.Sum", 1.0), Fine),
        ({}, last_day("CmdSet.Sum", 1.0), Fine),
        ({}, usage_of({"CmdGet.Sum": [4.0]}), Fine),
        ({"engine": "redis"}, QUIET, Fine),
        ({"engine": "valkey"}, usage_of({}), Fine),
        ({"state": "modifying"}, QUIET, Fine),
        ({"created_at": ago(13)}, usage_of({}), Fine),
        ({}, last_day("CmdGet.Sum", None), Unknown),
        ({}, last_day("CmdSet.Sum", None), Unknown),
        ({}, usage(days=13, CmdGet_Sum=0.0, CmdSet_Sum=0.0), Unknown),
        ({}, usage(days=14, CmdGet_Sum=0.0), Unknown),
        ({}, usage_of({}), Unknown),
        ({"created_at": None}, usage_of({}), Unknown),
    ],
)
def test_a_cache_without_a_get_or_a_set_for_two_weeks_is_idle(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_the_sentence_names_the_nodes():
    verdict = waste(RULE, WASTEFUL, seen=QUIET)
    assert verdict.saves == ALL
    assert verdict.because == (
        "3 nodes cache.m5.large (memcached) without a single get or set on any of the last 14 days."
    )


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=QUIET, settings={"idle_days": 15}), Unknown)


def test_the_hint_names_the_cache():
    assert RULE.hint_for(WASTEFUL).endswith("--cache-cluster-id pages")
