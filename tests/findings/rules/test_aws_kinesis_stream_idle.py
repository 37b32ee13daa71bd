"""A data stream into which nothing is put."""

from dataclasses import replace
from decimal import Decimal

import pytest

from audits.evidence import Evidence
from connections.resources.messaging import Stream
from findings.evaluate import evaluate
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from findings.verify import verify
from tests.findings.evidence import ACCOUNT, ago, bill, usage_of, waste

RULE = rule("aws_kinesis_stream_idle")
WASTEFUL = Stream(
    **ACCOUNT,
    resource_id="arn:aws:kinesis:us-east-1:111122223333:stream/clicks",
    name="clicks",
    created_at=ago(300),
    state="ACTIVE",
    mode="PROVISIONED",
)
PUT, READ = "IncomingBytes.Sum", "GetRecords.Bytes.Sum"
NONE = [None] * 14
# Asked for each day, and there was nothing: that is how CloudWatch says that nothing was put.
QUIET = usage_of({PUT: NONE, READ: NONE})


def on(day, *, metric=PUT, value=800.0):
    values = [None] * 14
    values[day] = value
    return usage_of({PUT: NONE, READ: NONE, metric: values})


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, QUIET, Waste),
        ({"mode": "ON_DEMAND"}, QUIET, Waste),
        ({}, on(3, value=0.0), Waste),
        ({}, usage_of({PUT: NONE, READ: [0.0] * 14}), Waste),
        ({}, on(0), Fine),
        ({}, on(13), Fine),
        ({}, on(5, metric=READ), Fine),
        ({}, usage_of({PUT: [1.0]}), Fine),
        ({"state": "UPDATING"}, QUIET, Fine),
        ({"state": "CREATING"}, usage_of({}), Fine),
        ({"created_at": ago(13)}, QUIET, Fine),
        ({"created_at": ago(13)}, usage_of({}), Fine),
        ({}, usage_of({}), Unknown),
        ({}, usage_of({PUT: NONE}), Unknown),
        ({}, usage_of({READ: NONE}), Unknown),
        ({}, usage_of({PUT: NONE[1:], READ: NONE}), Unknown),
        ({"created_at": None}, QUIET, Unknown),
        ({"created_at": None}, usage_of({}), Unknown),
    ],
)
def test_a_stream_into_which_nothing_is_put_for_two_weeks_is_idle(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_the_sentence_says_what_is_charged():
    verdict = waste(RULE, WASTEFUL, seen=QUIET)
    assert verdict.saves == ALL
    assert verdict.because == (
        "Nothing was put into it or read from it on any of the last 14 days; it is charged by the hour of each shard."
    )
    assert waste(RULE, replace(WASTEFUL, mode="ON_DEMAND"), seen=QUIET).because.endswith("charged by the hour.")


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=QUIET, settings={"idle_days": 15}), Unknown)


def test_the_hint_names_the_stream():
    assert RULE.hint_for(WASTEFUL).endswith("--stream-name clicks")


SHARDS = bill(cost="0.72", usage_type="Storage-ShardHour", consumed_quantity=Decimal(48), consumed_unit="Hrs")


def confidence(the_bill):
    [judgement] = evaluate([Evidence(thing=WASTEFUL, usage=QUIET, bill=the_bill)], [RULE], {RULE.id: {}})
    return verify(judgement).confidence


def test_days_without_a_value_are_known_where_they_were_asked_for():
    assert confidence(SHARDS) == "VERIFIED"


def test_a_bill_that_charges_puts_contradicts():
    puts = bill(cost="0.01", usage_type="PutRequestPayloadUnits", consumed_quantity=Decimal(9), consumed_unit="Units")
    assert confidence(replace(SHARDS, lines=SHARDS.lines + puts.lines)) == "ESTIMATED"
