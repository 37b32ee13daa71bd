"""What a rule's page in docs/rules says of acting, and of other tools: the one place where these sentences stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PAGES = Path(__file__).resolve().parent.parent / "docs" / "rules"
ACT, OTHERS = "How to act", "Who else checks it"
STEP = re.compile(r"^\d+\. (.+)$", re.MULTILINE)
NOBODY = "No other tool that we know of"


class BadPage(Exception):
    """A rule's page lacks a part that the product shows. The message names the page, the part and the remedy."""


@dataclass(frozen=True, kw_only=True)
class RuleTexts:
    """The safe `order` of a rule's action, a sentence a step; `sources`, the other tools that check the same, with
    their own word for it; and in which way ours `differs` from theirs, empty where that is not worth a word.
    """

    order: tuple[str, ...]
    sources: tuple[str, ...]
    differs: str


@cache
def texts_of(rule_id: str) -> RuleTexts:
    """The texts of the rule's page; `BadPage` where it is not there or not whole."""
    path = PAGES / f"{rule_id}.md"
    if not path.is_file():
        raise BadPage(f"docs/rules/{path.name} is not there: each rule has a page.")
    return read(path.read_text(encoding="utf-8"), name=path.name)


def read(page: str, *, name: str) -> RuleTexts:
    """The texts of a page in Markdown: numbered steps below "How to act"; below "Who else checks it" a line of names
    with commas between and a full stop, then what differs; or a sentence that nobody does.
    """
    order = tuple(_plain(step) for step in STEP.findall(_section(page, ACT, name=name)))
    first, _, rest = _section(page, OTHERS, name=name).partition("\n\n")
    if not order:
        raise BadPage(f"docs/rules/{name} has no numbered steps below '{ACT}': write the safe order of the action.")
    if not first:
        raise BadPage(f"docs/rules/{name} names nobody below '{OTHERS}': write the tools, or '{NOBODY} checks this.'")
    differs = _plain(" ".join(rest.split()))
    if first.startswith(NOBODY):
        return RuleTexts(order=order, sources=(), differs=differs)
    return RuleTexts(order=order, sources=tuple(first.removesuffix(".").split(", ")), differs=differs)


def _section(page: str, heading: str, *, name: str) -> str:
    parts = re.split(r"^## (.+)\n", page, flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    if heading not in sections:
        raise BadPage(f"docs/rules/{name} has no part '{heading}'.")
    return sections[heading].strip()


def _plain(text: str) -> str:
    return text.replace("`", "")
