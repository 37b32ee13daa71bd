"""A cluster of Aurora that pays for each read and write more than it would pay for storage that includes them."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from audits.evidence import Bill
from connections.resources.databases import DatabaseCluster
from findings.registry import rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, TODAY, ago, line

RULE = rule("aws_rds_cluster_storage_option")
WASTEFUL = DatabaseCluster(
    **ACCOUNT,
    resource_id="arn:aws:rds:us-east-1:111122223333:cluster:cluster-abc123",
    name="orders",
    created_at=ago(300),
    state="available",
    engine="aurora-mysql",
    engine_version="8.0.mysql_aurora.3.08.0",
    storage_type="aurora",
    member_ids=("orders-1", "orders-2"),
)
ONE, TWO = (f"arn:aws:rds:us-east-1:111122223333:db:orders-{number}" for number in (1, 2))
# A day's costs: what is kept 1, backups 0.5, reads and writes 10, and the hours of each of two instances 6.
COSTS = {"Aurora:StorageUsage": "1", "Aurora:BackupUsage": "0.5", "Aurora:StorageIOUsage": "10"}
HOURS = {"EUC1-InstanceUsage:db.r6g.large": "6"}
READS = "Aurora:StorageIOUsage"


def lines(costs, *, since=30, until=0, **more):
    days = [TODAY - dt.timedelta(days=day) for day in range(since, until, -1)]
    return tuple(line(day, cost, usage_type=name, **more) for day in days for name, cost in costs.items())


def billed(costs=COSTS, *, days=30, hours=None, also=(), **more):
    """A bill of so many days; `hours` are the lines of the instances, and `also` what else there is of the cluster."""
    beside = ((ONE, lines(HOURS, since=days)), (TWO, lines(HOURS, since=days))) if hours is None else hours
    own = (*lines(costs, since=days, **more), *also)
    return Bill(lines=own, billed_from=TODAY - dt.timedelta(days=days), billed_until=TODAY, beside=beside)


def paying(meter, cost):
    return billed(COSTS | {meter: cost})


def serving(costs, **more):
    """Both instances, with these costs a day."""
    return billed(hours=((ONE, lines(costs, **more)), (TWO, lines(costs, **more))))


def credited(costs):
    """Half of what the instances cost is given back, in lines that do not say for what."""
    hours = (*lines(HOURS), *lines({"": "-5.9"}, charge_category="Credit"))
    return billed(costs, hours=((ONE, hours), (TWO, hours)))


UNLISTED = lines(HOURS, list_cost=Decimal(0))
BILL = billed()
BUSY_ONCE = {READS: "40"}


@pytest.mark.parametrize(
    ("changed", "bill", "verdict"),
    [
        ({}, BILL, Waste),
        ({"storage_type": ""}, BILL, Waste),
        ({"engine": "aurora-postgresql", "engine_version": "15.4"}, BILL, Waste),
        ({"engine": "aurora-postgresql", "engine_version": "18.1"}, BILL, Waste),
        ({"engine_version": "8.0.mysql_aurora.3.03.1"}, BILL, Waste),
        ({"engine_version": "8.4.mysql_aurora.8.4.7"}, BILL, Waste),
        ({"state": "modifying"}, BILL, Waste),
        ({"storage_type": "aurora-iopt1"}, BILL, Fine),
        ({"engine": "mysql", "storage_type": ""}, BILL, Fine),
        ({"scalability": "limitless"}, BILL, Fine),
        ({"engine": "aurora-postgresql", "engine_version": "13.12", "engine_mode": "serverless"}, BILL, Fine),
        ({"engine_mode": "provisioned"}, BILL, Waste),
        ({"state": "stopped"}, BILL, Fine),
        ({"engine_version": "8.0.mysql_aurora.3.03.0"}, BILL, Fine),
        ({"engine_version": "5.7.mysql_aurora.2.12.5"}, BILL, Fine),
        ({"engine": "aurora-postgresql", "engine_version": "15.1"}, BILL, Fine),
        ({"engine": "aurora-postgresql", "engine_version": "12.9"}, BILL, Fine),
        ({"engine_version": ""}, BILL, Unknown),
        ({}, Bill(), Unknown),
        ({"created_at": ago(20)}, Bill(), Fine),
        ({}, billed(days=27), Unknown),
        ({"created_at": ago(20)}, billed(days=20), Fine),
        ({}, billed(days=28), Waste),
        # A quarter of all is 4.38, of which the 4.98 that the rest would be dearer leave nothing.
        ({}, paying(READS, "4.51"), Fine),
        # Of 18.90 in all 0.92 is saved, less than 5 %; of 19.00 1.02. Backups are not counted.
        ({}, paying(READS, "5.9"), Fine),
        ({}, paying(READS, "6.0"), Waste),
        ({}, paying("Aurora:BacktrackUsage", "20"), Fine),
        ({}, paying("Aurora:BackupUsage", "20"), Waste),
        ({}, paying("Aurora:StorageUsage", "6"), Fine),
        ({}, billed({"Aurora:StorageUsage": "1"}), Fine),
        ({}, billed({}), Fine),
        ({}, serving({"InstanceUsage:db.r6g.large": "30"}), Fine),
        ({}, serving({"Aurora:ServerlessV2Usage": "6"}), Waste),
        ({}, serving({"InstanceUsage:db.r6g.large": "2", "ExtendedSupport:Yr1-Yr2:AuroraMySQL2": "3"}), Waste),
        ({}, billed({**COSTS, READS: "0"}, also=lines(BUSY_ONCE, since=30, until=14)), Fine),
        ({}, billed({**COSTS, READS: "0"}, also=lines(BUSY_ONCE, since=14)), Fine),
        ({}, billed({**COSTS, READS: "0"}, also=lines(BUSY_ONCE, since=20, until=8)), Fine),
        ({}, billed({**COSTS, READS: "0"}, also=lines(BUSY_ONCE, since=20, until=4)), Waste),
        # What holds in one half of the days alone: that they are much, or that changing saves.
        ({}, billed({**COSTS, "Aurora:BacktrackUsage": "20"}, also=lines({READS: "10"}, since=14)), Fine),
        ({}, billed({**COSTS, READS: "5.5"}, also=lines({READS: "5"}, since=14)), Fine),
        ({}, billed(hours=((ONE, lines(HOURS)), (TWO, ()))), Unknown),
        ({}, billed(hours=((ONE, lines(HOURS)), (TWO, lines(HOURS, since=14)))), Unknown),
        ({}, billed(hours=((ONE, lines(HOURS)), (TWO, lines(HOURS, since=30, until=14)))), Unknown),
        ({}, billed(hours=((ONE, lines(HOURS)), (TWO, lines({"DataTransfer-Out-Bytes": "1"})))), Unknown),
        ({}, billed(COSTS | {READS: "0.1"}, hours=((ONE, ()), (TWO, ()))), Fine),
        ({"member_ids": ()}, billed(hours=()), Fine),
        ({"member_ids": ()}, billed({}, hours=()), Fine),
        ({}, billed(COSTS | {"": "1"}), Unknown),
        ({}, serving({"": "6"}), Unknown),
        ({}, billed(also=lines({"Aurora:StorageUsage": "1"}, billing_currency="EUR")), Unknown),
        ({}, billed(also=lines({"": "-20"}, charge_category="Credit")), Waste),
        ({}, credited(COSTS), Waste),
        ({}, credited(COSTS | {READS: "5.9"}), Fine),
        # Half price by a reservation: what is added is at the list price all the same.
        ({}, serving({"InstanceUsage:db.r6g.large": "6"}, list_cost=Decimal(12)), Waste),
        ({}, serving({"InstanceUsage:db.r6g.large": "6"}, list_cost=Decimal(18)), Fine),
        ({}, serving({"InstanceUsage:db.r6g.large": "0"}, list_cost=Decimal(6)), Waste),
        ({}, billed(COSTS | {READS: "5.9"}, hours=((ONE, UNLISTED), (TWO, UNLISTED))), Fine),
    ],
)
def test_a_cluster_whose_reads_and_writes_cost_more_than_the_other_storage_would_is_waste(changed, bill, verdict):
    found = RULE.ask(replace(WASTEFUL, **changed), usage=None, bill=bill, settings={})
    assert isinstance(found, verdict), found


def test_what_is_saved_is_a_part_of_the_cluster_s_own_cost_and_an_estimate():
    found = RULE.ask(WASTEFUL, usage=None, bill=BILL, settings={})
    # Of 11.00 a day 10 are for reads and writes, less 1.26 for storage and 0.31 of 12 for hours.
    assert found.saves.fraction == (Decimal(10) - Decimal("1.26") - Decimal("3.72")) / Decimal(11)
    assert found.saves.is_by_list
    assert found.because == (
        "Reads and writes are 43% of what it costs with 2 instances: 300.00 of 690.00 USD in 30 days. With "
        "I/O-Optimized storage they cost nothing, and all else at most 149.40 more. At least 5.02 a day is saved."
    )


def test_what_is_saved_is_what_the_last_week_would_save_where_that_is_less():
    bill = billed({**COSTS, READS: "0"}, also=(*lines({READS: "20"}, until=7), *lines({READS: "8"}, since=7)))
    found = RULE.ask(WASTEFUL, usage=None, bill=bill, settings={})
    own = 30 * 1 + 23 * 20 + 7 * 8
    assert found.saves.fraction == (8 - Decimal("1.26") - Decimal("3.72")) * 30 / own
    assert found.because.endswith("At least 3.02 a day is saved.")


def test_serverless_capacity_is_dearer_by_its_own_share():
    found = RULE.ask(WASTEFUL, usage=None, bill=serving({"Aurora:ServerlessV2Usage": "6"}), settings={})
    assert found.saves.fraction == (Decimal(10) - Decimal("1.26") - Decimal("4.32")) / Decimal(11)


def test_what_is_unknown_names_the_instance():
    found = RULE.ask(WASTEFUL, usage=None, bill=billed(hours=((ONE, lines(HOURS)), (TWO, ()))), settings={})
    assert found == Unknown("what the hours of orders-2 cost: the bill has none of them on some days")


@pytest.mark.parametrize("settings", [{"window_days": 31}, {"min_io_percent": 45}, {"min_saved_percent": 25}])
def test_days_and_shares_are_settings(settings):
    assert not isinstance(RULE.ask(WASTEFUL, usage=None, bill=BILL, settings=settings), Waste)


def test_the_hint_calls_the_cluster_by_its_name():
    assert "--db-cluster-identifier orders --storage-type aurora-iopt1" in RULE.hint_for(WASTEFUL)
