"""Machine images from which nothing is launched any more."""

from dataclasses import replace

import pytest

from connections.resources import Image
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, waste

RULE = rule("aws_ec2_image_unused")
WASTEFUL = Image(
    **ACCOUNT,
    resource_id="ami-1",
    created_at=ago(500),
    state="available",
    snapshot_ids=("snap-1", "snap-2"),
    last_launched_at=ago(300.5),
    has_instances=False,
    is_shared=False,
)
NEVER = {"last_launched_at": None}


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"last_launched_at": ago(180)}, Waste),
        ({"last_launched_at": ago(179.9)}, Fine),
        ({"state": "disabled"}, Waste),
        ({"created_at": None}, Waste),
        ({"state": "pending"}, Fine),
        ({"state": "deregistered"}, Fine),
        ({"snapshot_ids": ()}, Fine),
        ({"is_public": True}, Fine),
        ({"is_sold": True}, Fine),
        ({"is_shared": True}, Fine),
        ({"is_shared": True} | NEVER, Fine),
        ({"is_shared": None}, Unknown),
        ({"is_shared": None, "last_launched_at": ago(20)}, Fine),
        ({"is_protected": True}, Fine),
        ({"managed_by": "backup"}, Fine),
        ({"managed_by": "dlm"} | NEVER, Fine),
        ({"has_instances": True}, Fine),
        ({"has_instances": True} | NEVER, Fine),
        ({"has_instances": None}, Unknown),
        ({"has_instances": None, "last_launched_at": ago(3)}, Fine),
        (NEVER, Unknown),
        (NEVER | {"created_at": ago(179)}, Fine),
        (NEVER | {"created_at": None}, Unknown),
    ],
)
def test_an_image_is_unused_where_its_last_launch_is_long_ago_and_no_machine_of_it_stands(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_it_has_no_figure_of_its_own_and_says_what_it_keeps():
    found = waste(RULE, WASTEFUL)
    assert found.saves == UNTOLD
    assert found.because == (
        "Last launched 300 days ago, no machine stands that was launched from it, and it is shared with nobody. "
        "2 snapshots under it cannot be deleted while it stands."
    )


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=None, settings={"unused_days": 301}), Fine)
