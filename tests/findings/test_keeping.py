"""Details of an earlier night stand in for tonight's only where no finding can rest on them."""

from __future__ import annotations

import importlib
import itertools
from dataclasses import fields, replace

import pytest

from audits.evidence import Bill, Evidence, Usage
from connections.resources import KINDS, LoadBalancer
from connections.resources.buckets import Bucket
from connections.resources.databases import DatabaseSnapshot
from connections.resources.encryption import EncryptionKey
from connections.resources.functions import Function
from connections.resources.images import ImageRepository
from findings import registry
from findings.bucket_size import SIZE
from findings.confidence import confidence_of
from findings.evaluate import evaluate, looks_at_details
from findings.function_usage import CALLS
from findings.keeping import can_be_kept
from findings.registry import RULES, rule
from findings.rule import Fine, Rule, Unknown, Waste
from findings.watched import watched
from tests.findings.evidence import ACCOUNT, TODAY, ago, usage_of
from tests.findings.rules.function import MODEST
from tests.findings.rules.table import QUIET
from tests.findings.rules.table import seen as table_days

READ_AT = ago(3)
LATELY = {**ACCOUNT, "details_read_at": READ_AT}
BUCKET = Bucket(
    **LATELY, resource_id="b", created_at=ago(400), lifecycle_rules=2, ends_uploads=True, ends_versions=True,
    moves_objects=True, versioning="Enabled",
)  # fmt: skip
FUNCTION = Function(
    **LATELY, resource_id="f", memory_mib=128, timeout_seconds=3, runtime="python3.12", architecture="x86_64",
    provisioned=0, is_measured=False,
)  # fmt: skip
READY = replace(FUNCTION, provisioned=4, provisioned_names=("live",), provisioned_at=ago(200))
BALANCER = LoadBalancer(
    **LATELY, resource_id="arn:lb", created_at=ago(90), balancer_type="application", state="active", scheme="internal",
    target_group_count=1, target_count=2, healthy_target_count=2,
)  # fmt: skip
KEY = EncryptionKey(
    **LATELY, resource_id="arn:key", created_at=ago(900), state="Enabled", spec="SYMMETRIC_DEFAULT", origin="AWS_KMS",
    last_used_at=ago(5), tracked_from_at=ago(900),
)  # fmt: skip
SHARED = DatabaseSnapshot(
    **LATELY, resource_id="arn:snap", name="s", created_at=ago(300), state="available", snapshot_of="db", engine="mysql",
    source_name="db-1", size_gib=10, is_source_present=False, shared_with=("444455556666",),
)  # fmt: skip
TABLE = replace(QUIET, details_read_at=READ_AT)
REPOSITORY = ImageRepository(
    **LATELY, resource_id="arn:repo", created_at=ago(300), image_count=3, last_pushed_at=ago(2), has_policy=True,
    expires_untagged=True, is_beside_functions=False, is_shared=False,
)  # fmt: skip
LARGE, SMALL = (usage_of({SIZE.key: [gib * 1024**3] * 14}) for gib in (5000.0, 1.0))
CALLED, SILENT = (usage_of({CALLS.key: [calls] * 30}) for calls in (9.0, 0.0))
UNUSED, BUSY = table_days(), usage_of({"Duration.Sum": [36_000_000.0] * 30})
NOTHING = Usage(until=TODAY)
ASKED = ("RequestCount.Sum", "NewFlowCount.Sum", "HTTP_Redirect_Count.Sum", "HTTP_Fixed_Response_Count.Sum")
UNASKED = usage_of({name: [None] * 14 for name in ASKED})  # by any client


def seen(thing, usage=NOTHING):
    return Evidence(thing=thing, usage=usage, bill=Bill())


