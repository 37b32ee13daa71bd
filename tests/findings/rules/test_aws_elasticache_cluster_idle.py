"""A cache that nobody reads from or writes to."""

from dataclasses import replace

import pytest

from connections.resources.caches import CacheCluster
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_elasticache_cluster_idle")
WASTEFUL = CacheCluster(
    **ACCOUNT,
    resource_id="arn:aws:elasticache:us-east-1:111122223333:cluster:sessions-001",
    name="sessions-001",
    created_at=ago(300),
    state="available",
    node_type="cache.m5.large",
    node_count=1,
    engine="redis",
    engine_version="7.1.0",
    group_id="sessions",
    group_member_count=1,
    is_in_global_datastore=False,
)
# What the engine counts, and no value by kind of command: asked for each day, and there was no such command.
SENT = ("GetTypeCmds.Sum", "SetTypeCmds.Sum", "PubSubBasedCmds.Sum", "EvalBasedCmds.Sum")
KEEPS: dict[str, list[float | None]] = {
    "CurrConnections.Maximum": [6.0] * 14,
    "CacheHits.Sum": [0.0] * 14,
    "CacheMisses.Sum": [0.0] * 14,
    **{metric: [None] * 14 for metric in SENT},
}
QUIET = usage_of(KEEPS)


def last_day(metric, value):
    return usage_of({**KEEPS, metric: [0.0] * 13 + [value]})


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, QUIET, Waste),
        ({"group_id": None, "group_member_count": None, "is_in_global_datastore": None}, QUIET, Waste),
        ({"engine": "valkey"}, QUIET, Waste),
        ({}, last_day("SetTypeCmds.Sum", None), Waste),
        ({}, last_day("SetTypeCmds.Sum", 0.0), Waste),
        ({}, last_day("CacheHits.Sum", 1.0), Fine),
        ({}, last_day("CacheMisses.Sum", 1.0), Fine),
        ({}, last_day("GetTypeCmds.Sum", 1.0), Fine),
        ({}, last_day("SetTypeCmds.Sum", 1.0), Fine),
        ({}, last_day("PubSubBasedCmds.Sum", 1.0), Fine),
        ({}, last_day("EvalBasedCmds.Sum", 1.0), Fine),
        ({}, last_day("CurrConnections.Maximum", 7.0), Fine),
        ({}, usage_of({"SetTypeCmds.Sum": [3.0]}), Fine),
        ({"engine": "memcached"}, QUIET, Fine),
        ({"state": "snapshotting"}, QUIET, Fine),
        ({"state": "creating"}, usage_of({}), Fine),
        ({"group_member_count": 2}, QUIET, Fine),
        ({"is_in_global_datastore": True}, QUIET, Fine),
        ({"created_at": ago(13)}, usage_of({}), Fine),
        ({"group_member_count": None, "is_in_global_datastore": None}, QUIET, Unknown),
        ({}, last_day("CurrConnections.Maximum", None), Unknown),
        ({}, last_day("CacheHits.Sum", None), Unknown),
        ({}, usage_of({name: values[1:] for name, values in KEEPS.items()}), Unknown),
        ({}, usage_of({name: values for name, values in KEEPS.items() if name != "SetTypeCmds.Sum"}), Unknown),
        ({}, usage_of({}), Unknown),
        ({"created_at": None}, usage_of({}), Unknown),
    ],
)
def test_a_cache_without_a_command_for_two_weeks_is_idle(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_the_sentence_names_nodes_engine_and_what_was_looked_at():
    verdict = waste(RULE, WASTEFUL, seen=QUIET)
    assert verdict.saves == ALL
    assert verdict.because == (
        "1 node cache.m5.large (redis) without a command that reads or writes and with no more than the 6 connections "
        "that ElastiCache keeps, on any of the last 14 days."
    )


def test_a_member_of_a_group_says_why_it_is_left_alone():
    assert "stand by" in RULE.ask(replace(WASTEFUL, group_member_count=3), usage=QUIET, settings={}).because


def test_days_and_connections_are_settings():
    assert isinstance(RULE.ask(WASTEFUL, usage=QUIET, settings={"idle_days": 15}), Unknown)
    assert isinstance(RULE.ask(WASTEFUL, usage=QUIET, settings={"max_connections": 5}), Fine)
