"""io1 volumes that gp3 can replace, IOPS for IOPS."""

from dataclasses import replace
from decimal import Decimal

import pytest

from audits.evidence import Evidence, Usage
from connections.resources import Volume
from findings.prices import table
from findings.registry import rule
from findings.rule import Fine, Unknown, Waste
from findings.savings import monthly_saving
from tests.findings.evidence import ACCOUNT, TODAY, bill, rate, waste

RULE = rule("aws_ebs_volume_io_to_gp3")
WASTEFUL = Volume(**ACCOUNT, resource_id="vol-1", volume_type="io1", size_gib=100, state="in-use", iops=4000)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"state": "available"}, Waste),
        ({"iops": 100}, Waste),
        ({"iops": 16_000}, Waste),
        ({"iops": 16_001}, Fine),
        ({"iops": 64_000}, Fine),
        ({"iops": None}, Unknown),
        ({"iops": None, "attached_to": ("i-1", "i-2")}, Fine),
        ({"attached_to": ("i-1",)}, Waste),
        ({"attached_to": ("i-1", "i-2")}, Fine),
        ({"attached_to": ("i-1",), "is_multi_attach": True}, Fine),
        ({"state": "available", "is_multi_attach": True}, Fine),
        ({"state": "deleting"}, Fine),
        ({"state": "deleted"}, Fine),
        ({"volume_type": "io2"}, Fine),
        ({"volume_type": "gp2"}, Fine),
        ({"volume_type": "gp3"}, Fine),
    ],
)
def test_io1_up_to_what_gp3_reaches_is_waste_and_nothing_else(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


@pytest.mark.parametrize(
    ("iops", "bought"),
    [
        (100, {}),
        (500, {}),
        (504, {"VolumeP-Throughput.gp3": 1}),
        (2000, {"VolumeP-Throughput.gp3": 375}),
        (3000, {"VolumeP-Throughput.gp3": 375}),
        (4000, {"VolumeP-IOPS.gp3": 1000, "VolumeP-Throughput.gp3": 375}),
        (16_000, {"VolumeP-IOPS.gp3": 13_000, "VolumeP-Throughput.gp3": 375}),
    ],
)
def test_gp3_is_given_all_that_io1_has(iops, bought):
    extras = waste(RULE, replace(WASTEFUL, iops=iops)).saves.extras
    assert {name.rpartition(":")[2]: int(units) for name, units in extras} == bought


def saving(the_bill):
    verdict = waste(RULE, WASTEFUL)
    evidence = Evidence(thing=WASTEFUL, usage=Usage(until=TODAY), bill=the_bill)
    return monthly_saving(saves=verdict.saves, evidence=evidence, listed=table("aws"))


def both_lines(**more):
    """12.50 for 100 GiB and 260.00 for 4,000 IOPS a month."""
    days = Decimal("30.4375")
    storage = bill(cost=Decimal("12.5") / days, usage_type="EBS:VolumeUsage.piops", **more)
    iops = bill(cost=Decimal(260) / days, usage_type="EBS:VolumeP-IOPS.piops")
    return replace(storage, lines=storage.lines + iops.lines)


def test_the_saving_is_on_storage_and_iops_together():
    found = saving(both_lines())  # to 8.00 + 1,000 IOPS at 0.005 + 375 MiB/s at 0.04
    assert found.monthly == pytest.approx(Decimal("244.5"), abs=Decimal("0.00001"))
    assert found.basis == "PRICES"


def test_prices_of_the_same_bill_come_first():
    rates = [
        rate("EBS:VolumeUsage.piops", "0.125"),
        rate("EBS:VolumeP-IOPS.piops", "0.065", unit="IOPS-Mo"),
        rate("EBS:VolumeUsage.gp3", "0.06"),
        rate("EBS:VolumeP-IOPS.gp3", "0.004", unit="IOPS-Mo"),
        rate("EBS:VolumeP-Throughput.gp3", "30.72", unit="GiBps-mo"),
    ]
    found = saving(both_lines(rates=rates))  # to 6.00 + 1,000 IOPS at 0.004 + 375 MiB/s at 0.03
    assert found.monthly == pytest.approx(Decimal("251.25"), abs=Decimal("0.00001"))
    assert found.basis == "BILL"


def test_what_no_bill_names_is_priced_by_the_table():
    found = saving(bill(days=0))
    assert (found.monthly, found.basis) == (Decimal("244.5"), "PRICES")


def test_the_sentence_names_what_gp3_is_given():
    because = waste(RULE, WASTEFUL).because
    assert "4,000 IOPS. A gp3 volume with 4,000 IOPS and 500 MiB/s does as much" in because
    assert "A gp3 volume with 3,000 IOPS and 125 MiB/s" in waste(RULE, replace(WASTEFUL, iops=100)).because


def test_the_limit_is_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=None, settings={"max_iops": 3999}), Fine)


@pytest.mark.parametrize(
    ("iops", "given"), [(4000, "--iops 4000 --throughput 500"), (100, "--iops 3000 --throughput 125")]
)
def test_the_command_asks_for_what_the_finding_names(iops, given):
    assert RULE.hint_for(replace(WASTEFUL, iops=iops)).endswith(f"--volume-type gp3 {given}")
