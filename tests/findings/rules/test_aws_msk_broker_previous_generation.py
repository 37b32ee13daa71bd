"""Kafka brokers of the M5 family."""

from dataclasses import replace
from decimal import Decimal

import pytest

from findings.registry import rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.evidence import waste
from tests.findings.rules.test_aws_msk_cluster_idle import WASTEFUL

RULE = rule("aws_msk_broker_previous_generation")


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"instance_type": "kafka.m5.16xlarge"}, Waste),
        ({"instance_type": "kafka.m5.24xlarge"}, Fine),
        ({"instance_type": "kafka.m7g.large"}, Fine),
        ({"instance_type": "kafka.t3.small"}, Fine),
        ({"instance_type": "express.m7g.large"}, Fine),
        ({"instance_type": "", "cluster_type": "SERVERLESS"}, Fine),
        ({"kafka_version": "4.0.x.kraft"}, Waste),
        ({"kafka_version": "3.3.2"}, Waste),
        ({"kafka_version": "3.3.1"}, Fine),
        ({"kafka_version": "2.8.2.tiered"}, Waste),
        ({"kafka_version": "2.8.1"}, Fine),
        ({"kafka_version": "3.1.1"}, Fine),
        ({"kafka_version": ""}, Unknown),
        ({"kafka_version": "newest"}, Unknown),
        ({"kafka_version": "", "instance_type": "kafka.m7g.large"}, Fine),
        ({"state": "UPDATING"}, Fine),
        ({"state": "HEALING"}, Fine),
    ],
)
def test_brokers_are_of_a_previous_generation_where_a_later_one_runs_their_kafka(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_it_saves_a_part_of_what_its_brokers_cost_by_list_prices_and_nothing_of_its_disks():
    found = waste(RULE, WASTEFUL)
    assert (found.saves.fraction, found.saves.part_of) == (Decimal("0.028"), ("Kafka.m5.large",))
    assert found.saves.is_by_list
    assert found.because == (
        "3 x kafka.m5.large, of 2 vCPU and 8 GiB; kafka.m7g.large of a later generation has 2 and 8 at a list price "
        "about 3 % lower."
    )
