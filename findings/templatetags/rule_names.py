"""Rules by name in templates of other apps, which know their ids only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

from findings import registry

if TYPE_CHECKING:
    from collections.abc import Iterable

register = template.Library()


@register.filter
def rule_title(rule_id: str) -> str:
    """The rule's title; its id where no such rule is left."""
    try:
        return registry.rule(rule_id).title
    except registry.UnknownRule:
        return rule_id


@register.filter
def titles_that_need(kinds: Iterable[str]) -> list[str]:
    """The titles of all rules that look at one of these kinds of resources."""
    wanted = set(kinds)
    return [one.title for one in registry.RULES if one.looks_at.KIND in wanted]
