"""Environments that are kept ready for nobody."""

from dataclasses import replace

import pytest

from findings.registry import rule
from findings.rule import Fine, Unknown, Waste
from tests.findings.evidence import ago, usage_of, waste
from tests.findings.rules.function import MODEST

RULE = rule("aws_lambda_provisioned_concurrency_unused")
READY = replace(MODEST, provisioned=5, provisioned_names=("live",), provisioned_at=ago(60))


def calls(*values):
    return usage_of({"Invocations.Sum": values})


SILENT = calls(*[None] * 30)


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, SILENT, Waste),
        ({}, calls(*[0.0] * 30), Waste),
        ({}, calls(3.0, *[None] * 30), Waste),
        ({"provisioned_at": ago(30)}, SILENT, Waste),
        ({}, calls(1.0, *[None] * 29), Fine),
        ({}, calls(*[None] * 20, 1.0), Fine),
        ({"provisioned_at": ago(29)}, SILENT, Fine),
        ({"provisioned": 0, "provisioned_at": None}, SILENT, Fine),
        ({"provisioned": 0, "provisioned_at": None}, usage_of({}), Fine),
        ({}, calls(*[None] * 29), Unknown),
        ({}, usage_of({}), Unknown),
        ({"provisioned": None, "provisioned_at": None}, SILENT, Unknown),
        ({"provisioned_at": None}, SILENT, Unknown),
    ],
)
def test_what_is_kept_ready_wastes_where_no_version_was_called_for_a_month(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(READY, **changed), usage=seen, settings={}), verdict)


def test_only_what_is_kept_ready_is_saved_on_either_architecture():
    found = waste(RULE, READY, seen=SILENT)
    assert found.saves.part_of == ("Lambda-Provisioned-Concurrency", "Lambda-Provisioned-Concurrency-ARM")
    assert found.because.startswith("5 environments of 1,024 MiB kept ready for live, and no version")


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(READY, usage=SILENT, settings={"idle_days": 31}), Unknown)
