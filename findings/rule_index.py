"""The list of all rules as a page in Markdown: what each looks at, how strict it is, and who else checks the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from findings import registry
from findings.frozen import criterion
from findings.rule_texts import texts_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from findings.rule import Rule

HEAD = ("Rule", "Looks at", "Waste is", "Thresholds", "Effort", "Also checked by", "Ours differs")
BILL_HEAD = ("Rule", "Waste is", "Thresholds", "Effort", "What its saving assumes")


def index_text() -> str:
    """docs/rules/README.md, whole; a rule's own page stands beside it, that of a bill rule in docs/bill_rules."""
    own = [rule for rule in registry.RULES if not texts_of(rule.id).sources]
    return "\n".join(
        [
            "# Rules",
            "",
            "Written by `make rules` from the rules and their pages.",
            "",
            "Each rule's page says why, by which criterion, on what evidence, what would make it wrong, how to act and",
            "how to undo it. Thresholds are defaults: an organisation may set its own.",
            "",
            f"## {len(registry.RULES)} rules on resources",
            "",
            f"Checked by no other tool that we know of: {len(own)}.",
            "",
            *_table(HEAD, (_row(rule) for rule in registry.RULES)),
            "",
            f"## {len(registry.BILL_RULES)} rules on the bill alone",
            "",
            *_table(BILL_HEAD, (_bill_row(rule) for rule in registry.BILL_RULES)),
            "",
        ]
    )


def _row(rule: Rule) -> tuple[str, ...]:
    texts = texts_of(rule.id)
    return (
        f"[`{rule.id}`]({rule.id}.md)",
        rule.looks_at.spoken(),
        criterion(rule),
        _thresholds(rule),
        rule.implementation_effort,
        ", ".join(texts.sources),
        texts.differs,
    )


def _bill_row(rule: Rule) -> tuple[str, ...]:
    page = f"[`{rule.id}`](../bill_rules/{rule.id}.md)"
    return page, criterion(rule), _thresholds(rule), rule.implementation_effort, rule.assumes


def _thresholds(rule: Rule) -> str:
    return ", ".join(f"`{name}` {value:,g}" for name, value in rule.settings.items())


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [_line(head), _line("---" for _ in head), *(_line(row) for row in rows)]


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"
