"""A database with far more storage than it fills, would gain in a year, or needs for its operations."""

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

RULE = rule("aws_rds_database_storage_oversized")
WASTEFUL = Database(
    **ACCOUNT,
    resource_id="arn:aws:rds:us-east-1:111122223333:db:archive",
    created_at=ago(300),
    state="available",
    instance_class="db.m6g.large",
    engine="postgres",
    storage_gib=1000,
    storage_type="gp3",
)
GIB = 1024**3


def month(*, days=30, free=880.0, until=None, reads=500.0, writes=300.0, rate=20e6, lost=None):
    """Free GiB, from `free` to `until` in even steps; operations in the busiest second. `lost` is a series' last day."""
    last = free if until is None else until
    values = {
        "FreeStorageSpace.Minimum": [(free + (last - free) * at / (days - 1)) * GIB for at in range(days)],
        "ReadIOPS.Maximum": [reads] * days,
        "WriteIOPS.Maximum": [writes] * days,
        "ReadThroughput.Maximum": [rate] * days,
        "WriteThroughput.Maximum": [rate] * days,
    }
    return usage_of({name: [*of_days[:-1], None] if name == lost else of_days for name, of_days in values.items()})


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, month(), Waste),
        ({"engine": "sqlserver-se"}, month(), Waste),
        ({"is_multi_az": True}, month(), Waste),
        ({"engine": "oracle-ee", "further_volumes": ("RDSDBDATA2",)}, month(), Unknown),
        ({"storage_type": "gp2"}, month(reads=200.0), Waste),
        ({}, month(free=700.5), Waste),
        ({}, month(free=699.0), Fine),
        ({}, month(free=880.0, until=860.0), Fine),
        ({}, month(free=860.0, until=880.0), Waste),
        ({"storage_gib": 200}, month(free=141.0), Waste),
        ({"storage_gib": 190}, month(free=135.0), Fine),
        ({"storage_gib": 100}, month(free=90.0), Fine),
        ({"storage_gib": 100}, usage_of({}), Fine),
        ({}, month(reads=2000.0, writes=1001.0), Fine),
        ({"storage_type": "gp2"}, month(reads=400.0, writes=300.0), Fine),
        ({}, month(rate=65e6), Waste),
        ({}, month(rate=66e6), Fine),
        ({"storage_type": "io1", "iops": 3000}, month(), Fine),
        ({"storage_type": "aurora"}, month(), Fine),
        ({"state": "stopped"}, month(), Fine),
        ({"cluster_id": "orders"}, month(), Fine),
        ({"replica_of": "main"}, month(), Fine),
        ({"replica_ids": ("copy",)}, month(), Fine),
        ({"name": "orders-green-a1b2c3"}, month(), Fine),
        ({"created_at": ago(8)}, month(days=7), Fine),
        ({}, month(days=29), Unknown),
        ({}, month(lost="FreeStorageSpace.Minimum"), Unknown),
        ({}, month(lost="ReadIOPS.Maximum"), Unknown),
        ({}, month(lost="WriteIOPS.Maximum"), Unknown),
        ({}, month(lost="ReadThroughput.Maximum"), Unknown),
        ({}, month(lost="WriteThroughput.Maximum"), Unknown),
        ({}, month(free=1000.5, until=880.0), Unknown),
        ({"storage_gib": 400}, month(free=880.0, until=360.0), Unknown),
        ({}, usage_of({}), Unknown),
        ({"created_at": None}, usage_of({}), Unknown),
    ],
)
def test_half_of_the_storage_or_more_has_to_be_spare_for_a_year(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_the_sentence_says_what_is_free_and_what_would_do():
    assert waste(RULE, WASTEFUL, seen=month()).because == (
        "Of its 1,000 GiB of gp3 at least 880 were free on each of the last 30 days; 200 GiB would hold what it has and "
        "what it gains in a year, and sustain its busiest minute of at most 800 operations a second."
    )


def test_what_it_gains_is_counted_for_a_year():
    assert "; 359 GiB would hold" in waste(RULE, WASTEFUL, seen=month(free=880.0, until=873.0)).because
    assert "; 234 GiB would hold" in waste(RULE, WASTEFUL, seen=month(free=860.0, until=880.0)).because


@pytest.mark.parametrize("meter", ["RDS:GP3-Storage", "RDS:Multi-AZ-GP3-Storage"])
def test_the_saving_is_a_part_of_what_its_storage_costs(meter):
    evidence = Evidence(thing=WASTEFUL, usage=month(), bill=bill(cost="1", usage_type=meter))
    saves = waste(RULE, WASTEFUL, seen=month()).saves
    saving = monthly_saving(saves=saves, evidence=evidence, listed=table("aws"))
    assert (saving.monthly, saving.basis) == (Decimal("24.35"), "BILL")
    hours = replace(evidence, bill=bill(cost="1", usage_type="InstanceUsage:db.m6g.large"))
    assert not monthly_saving(saves=saves, evidence=hours, listed=table("aws")).monthly


@pytest.mark.parametrize("setting", [{"fill_percent": 20}, {"least_gib": 900}])
def test_how_full_it_may_be_and_what_is_worth_it_are_settings(setting):
    assert isinstance(RULE.ask(WASTEFUL, usage=month(), settings=setting), Fine)
