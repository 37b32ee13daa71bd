"""Every rule there is, whole and well formed: whoever adds a file with a rule adds nothing else by hand."""

import importlib
import inspect
import json
import re
import string
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from audits.models import Usage
from connections.resources import KINDS, Database, Instance, Snapshot
from connections.resources.thing import KEPT_DAYS
from findings import registry, rules
from findings.registry import RULES, BadRule, UnknownRule, metrics_for
from findings.rule import STAGES, WINDOW_SETTING
from findings.rule_index import index_text
from findings.rule_texts import texts_of

ROOT = Path(__file__).parents[2]
RULES_OF = {path.stem: path for path in (ROOT / "findings" / "rules").glob("*/*.py") if path.stem != "__init__"}
EFFORTS = {"VeryLow", "Low", "Medium", "High", "VeryHigh"}
ACTION_TYPES = {"Rightsize", "Stop", "Upgrade", "Delete", "MigrateToGraviton", "ScaleIn", "PurchaseSavingsPlans"}
# Their whole criterion is in one answer of the provider: the resource is read with it, or there is no resource.
NEVER_UNKNOWN = set(json.loads((ROOT / "tests" / "sandbox" / "never_unknown.json").read_text()))
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def page_of(rule):
    return ROOT / "docs" / "rules" / f"{rule.id}.md"


def judged_by(rule):
    return {name: one for name, one in inspect.signature(rule.judge).parameters.items() if one.kind is one.KEYWORD_ONLY}


def test_every_file_is_found_and_nothing_else():
    assert {rule.id for rule in RULES} == set(RULES_OF)
    assert len(RULES) >= 10


@every_rule
def test_the_id_is_the_file_name_and_starts_with_its_cloud(rule):
    assert rule.cloud == RULES_OF[rule.id].parent.name
    assert registry.rule(rule.id) is rule


@every_rule
def test_settings_are_the_keyword_only_arguments_of_judge(rule):
    given = {"usage"} if rule.metrics else {"bill"} if rule.reads_bill else set()
    assert set(rule.settings) | given == set(judged_by(rule))
    assert all(one.default is one.empty for one in judged_by(rule).values()), "defaults live in the rule's settings"
    assert all(isinstance(value, int | float) and value > 0 for value in rule.settings.values())


@every_rule
def test_a_rule_with_usage_names_its_window(rule):
    if rule.metrics:
        assert rule.settings[WINDOW_SETTING] == rule.window_days == rule.days({})
        assert rule.days({WINDOW_SETTING: 45}) == 45
        assert all(rule.window_days <= KEPT_DAYS[metric.period_seconds] for metric in rule.metrics)
    else:
        assert rule.window_days == rule.days({}) == 0


@every_rule
def test_kinds_stages_and_words_are_known(rule):
    assert KINDS[rule.looks_at.KIND] is rule.looks_at
    assert all(KINDS[kind.KIND] is kind for kind in rule.needs)
    assert rule.stage in STAGES
    assert rule.action_type in ACTION_TYPES
    assert rule.implementation_effort in EFFORTS


def test_what_a_rule_looks_at_is_spoken_of_in_words_and_known_abbreviations():
    assert {kind.spoken() for kind in KINDS.values()} >= {"VPC endpoint", "NAT gateway", "volume", "API stage"}
    assert {kind.spoken().casefold().replace(" ", "_") for kind in KINDS.values()} == set(KINDS)


@every_rule
def test_texts_are_sentences(rule):
    assert rule.title
    assert not rule.title.endswith(".")
    assert rule.action.endswith(".")
    assert rule.rollback.endswith(".")
    assert rule.docs.startswith("https://docs.aws.amazon.com/")
    assert (importlib.import_module(rule.judge.__module__).__doc__ or "").strip().endswith(".")


@every_rule
def test_the_hint_is_made_of_the_resource_s_own_fields(rule):
    named = {name for _, name, _, _ in string.Formatter().parse(rule.hint) if name}
    assert named
    assert named <= {field.name for field in fields(rule.looks_at)} | {"native_id"} | set(rule.hint_adds)


