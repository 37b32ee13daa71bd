"""A MemoryDB cluster that nobody reads from or writes to."""

from dataclasses import replace

import pytest

from connections.resources.caches import MemoryCluster
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_memorydb_cluster_idle")
WASTEFUL = MemoryCluster(
    **ACCOUNT,
    resource_id="arn:aws:memorydb:us-east-1:111122223333:cluster/ledger",
    name="ledger",
    created_at=ago(300),
    state="available",
    node_type="db.r6g.large",
    engine="valkey",
    shard_count=2,
)
# What the engine counts, and no value by kind of command: asked for each day, and there was no such command.
SENT = ("GetTypeCmds.Sum", "SetTypeCmds.Sum", "PubSubBasedCmds.Sum", "EvalBasedCmds.Sum")
KEEPS: dict[str, list[float | None]] = {
    "CurrConnections.Maximum": [6.0] * 14,
    "KeyspaceHits.Sum": [0.0] * 14,
    "KeyspaceMisses.Sum": [0.0] * 14,
    **{metric: [None] * 14 for metric in SENT},
}
QUIET = usage_of(KEEPS)


def last_day(metric, value):
    return usage_of({**KEEPS, metric: [0.0] * 13 + [value]})


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, QUIET, Waste),
        ({}, last_day("SetTypeCmds.Sum", 0.0), Waste),
        ({}, last_day("SetTypeCmds.Sum", None), Waste),
        ({}, last_day("KeyspaceHits.Sum", 1.0), Fine),
        ({}, last_day("KeyspaceMisses.Sum", 1.0), Fine),
        ({}, last_day("GetTypeCmds.Sum", 1.0), Fine),
        ({}, last_day("SetTypeCmds.Sum", 1.0), Fine),
        ({}, last_day("PubSubBasedCmds.Sum", 1.0), Fine),
        ({}, last_day("EvalBasedCmds.Sum", 1.0), Fine),
        ({}, last_day("CurrConnections.Maximum", 7.0), Fine),
        ({"state": "snapshotting"}, QUIET, Fine),
        ({"multi_region_name": "ldgnf-ledger"}, QUIET, Fine),
        ({"created_at": ago(13)}, usage_of({}), Fine),
        ({}, last_day("CurrConnections.Maximum", None), Unknown),
        ({}, last_day("KeyspaceHits.Sum", None), Unknown),
        ({}, last_day("KeyspaceMisses.Sum", None), Unknown),
        ({}, usage_of({name: values[1:] for name, values in KEEPS.items()}), Unknown),
        ({}, usage_of({name: values for name, values in KEEPS.items() if name != "SetTypeCmds.Sum"}), Unknown),
        ({}, usage_of({}), Unknown),
        ({"created_at": None}, usage_of({}), Unknown),
    ],
)
def test_a_cluster_without_a_command_for_two_weeks_is_idle(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_the_sentence_names_shards_type_and_what_was_looked_at():
    verdict = waste(RULE, WASTEFUL, seen=QUIET)
    assert verdict.saves == ALL
    assert verdict.because == (
        "2 shards of db.r6g.large (valkey) without a command that reads or writes, and with no more than 6 connections "
        "to a node, on any of the last 14 days."
    )


def test_days_and_connections_are_settings():
    assert isinstance(RULE.ask(WASTEFUL, usage=QUIET, settings={"idle_days": 15}), Unknown)
    assert isinstance(RULE.ask(WASTEFUL, usage=QUIET, settings={"max_connections": 5}), Fine)


def test_the_hint_names_the_cluster_and_a_snapshot():
    assert "--cluster-name ledger --final-snapshot-name ledger-final" in RULE.hint_for(WASTEFUL)
