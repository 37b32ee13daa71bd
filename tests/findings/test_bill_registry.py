"""Every bill-only rule, whole and well formed: whoever adds a file with a rule adds its test and its page, no more."""

import inspect
import re
from pathlib import Path

import pytest

from audits.billed import BilledCommitment, BilledResource, BilledService
from connections.resources.links import VpnConnection
from findings import registry
from findings.bill_rules.bill_marketplace_recurring import LONGEST_MONTH
from findings.connected_bills import LOOKED_AT_DAYS
from findings.registry import BILL_RULES, RULES, UnknownRule, bill_rule
from findings.rule import STAGES
from findings.steady_use import SteadyUse

ROOT = Path(__file__).parents[2]
FILES = {path.stem: path for path in (ROOT / "findings" / "bill_rules").glob("*.py") if path.stem != "__init__"}
EFFORTS = {"VeryLow", "Low", "Medium", "High", "VeryHigh"}
ACTION_TYPES = {"Rightsize", "Stop", "Upgrade", "Delete", "MigrateToGraviton", "ScaleIn", "PurchaseSavingsPlans"}
# Their whole criterion is in the lines themselves, however few days the bill covers.
NEVER_UNKNOWN: set[str] = set()
every_rule = pytest.mark.parametrize("rule", BILL_RULES, ids=lambda rule: rule.id)


def test_every_file_is_found_and_no_id_is_taken_twice():
    assert {rule.id for rule in BILL_RULES} == set(FILES)
    assert not {rule.id for rule in BILL_RULES} & {rule.id for rule in RULES}


def test_an_unknown_id_is_an_error():
    with pytest.raises(UnknownRule):
        bill_rule("bill_nothing")


@every_rule
def test_it_is_well_formed(rule):
    assert rule.id.startswith("bill_")
    assert bill_rule(rule.id) is rule
    assert rule.looks_at in {BilledResource, BilledCommitment, BilledService, SteadyUse}
    judged_by = [one for one in inspect.signature(rule.judge).parameters.values() if one.kind is one.KEYWORD_ONLY]
    assert set(rule.settings) == {one.name for one in judged_by}
    assert all(one.default is one.empty for one in judged_by), "defaults live in the rule's settings"
    assert all(isinstance(value, int | float) and value > 0 for value in rule.settings.values())
    assert not rule.metrics
    assert rule.stage in STAGES
    assert rule.action_type in ACTION_TYPES
    assert rule.implementation_effort in EFFORTS


@every_rule
def test_it_gives_way_to_rules_on_resources_that_there_are(rule):
    assert len({registry.rule(one).id for one in rule.told_by}) == len(rule.told_by)
    assert not rule.why_apart.endswith(".")


@every_rule
def test_texts_are_sentences(rule):
    assert rule.title
    assert not rule.title.endswith(".")
    assert rule.action.endswith(".")
    assert rule.rollback.endswith(".")
    assert rule.access_adds, "what reading the cloud would add to prove it"
    assert not rule.access_adds.endswith(".")
    assert rule.docs.startswith("https://")
    assert (inspect.getmodule(rule.judge).__doc__ or "").strip().endswith(".")


@every_rule
def test_it_has_a_page_that_says_the_same(rule):
    page = (ROOT / "docs" / "bill_rules" / f"{rule.id}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {rule.title}\n\n`{rule.id}`\n")
    headings = re.findall(r"^## (.+)$", page, re.MULTILINE)
    assert headings == ["Why", "Criterion", "What would make it wrong", "How to act", "How to undo"]
    for name, default in rule.settings.items():
        assert f"`{name}` ({default})" in page
    assert rule.docs in page


@every_rule
def test_it_has_a_test_with_all_three_verdicts(rule):
    text = (ROOT / "tests" / "findings" / "bill_rules" / f"test_{rule.id}.py").read_text(encoding="utf-8")
    expected = {"Waste", "Fine"} if rule.id in NEVER_UNKNOWN else {"Waste", "Fine", "Unknown"}
    assert set(re.findall(r"\b(Waste|Fine|Unknown)\)", text)) == expected
    assert f'bill_rule("{rule.id}")' in text


@every_rule
def test_the_days_that_it_needs_are_looked_at_on_a_connection(rule):
    """At the most: all of its days one before the other, and a day before its months."""
    days_of = {"days": 1, "weeks": 7, "months": LONGEST_MONTH}
    needed = sum(value * days_of.get(name.rpartition("_")[2], 0) for name, value in rule.settings.items())
    assert needed + ("months" in rule.settings) <= LOOKED_AT_DAYS


@every_rule
def test_its_file_is_short(rule):
    assert len(FILES[rule.id].read_text(encoding="utf-8").splitlines()) < 75


def test_no_page_is_left_without_a_rule():
    assert {path.stem for path in (ROOT / "docs" / "bill_rules").glob("*.md")} == set(FILES)


@pytest.mark.parametrize(
    "rule_id",
    [
        "bill_backup_above_data",  # which backups a duty wants
        "bill_cost_spike_resource",  # whether the rise was wanted
        "bill_cost_spike_service",
        "bill_log_ingestion_outlier",
        "bill_snapshot_unchanged",  # what of it another snapshot needs stays, and is charged to that one
    ],
)
def test_what_only_its_owner_or_the_cloud_can_tell_is_never_called_proven(rule_id):
    assert bill_rule(rule_id).assumes


@pytest.mark.parametrize(("rule_id", "kind"), [("bill_vpn_without_bytes", VpnConnection)])
def test_what_an_audit_reads_is_told_by_its_own_rule(rule_id, kind):
    assert kind in {registry.rule(one).looks_at for one in bill_rule(rule_id).told_by}
