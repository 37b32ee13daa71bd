"""The parts of a rule's page that the product shows are read from it, or the page is named with what it lacks."""

import pytest

from findings.rule_texts import BadPage, RuleTexts, read, texts_of

PAGE = """# A title

`aws_x`

## How to act

1. Look at `FreeableMemory`.
2. Delete it.

A note that is no step.

## How to undo

- Make it anew.

## Who else checks it

thrifty, CloudBurn RDS-2.

Theirs looks at 7 days;
ours at 30.
"""


def test_steps_names_and_difference_are_read_as_plain_text():
    assert read(PAGE, name="aws_x.md") == RuleTexts(
        order=("Look at FreeableMemory.", "Delete it."),
        sources=("thrifty", "CloudBurn RDS-2"),
        differs="Theirs looks at 7 days; ours at 30.",
    )


def test_a_check_that_nobody_else_has_has_no_sources():
    page = PAGE.partition("thrifty")[0] + "No other tool that we know of checks this.\n"
    assert read(page, name="aws_x.md").sources == ()
    assert read(page, name="aws_x.md").differs == ""


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (PAGE.replace("## How to act", "## Acting"), "has no part 'How to act'"),
        (PAGE.replace("1. ", "- ").replace("2. ", "- "), "no numbered steps"),
        (PAGE.replace("## Who else checks it", "## Others"), "has no part 'Who else checks it'"),
        (PAGE.partition("thrifty")[0], "names nobody"),
    ],
)
def test_a_page_that_lacks_a_part_is_refused_by_name(changed, said):
    with pytest.raises(BadPage, match=said) as refused:
        read(changed, name="aws_x.md")
    assert "docs/rules/aws_x.md" in str(refused.value)


def test_a_rule_without_a_page_is_refused_by_name():
    with pytest.raises(BadPage, match=r"docs/rules/aws_nothing\.md is not there"):
        texts_of("aws_nothing")
