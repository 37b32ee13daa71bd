"""A RabbitMQ broker to which nobody connects."""

from dataclasses import replace

import pytest

from connections.resources.messaging import Broker
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage, usage_of, waste

RULE = rule("aws_mq_rabbitmq_broker_idle")
WASTEFUL = Broker(
    **ACCOUNT,
    resource_id="arn:aws:mq:us-east-1:111122223333:broker:orders:b-1234a5b6-78cd-901e-2fgh-3i45j6k178l9",
    name="orders",
    created_at=ago(300),
    state="RUNNING",
    engine="RABBITMQ",
    deployment="CLUSTER_MULTI_AZ",
    instance_type="mq.m5.large",
)
QUIET = usage(days=14, ConnectionCount_Maximum=0.0)


def last_day(value):
    return usage_of({"ConnectionCount.Maximum": [0.0] * 13 + [value]})


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, QUIET, Waste),
        ({"deployment": "SINGLE_INSTANCE"}, QUIET, Waste),
        ({}, last_day(1.0), Fine),
        ({}, last_day(0.5), Fine),
        ({}, usage_of({"ConnectionCount.Maximum": [1.0]}), Fine),
        ({"engine": "ACTIVEMQ"}, QUIET, Fine),
        ({"state": "REBOOT_IN_PROGRESS"}, QUIET, Fine),
        ({"state": "REPLICA"}, QUIET, Fine),
        ({"state": "CRITICAL_ACTION_REQUIRED"}, QUIET, Fine),
        ({"created_at": ago(13)}, usage_of({}), Fine),
        ({}, last_day(None), Unknown),
        ({}, usage(days=13, ConnectionCount_Maximum=0.0), Unknown),
        ({}, usage_of({}), Unknown),
        ({"created_at": None}, usage_of({}), Unknown),
    ],
)
def test_a_broker_without_a_connection_for_two_weeks_is_idle(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_the_sentence_names_type_and_engine():
    verdict = waste(RULE, WASTEFUL, seen=QUIET)
    assert verdict.saves == ALL
    assert verdict.because == "mq.m5.large (RabbitMQ) without a single connection on any of the last 14 days."


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=QUIET, settings={"idle_days": 15}), Unknown)


def test_the_hint_names_the_broker_by_its_id():
    assert RULE.hint_for(WASTEFUL).endswith("--broker-id b-1234a5b6-78cd-901e-2fgh-3i45j6k178l9")
