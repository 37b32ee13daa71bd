"""gp3 volumes with more throughput than any minute comes near."""

from dataclasses import replace
from decimal import Decimal

import pytest

from audits.evidence import Evidence
from connections.resources import Volume
from findings.prices import table
from findings.registry import rule
from findings.rule import Fine, Unknown, Waste
from findings.savings import monthly_saving
from tests.findings.evidence import ACCOUNT, ago, bill, line, usage_of, waste
from tests.findings.volume_days import MISSING, QUIET, month

RULE = rule("aws_ebs_volume_gp3_throughput_unused")
WASTEFUL = Volume(
    **ACCOUNT,
    resource_id="vol-1",
    created_at=ago(300),
    volume_type="gp3",
    size_gib=100,
    state="in-use",
    iops=3000,
    throughput_mibps=250,
    attached_to=("i-1",),
)


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, month(), Waste),
        ({}, month((9_000_000, 2_900, 31.2)), Waste),
        ({}, month((120_000, 900, 31.25)), Fine),
        ({}, month((120_000, 900, 240)), Fine),
        ({}, month((120_000, 900, 60), *[QUIET] * 29), Fine),
        ({}, month((120_000, 900, 60), *[QUIET] * 30, days=31), Waste),
        ({}, month((120_000, 900, 60), MISSING), Fine),
        ({}, month(MISSING), Unknown),
        ({}, month((60_000, 150, None)), Unknown),
        ({}, month(usual=MISSING), Unknown),
        ({}, usage_of({}), Unknown),
        ({}, month((500_000, 0.2, 9)), Unknown),
        ({"created_at": ago(12)}, month(usual=MISSING), Fine),
        ({"throughput_mibps": 125}, month(), Fine),
        ({"throughput_mibps": None}, month(), Unknown),
        ({"volume_type": "gp2"}, month(), Fine),
        ({"state": "available"}, month(), Fine),
    ],
)
def test_throughput_is_unused_where_no_minute_of_the_window_comes_near_that_which_comes_free(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_it_saves_what_is_billed_for_throughput_and_nothing_else():
    verdict = waste(RULE, WASTEFUL, seen=month())
    throughput, other = bill(usage_type="EU-EBS:VolumeP-Throughput.gp3"), bill(usage_type="EU-EBS:VolumeUsage.gp3")
    both = replace(throughput, lines=throughput.lines + other.lines)
    found = monthly_saving(
        saves=verdict.saves, evidence=Evidence(thing=WASTEFUL, usage=month(), bill=both), listed=table("aws")
    )
    assert (found.monthly, found.monthly_cost, found.basis) == (Decimal("30.4375"), Decimal("60.875"), "BILL")


def test_a_line_of_another_kind_is_never_taken_for_it():
    verdict = waste(RULE, WASTEFUL, seen=month())
    storage = bill(usage_type="EBS:VolumeUsage.gp3")
    storage = replace(storage, lines=(*storage.lines, line(storage.lines[-1].charge_date, "5")))
    found = monthly_saving(
        saves=verdict.saves, evidence=Evidence(thing=WASTEFUL, usage=month(), bill=storage), listed=table("aws")
    )
    assert (found.monthly, found.basis) == (Decimal(5), "PRICES")


def test_the_sentence_says_what_it_moved():
    verdict = waste(RULE, WASTEFUL, seen=month((120_000, 700, 30)))
    assert verdict.because.startswith("250 MiB/s, where the 125 that come free suffice")
    assert verdict.because.endswith("of the last 30 days it moved at most 30.0 MiB a second.")
