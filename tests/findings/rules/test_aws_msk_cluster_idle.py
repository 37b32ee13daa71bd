"""A Kafka cluster that nothing goes through but MSK's own checks."""

from dataclasses import replace
from decimal import Decimal

import pytest

from audits.evidence import Evidence
from connections.resources.kafka import KafkaCluster
from findings.evaluate import evaluate
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from findings.verify import verify
from tests.findings.evidence import ACCOUNT, ago, bill, usage_of, waste

RULE = rule("aws_msk_cluster_idle")
WASTEFUL = KafkaCluster(
    **ACCOUNT,
    resource_id="arn:aws:kafka:us-east-1:111122223333:cluster/orders/1a2b-7",
    name="orders",
    created_at=ago(300),
    state="ACTIVE",
    cluster_type="PROVISIONED",
    kafka_version="3.7.x",
    instance_type="kafka.m5.large",
    broker_count=3,
    broker_ids=("1", "2", "5"),
)
IN, OUT = "BytesInPerSec.Sum", "BytesOutPerSec.Sum"
A_DAY = 1440 * 3  # of one byte a second to each of three brokers
CHECKS = [200 * A_DAY] * 30
QUIET = usage_of({IN: CHECKS, OUT: CHECKS})


def on(day, rate, *, metric=IN):
    values = list(CHECKS)
    values[day] = None if rate is None else rate * A_DAY
    return usage_of({IN: CHECKS, OUT: CHECKS, metric: values})


def always(rate):
    return usage_of({IN: [rate * A_DAY] * 30, OUT: [rate * A_DAY] * 30})


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, QUIET, Waste),
        ({}, always(0), Waste),
        ({}, always(1000), Waste),
        ({}, always(1001), Fine),
        ({}, usage_of({IN: CHECKS, OUT: [5000 * A_DAY] * 30}), Fine),
        ({}, on(0, 1500), Fine),
        ({}, on(29, 1500, metric=OUT), Fine),
        ({}, on(10, 399), Waste),
        ({}, on(10, 401), Unknown),
        ({}, on(10, 401, metric=OUT), Unknown),
        ({}, on(10, 0), Unknown),
        ({}, on(10, None), Unknown),
        ({}, on(10, None, metric=OUT), Unknown),
        ({}, usage_of({IN: [1500 * A_DAY]}), Fine),
        ({}, usage_of({IN: CHECKS}), Unknown),
        ({}, usage_of({}), Unknown),
        ({"created_at": None}, QUIET, Waste),
        ({"created_at": ago(29)}, QUIET, Fine),
        ({"created_at": ago(29)}, usage_of({}), Fine),
        ({"state": "UPDATING"}, QUIET, Fine),
        ({"state": "CREATING"}, usage_of({}), Fine),
        ({"broker_ids": None}, QUIET, Unknown),
        ({"broker_ids": ()}, QUIET, Unknown),
        ({"broker_ids": ("1", "2")}, always(700), Fine),
        ({"cluster_type": "SERVERLESS", "broker_ids": None}, usage_of({}), Unknown),
    ],
)
def test_a_cluster_is_idle_where_no_more_than_msks_own_checks_goes_through_it_day_after_day(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_the_sentence_names_the_brokers_and_the_most_that_went_through_one():
    verdict = waste(RULE, WASTEFUL, seen=QUIET)
    assert verdict.saves == ALL
    assert verdict.because == (
        "3 brokers kafka.m5.large with 200 bytes a second in or out of each at most, much the same on each of the last "
        "30 days, as MSK's own checks are."
    )


def test_that_these_are_msks_own_checks_is_assumed_as_clients_may_send_as_little_and_as_evenly():
    devices_of_three_brokers = 400 * 200 / 30 / 3
    assert waste(RULE, WASTEFUL, seen=always(devices_of_three_brokers)).saves == ALL
    assert "MSK's own checks" in RULE.assumes


def test_days_and_bytes_are_settings():
    assert isinstance(RULE.ask(WASTEFUL, usage=QUIET, settings={"idle_days": 31}), Unknown)
    assert isinstance(RULE.ask(WASTEFUL, usage=QUIET, settings={"max_bytes_per_second": 199}), Fine)


@pytest.mark.parametrize(
    ("usage_type", "hours", "confidence"),
    [
        ("Kafka.m5.large", 72, "VERIFIED"),
        ("Express.m7g.large", 72, "VERIFIED"),
        ("Kafka.m5.large", 9, "ESTIMATED"),
        ("Kafka.Storage.GP2", 72, "ESTIMATED"),
    ],
)
def test_the_bill_must_charge_its_brokers_all_day(usage_type, hours, confidence):
    charged = bill(cost="15", usage_type=usage_type, consumed_quantity=Decimal(hours), consumed_unit="Hrs")
    [judgement] = evaluate([Evidence(thing=WASTEFUL, usage=QUIET, bill=charged)], [RULE], {RULE.id: {}})
    assert verify(judgement).confidence == confidence
