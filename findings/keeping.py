"""Whether a resource's details of an earlier night may stand in for tonight's: no finding may rest on them. Pure."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from findings import registry
from findings.evaluate import RuleBroke, evaluate, looks_at_details
from findings.rule import Fine

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from audits.evidence import Evidence


def can_be_kept(
    evidence: Evidence, *, settings: Mapping[str, Mapping[str, int | float]], open_rules: Collection[str] = ()
) -> bool:
    """Whether each rule that looks at the details calls the resource Fine by them, and no rule has a finding on it.

    `evidence` is the resource as it would be tonight with those details, and the usage that is stored. What a rule
    does not look at cannot change its verdict, whatever that is. Should tonight's usage turn one of them to waste, that
    is Unknown for a night (findings.evaluate), and the next one reads the details.
    """
    rules = registry.rules_of(type(evidence.thing))
    if any(rule.id in open_rules for rule in rules):
        return False
    with suppress(RuleBroke):
        return all(
            isinstance(judgement.verdict, Fine)
            or not looks_at_details(judgement.rule, evidence, settings.get(judgement.rule.id, {}))
            for judgement in evaluate([evidence], rules, settings)
        )
    return False
