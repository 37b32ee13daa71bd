"""An unattached volume: how long, and how we know."""

from dataclasses import replace

import pytest

from connections.resources import Volume
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, waste

RULE = rule("aws_ebs_volume_unattached")
WASTEFUL = Volume(
    **ACCOUNT,
    resource_id="vol-1",
    created_at=ago(300),
    volume_type="gp3",
    size_gib=100,
    state="available",
    detached_at=ago(40),
    detached_at_from="audits",
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"detached_at": ago(14)}, Waste),
        ({"detached_at": ago(14 - 1 / 86400)}, Fine),
        ({"detached_at": ago(0)}, Fine),
        ({"state": "in-use", "attached_to": ("i-1",)}, Fine),
        ({"attached_to": ("i-1",)}, Fine),
        ({"state": "creating"}, Fine),
        ({"state": "error"}, Fine),
        ({"detached_at": None}, Unknown),
        ({"detached_at": None, "state": "in-use"}, Fine),
    ],
)
def test_a_volume_is_waste_from_the_fourteenth_day_on(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


@pytest.mark.parametrize(
    ("source", "words"), [("audits", "earlier audits"), ("metrics", "data point"), ("creation", "never seen attached")]
)
def test_the_sentence_says_how_the_time_is_known(source, words):
    verdict = waste(RULE, replace(WASTEFUL, detached_at_from=source))
    assert verdict.saves == ALL
    assert "100 GiB attached to nothing for 40 days" in verdict.because
    assert words in verdict.because


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=None, settings={"unattached_days": 41}), Fine)
    assert isinstance(RULE.ask(WASTEFUL, usage=None, settings={"unattached_days": 40}), Waste)


def test_the_hint_names_the_volume_quoted_for_a_shell():
    planted = replace(WASTEFUL, resource_id="vol-1; rm -rf /", region="us-east-1")
    assert "delete-volume --region us-east-1 --volume-id 'vol-1; rm -rf /'" in RULE.hint_for(planted)
