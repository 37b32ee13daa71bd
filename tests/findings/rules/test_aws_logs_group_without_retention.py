"""Log groups that keep for ever what is written to them."""

from dataclasses import replace

import pytest

from connections.resources.logs import LogGroup
from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, waste

RULE = rule("aws_logs_group_without_retention")
GIB = 1024**3
WASTEFUL = LogGroup(
    **ACCOUNT,
    resource_id="arn:aws:logs:us-east-1:111122223333:log-group:/northwind/shop",
    name="/northwind/shop",
    created_at=ago(300),
    stored_bytes=40 * GIB,
    retention_days=None,
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Waste),
        ({"stored_bytes": GIB}, Waste),
        ({"log_class": "INFREQUENT_ACCESS"}, Waste),
        ({"is_protected": True}, Waste),
        ({"created_at": ago(90)}, Waste),
        ({"created_at": ago(89)}, Fine),
        ({"stored_bytes": GIB - 1}, Fine),
        ({"stored_bytes": 0}, Fine),
        ({"retention_days": 1}, Fine),
        ({"retention_days": 3653}, Fine),
        ({"retention_days": 30, "stored_bytes": None}, Fine),
        ({"log_class": "DELIVERY"}, Fine),
        ({"by_policy": True}, Fine),
        ({"by_policy": True, "created_at": None}, Fine),
        ({"stored_bytes": None}, Unknown),
        ({"created_at": None}, Unknown),
        ({"created_at": None, "stored_bytes": 5}, Fine),
    ],
)
def test_a_group_that_stores_much_needs_a_retention_whatever_it_is(changed, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=None, settings={}), verdict)


def test_it_has_no_figure_since_nobody_knows_how_old_the_logs_are():
    found = waste(RULE, WASTEFUL)
    assert found.saves == UNTOLD
    assert found.because == "40.0 GiB are stored after 300 days, all for ever."


@pytest.mark.parametrize("settings", [{"min_stored_gib": 41}, {"min_age_days": 301}])
def test_size_and_age_are_settings(settings):
    assert isinstance(RULE.ask(WASTEFUL, usage=None, settings=settings), Fine)


def test_the_command_quotes_the_name_whole():
    assert "--log-group-name /northwind/shop " in RULE.hint_for(WASTEFUL)