@every_rule
def test_it_has_a_page_that_says_the_same(rule):
    page = page_of(rule).read_text(encoding="utf-8")
    assert page.startswith(f"# {rule.title}\n\n`{rule.id}`\n")
    headings = re.findall(r"^## (.+)$", page, re.MULTILINE)
    assert headings == [
        "Why",
        "Criterion",
        "Evidence",
        "What would make it wrong",
        "How to act",
        "How to undo",
        "Who else checks it",
    ]
    for name, default in rule.settings.items():
        assert f"`{name}` ({default})" in page
    for metric in rule.metrics:
        assert f"`{metric.key}`" in page
    assert rule.docs in page


@every_rule
def test_it_has_a_test_with_all_three_verdicts(rule):
    text = (ROOT / "tests" / "findings" / "rules" / f"test_{rule.id}.py").read_text(encoding="utf-8")
    expected = {"Waste", "Fine"} if rule.id in NEVER_UNKNOWN else {"Waste", "Fine", "Unknown"}
    table = set(re.findall(r"\b(Waste|Fine|Unknown)\)", text))
    assert table == expected
    assert f'rule("{rule.id}")' in text


@every_rule
def test_its_file_is_short(rule):
    assert len(RULES_OF[rule.id].read_text(encoding="utf-8").splitlines()) < 60


@every_rule
def test_its_page_says_the_safe_order_of_its_action_and_who_else_checks_the_same(rule):
    texts = texts_of(rule.id)
    assert len(texts.order) >= 2
    assert all(step[0].isupper() and step.endswith(".") for step in texts.order)
    assert len(set(texts.sources)) == len(texts.sources)
    assert not texts.differs or texts.differs.endswith(".")


def test_the_list_of_rules_says_what_the_rules_say():
    page = (ROOT / "docs" / "rules" / "README.md").read_text(encoding="utf-8")
    assert page == index_text(), "run make rules"
    assert all(f"`{rule.id}`" in page for rule in (*RULES, *registry.BILL_RULES))


def test_no_exemption_outlives_its_rule():
    assert {rule.id for rule in RULES} >= NEVER_UNKNOWN


def test_no_page_is_left_without_a_rule():
    assert {path.stem for path in (ROOT / "docs" / "rules").glob("*.md")} - {"README"} == set(RULES_OF)


def test_rules_of_a_kind_describe_a_metric_in_one_way_and_it_fits_its_row():
    """Two descriptions of one series would be two rows of the same key, and its step would fail."""
    described = {(rule.looks_at.KIND, metric.key, metric) for rule in RULES for metric in rule.metrics}
    assert len(described) == len({(kind, key) for kind, key, _ in described}) > 100
    columns = {name: Usage._meta.get_field(name).max_length for name in ("statistic", "unit")}
    longest = {name: max(len(getattr(metric, name)) for *_, metric in described) for name in columns}
    assert all(longest[name] <= columns[name] for name in columns)
    assert max(len(metric.name) for *_, metric in described) <= Usage._meta.get_field("metric").max_length


def test_metrics_are_asked_for_once_and_only_where_a_rule_reads_them():
    keys = [metric.key for metric in metrics_for(Instance)]
    assert keys == sorted(set(keys))
    assert {"CPUUtilization.Maximum", "CPUUtilization.Maximum.hourly", "CPUUtilization.p95"} < set(keys)
    of_databases = {key for rule in RULES if rule.looks_at is Database for key in (one.key for one in rule.metrics)}
    assert [metric.key for metric in metrics_for(Database)] == sorted(of_databases)
    assert {"DatabaseConnections.Maximum", "FreeableMemory.Minimum", "ReadIOPS.Average"} < of_databases
    assert metrics_for(Snapshot) == ()


def test_an_unknown_id_is_an_error():
    with pytest.raises(UnknownRule):
        registry.rule("aws_nothing")


@pytest.mark.parametrize("text", ["", "rule = 'no rule'", "from findings.rules.aws.aws_ebs_snapshot_old import rule"])
def test_a_file_that_does_not_hold_its_own_rule_is_refused(tmp_path, monkeypatch, text):
    package = tmp_path / "planted_rules"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "aws_planted.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    try:
        with pytest.raises(BadRule, match="aws_planted"):
            registry.find(importlib.import_module("planted_rules"))
    finally:
        for name in [name for name in sys.modules if name.startswith("planted_rules")]:
            del sys.modules[name]


def test_finding_again_gives_the_same_rules():
    assert tuple(registry.find(rules).values()) == RULES
