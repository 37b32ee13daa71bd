"""A cache is too large where a smaller node of its family carries all that was measured of it, with room."""

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

RULE = rule("aws_elasticache_cluster_oversized")
# 8 processors, 32 GiB.
WASTEFUL = CacheCluster(
    **ACCOUNT,
    resource_id="arn:aws:elasticache:us-east-1:111122223333:cluster:sessions-001",
    name="sessions-001",
    created_at=ago(300),
    state="available",
    node_type="cache.m6g.2xlarge",
    node_count=1,
    engine="valkey",
    group_id="sessions",
    group_member_count=1,
    is_in_global_datastore=False,
)
SERIES = {
    "peak": "CPUUtilization.Maximum",
    "p95": "CPUUtilization.p95",
    "engine_peak": "EngineCPUUtilization.Maximum",
    "engine_p95": "EngineCPUUtilization.p95",
    "memory": "BytesUsedForCache.Maximum",
    "share": "DatabaseMemoryUsagePercentage.Maximum",
    "received": "NetworkBytesIn.Maximum",
    "sent": "NetworkBytesOut.Maximum",
    "hits": "CacheHits.Sum",
    "misses": "CacheMisses.Sum",
}
GIB = 1024**3
# Of 32 GiB 25.6 are for data, by a node's own parameters.
QUIET = {"peak": 30.0, "p95": 15.0, "engine_peak": 70.0, "engine_p95": 40.0, "memory": 6.4 * GIB, "share": 25.0,
         "received": 2e8, "sent": 3e8, "hits": 9e5, "misses": 1e4}  # fmt: skip
TINY = {"memory": 1.28 * GIB, "share": 10.0}


def month(*, days=30, last_day=None, **more):
    of_days = {**QUIET, **more}
    last = {**of_days, **(last_day or {})}
    return usage_of({SERIES[name]: [value] * (days - 1) + [last[name]] for name, value in of_days.items()})


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, month(), Waste),
        ({"engine": "redis"}, month(), Waste),
        ({"group_id": None, "group_member_count": None, "is_in_global_datastore": None}, month(), Waste),
        ({}, month(p95=30.0, peak=45.0, memory=7.5 * GIB), Waste),
        ({}, month(engine_p95=60.0, engine_peak=90.0), Waste),
        ({}, month(last_day={"engine_p95": 60.1}), Fine),
        ({}, month(last_day={"engine_peak": 90.1}), Fine),
        ({}, month(hits=0.0), Waste),
        ({}, month(misses=0.0), Waste),
        ({}, month(last_day={"p95": 30.1}), Fine),
        ({}, month(last_day={"peak": 45.1}), Fine),
        ({}, month(last_day={"peak": 91.0, "memory": None}), Fine),
        ({}, month(last_day={"memory": 7.7 * GIB}), Fine),
        ({}, month(last_day={"sent": 1e10}), Fine),
        ({}, month(last_day={"received": 1e10}), Fine),
        ({}, month(hits=0.0, misses=0.0), Fine),
        ({"group_member_count": 2}, month(), Fine),
        ({"is_in_global_datastore": True}, month(), Fine),
        ({"engine": "memcached", "group_id": None}, month(), Fine),
        ({"state": "snapshotting"}, month(), Fine),
        ({"node_type": "cache.t4g.medium"}, month(), Fine),
        ({"node_type": "cache.m6g.large"}, month(memory=0.1 * GIB, p95=4.0, peak=9.0), Fine),
        ({"node_type": "cache.m6g.xlarge"}, month(**TINY, p95=4.0, peak=22.5), Waste),
        ({"node_type": "cache.m6g.xlarge"}, month(**TINY, p95=4.0, peak=22.6), Fine),
        ({"node_type": "cache.r6gd.2xlarge"}, month(memory=12.8 * GIB), Fine),
        ({"created_at": ago(8)}, month(days=7), Fine),
        ({}, month(days=29), Unknown),
        *(({}, month(last_day={name: None}), Unknown) for name in SERIES),
        ({"node_type": "cache.m6g.xlarge"}, month(memory=3.2 * GIB, share=12.5), Unknown),
        ({}, month(last_day={"share": 50.0}), Unknown),
        ({}, month(last_day={"share": 0.0}), Unknown),
        ({"group_member_count": None}, month(), Unknown),
        ({"is_in_global_datastore": None}, month(), Unknown),
        ({"node_type": "cache.m99.2xlarge"}, month(), Unknown),
        ({}, usage_of({}), Unknown),
        ({"created_at": None}, usage_of({}), Unknown),
    ],
)
def test_a_smaller_node_has_to_carry_all_of_it_with_room(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_a_burstable_node_is_told_by_its_credits():
    verdict = RULE.ask(replace(WASTEFUL, node_type="cache.t4g.medium"), usage=month(), settings={})
    assert verdict == Fine("A burstable type: its credits tell more than its peaks.")


def test_the_sentence_says_what_was_measured_and_the_saving_is_a_part_of_its_hours():
    found = waste(RULE, WASTEFUL, seen=month())
    assert found.because == (
        "cache.m6g.2xlarge (valkey): over the last 30 days 95 % of a day's CPU samples were at 15.0 % or below, none "
        "above 30.0 %, and its data came to at most 6.4 GiB. cache.m6g.xlarge carries that."
    )
    of_bill = bill(cost="7.2", usage_type="NodeUsage:cache.m6g.2xlarge")
    evidence = Evidence(thing=WASTEFUL, usage=month(), bill=of_bill)
    saving = monthly_saving(saves=found.saves, evidence=evidence, listed=table("aws"))
    assert (saving.monthly, saving.basis) == (Decimal("109.575"), "PRICES")


@pytest.mark.parametrize("setting", [{"p95_cpu": 20}, {"peak_cpu": 50}, {"memory_percent": 50}, {"p95_cpu": 39}])
def test_how_much_room_there_is_to_be_is_a_setting(setting):
    assert isinstance(RULE.ask(WASTEFUL, usage=month(), settings=setting), Fine)
