"""Finds the rules: every module in findings/rules/<cloud>/ and findings/bill_rules/ holds one, under its own name."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING

from findings import bill_rules, rules
from findings.rule import Rule

if TYPE_CHECKING:
    from types import ModuleType

    from connections.resources import Metric, Thing


class BadRule(Exception):
    """A file in findings/rules does not hold one rule named as the file. Rename the file or the rule."""


class UnknownRule(LookupError):
    """No rule has this id. A finding of a rule that was taken out is to be shown without it."""


def find(package: ModuleType) -> dict[str, Rule]:
    """Every rule below a package, by id, in the order of ids; `BadRule` where a file does not hold its own."""
    found: dict[str, Rule] = {}
    for module_info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if module_info.ispkg:
            continue
        name = module_info.name.rpartition(".")[2]
        rule = getattr(import_module(module_info.name), "rule", None)
        if not isinstance(rule, Rule) or rule.id != name or name in found:
            raise BadRule(f"{module_info.name} must hold one rule with id {name!r}.")
        found[name] = rule
    return dict(sorted(found.items()))


RULES_BY_ID = find(rules)
RULES: tuple[Rule, ...] = tuple(RULES_BY_ID.values())
_RULES_OF = {kind: tuple(one for one in RULES if one.looks_at is kind) for kind in {one.looks_at for one in RULES}}
_USAGE_RULES = {kind: tuple(one for one in found if one.needs_usage) for kind, found in _RULES_OF.items()}
_BILL_BY_ID = find(bill_rules)
BILL_RULES: tuple[Rule, ...] = tuple(_BILL_BY_ID.values())  # these need a bill and nothing else


def rule(rule_id: str) -> Rule:
    """The rule with this id; `UnknownRule` where there is none."""
    try:
        return RULES_BY_ID[rule_id]
    except KeyError:
        raise UnknownRule(rule_id) from None


def bill_rule(rule_id: str) -> Rule:
    """The bill-only rule with this id; `UnknownRule` where there is none."""
    try:
        return _BILL_BY_ID[rule_id]
    except KeyError:
        raise UnknownRule(rule_id) from None


def any_rule(rule_id: str) -> Rule:
    """The rule with this id, on resources or on bills alone; `UnknownRule` where there is none."""
    return RULES_BY_ID[rule_id] if rule_id in RULES_BY_ID else bill_rule(rule_id)


def is_bill_rule(rule_id: str) -> bool:
    """Whether a rule of this id needs a bill alone."""
    return rule_id in _BILL_BY_ID


def metrics_for(kind: type[Thing]) -> tuple[Metric, ...]:
    """Every usage series that some rule wants of this kind of resource, each once."""
    wanted = {metric.key: metric for one in RULES if one.looks_at is kind for metric in one.metrics}
    return tuple(wanted[key] for key in sorted(wanted))


def rules_of(kind: type[Thing]) -> tuple[Rule, ...]:
    """The rules that judge this kind of resource."""
    return _RULES_OF.get(kind, ())


def usage_rules_of(kind: type[Thing]) -> tuple[Rule, ...]:
    """The rules that judge this kind of resource by its usage."""
    return _USAGE_RULES.get(kind, ())
