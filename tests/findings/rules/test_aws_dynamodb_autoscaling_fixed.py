"""A table whose scaling may go neither up nor down."""

from dataclasses import replace

import pytest

from findings.registry import rule
from findings.rule import UNTOLD, Fine, Unknown, Waste
from tests.findings.evidence import ago, usage_of, waste
from tests.findings.rules.table import QUIET, seen, without

RULE = rule("aws_dynamodb_autoscaling_fixed")
FIXED = replace(QUIET, read_scaling=(200, 200), write_scaling=(100, 100))
HALF = seen(80.0, 40.0, days=14)


@pytest.mark.parametrize(
    ("changed", "usage", "verdict"),
    [
        ({}, HALF, Waste),
        ({}, seen(days=14), Waste),
        ({"write_scaling": (5, 100)}, HALF, Waste),
        ({"write_scaling": ()}, HALF, Waste),
        ({}, seen(150.0, 40.0, days=14), Waste),
        ({}, seen(100.0, 50.0, days=14), Fine),
        ({"write_scaling": (5, 100)}, seen(80.0, 40.0, days=14, last=100.0), Fine),
        ({"write_scaling": ()}, seen(150.0, 40.0, days=14), Fine),
        ({"read_scaling": (5, 200), "write_scaling": (5, 100)}, HALF, Fine),
        ({"read_scaling": (), "write_scaling": ()}, HALF, Fine),
        ({"billing_mode": "PAY_PER_REQUEST"}, HALF, Fine),
        ({"replica_regions": ("eu-west-1",)}, HALF, Fine),
        ({"replica_regions": None}, HALF, Unknown),
        ({"state": "DELETING", "read_scaling": None}, HALF, Fine),
        ({"created_at": ago(9)}, seen(days=9), Fine),
        ({"read_scaling": None, "write_scaling": None}, HALF, Unknown),
        ({"write_scaling": None}, HALF, Unknown),
        ({}, without(HALF, "ProvisionedReadCapacityUnits.Average"), Unknown),
        ({}, seen(80.0, 40.0, days=14, read_days=13), Unknown),
        ({}, usage_of({}), Unknown),
    ],
)
def test_scaling_without_room_wastes_where_half_of_what_is_kept_is_never_used(changed, usage, verdict):
    assert isinstance(RULE.ask(replace(FIXED, **changed), usage=usage, settings={}), verdict)


def test_the_sentence_names_the_units_and_their_use_and_no_figure():
    verdict = waste(RULE, FIXED, seen=HALF)
    assert verdict.saves == UNTOLD
    assert "200 read units (40 %) and 100 write units (40 %)" in verdict.because


def test_how_much_is_little_is_a_setting():
    assert isinstance(RULE.ask(FIXED, usage=HALF, settings={"max_percent": 40}), Fine)


def test_the_hint_names_the_table():
    assert RULE.hint_for(FIXED).endswith("--resource-ids table/carts")
