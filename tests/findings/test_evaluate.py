"""Every rule on every resource of its kind; gaps and broken rules are never read as Fine."""

from dataclasses import replace

import pytest

from audits.evidence import Bill, Evidence, Usage
from connections.resources import Instance, Snapshot, Volume
from findings.evaluate import RuleBroke, UnknownSetting, evaluate
from findings.registry import RULES, rule
from findings.rule import Fine, Rule, Unknown, Waste
from tests.findings.evidence import ACCOUNT, NOW, TODAY, ago

VOLUME = Volume(
    **ACCOUNT,
    resource_id="vol-1",
    volume_type="gp2",
    size_gib=100,
    state="available",
    detached_at=ago(20),
    detached_at_from="audits",
)
STOPPED = replace(
    VOLUME, state="in-use", attached_to=("i-1",), attached_states=("stopped",), last_stop_at=ago(40), volume_type="gp3"
)


def evidence(thing, *, gapped=()):
    return Evidence(thing=thing, usage=Usage(until=TODAY), bill=Bill(), gapped_kinds=frozenset(gapped))


def verdicts(*evidences, settings=None, rules=RULES):
    return {one.rule.id: one.verdict for one in evaluate(evidences, rules, settings or {})}


def planted(judge):
    return Rule(
        id="aws_planted", title="Planted", looks_at=Volume, settings={}, action="None.", docs="https://", judge=judge
    )


def test_each_resource_meets_every_rule_of_its_kind_and_no_other():
    snapshot = Snapshot(**ACCOUNT, resource_id="snap-1", size_gib=1, state="completed")
    assert set(verdicts(evidence(VOLUME))) == {one.id for one in RULES if one.looks_at is Volume}
    assert set(verdicts(evidence(snapshot))) == {"aws_ebs_snapshot_old", "aws_ebs_snapshot_orphaned"}


def test_all_three_verdicts_are_kept():
    found = verdicts(evidence(replace(VOLUME, detached_at=None)))
    assert isinstance(found["aws_ebs_volume_gp2_to_gp3"], Waste)
    assert isinstance(found["aws_ebs_volume_on_stopped_instance"], Fine)
    assert isinstance(found["aws_ebs_volume_unattached"], Unknown)


def test_a_gap_on_a_kind_that_a_rule_needs_makes_it_unknown_and_names_it():
    found = verdicts(evidence(STOPPED, gapped={"instance"}))
    assert found["aws_ebs_volume_on_stopped_instance"] == Unknown(
        "every instance of account 111122223333 in us-east-1: a read failed"
    )


def test_a_gap_on_another_kind_changes_nothing():
    assert isinstance(verdicts(evidence(VOLUME, gapped={"instance"}))["aws_ebs_volume_unattached"], Waste)
    assert isinstance(verdicts(evidence(STOPPED, gapped={"snapshot"}))["aws_ebs_volume_on_stopped_instance"], Waste)


def test_an_organisation_s_settings_lie_over_the_defaults_and_are_kept_with_the_judgement():
    one, other = rule("aws_ebs_volume_unattached"), rule("aws_ebs_volume_gp2_to_gp3")
    settings = {"aws_ebs_volume_unattached": {"unattached_days": 21}}
    judged = {found.rule.id: found for found in evaluate([evidence(VOLUME)], [one, other], settings)}
    assert isinstance(judged[one.id].verdict, Fine)
    assert judged[one.id].settings == {"unattached_days": 21}
    assert next(evaluate([evidence(VOLUME)], [one], {})).settings == {"unattached_days": 14}


def test_a_misspelt_setting_is_refused_before_the_first_verdict():
    with pytest.raises(UnknownSetting, match="unatached_days"):
        evaluate([evidence(VOLUME)], RULES, {"aws_ebs_volume_unattached": {"unatached_days": 21}})


def test_a_rule_that_raises_is_no_fine():
    def judge(volume):
        raise ZeroDivisionError

    with pytest.raises(RuleBroke, match="aws_planted broke on vol-1: ZeroDivisionError") as broke:
        list(evaluate([evidence(VOLUME)], [planted(judge)], {}))
    assert broke.value.permanent
    assert isinstance(broke.value.__cause__, ZeroDivisionError)


@pytest.mark.parametrize("answer", [None, True, "waste"])
def test_an_answer_that_is_no_verdict_is_no_fine(answer):
    with pytest.raises(RuleBroke, match="answered"):
        list(evaluate([evidence(VOLUME)], [planted(lambda *_: answer)], {}))


def test_evidence_may_be_a_stream_and_keeps_its_order():
    stream = (evidence(replace(VOLUME, resource_id=f"vol-{number}")) for number in range(5))
    found = evaluate(stream, [rule("aws_ebs_volume_unattached")], {})
    assert [one.evidence.thing.resource_id for one in found] == [f"vol-{number}" for number in range(5)]


def test_no_rule_reads_a_clock():
    """The same evidence gives the same verdicts whenever it is judged: age comes from `observed_at` alone."""
    instance = Instance(**ACCOUNT, resource_id="i-1", state="running", instance_type="m5.large", launched_at=ago(3))
    later = replace(instance, observed_at=NOW.replace(year=2040))
    assert isinstance(verdicts(evidence(instance))["aws_ec2_instance_idle"], Fine)
    assert isinstance(verdicts(evidence(later))["aws_ec2_instance_idle"], Unknown)
