"""When inventory, usage and bill agree, and what is said when they do not."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from audits.evidence import Bill, Evidence, Usage
from connections.resources import Instance, NatGateway, Snapshot, Volume
from findings.evaluate import evaluate
from findings.registry import rule
from findings.verify import verify
from tests.findings.evidence import ACCOUNT, TODAY, ago, bill, line, rate, usage

VOLUME = Volume(
    **ACCOUNT,
    resource_id="vol-1",
    created_at=ago(300),
    volume_type="gp2",
    size_gib=100,
    state="available",
    detached_at=ago(40),
    detached_at_from="audits",
)
INSTANCE = Instance(
    **ACCOUNT, resource_id="i-1", created_at=ago(300), state="running", instance_type="m5.large", launched_at=ago(300)
)
GATEWAY = NatGateway(**ACCOUNT, resource_id="nat-1", created_at=ago(300), state="available")
NOTHING = Usage(until=TODAY)
IDLE = usage(CPUUtilization_Maximum=1.0, NetworkIn_Sum=1.0, NetworkOut_Sum=1.0)
SILENT = usage(BytesOutToDestination_Sum=4000.0, BytesInFromDestination_Sum=4000.0)
HOURS: dict[str, Any] = {"usage_type": "BoxUsage:m5.large", "consumed_quantity": Decimal(24), "consumed_unit": "Hrs"}
GATEWAY_HOURS: dict[str, Any] = {**HOURS, "usage_type": "NatGateway-Hours"}


def verified(rule_id, thing, the_bill, *, seen=NOTHING, settings=None):
    evidence = Evidence(thing=thing, usage=seen, bill=the_bill)
    [judgement] = evaluate([evidence], [rule(rule_id)], {rule_id: settings or {}})
    return verify(judgement)


def unattached(the_bill, thing=VOLUME):
    return verified("aws_ebs_volume_unattached", thing, the_bill)


def against(verification):
    return [proof.sentence for proof in verification.proofs if proof.holds is False]


def with_bytes(gib_a_day):
    hours = bill(cost="1.08", **GATEWAY_HOURS)
    traffic = bill(cost="0.01", usage_type="NatGateway-Bytes", consumed_quantity=Decimal(gib_a_day), consumed_unit="GB")
    return replace(hours, lines=hours.lines + traffic.lines)


def test_a_rule_without_usage_is_verified_on_inventory_and_bill():
    found = unattached(bill(cost="2"))
    assert (found.confidence, found.saving.monthly) == ("VERIFIED", Decimal("60.875"))
    assert {proof.source for proof in found.proofs} == {"inventory", "bill", "price"}
    assert against(found) == []


def test_a_rule_with_usage_is_verified_on_all_three():
    found = verified("aws_ec2_instance_idle", INSTANCE, bill(cost="2.304", **HOURS), seen=IDLE)
    assert found.confidence == "VERIFIED"
    assert {proof.source for proof in found.proofs} == {"inventory", "usage", "bill", "price"}
    assert "CPUUtilization.Maximum is known on all of the 14 complete days before 2026-07-20." in [
        proof.sentence for proof in found.proofs
    ]


@pytest.mark.parametrize(("days", "confidence"), [(6, "ESTIMATED"), (7, "VERIFIED")])
def test_seven_billed_days_are_needed(days, confidence):
    found = unattached(replace(bill(), billed_from=TODAY - timedelta(days=days)))
    assert found.confidence == confidence
    assert any("7 are needed" in sentence for sentence in against(found)) == (days < 7)


def test_no_bill_and_a_bill_without_a_line_are_told_apart():
    nothing, silent = unattached(Bill()), unattached(bill(days=0))
    assert {nothing.confidence, silent.confidence} == {"ESTIMATED"}
    assert against(nothing)[0] == "No bill covers account 111122223333."
    assert against(silent)[0] == (
        "The bill covers account 111122223333 until 2026-07-19 and has no line for it: the two disagree."
    )


def test_a_resource_younger_than_the_bill_says_so():
    late = replace(bill(days=0), billed_until=TODAY - timedelta(days=40))
    young = replace(VOLUME, created_at=ago(41))
    assert "it was made after the last complete billed day" in against(unattached(late, young))[0]


def test_without_line_and_price_the_saving_is_unknown_and_never_zero():
    snapshot = Snapshot(
        **ACCOUNT,
        resource_id="snap-1",
        created_at=ago(200),
        size_gib=100,
        state="completed",
        volume_id="vol-1",
        is_volume_present=True,
        image_ids=(),
    )
    found = verified("aws_ebs_snapshot_old", snapshot, bill(days=0))
    assert (found.confidence, found.saving.monthly) == ("UNKNOWN", None)
    assert against(found)[-1] == "The bill has no line for it, and no price of it is known."


def test_two_currencies_leave_it_unknown():
    one, other = bill(), bill(billing_currency="EUR")
    found = unattached(replace(one, lines=one.lines + other.lines))
    assert (found.confidence, found.saving.monthly) == ("UNKNOWN", None)


@pytest.mark.parametrize(("days_ago", "confidence"), [(3, "VERIFIED"), (4, "ESTIMATED")])
def test_a_resource_that_is_no_longer_billed_is_not_verified(days_ago, confidence):
    the_bill = bill()
    lines = tuple(one for one in the_bill.lines if one.charge_date <= TODAY - timedelta(days=days_ago))
    found = unattached(replace(the_bill, lines=lines))
    assert found.confidence == confidence
    if confidence == "ESTIMATED":
        assert against(found) == ["It was no longer billed after 2026-07-16."]


def stopped(the_bill):
    halted = replace(INSTANCE, state="stopped", stopped_at=ago(40), volume_ids=("vol-1",))
    return verified("aws_ec2_instance_stopped_long", halted, the_bill)


@pytest.mark.parametrize("days_ago", [4, 40])
def test_what_costs_nothing_as_it_stands_is_borne_out_by_a_bill_that_charges_nothing_for_it(days_ago):
    the_bill = bill(cost="2.304", **HOURS)
    lines = tuple(one for one in the_bill.lines if one.charge_date <= TODAY - timedelta(days=days_ago))
    found = stopped(replace(the_bill, lines=lines))
    assert {proof.holds for proof in found.proofs if proof.source == "bill"} == {True}
    assert (found.confidence, found.saving.monthly) == ("UNKNOWN", None)


def test_hours_of_what_is_said_to_stand_still_are_held_against_it():
    assert "The bill charges 24 Hrs on 2026-07-19, so it did run." in against(stopped(bill(cost="2.304", **HOURS)))


@pytest.mark.parametrize(("days_ago", "confidence"), [(7, "VERIFIED"), (8, "ESTIMATED")])
def test_a_stale_bill_verifies_nothing(days_ago, confidence):
    assert unattached(bill(until=TODAY - timedelta(days=days_ago))).confidence == confidence


@pytest.mark.parametrize(("hours", "confidence"), [("24", "VERIFIED"), ("23", "VERIFIED"), ("22.9", "ESTIMATED")])
def test_an_instance_billed_for_part_of_a_day_contradicts_that_it_ran(hours, confidence):
    the_bill = bill(cost="2", **HOURS)
    changed = replace(the_bill.lines[-4], consumed_quantity=Decimal(hours))
    lines = (*the_bill.lines[:-4], changed, *the_bill.lines[-3:])
    found = verified("aws_ec2_instance_idle", INSTANCE, replace(the_bill, lines=lines), seen=IDLE)
    assert found.confidence == confidence
    if confidence == "ESTIMATED":
        assert against(found) == ["The bill charges 22.9 Hrs on 2026-07-16, so it did not run all day."]


def test_an_instance_not_billed_on_a_day_contradicts_that_it_ran():
    the_bill = bill(cost="2", **HOURS)
    found = verified(
        "aws_ec2_instance_idle", INSTANCE, replace(the_bill, lines=the_bill.lines[:-6] + the_bill.lines[-5:]), seen=IDLE
    )
    assert against(found) == ["The bill charges 0 units on 2026-07-14, so it did not run all day."]


def test_hours_under_a_commitment_and_beside_it_add_up_to_a_day():
    cash = bill(cost="1", **{**HOURS, "consumed_quantity": Decimal(10)})
    covered = bill(cost="1", commitment_discount_id="arn:plan", **{**HOURS, "consumed_quantity": Decimal(14)})
    found = verified("aws_ec2_instance_idle", INSTANCE, replace(cash, lines=cash.lines + covered.lines), seen=IDLE)
    assert found.confidence == "VERIFIED"
    assert found.saving.frees_commitment == found.saving.cash == Decimal("30.4375")


@pytest.mark.parametrize(
    ("gib", "confidence"), [("0.00001", "VERIFIED"), ("0.001", "VERIFIED"), ("0.0011", "ESTIMATED")]
)
def test_billed_bytes_contradict_a_silent_gateway(gib, confidence):
    found = verified("aws_vpc_nat_gateway_idle", GATEWAY, with_bytes(gib), seen=SILENT)
    assert found.confidence == confidence
    if confidence == "ESTIMATED":
        assert "so it does pass traffic" in against(found)[0]


def test_the_contradiction_follows_the_rule_s_setting():
    found = verified(
        "aws_vpc_nat_gateway_idle", GATEWAY, with_bytes("0.0011"), seen=SILENT, settings={"max_traffic_mb": 2}
    )
    assert found.confidence == "VERIFIED"


def test_a_volume_whose_type_was_changed_is_no_longer_verified_as_gp2():
    rates = [rate("EBS:VolumeUsage.gp2", "0.10"), rate("EBS:VolumeUsage.gp3", "0.08")]
    quantity: dict[str, Any] = {"consumed_quantity": Decimal(3), "consumed_unit": "GB-Mo"}
    before = bill(usage_type="EBS:VolumeUsage.gp2", rates=rates, **quantity)
    assert verified("aws_ebs_volume_gp2_to_gp3", VOLUME, before).confidence == "VERIFIED"
    after = replace(before, lines=(*before.lines[:-1], replace(before.lines[-1], usage_type="EBS:VolumeUsage.gp3")))
    found = verified("aws_ebs_volume_gp2_to_gp3", VOLUME, after)
    assert found.confidence == "ESTIMATED"
    assert "so its type may have been changed already" in against(found)[0]


def test_a_list_price_makes_it_an_estimate():
    found = verified(
        "aws_ebs_volume_gp2_to_gp3", VOLUME, bill(usage_type="EBS:VolumeUsage.gp2", consumed_quantity=Decimal(3))
    )
    assert found.confidence == "ESTIMATED"
    assert against(found) == ["Priced by its own bill lines and AWS list prices, us-east-1, 2026-07-20."]


def test_a_bill_that_does_not_name_its_lines_cannot_contradict():
    found = verified("aws_ec2_instance_idle", INSTANCE, bill(cost="2"), seen=IDLE)
    assert found.confidence == "VERIFIED"
    assert [proof.sentence for proof in found.proofs if proof.holds is None] == [
        "The bill does not say what its lines are for."
    ]


def test_a_bill_that_ends_before_the_usage_begins_does_not_agree_with_it():
    the_bill = bill(until=TODAY - timedelta(days=15), **HOURS)
    found = verified("aws_ec2_instance_idle", INSTANCE, the_bill, seen=IDLE)
    assert "The bill and the usage share no day." in against(found)


def test_credits_do_not_make_a_resource_look_billed():
    the_bill = bill(days=0)
    credit = line(TODAY - timedelta(days=2), "-5", charge_category="Credit")
    assert "has no line for it" in against(unattached(replace(the_bill, lines=(credit,))))[0]


def test_only_waste_is_verified():
    evidence = Evidence(thing=replace(VOLUME, detached_at=None), usage=NOTHING, bill=bill())
    [judgement] = evaluate([evidence], [rule("aws_ebs_volume_unattached")], {})
    with pytest.raises(TypeError, match="Unknown"):
        verify(judgement)


def test_every_proof_is_a_sentence():
    found = [
        unattached(bill()),
        unattached(Bill()),
        verified("aws_ec2_instance_idle", INSTANCE, bill(**HOURS), seen=IDLE),
        verified("aws_vpc_nat_gateway_idle", GATEWAY, with_bytes("9"), seen=SILENT),
    ]
    for proof in (proof for one in found for proof in one.proofs):
        assert proof.sentence.endswith(".")
        assert proof.source in {"inventory", "usage", "bill", "price"}
