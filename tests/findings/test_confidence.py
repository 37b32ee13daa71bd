"""Confidence from 0 to 100: what each part gives, what it costs not to know, and what does not apply."""

from dataclasses import replace
from datetime import timedelta

import pytest

from audits.billed import BilledCommitment, BilledResource
from audits.evidence import Bill, Evidence
from connections.resources import Address, Instance, Volume
from findings.confidence import WORTH, confidence_of, parts_from, parts_of
from findings.evaluate import evaluate
from findings.registry import bill_rule, rule
from findings.rule import Waste
from findings.try_bill import evidence_of
from findings.verify import VERIFIED, verify
from tests.findings.evidence import ACCOUNT, NOW, TODAY, ago, bill, line, usage_of

IDLE = Instance(
    **ACCOUNT, resource_id="i-1", name="web", state="running", instance_type="m5.large", created_at=ago(300),
    launched_at=ago(300),
)  # fmt: skip
QUIET = {"CPUUtilization.Maximum": [2.0] * 14, "NetworkIn.Sum": [1e6] * 14, "NetworkOut.Sum": [2e6] * 14}
BILL = bill(usage_type="BoxUsage:m5.large", consumed_quantity=24, consumed_unit="Hrs")
ADDRESS = Address(**ACCOUNT, resource_id="eipalloc-1", public_ip="192.0.2.1")


def judged(thing=IDLE, *, its_bill=BILL, on=TODAY, rule_id="aws_ec2_instance_idle", **known):
    """The confidence in what the rule says of the thing, and its verification."""
    evidence = Evidence(thing=thing, usage=usage_of(QUIET), bill=its_bill, **known)
    (judgement,) = evaluate([evidence], [rule(rule_id)], {})
    assert isinstance(judgement.verdict, Waste)
    verification = verify(judgement)
    return confidence_of(judgement, proofs=verification.proofs, on=on), verification


def points(confidence):
    return {part.name: part.points for part in confidence.parts}


def test_what_is_known_whole_agrees_and_is_in_no_trap_has_all_points():
    confidence, verification = judged()
    assert points(confidence) == WORTH
    assert (confidence.points, verification.confidence) == (100, VERIFIED)
    assert sum(WORTH.values()) == 100
    assert all(part.sentence.endswith(".") for part in confidence.parts)


@pytest.mark.parametrize(
    ("changed", "lost", "total"),
    [
        ({"on": TODAY + timedelta(days=1)}, {}, 100),
        ({"on": TODAY + timedelta(days=2)}, {"state_age": 15}, 95),
        ({"on": TODAY + timedelta(days=7)}, {"state_age": 10}, 90),
        ({"on": TODAY + timedelta(days=8)}, {"state_age": 0}, 80),
        ({"its_bill": Bill()}, {"sources_agree": 0, "bill_matched": 0}, 60),
        ({"its_bill": replace(BILL, lines=())}, {"sources_agree": 0, "bill_matched": 0}, 60),
        ({"its_bill": replace(BILL, billed_from=TODAY - timedelta(days=6))}, {"bill_matched": 10}, 90),
        ({"its_bill": bill(usage_type="BoxUsage:m5.large", consumed_quantity=12)}, {"sources_agree": 0}, 80),
        ({"its_bill": bill()}, {"sources_agree": 0}, 80),
        ({"thing": replace(IDLE, name="shop-dr")}, {"traps_checked": 0}, 85),
        ({"thing": replace(IDLE, launched_at=ago(2))}, {"traps_checked": 0}, 85),
        ({"are_tags_read": False}, {"traps_checked": 7}, 92),
    ],
)  # fmt: skip
def test_each_part_costs_what_it_lacks_and_no_other(changed, lost, total):
    confidence, _ = judged(**changed)
    assert points(confidence) == {**WORTH, **lost}
    assert confidence.points == total


def test_a_trap_changes_points_and_not_the_word():
    confidence, verification = judged(replace(IDLE, name="shop-dr"))
    assert verification.confidence == VERIFIED
    assert confidence.parts[-1].sentence == "Its name shop-dr has the word dr: it may stand by for a disaster."


