"""A machine is too large where a smaller size of its family carries all that was measured of it, with room."""

from dataclasses import replace
from decimal import Decimal

import pytest

from audits.evidence import Evidence
from findings.prices import table
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from findings.savings import monthly_saving
from tests.findings.evidence import ago, bill, usage_of, waste
from tests.findings.machine_days import LARGE, month

RULE = rule("aws_ec2_instance_oversized")


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, month(), Waste),
        ({}, month(p95=30, peak=45), Waste),
        ({}, month(p95=30.1, peak=45), Fine),
        ({}, month(p95=30, peak=45.1), Fine),
        ({}, month(at={11: 95}), Fine),
        ({}, month(at={11: 95, 12: None}), Fine),
        ({}, month(memory=40), Waste),
        ({}, month(memory=41), Fine),
        ({}, month(memory=None), Unknown),
        ({}, month(memory=None, p95=40, peak=60), Fine),
        ({}, month(disk=None), Unknown),
        ({}, month(disk=8000), Fine),
        ({}, month(network=15_000), Fine),
        ({}, month(network=None), Unknown),
        ({}, month(at={11: None}), Unknown),
        ({}, month(p95=None), Unknown),
        ({}, month(traffic=None), Unknown),
        ({}, month(days=29), Unknown),
        ({}, usage_of({}), Unknown),
        ({"launched_at": ago(8)}, usage_of({}), Fine),
        ({"launched_at": None}, usage_of({}), Unknown),
        ({}, month(p95=1, peak=3, traffic=1), Fine),
        ({}, month(p95=1, peak=3, traffic=900), Waste),
        ({"instance_type": "m6g.12xlarge"}, month(p95=1, peak=3, traffic=1), Waste),
        ({"instance_type": "m6g.12xlarge"}, month(p95=1, peak=1, traffic=1), Fine),
        ({"state": "stopped"}, month(), Fine),
        ({"lifecycle": "spot"}, month(), Fine),
        ({"autoscaling_group": "web"}, month(), Fine),
        ({"tags": {"eks:cluster-name": "a"}}, month(), Fine),
        ({"tags": {"aws:elasticmapreduce:job-flow-id": "j-1"}}, month(), Fine),
        ({"tags": {"aws:ec2:fleet-id": "f-1"}}, month(), Fine),
        ({"tags": {"kubernetes.io/cluster/shop": "owned"}}, month(), Fine),
        ({"operator": "ecs.amazonaws.com"}, month(), Fine),
        ({"is_from_marketplace": True}, month(), Fine),
        ({"tenancy": "dedicated"}, month(), Fine),
        ({"tenancy": "host"}, month(), Fine),
        ({"tenancy": None}, month(), Waste),
        ({"vcpus": 8}, month(), Waste),
        ({"vcpus": 4}, month(), Fine),
        ({"platform": "Windows", "instance_type": "m5.2xlarge"}, month(), Waste),
        ({"platform": "Windows with SQL Server Standard", "instance_type": "m5.2xlarge"}, month(), Waste),
        ({"platform": "Windows with SQL Server Standard", "instance_type": "m5.xlarge"}, month(), Fine),
        ({"instance_type": "m6g.medium"}, month(), Fine),
        ({"instance_type": "t4g.2xlarge"}, month(), Fine),
        ({"instance_type": "g5.2xlarge"}, month(), Fine),
        ({"instance_type": "g3.4xlarge"}, month(), Unknown),
        ({"instance_type": ""}, month(), Unknown),
    ],
)
def test_a_smaller_size_has_to_carry_all_of_it_with_room(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(LARGE, **changed), usage=seen, settings={}), verdict)


def test_the_saving_is_its_own_cost_by_the_ratio_of_list_prices_and_none_for_what_has_a_licence_in_it():
    found = waste(RULE, LARGE, seen=month(p95=20))
    evidence = Evidence(thing=LARGE, usage=month(), bill=bill(cost="7.2", usage_type="BoxUsage:m6g.2xlarge"))
    saving = monthly_saving(saves=found.saves, evidence=evidence, listed=table("aws"))
    assert (saving.monthly, saving.basis) == (Decimal("109.575"), "PRICES")
    windows = replace(LARGE, platform="Windows", instance_type="m5.2xlarge")
    assert waste(RULE, windows, seen=month()).saves == UNTOLD


def test_the_sentence_says_what_was_measured_and_what_the_smaller_one_has():
    because = waste(RULE, LARGE, seen=month(p95=20)).because
    assert because.startswith(
        "m6g.2xlarge (8 vCPU, 32 GiB): over the last 30 days 95 % of a day's CPU samples were at 20"
    )
    assert because.endswith(
        "m6g.xlarge (4 vCPU, 16 GiB) carries that at 50 % of the list price. EBS operations a second were not compared."
    )
    assert "It used at most 5.8 GiB of memory." in because


def test_the_smallest_that_fits_is_named():
    assert "m6g.large (2 vCPU, 8 GiB)" in waste(RULE, LARGE, seen=month(p95=5, peak=18)).because


@pytest.mark.parametrize("setting", [{"p95_cpu": 20}, {"peak_cpu": 30}, {"memory_percent": 30}])
def test_how_much_room_there_is_to_be_is_a_setting(setting):
    assert isinstance(RULE.ask(LARGE, usage=month(), settings=setting), Fine)
