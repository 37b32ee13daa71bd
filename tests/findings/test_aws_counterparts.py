"""What could take a type's place has as much of everything and a lower list price, at every size there is."""

import pytest

from findings import aws_generations
from findings.aws_counterparts import GRAVITON, database_follower, database_graviton, follower, graviton, has_same_disks
from findings.aws_types import facts
from findings.prices import table

PRICES = table("aws").regions["us-east-1"]
TYPES = sorted(name.removeprefix("BoxUsage:") for name in PRICES if name.startswith("BoxUsage:"))


@pytest.mark.parametrize(("counterpart", "architecture"), [(follower, "x86_64"), (graviton, "arm64")])
def test_each_counterpart_has_as_much_and_costs_less_wherever_both_are_priced(counterpart, architecture):
    pairs = [(name, counterpart(name)) for name in TYPES if counterpart(name)]
    assert len(pairs) > 20
    for name, to in pairs:
        now, then = facts(name), facts(to)
        assert (then.vcpus, then.memory_mib) >= (now.vcpus, 0), (name, to)
        assert then.memory_mib >= now.memory_mib, (name, to)
        assert architecture in then.architectures
        assert PRICES[f"BoxUsage:{to}"] < PRICES[f"BoxUsage:{name}"], (name, to)


def test_every_family_of_arm_twins_is_one_that_is_known():
    for family, to in GRAVITON.items():
        assert graviton(f"{family}.2xlarge") == f"{to}.2xlarge"


@pytest.mark.parametrize(
    ("name", "to"),
    [
        ("m4.large", "m5.large"),
        ("c4.8xlarge", "c5.9xlarge"),
        ("t2.medium", "t3.medium"),
        ("m4.10xlarge", ""),
        ("m5.large", ""),
        ("g3.4xlarge", ""),
        ("m4.enormous", ""),
        ("", ""),
    ],
)
def test_a_follower_is_named_only_where_both_are_known(name, to):
    assert follower(name) == to


def test_no_follower_with_less_than_the_type_has(monkeypatch):
    monkeypatch.setitem(aws_generations.NEAREST, "m4.xlarge", ("m5.large", 50))
    assert follower("m4.xlarge") == ""
    monkeypatch.setitem(aws_generations.NEAREST, "m4.xlarge", ("m6g.xlarge", 50))
    assert follower("m4.xlarge") == "", "another architecture is no follower"


@pytest.mark.parametrize(
    ("name", "to"),
    [
        ("m5.large", "m6g.large"),
        ("m7a.large", "m8g.large"),
        ("t3.nano", "t4g.nano"),
        ("m6g.large", ""),
        ("m4.large", ""),
        ("m5.24xlarge", ""),
    ],
)
def test_an_arm_twin_is_of_the_same_size_and_of_no_earlier_type(name, to):
    assert graviton(name) == to


def test_twins_of_types_with_disks_of_their_own_have_as_much_of_those():
    own = [name for name in TYPES if graviton(name) and facts(name).local_disk_gb]
    assert len(own) > 20
    assert [name for name in own if not has_same_disks(name, graviton(name))] == []


@pytest.mark.parametrize(
    ("name", "to"),
    [("db.m5.large", "db.m6g.large"), ("db.r6id.xlarge", "db.r6gd.xlarge"), ("db.m4.large", ""), ("db.serverless", "")],
)
def test_a_database_s_arm_twin_is_of_a_class_that_rds_has(name, to):
    assert database_graviton(name) == to


@pytest.mark.parametrize(
    ("name", "to"),
    [
        ("db.m4.large", "db.m5.large"),
        ("db.m3.medium", ""),  # db.t3.medium has its processor for a part of the time only
        ("db.m1.large", "db.m5.large"),
        ("db.m2.xlarge", ""),  # db.r5.large has 16 GiB, it has 17.1
        ("db.r4.large", ""),
        ("db.t2.small", ""),
        ("db.m5.large", ""),
        ("db.serverless", ""),
    ],
)
def test_a_database_s_follower_is_named_only_where_it_is_cheaper(name, to):
    assert database_follower(name) == to


def test_disks_in_the_machine_are_compared_and_not_assumed():
    assert has_same_disks("m4.large", "m5.large")
    assert not has_same_disks("c3.large", "c5.large")
    assert not has_same_disks("g3.4xlarge", "m5.large")