def test_a_trap_that_could_not_be_checked_is_named():
    sentence = judged(are_tags_read=False)[0].parts[-1].sentence
    assert sentence.endswith("could not be checked: cluster node, disaster recovery, keep tag.")


def test_usage_that_ends_long_before_the_audit_has_no_points():
    late = Evidence(thing=replace(IDLE, observed_at=NOW + timedelta(days=4)), usage=usage_of(QUIET), bill=BILL)
    (judgement,) = evaluate([late], [rule("aws_ec2_instance_idle")], {})
    confidence = confidence_of(judgement, proofs=verify(judgement).proofs, on=TODAY + timedelta(days=4))
    assert points(confidence)["history_complete"] == 0


def test_a_part_that_does_not_apply_gives_its_points_in_proportion_and_says_so():
    confidence, _ = judged(ADDRESS, its_bill=bill(usage_type="PublicIPv4:IdleAddress", consumed_quantity=24),
                           rule_id="aws_vpc_address_unassociated")  # fmt: skip
    by_name = {part.name: part for part in confidence.parts}
    assert by_name["history_complete"].points is None
    assert by_name["history_complete"].sentence == "The rule needs no usage."
    applying = [part for part in confidence.parts if part.points is not None]
    assert confidence.points == sum(part.points for part in applying) * 100 // sum(part.of for part in applying) < 100
    assert "could not be checked: recent launch" in by_name["traps_checked"].sentence


def test_a_cheaper_type_of_the_same_thing_has_no_trap_to_check_but_whether_a_service_runs_it():
    volume = Volume(**ACCOUNT, resource_id="vol-1", volume_type="gp2", size_gib=8, state="in-use", created_at=ago(200))
    confidence, _ = judged(volume, rule_id="aws_ebs_volume_gp2_to_gp3")
    assert [part.sentence for part in confidence.parts if part.name == "traps_checked"] == ["1 of 1 trap ruled out."]


def on_bill(rule_id, kind=BilledResource, *, days=40, **more):
    """The confidence in what a bill alone proves."""
    thing = kind(
        **ACCOUNT, resource_id="x-1", provider_name="AWS", service_name="EC2", first=TODAY - timedelta(days=days),
        until=TODAY, charges=tuple(line(TODAY - timedelta(days=back), "1", **more) for back in range(days, 0, -1)),
    )  # fmt: skip
    (judgement,) = evaluate([evidence_of(thing)], [bill_rule(rule_id)], {})
    assert isinstance(judgement.verdict, Waste)
    return confidence_of(judgement, proofs=(), on=thing.until)


IDLE_ADDRESS = {"usage_type": "PublicIPv4:IdleAddress", "consumed_quantity": 24, "consumed_unit": "Hrs"}


def test_a_bill_alone_tells_no_state_and_rules_out_only_what_it_can():
    confidence = on_bill("bill_address_idle", **IDLE_ADDRESS)
    found = points(confidence)
    assert (found["state_age"], found["sources_agree"]) == (None, None)
    assert (found["history_complete"], found["bill_matched"]) == (25, 20)
    assert found["traps_checked"] == 15 // 3, "only that it was not launched lately"
    assert confidence.points == (25 + 20 + 5) * 100 // 60 == 83


def test_what_a_rule_assumes_costs_points_and_is_named():
    confidence = on_bill(
        "bill_disk_previous_type", usage_type="EBS:VolumeUsage.gp2", consumed_quantity=10, consumed_unit="GB-Mo"
    )
    sources = next(part for part in confidence.parts if part.name == "sources_agree")
    assert sources.points == 0
    assert sources.sentence == (
        "Nothing confirms what is assumed: that gp3 and the old type keep the ratio of their list prices."
    )


def test_a_commitment_on_a_bill_has_no_trap():
    confidence = on_bill("bill_commitment_unused", BilledCommitment, commitment_discount_id="sp-1",
                         commitment_discount_status="Unused")  # fmt: skip
    assert points(confidence)["traps_checked"] is None
    assert confidence.points == 100


def test_parts_come_back_from_json_as_they_were():
    confidence, _ = judged()
    assert parts_from(parts_of(confidence)) == confidence.parts
    assert confidence.parts[0].words == "State age 20 of 20: Its state was read at 2026-07-20 03:00 UTC."
