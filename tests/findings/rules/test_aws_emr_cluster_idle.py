"""Clusters of EMR that wait for work."""

from dataclasses import replace

import pytest

from connections.resources.emr_clusters import EmrCluster
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_emr_cluster_idle")
WASTEFUL = EmrCluster(
    **ACCOUNT,
    resource_id="arn:aws:elasticmapreduce:us-east-1:111122223333:cluster/j-0123456789ABC",
    name="reports",
    created_at=ago(90),
    state="WAITING",
    is_scaled_by_emr=True,
)


def idle(*values):
    return usage_of({"IsIdle.Minimum": values})


WAITS = idle(*[1.0] * 14)


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, WAITS, Waste),
        ({}, idle(0.0, *[1.0] * 14), Waste),
        ({"created_at": None}, WAITS, Waste),
        ({}, idle(*[1.0] * 13, 0.0), Fine),
        ({}, idle(0.0, *[1.0] * 13), Fine),
        ({}, idle(0.0, *[None] * 13), Fine),
        ({"is_scaled_by_emr": False}, idle(0.0, *[1.0] * 13), Fine),
        ({}, idle(*[1.0] * 13), Unknown),
        ({}, idle(*[1.0] * 7, None, *[1.0] * 6), Unknown),
        ({}, usage_of({}), Unknown),
        ({"is_scaled_by_emr": False}, WAITS, Unknown),
        ({"is_scaled_by_emr": None}, WAITS, Unknown),
        ({"created_at": ago(13)}, idle(*[1.0] * 13), Fine),
        ({"created_at": None}, idle(*[1.0] * 13), Unknown),
        ({"state": "RUNNING"}, WAITS, Fine),
        ({"state": "BOOTSTRAPPING"}, WAITS, Fine),
        ({"state": ""}, WAITS, Fine),
    ],
)
def test_a_cluster_that_emr_scales_and_that_was_idle_at_every_check_of_fourteen_days_is_waste(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_the_sentence_says_for_how_long():
    found = waste(RULE, WASTEFUL, seen=WAITS)
    assert found.saves == ALL
    assert found.because == "It had nothing to do at any check on each of the last 14 days, and waits."


def test_that_others_leave_its_metastore_and_its_disks_alone_is_assumed_as_no_metric_tells():
    assert RULE.assumes == "that no other cluster uses its Hive metastore or its HDFS"


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=WAITS, settings={"idle_days": 15}), Unknown)