@pytest.mark.parametrize(
    ("thing", "usage", "is_kept"),
    [
        pytest.param(BUCKET, LARGE, True, id="a bucket whose rules tidy up"),
        pytest.param(replace(BUCKET, ends_uploads=False), LARGE, False, id="a large one that is not tidied up"),
        pytest.param(replace(BUCKET, ends_uploads=False), SMALL, True, id="one too small to matter"),
        pytest.param(replace(BUCKET, ends_uploads=False), NOTHING, False, id="one whose size is not known"),
        pytest.param(replace(BUCKET, ends_uploads=None), LARGE, False, id="one whose rules could not be read"),
        pytest.param(FUNCTION, NOTHING, True, id="a function that keeps nothing ready, whatever else is said of it"),
        pytest.param(replace(READY, provisioned_at=ago(2)), NOTHING, True, id="one that has done so for two days"),
        pytest.param(READY, SILENT, False, id="one that keeps something ready for nobody"),
        pytest.param(replace(FUNCTION, provisioned=None), CALLED, False, id="one that could not be read"),
        pytest.param(replace(BALANCER, target_count=0, healthy_target_count=0), NOTHING, False, id="no target"),
        pytest.param(replace(BALANCER, target_count=None), NOTHING, False, id="targets that could not be read"),
        pytest.param(KEY, NOTHING, True, id="a key that was used of late"),
        pytest.param(replace(KEY, last_used_at=None), NOTHING, False, id="one that was never used"),
        pytest.param(replace(KEY, last_used_at=None, created_at=ago(9)), NOTHING, True, id="one that is young"),
        pytest.param(replace(KEY, last_used_at=None, tags={"keep": "yes"}), NOTHING, True, id="one that is to be kept"),
        pytest.param(SHARED, NOTHING, True, id="a snapshot that others use"),
        pytest.param(replace(SHARED, shared_with=()), NOTHING, False, id="one that nobody does"),
        pytest.param(replace(TABLE, billing_mode="PAY_PER_REQUEST"), NOTHING, True, id="a table that is paid by use"),
        pytest.param(TABLE, UNUSED, False, id="one that nobody uses"),
        pytest.param(REPOSITORY, NOTHING, True, id="a repository that is tidied up and pushed to"),
        pytest.param(replace(REPOSITORY, image_count=None), NOTHING, False, id="one that could not be listed"),
    ],
)
def test_what_is_wasted_or_not_known_is_read_tonight_and_what_is_fine_by_its_details_need_not_be(thing, usage, is_kept):
    assert can_be_kept(seen(thing, usage), settings={}) is is_kept


@pytest.mark.parametrize("rule_id", ["aws_lambda_function_graviton", "aws_lambda_provisioned_concurrency_unused"])
def test_what_has_a_finding_open_is_read_whether_its_rule_looks_at_details_or_not(rule_id):
    assert not can_be_kept(seen(FUNCTION), settings={}, open_rules={rule_id})
    assert can_be_kept(seen(FUNCTION), settings={}, open_rules={"of_another_kind"})


def test_the_organisations_own_thresholds_count():
    own = {"aws_kms_key_never_used": {"unused_days": 4}}
    assert not can_be_kept(seen(KEY), settings=own)


def test_a_rule_that_breaks_has_its_details_read(monkeypatch):
    broken = replace(rule("aws_kms_key_never_used"), judge=lambda *_, **__: 1 / 0)
    monkeypatch.setattr(registry, "rules_of", lambda _: (broken,))
    assert not can_be_kept(seen(KEY), settings={})


def judged(thing, usage, rule_id):
    [found] = evaluate([seen(thing, usage)], [rule(rule_id)], {})
    return found.verdict


def test_waste_by_details_of_an_earlier_night_is_not_known_until_they_are_read_and_says_when_they_were():
    empty = replace(BALANCER, target_count=0, healthy_target_count=0)
    assert judged(empty, UNASKED, "aws_elb_load_balancer_without_targets") == Unknown(
        "what was asked of it alone on 2026-07-17, as it is now: the next audit asks again"
    )
    fresh = replace(empty, details_read_at=None)
    assert isinstance(judged(fresh, UNASKED, "aws_elb_load_balancer_without_targets"), Waste)


