"""Our rules say of other tools' documented examples what those tools say, or the rule's page says why not."""

import pytest

from findings.evaluate import evaluate
from findings.registry import RULES, rule
from findings.rule_texts import texts_of
from tests.outside.estate import evidence
from tests.outside.tools import TOOLS

# Closed, or advice without a criterion that a resource could show: nothing to hold ours against but their pages.
CLOSED = ("Trusted Advisor", "Compute Optimizer", "nOps", "FinOps guides")
CHECKS = [pytest.param(check, id=f"{tool.name}-{check.rule}-{check.name}") for tool in TOOLS for check in tool.checks]
NAMES = sorted({tool.name for tool in TOOLS} | set(CLOSED), key=len, reverse=True)


def tool_of(source):
    """Whom a word of a page means: `CloudBurn RDS-2` is CloudBurn; the word itself where nobody is known by it."""
    return next((name for name in NAMES if f"{source} ".startswith(f"{name} ")), source)


NAMED = {(tool_of(source), one.id) for one in RULES for source in texts_of(one.id).sources}


def wrong(check, example):
    """What does not hold of an example, empty where all does."""
    (judged,) = evaluate([evidence(check.rule, example)], [rule(check.rule)], {})
    if type(judged.verdict) is not example.ours:
        return f"we say {judged.verdict}"
    if bool(example.why) is example.is_agreed:
        return "a difference has a reason, and only a difference"
    if example.why not in texts_of(check.rule).differs:
        return f"docs/rules/{check.rule}.md does not say {example.why!r} below 'Who else checks it'"
    return ""


@pytest.mark.parametrize("check", CHECKS)
def test_ours_says_the_same_of_each_example_or_its_page_says_why_not(check):
    found = [(example, wrong(check, example)) for example in check.examples]
    assert [(example, what) for example, what in found if what] == []


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_each_rule_whose_page_names_a_tool_has_an_example_of_it_or_a_reason(tool):
    named = {rule_id for name, rule_id in NAMED if name == tool.name}
    shown = {check.rule for check in tool.checks if check.examples}
    assert named == shown | set(tool.left_out)
    assert shown.isdisjoint(tool.left_out)
    assert all(why.endswith(".") for why in tool.left_out.values())


def test_pages_name_nobody_that_is_not_known():
    assert {name for name, _ in NAMED} == set(NAMES)


def test_each_tool_says_where_and_when_it_was_read():
    assert all("https://github.com/" in tool.read and "read on 2026-" in tool.read for tool in TOOLS)
