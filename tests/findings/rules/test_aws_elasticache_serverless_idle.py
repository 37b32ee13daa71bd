"""A serverless cache that nobody sends a command to."""

from dataclasses import replace
from decimal import Decimal

import pytest

from audits.evidence import Evidence
from connections.resources.caches import ServerlessCache
from findings.evaluate import evaluate
from findings.registry import rule
from findings.rule import ALL_OF_LATE, Fine, Unknown, Waste
from findings.verify import verify
from tests.findings.evidence import ACCOUNT, ago, bill, usage_of

RULE = rule("aws_elasticache_serverless_idle")
WASTEFUL = ServerlessCache(
    **ACCOUNT,
    resource_id="arn:aws:elasticache:us-east-1:111122223333:serverlesscache:sessions",
    name="sessions",
    created_at=ago(300),
    state="available",
    engine="valkey",
    engine_version="8.0",
)
STILL = {"TotalCmdsCount.Sum": [0.0] * 14, "CurrConnections.Maximum": [0.0] * 14}
QUIET = usage_of(STILL)


def last_day(metric, value):
    return usage_of({**STILL, metric: [0.0] * 13 + [value]})


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, QUIET, Waste),
        ({"engine": "redis"}, QUIET, Waste),
        ({"engine": "memcached"}, QUIET, Waste),
        ({"created_at": None}, QUIET, Waste),
        ({}, last_day("TotalCmdsCount.Sum", 1.0), Fine),
        ({}, last_day("CurrConnections.Maximum", 1.0), Fine),
        ({}, usage_of({"TotalCmdsCount.Sum": [5.0]}), Fine),
        ({}, usage_of({"CurrConnections.Maximum": [2.0]}), Fine),
        ({"state": "modifying"}, QUIET, Fine),
        ({"state": "creating"}, usage_of({}), Fine),
        ({"created_at": ago(13)}, usage_of({}), Fine),
        ({}, last_day("TotalCmdsCount.Sum", None), Unknown),
        ({}, last_day("CurrConnections.Maximum", None), Unknown),
        ({}, usage_of({name: values[1:] for name, values in STILL.items()}), Unknown),
        ({}, usage_of({"CurrConnections.Maximum": [0.0] * 14}), Unknown),
        ({}, usage_of({"TotalCmdsCount.Sum": [0.0] * 14}), Unknown),
        ({}, usage_of({"TotalCmdsCount.Sum": [None] * 14, "CurrConnections.Maximum": [0.0] * 14}), Unknown),
        ({}, usage_of({}), Unknown),
        ({"created_at": None}, usage_of({}), Unknown),
    ],
)
def test_a_serverless_cache_is_idle_without_a_command_and_a_connection_on_every_day(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_what_it_was_charged_of_late_is_saved_and_the_sentence_has_the_days():
    found = RULE.ask(WASTEFUL, usage=QUIET, settings={})
    assert found.saves == ALL_OF_LATE
    assert found.because == ("Serverless cache (valkey) without a command or a connection on any of the last 14 days.")


@pytest.mark.parametrize(
    ("meter", "confidence"),
    [("CachedData:Valkey", "VERIFIED"), ("ElastiCacheProcessingUnits:Valkey", "ESTIMATED")],
)
def test_units_on_the_bill_contradict_a_cache_without_commands(meter, confidence):
    billed = bill(cost="0.2", usage_type=meter, consumed_quantity=Decimal("2.4"), consumed_unit="x")
    [judgement] = evaluate([Evidence(thing=WASTEFUL, usage=QUIET, bill=billed)], [RULE], {})
    assert verify(judgement).confidence == confidence
