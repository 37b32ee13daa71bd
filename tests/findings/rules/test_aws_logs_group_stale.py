"""Log groups to which nothing is written any longer."""

from dataclasses import replace

import pytest

from connections.resources.logs import LogGroup
from findings.registry import rule
from findings.rule import ALL, Fine, Unknown, Waste
from tests.findings.evidence import ACCOUNT, ago, usage_of, waste

RULE = rule("aws_logs_group_stale")
GIB = 1024**3
WASTEFUL = LogGroup(
    **ACCOUNT,
    resource_id="arn:aws:logs:us-east-1:111122223333:log-group:/northwind/old",
    name="/northwind/old",
    created_at=ago(300),
    stored_bytes=25 * GIB,
    retention_days=None,
    gets_copies=False,
)


def incoming(*values):
    return usage_of({"IncomingBytes.Sum": values})


SILENT = incoming(*[None] * 90)
NEVER_READ = usage_of({})


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, SILENT, Waste),
        ({}, incoming(*[0.0] * 90), Waste),
        ({}, incoming(5.0, *[None] * 90), Waste),
        ({"stored_bytes": GIB}, SILENT, Waste),
        ({}, incoming(5.0, *[None] * 89), Fine),
        ({}, incoming(*[None] * 89, 1.0), Fine),
        ({}, incoming(5.0), Fine),
        ({}, incoming(*[None] * 89), Unknown),
        ({}, NEVER_READ, Unknown),
        ({"created_at": None}, SILENT, Unknown),
        ({"created_at": ago(89)}, SILENT, Fine),
        ({"created_at": ago(89)}, NEVER_READ, Fine),
        ({"retention_days": 400}, SILENT, Fine),
        ({"retention_days": 1}, NEVER_READ, Fine),
        ({"log_class": "DELIVERY"}, SILENT, Fine),
        ({"log_class": "INFREQUENT_ACCESS"}, SILENT, Unknown),
        ({"log_class": "INFREQUENT_ACCESS"}, incoming(5.0), Fine),
        ({"log_class": "ESSENTIALS"}, SILENT, Unknown),
        ({"is_protected": True}, SILENT, Fine),
        ({"by_policy": True}, SILENT, Fine),
        ({"gets_copies": True}, SILENT, Unknown),
        ({"gets_copies": None}, SILENT, Unknown),
        ({"gets_copies": True}, incoming(5.0), Fine),
        ({"gets_copies": True, "retention_days": 30}, SILENT, Fine),
        ({"stored_bytes": GIB - 1}, SILENT, Fine),
        ({"stored_bytes": None}, SILENT, Unknown),
        ({"stored_bytes": None}, incoming(*[None] * 89, 1.0), Fine),
    ],
)
def test_nothing_for_ninety_days_that_were_read_is_stale_and_what_was_not_read_is_not(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_all_that_it_costs_is_saved():
    found = waste(RULE, WASTEFUL, seen=SILENT)
    assert found.saves == ALL
    assert found.because == "25.0 GiB are stored for ever, and nothing came in over the last 90 days."


@pytest.mark.parametrize(("settings", "verdict"), [({"min_stored_gib": 26}, Fine), ({"idle_days": 91}, Unknown)])
def test_size_and_days_are_settings(settings, verdict):
    assert isinstance(RULE.ask(WASTEFUL, usage=SILENT, settings=settings), verdict)
