"""What another tool documents, as data: its checks, and resources with what the tool says of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from findings.rule import Fine, Waste

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audits.evidence import Bill, Usage


@dataclass(frozen=True, kw_only=True)
class Example:
    """A resource like our rule's own wasteful one, but for what is `changed`, and what the tool says of it.

    `used` replaces single series of that one's usage (one value for all its days, or a list of days); `usage` and
    `bill` replace all. `ours` is what our rule says; where that is not what the tool says, `why` are words of the
    rule's page that tell the difference, and else there are none.
    """

    flagged: bool
    changed: Mapping[str, Any] = field(default_factory=dict)
    used: Mapping[str, Any] = field(default_factory=dict)
    usage: Usage | None = None
    bill: Bill | None = None
    ours: type
    why: str = ""

    @property
    def is_agreed(self) -> bool:
        """Whether both say the same: what we cannot tell is not the same as either."""
        return self.ours is (Waste if self.flagged else Fine)


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check of a tool by the tool's own `name`, its `criterion` in our words, and the `rule` of ours beside it."""

    rule: str
    name: str
    criterion: str
    examples: tuple[Example, ...]


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A tool by its `name` on our pages, where its criteria were `read` and when, and what it checks.

    `left_out` are rules of ours whose pages name the tool and of which it documents nothing that a resource could
    show, with the reason.
    """

    name: str
    read: str
    checks: tuple[Check, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)


def check(rule: str, name: str, criterion: str, *examples: Example) -> Check:
    """One row of a tool's table."""
    return Check(rule=rule, name=name, criterion=criterion, examples=examples)


def flagged(*, used=None, usage=None, bill=None, ours=Waste, why="", **changed) -> Example:
    """A resource that the tool names."""
    return Example(flagged=True, changed=changed, used=used or {}, usage=usage, bill=bill, ours=ours, why=why)


def passed(*, used=None, usage=None, bill=None, ours=Fine, why="", **changed) -> Example:
    """A resource that the tool says nothing of."""
    return Example(flagged=False, changed=changed, used=used or {}, usage=usage, bill=bill, ours=ours, why=why)