def test_waste_that_only_a_tag_of_an_earlier_night_would_take_back_is_not_known_either():
    assert isinstance(judged(TABLE, UNUSED, "aws_dynamodb_table_idle"), Unknown)
    assert isinstance(judged(replace(TABLE, details_read_at=None), UNUSED, "aws_dynamodb_table_idle"), Waste)


def test_waste_by_what_the_list_of_tonight_tells_stays_waste():
    assert isinstance(judged(replace(MODEST, details_read_at=READ_AT), BUSY, "aws_lambda_function_graviton"), Waste)


def test_a_finding_that_rests_on_none_of_them_says_how_old_they_are():
    thing = replace(MODEST, details_read_at=READ_AT)
    [found] = evaluate([seen(thing, BUSY)], [rule("aws_lambda_function_graviton")], {})
    state = confidence_of(found, proofs=(), on=TODAY).parts[0]
    assert state.points == state.of
    assert state.sentence.startswith("Its state was read at 2026-07-20 03:00 UTC. What is asked of it alone, on which")
    assert state.sentence.endswith("the verdict does not rest, was read at 2026-07-17 03:00 UTC.")


@pytest.mark.parametrize(
    "look", [lambda one: one.provisioned, lambda one: one.provisioned_at, lambda one: replace(one, name="x")]
)  # fmt: skip
def test_however_a_rule_looks_at_a_detail_it_is_noted(look):
    peeking = Rule(
        id="aws_planted", title="", looks_at=Function, settings={}, action="", docs="",
        judge=lambda function: Fine(str(look(function))),
    )  # fmt: skip
    assert looks_at_details(peeking, seen(FUNCTION), {})
    aside = replace(peeking, judge=lambda function: Fine(function.runtime))
    assert not looks_at_details(aside, seen(FUNCTION), {})


def test_a_watched_resource_is_the_same_in_all_else():
    copy, noted = watched(FUNCTION)
    assert isinstance(copy, Function)
    assert {one.name: getattr(copy, one.name) for one in fields(copy)} == vars(FUNCTION)
    assert noted == set(Function.DETAILS)


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind.DETAILS], ids=lambda kind: kind.KIND)
def test_details_are_fields_and_never_what_tells_one_resource_from_another(kind):
    names = {one.name for one in fields(kind)}
    assert set(kind.DETAILS) <= names - {
        "resource_id",
        "account_id",
        "region",
        "observed_at",
        "details_read_at",
        "name",
    }


def examples(judged):
    """The resources and the usage of which a rule's own tests speak, and usage a little above its thresholds."""
    module = importlib.import_module(f"tests.findings.rules.test_{judged.id}")
    told = list(vars(module).values())
    levels = [1.5 * value * unit for value in judged.settings.values() for unit in (0.0, 0.01, 1.0, 1e9)]
    even = [usage_of({metric.key: [level] * 60 for metric in judged.metrics}) for level in levels]
    return [one for one in told if type(one) is judged.looks_at], [
        *(one for one in told if isinstance(one, Usage)),
        *even,
    ]


@pytest.mark.parametrize("judged", [one for one in RULES if one.looks_at.DETAILS], ids=lambda one: one.id)
def test_of_what_is_still_called_waste_with_older_details_no_detail_could_change_that(judged):
    things, used = examples(judged)
    assert things, "the rule's tests show a resource"
    for thing, usage in itertools.product(things, used or [NOTHING]):
        aged = replace(thing, details_read_at=READ_AT)
        [found] = evaluate([seen(aged, usage)], [judged], {})
        if not isinstance(found.verdict, Waste):
            continue
        for other, name in itertools.product(things, judged.looks_at.DETAILS):
            changed = replace(aged, **{name: getattr(other, name)})
            [again] = evaluate([seen(changed, usage)], [judged], {})
            assert again.verdict == found.verdict, (name, getattr(other, name))
