"""gp2 to gp3, with what gp3 must buy on top to sustain the same performance."""

from dataclasses import replace
from decimal import Decimal

import pytest

from audits.evidence import Evidence, Usage
from connections.resources import Volume
from findings.prices import table
from findings.registry import rule
from findings.rule import Fine, Waste
from findings.savings import monthly_saving
from tests.findings.evidence import ACCOUNT, TODAY, bill, waste

RULE = rule("aws_ebs_volume_gp2_to_gp3")
WASTEFUL = Volume(**ACCOUNT, resource_id="vol-1", volume_type="gp2", size_gib=100, state="in-use")


def extras(size_gib):
    verdict = waste(RULE, replace(WASTEFUL, size_gib=size_gib))
    return {name.rpartition(":")[2]: int(units) for name, units in verdict.saves.extras}


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"state": "available"}, Waste),
        ({"state": "creating"}, Waste),
        ({"state": "deleting"}, Fine),
        ({"volume_type": "gp3"}, Fine),
        ({"volume_type": "io1"}, Fine),
        ({"volume_type": "standard"}, Fine),
    ],
)
def test_every_gp2_volume_that_stays_is_waste(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


@pytest.mark.parametrize(
    ("size_gib", "bought"),
    [
        (1, {}),
        (33, {}),
        (166, {}),
        (167, {"VolumeP-Throughput.gp3": 1}),
        (334, {"VolumeP-Throughput.gp3": 125}),
        (1000, {"VolumeP-Throughput.gp3": 125}),
        (1001, {"VolumeP-IOPS.gp3": 3, "VolumeP-Throughput.gp3": 125}),
        (2000, {"VolumeP-IOPS.gp3": 3000, "VolumeP-Throughput.gp3": 125}),
        (5334, {"VolumeP-IOPS.gp3": 13000, "VolumeP-Throughput.gp3": 125}),
        (16384, {"VolumeP-IOPS.gp3": 13000, "VolumeP-Throughput.gp3": 125}),
    ],
)
def test_gp3_buys_the_performance_that_gp2_has_by_its_size(size_gib, bought):
    assert extras(size_gib) == bought


@pytest.mark.parametrize(
    ("size_gib", "monthly"),
    [
        (100, "2"),  # 10.00 -> 8.00
        (166, "3.32"),  # 16.60 -> 13.28
        (200, "3"),  # 20.00 -> 16.00 + 25 MiB/s at 0.04
        (1000, "15"),  # 100 -> 80 + 125 MiB/s at 0.04
        (2000, "20"),  # 200 -> 160 + 5 + 3000 IOPS at 0.005
        (5334, "36.68"),  # 533.40 -> 426.72 + 5 + 65
    ],
)
def test_a_large_volume_is_promised_only_what_the_extra_performance_leaves(size_gib, monthly):
    volume = replace(WASTEFUL, size_gib=size_gib)
    verdict = waste(RULE, volume)
    a_day = Decimal(size_gib) * Decimal("0.10") / Decimal("30.4375")
    evidence = Evidence(thing=volume, usage=Usage(until=TODAY), bill=bill(cost=a_day, usage_type="EBS:VolumeUsage.gp2"))
    saving = monthly_saving(saves=verdict.saves, evidence=evidence, listed=table("aws"))
    assert saving.monthly == pytest.approx(Decimal(monthly), abs=Decimal("0.00001"))


@pytest.mark.parametrize("size_gib", [1, 166, 167, 200, 250, 333, 334, 1000, 1001, 5333, 5334, 16384])
def test_at_list_prices_no_size_costs_more_as_gp3(size_gib):
    storage = Decimal(size_gib) * Decimal("0.02")
    bought = extras(size_gib)
    on_top = bought.get("VolumeP-IOPS.gp3", 0) * Decimal("0.005") + bought.get("VolumeP-Throughput.gp3", 0) * Decimal(
        "0.04"
    )
    assert storage > on_top


def test_the_sentence_names_what_to_buy():
    verdict = waste(RULE, replace(WASTEFUL, size_gib=2000))
    assert "6,000 IOPS and 250 MiB/s" in verdict.because
    assert "3,000 IOPS and 125 MiB/s on top" in verdict.because


@pytest.mark.parametrize(
    ("size_gib", "given"),
    [
        (10, "--iops 3000 --throughput 125"),
        (300, "--iops 3000 --throughput 225"),
        (1000, "--iops 3000 --throughput 250"),
        (2000, "--iops 6000 --throughput 250"),
        (16384, "--iops 16000 --throughput 250"),
    ],
)
def test_the_command_asks_for_what_gp2_does(size_gib, given):
    assert RULE.hint_for(replace(WASTEFUL, size_gib=size_gib)).endswith(f"--volume-type gp3 {given}")
