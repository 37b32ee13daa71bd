"""A database is too large where a smaller class of its family carries all that was measured of it, with room."""

from dataclasses import replace
from decimal import Decimal

import pytest

from audits.evidence import Evidence
from connections.resources import Database
from findings.prices import table
from findings.registry import rule
from findings.rule import Fine, Unknown, Waste
from findings.savings import monthly_saving
from tests.findings.evidence import ACCOUNT, ago, bill, usage_of, waste

RULE = rule("aws_rds_database_oversized")
# 8 processors, 32 GiB.
WASTEFUL = Database(
    **ACCOUNT,
    resource_id="arn:aws:rds:us-east-1:111122223333:db:shop",
    name="shop",
    created_at=ago(300),
    state="available",
    instance_class="db.m6g.2xlarge",
    engine="postgres",
    storage_gib=100,
)
GIB = 1024**3
SERIES = {
    "peak": "CPUUtilization.Maximum",
    "p95": "CPUUtilization.p95",
    "free": "FreeableMemory.Minimum",
    "connections": "DatabaseConnections.Maximum",
    "received": "NetworkReceiveThroughput.Maximum",
    "sent": "NetworkTransmitThroughput.Maximum",
    "read": "ReadThroughput.Maximum",
    "written": "WriteThroughput.Maximum",
    "reads": "ReadIOPS.Maximum",
    "writes": "WriteIOPS.Maximum",
}
QUIET = {"peak": 30.0, "p95": 15.0, "free": 22.0, "connections": 40.0, "received": 9.0, "sent": 9.0, "read": 20.0,
         "written": 20.0, "reads": 200.0, "writes": 300.0}  # fmt: skip


def month(*, days=30, last_day=None, **more):
    """Each day alike: CPU in percent, free memory in GiB, rates in MB a second. `last_day` differs from the others."""
    last = {**QUIET, **more, **(last_day or {})}
    values = {name: [value] * (days - 1) + [last[name]] for name, value in {**QUIET, **more}.items()}
    scale = {"peak": 1, "p95": 1, "connections": 1, "free": GIB, "reads": 1, "writes": 1}
    return usage_of(
        {
            SERIES[name]: [None if one is None else one * scale.get(name, 1e6) for one in of_days]
            for name, of_days in values.items()
        }
    )


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, month(), Waste),
        ({"engine": "mysql"}, month(), Waste),
        ({"engine": "mariadb"}, month(), Waste),
        ({"is_multi_az": True}, month(), Waste),
        ({"instance_class": "db.r6i.4xlarge"}, month(free=100.0), Waste),
        ({}, month(p95=30.0, peak=45.0), Waste),
        ({}, month(p95=30.1, peak=45.0), Fine),
        ({}, month(last_day={"peak": 45.1}), Fine),
        ({}, month(last_day={"peak": 91.0, "free": None}), Fine),
        ({}, month(free=19.3), Waste),
        ({}, month(last_day={"free": 19.1}), Fine),
        ({}, month(connections=1300.0), Waste),
        ({}, month(last_day={"connections": 1320.0}), Fine),
        ({"engine": "mysql"}, month(connections=1100.0), Fine),
        ({"engine": "mariadb"}, month(connections=550.0), Fine),
        ({}, month(received=80.0, sent=70.0), Waste),
        ({}, month(last_day={"received": 90.0, "sent": 70.0}), Fine),
        ({}, month(read=70.0, written=70.0), Waste),
        ({}, month(last_day={"read": 80.0, "written": 70.0}), Fine),
        ({}, month(reads=1500.0, writes=1500.0), Waste),
        ({}, month(last_day={"reads": 1600.0, "writes": 1500.0}), Fine),
        ({}, month(connections=0.0), Fine),
        ({"state": "stopped"}, month(), Fine),
        ({"state": "modifying"}, month(), Fine),
        ({"cluster_id": "orders"}, month(), Fine),
        ({"replica_of": "main"}, month(), Fine),
        ({"replica_ids": ("copy",)}, month(), Fine),
        ({"name": "orders-green-a1b2c3"}, month(), Fine),
        ({"engine": "oracle-ee"}, month(), Fine),
        ({"engine": "sqlserver-se"}, month(), Fine),
        ({"engine": "aurora-mysql"}, month(), Fine),
        ({"instance_class": "db.serverless"}, month(), Fine),
        ({"instance_class": "db.t4g.2xlarge"}, month(), Fine),
        ({"instance_class": "db.m6g.large"}, month(free=7.5, p95=4.0, peak=9.0, read=3.0, written=3.0), Fine),
        ({"instance_class": "db.m6gd.2xlarge"}, month(), Fine),
        ({"created_at": ago(8)}, month(days=7), Fine),
        ({}, month(days=29), Unknown),
        ({}, month(last_day={"free": None}), Unknown),
        ({}, month(last_day={"p95": None}), Unknown),
        ({}, month(last_day={"connections": None}), Unknown),
        ({}, month(last_day={"sent": None}), Unknown),
        ({}, month(last_day={"written": None}), Unknown),
        ({}, month(last_day={"reads": None}), Unknown),
        ({}, month(last_day={"writes": None}), Unknown),
        ({}, month(last_day={"free": 40.0}), Unknown),
        ({}, usage_of({}), Unknown),
        ({"created_at": None}, usage_of({}), Unknown),
        ({"instance_class": "db.m99.2xlarge"}, month(), Unknown),
    ],
)
def test_a_smaller_class_has_to_carry_all_of_it_with_room(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_the_sentence_says_what_was_measured_and_what_the_smaller_class_has():
    assert waste(RULE, WASTEFUL, seen=month()).because == (
        "db.m6g.2xlarge (postgres; 8 vCPU, 32 GiB): over the last 30 days 95 % of a day's CPU samples were at 15.0 % or "
        "below, none above 30.0 %, and memory for use and connections never came to more than 10.0 GiB. db.m6g.xlarge "
        "(4 vCPU, 16 GiB) carries that."
    )


def test_the_smallest_class_that_fits_is_named():
    assert "db.m6g.large (2 vCPU" in waste(RULE, WASTEFUL, seen=month(p95=5.0, peak=20.0, free=28.0)).because


def saving_of(**line):
    saves = waste(RULE, WASTEFUL, seen=month()).saves
    evidence = Evidence(thing=WASTEFUL, usage=month(), bill=bill(cost="7.2", **line))
    return monthly_saving(saves=saves, evidence=evidence, listed=table("aws"))


@pytest.mark.parametrize("meter", ["InstanceUsage:db.m6g.2xlarge", "Multi-AZUsage:db.m6g.2xlarge"])
def test_the_saving_is_a_part_of_what_its_hours_cost_and_an_estimate(meter):
    saving = saving_of(usage_type=meter)
    assert (saving.monthly, saving.basis) == (Decimal("109.575"), "PRICES")


def test_what_a_commitment_covers_or_storage_costs_has_no_figure():
    covered = saving_of(usage_type="InstanceUsage:db.m6g.2xlarge", commitment_discount_id="ri-1")
    assert covered.monthly is None
    assert not saving_of(usage_type="RDS:GP3-Storage").monthly


@pytest.mark.parametrize("setting", [{"p95_cpu": 20}, {"peak_cpu": 50}, {"memory_percent": 50}])
def test_how_much_room_there_is_to_be_is_a_setting(setting):
    assert isinstance(RULE.ask(WASTEFUL, usage=month(), settings=setting), Fine)
