"""File servers that move no file."""

from dataclasses import replace

import pytest

from connections.resources.transfers import TransferServer
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_transfer_server_idle")
WASTEFUL = TransferServer(
    **ACCOUNT,
    resource_id="arn:aws:transfer:us-east-1:111122223333:server/s-0123456789abcdef0",
    name="partners",
    state="ONLINE",
    there_at=ago(400),
    user_count=3,
)


def moved(*, came=(None,) * 30, went=(None,) * 30):
    return usage_of({"BytesIn.Sum": came, "BytesOut.Sum": went})


SILENT = moved()
ONE_DAY = (*[None] * 29, 1.0)


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, SILENT, Waste),
        ({}, moved(came=[0.0] * 30), Waste),
        ({}, moved(came=(9.0, *[None] * 30)), Waste),
        ({"state": "OFFLINE"}, SILENT, Waste),
        ({"user_count": None}, SILENT, Waste),
        ({"there_at": ago(30)}, SILENT, Waste),
        ({}, moved(came=ONE_DAY), Fine),
        ({}, moved(went=ONE_DAY), Fine),
        ({}, moved(came=ONE_DAY, went=()), Fine),
        ({}, moved(went=[None] * 29), Unknown),
        ({}, moved(came=[None] * 29), Unknown),
        ({}, usage_of({}), Unknown),
        ({"there_at": None}, SILENT, Unknown),
        ({"there_at": None}, moved(went=ONE_DAY), Fine),
        ({"there_at": ago(29)}, SILENT, Fine),
        ({"there_at": ago(29)}, usage_of({}), Fine),
        ({"state": "STARTING"}, SILENT, Fine),
        ({"state": "STOPPING"}, SILENT, Fine),
        ({"state": "START_FAILED"}, SILENT, Fine),
    ],
)
def test_thirty_days_that_were_read_and_moved_nothing_are_idle_where_the_server_was_there_all_the_time(
    changed, seen, verdict
):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({}, "Online: not one byte came or went over the last 30 days."),
        (
            {"state": "OFFLINE", "user_count": 0},
            "Stopped, which is charged as well: not one byte came or went over the last 30 days. It has no user.",
        ),
    ],
)
def test_the_sentence_says_in_which_state_it_is_and_whether_anybody_could_use_it(changed, because):
    found = waste(RULE, replace(WASTEFUL, **changed), seen=SILENT)
    assert (found.saves, found.because) == (ALL, because)


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=SILENT, settings={"idle_days": 31}), Unknown)
