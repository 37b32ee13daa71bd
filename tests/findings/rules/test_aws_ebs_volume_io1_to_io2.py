"""io1 volumes with so many IOPS that io2 costs less."""

from dataclasses import replace
from decimal import Decimal

import pytest

from audits.evidence import Evidence, Usage
from connections.resources import Volume
from findings.prices import table
from findings.registry import rule
from findings.rule import Fine, Unknown, Waste
from findings.savings import FROM_PRICES, monthly_saving
from tests.findings.evidence import ACCOUNT, TODAY, bill, waste

RULE = rule("aws_ebs_volume_io1_to_io2")
WASTEFUL = Volume(
    **ACCOUNT, resource_id="vol-1", volume_type="io1", size_gib=800, state="in-use", iops=40_000, attached_to=("i-1",)
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"iops": 64_000}, Waste),
        ({"iops": 32_001}, Waste),
        ({"iops": 32_000}, Fine),
        ({"iops": 4_000}, Fine),
        ({"state": "available", "attached_to": ()}, Waste),
        ({"state": "deleting"}, Fine),
        ({"state": "deleted"}, Fine),
        ({"attached_to": ("i-1", "i-2")}, Fine),
        ({"is_multi_attach": True}, Fine),
        ({"attached_to": ("i-1", "i-2"), "iops": None}, Fine),
        ({"volume_type": "io2"}, Fine),
        ({"volume_type": "gp3", "iops": 40_000}, Fine),
        ({"iops": None}, Unknown),
    ],
)
def test_only_what_lies_beyond_the_first_tier_of_io2_is_dearer_as_io1(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_it_saves_three_tenths_of_what_lies_beyond_and_of_the_iops_alone():
    found = waste(RULE, WASTEFUL)
    assert found.because == (
        "io1 with 40,000 IOPS: as io2, which is no slower and more durable, the 8,000 beyond 32,000 cost 30 % less."
    )
    saving = monthly_saving(
        saves=found.saves,
        evidence=Evidence(
            thing=WASTEFUL, usage=Usage(until=TODAY), bill=bill(cost="100", usage_type="EBS:VolumeP-IOPS.piops")
        ),
        listed=table("aws"),
    )
    assert (saving.basis, saving.monthly) == (FROM_PRICES, Decimal("182.625"))


def test_of_storage_it_saves_nothing():
    found = waste(RULE, WASTEFUL).saves
    assert found.part_of == ("EBS:VolumeP-IOPS.piops",)
    assert found.fraction == Decimal("0.06")


def test_the_command_keeps_the_iops_which_aws_would_set_to_the_least():
    assert RULE.hint_for(WASTEFUL).endswith(f"--volume-type io2 --iops {WASTEFUL.iops}")
