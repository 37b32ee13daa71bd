"""Rules by name in templates of other apps, which know their ids only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from django import template

from findings import registry
from findings.bounds import spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from audits.models import Audit


class Lost(Protocol):
    """What is asked of a gap here."""

    kinds: Sequence[str]
    regions: Sequence[str]
    service: str


register = template.Library()


@register.filter
def threshold_name(name: str) -> str:
    """How a threshold is called on every page."""
    return spoken(name)


@register.filter
def rule_title(rule_id: str) -> str:
    """The rule's title; its id where no such rule is left."""
    try:
        return registry.any_rule(rule_id).title
    except registry.UnknownRule:
        return rule_id


@register.filter
def titles_that_need(kinds: Iterable[str]) -> list[str]:
    """The titles of all rules that look at one of these kinds of resources."""
    wanted = set(kinds)
    return [one.title for one in registry.RULES if one.looks_at.KIND in wanted]


@register.filter
def titles_lost(gap: Lost, audit: Audit) -> list[str]:
    """The titles of the rules whose findings a gap may hide.

    Those that look at the kinds it hides; and where it hides none, but leaves something open about resources that
    were seen, those of its service that could not tell there, by the audit's own count. One that was never judged
    has none.
    """
    if gap.kinds:
        return titles_that_need(gap.kinds)
    undecided = {
        row["rule"] for row in audit.summary.get("grid", ()) if row["UNKNOWN"] and row["region"] in gap.regions
    }
    return [one.title for one in registry.RULES if one.id in undecided and gap.service == one.looks_at.SERVICE]
