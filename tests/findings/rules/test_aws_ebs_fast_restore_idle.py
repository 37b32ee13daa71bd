"""Snapshots that are kept ready, and of which no volume is made."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from audits.evidence import Evidence
from connections.resources import Snapshot
from connections.resources.fast_restores import FastRestore
from findings.dependents import Dependent, priced
from findings.prices import table
from findings.registry import rule
from findings.relation import LEFT
from findings.rule import Fine, Unknown, Waste
from findings.savings import FROM_BILL, FROM_PRICES, monthly_saving
from tests.findings.evidence import ACCOUNT, ago, bill, usage_of, waste

RULE = rule("aws_ebs_fast_restore_idle")
WASTEFUL = FastRestore(
    **ACCOUNT,
    resource_id="snap-1/us-east-1a",
    name="snap-1",
    created_at=ago(200),
    state="enabled",
    zone="us-east-1a",
)


def held(*least, most=10.0):
    low = [10.0] * (30 - len(least)) + list(least)
    return usage_of(
        {
            "FastSnapshotRestoreCreditsBalance.Minimum": low,
            "FastSnapshotRestoreCreditsBalance.Maximum": [None if one is None else most for one in low],
        }
    )


FULL = held()
SMALLEST = usage_of({f"FastSnapshotRestoreCreditsBalance.{one}": [1.0] * 30 for one in ("Minimum", "Maximum")})
ONE_DAY_UNTOLD = usage_of(
    {
        "FastSnapshotRestoreCreditsBalance.Minimum": [None, *[10.0] * 29],
        "FastSnapshotRestoreCreditsBalance.Maximum": [10.0] * 30,
    }
)
NONE_LEFT = usage_of({f"FastSnapshotRestoreCreditsBalance.{one}": [0.0] * 30 for one in ("Minimum", "Maximum")})


@pytest.mark.parametrize(
    ("changed", "seen", "verdict"),
    [
        ({}, FULL, Waste),
        ({}, SMALLEST, Waste),
        ({}, held(9.995), Waste),
        ({"created_at": ago(31)}, FULL, Waste),
        ({"created_at": ago(30.9)}, FULL, Fine),
        ({"created_at": ago(30.9)}, held(None), Fine),
        ({"created_at": None}, FULL, Waste),
        ({}, held(9.0), Fine),
        ({}, held(9.9), Fine),
        ({}, held(9.0, *[10.0] * 29), Fine),
        ({}, held(9.0, *[10.0] * 30), Waste),
        ({}, held(9.0, None), Fine),
        ({}, held(None), Unknown),
        ({"created_at": None}, held(None), Unknown),
        ({}, NONE_LEFT, Unknown),
        ({}, ONE_DAY_UNTOLD, Unknown),
        ({}, usage_of({}), Unknown),
        ({}, usage_of({"FastSnapshotRestoreCreditsBalance.Minimum": [10.0] * 30}), Unknown),
        ({"state": "enabling"}, FULL, Fine),
        ({"state": "optimizing"}, FULL, Fine),
        ({"state": "disabling"}, FULL, Fine),
        ({"state": "disabled"}, usage_of({}), Fine),
    ],
)
def test_it_is_idle_where_its_credits_were_full_on_every_day(changed, seen, verdict):
    assert isinstance(RULE.ask(replace(WASTEFUL, **changed), usage=seen, settings={}), verdict)


def test_the_sentence_names_snapshot_zone_and_held():
    assert waste(RULE, WASTEFUL, seen=FULL).because == (
        "snap-1 is kept ready in us-east-1a, and no volume was made of it there: its credits were full, at 10, "
        "throughout the last 30 days."
    )


def saved(thing, on_bill):
    saves = waste(RULE, thing, seen=FULL).saves
    return monthly_saving(saves=saves, evidence=Evidence(thing=thing, usage=FULL, bill=on_bill), listed=table("aws"))


def test_of_a_snapshot_that_is_ready_in_two_zones_one_saves_half_of_that_meter():
    two = replace(WASTEFUL, zone_count=2)
    found = saved(two, bill(cost="36", usage_type="EBS:FastSnapshotRestore"))
    assert (found.basis, found.monthly) == (FROM_BILL, Decimal("547.875"))
    assert saved(two, bill(cost="1", usage_type="EBS:SnapshotUsage")).basis == FROM_PRICES


SNAPSHOT = Snapshot(
    **ACCOUNT,
    resource_id="arn:aws:ec2:us-east-1:111122223333:snapshot/snap-1",
    created_at=ago(400),
    size_gib=100,
    state="completed",
    volume_id="vol-1",
    is_volume_present=True,
    image_ids=(),
)


def billed_for_both():
    restores, storage = bill(cost="18", usage_type="EBS:FastSnapshotRestore"), bill(usage_type="EBS:SnapshotUsage")
    return replace(storage, lines=(*storage.lines, *restores.lines))


@pytest.mark.parametrize("of", ["aws_ebs_snapshot_old", "aws_ebs_snapshot_orphaned"])
def test_what_the_snapshot_s_bill_says_of_restores_is_counted_for_the_restore_alone(of):
    snapshot = replace(SNAPSHOT, is_volume_present=of == "aws_ebs_snapshot_old")
    evidence = Evidence(thing=snapshot, usage=FULL, bill=billed_for_both())
    kept = monthly_saving(saves=waste(rule(of), snapshot).saves, evidence=evidence, listed=table("aws"))
    ready = saved(WASTEFUL, billed_for_both())
    assert (kept.basis, kept.monthly, kept.monthly_cost) == (FROM_BILL, Decimal("30.4375"), Decimal("30.4375"))
    assert (ready.basis, ready.monthly) == (FROM_BILL, Decimal("547.875"))


def test_a_snapshot_that_goes_with_its_image_frees_what_it_costs_without_its_restores():
    one = Dependent(row_id=uuid4(), thing=SNAPSHOT, fate=LEFT, words="Stays.")
    (found,) = priced([one], bill_of=lambda _: billed_for_both())
    assert found.saving.monthly == Decimal("30.4375")


def test_without_a_line_of_its_own_it_is_priced_by_the_zone():
    for zones in (1, 3):
        found = saved(replace(WASTEFUL, zone_count=zones), bill(days=0))
        assert found.basis == FROM_PRICES
        assert abs(found.monthly - Decimal("547.875")) < Decimal("0.001")


def test_the_days_are_a_setting():
    assert isinstance(RULE.ask(WASTEFUL, usage=FULL, settings={"idle_days": 200}), Fine)
