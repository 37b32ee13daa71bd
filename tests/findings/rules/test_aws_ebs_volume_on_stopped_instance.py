"""A volume whose instances are all stopped."""

from dataclasses import replace

import pytest

from connections.resources import Volume
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, waste

RULE = rule("aws_ebs_volume_on_stopped_instance")
WASTEFUL = Volume(
    **ACCOUNT,
    resource_id="vol-1",
    volume_type="gp3",
    size_gib=100,
    state="in-use",
    attached_to=("i-1",),
    attached_states=("stopped",),
    last_stop_at=ago(45),
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"last_stop_at": ago(30)}, Waste),
        ({"last_stop_at": ago(30 - 1 / 86400)}, Fine),
        ({"attached_states": ("running",)}, Fine),
        ({"attached_states": ("stopping",)}, Fine),
        ({"attached_to": ("i-1", "i-2"), "attached_states": ("stopped", "running"), "last_stop_at": None}, Fine),
        ({"attached_to": ("i-1", "i-2"), "attached_states": ("stopped", "stopped")}, Waste),
        ({"attached_to": (), "attached_states": (), "state": "available"}, Fine),
        ({"attached_states": None}, Unknown),
        ({"attached_states": ()}, Unknown),
        ({"attached_to": ("i-1", "i-2")}, Unknown),
        ({"last_stop_at": None}, Unknown),
    ],
)
def test_every_instance_must_be_stopped_for_thirty_days(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_the_sentence_names_size_instance_and_days():
    verdict = waste(RULE, WASTEFUL)
    assert verdict == Waste(saves=ALL, because="100 GiB on 1 instance (i-1), stopped for 45 days.")


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=None, settings={"stopped_days": 46}), Fine)
