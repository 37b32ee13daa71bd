"""gp3 volumes with more IOPS than any minute comes near."""

from dataclasses import replace
from decimal import Decimal

import pytest

from audits.evidence import Evidence
from connections.resources import Volume
from findings.prices import table
from findings.registry import rule
from findings.rule import Fine, Unknown, Waste
from findings.savings import monthly_saving
from tests.findings.evidence import ACCOUNT, ago, bill, usage_of, waste
from tests.findings.volume_days import MISSING, QUIET, month

RULE = rule("aws_ebs_volume_gp3_iops_unused")
WASTEFUL = Volume(
    **ACCOUNT,
    resource_id="vol-1",
    created_at=ago(300),
    volume_type="gp3",
    size_gib=100,
    state="in-use",
    iops=6000,
    throughput_mibps=125,
    attached_to=("i-1",),
)


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, month(), Waste),
        ({}, month((120_000, 749, 9)), Waste),
        ({}, month((120_000, 750, 9)), Fine),
        ({}, month((120_000, 6_000, 9)), Fine),
        ({}, month((120_000, 900, 9), *[QUIET] * 29), Fine),
        ({}, month((120_000, 900, 9), *[QUIET] * 30, days=31), Waste),
        ({}, month((120_000, 900, 9), MISSING), Fine),
        ({}, month(MISSING), Unknown),
        ({}, month(usual=MISSING), Unknown),
        ({}, usage_of({}), Unknown),
        ({}, month((500_000, 0.2, 9)), Unknown),
        ({"created_at": ago(12)}, month(usual=MISSING), Fine),
        ({"created_at": None}, month(usual=MISSING), Unknown),
        ({"iops": 3000}, month(), Fine),
        ({"iops": None}, month(), Unknown),
        ({"throughput_mibps": None}, month(), Unknown),
        ({"throughput_mibps": 1000}, month(), Waste),
        ({"throughput_mibps": 1500}, month(), Fine),
        ({"throughput_mibps": 2000}, month(), Fine),
        ({"volume_type": "gp2"}, month(), Fine),
        ({"volume_type": "io1"}, month(), Fine),
        ({"state": "available"}, month(), Fine),
        ({"state": "deleting"}, month(), Fine),
    ],
)
def test_iops_are_unused_where_no_minute_of_the_window_comes_near_those_that_come_free(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def saving(volume, **more):
    verdict = waste(RULE, volume, seen=month())
    evidence = Evidence(thing=volume, usage=month(), bill=bill(**more))
    return monthly_saving(saves=verdict.saves, evidence=evidence, listed=table("aws"))


@pytest.mark.parametrize(("throughput", "monthly"), [(125, "30.4375"), (1000, "20.291666")])
def test_it_saves_the_iops_that_the_throughput_does_not_want_and_none_of_the_storage(throughput, monthly):
    found = saving(replace(WASTEFUL, throughput_mibps=throughput), usage_type="EBS:VolumeP-IOPS.gp3")
    assert (found.monthly, found.basis) == (Decimal(monthly), "BILL")


def test_a_bill_that_does_not_tell_iops_from_storage_gives_an_estimate_at_list_prices():
    found = saving(WASTEFUL)
    assert (found.monthly, found.basis) == (Decimal(15), "PRICES")


def test_the_sentence_says_what_suffices_and_what_it_did():
    verdict = waste(RULE, WASTEFUL, seen=month((120_000, 700, 9)))
    assert "6,000 IOPS, where 3,000 suffice" in verdict.because
    assert verdict.because.endswith("of the last 30 days it did at most 700 operations a second.")


def test_how_near_is_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=month(), settings={"peak_percent": 5}), Fine)
