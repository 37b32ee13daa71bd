"""Evidence x rules x traps -> verdicts. Pure: no clock, no database; the caller decides what becomes of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from findings import traps
from findings.rule import Fine, Unknown, Waste
from findings.trap import look_for
from findings.watched import watched

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from audits.evidence import Evidence
    from connections.resources import Thing
    from findings.rule import Rule, Verdict
    from findings.trap import Looked

TRAPS = traps.find()


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What one rule said of one resource, under which `settings` (defaults filled in).

    `traps` are those that were looked for before it was called waste; where it is not, they are not kept.
    """

    rule: Rule
    evidence: Evidence
    verdict: Verdict
    settings: Mapping[str, Any] = field(default_factory=dict)
    traps: tuple[Looked, ...] = ()


class RuleBroke(Exception):
    """A rule raised, or answered with something that is no verdict. Never read it as Fine: fix the rule."""

    permanent = True

    def __init__(self, rule_id: str, resource_id: str, what: str) -> None:
        super().__init__(f"{rule_id} broke on {resource_id}: {what}.")
        self.rule_id = rule_id
        self.resource_id = resource_id


class UnknownSetting(ValueError):
    """A setting that its rule does not have: misspelt, or left from an older rule. Remove it from the settings."""

    permanent = True


def evaluate(
    evidences: Iterable[Evidence],
    rules: Iterable[Rule],
    settings: Mapping[str, Mapping[str, Any]],
    *,
    is_preview: bool = False,
) -> Iterator[Judgement]:
    """Every rule on every resource of the kind that it looks at, in the order of `evidences`, then of `rules`.

    `settings` are an organisation's own, by rule id and setting name; what is not there has its default. Raises
    `UnknownSetting` before the first verdict and `RuleBroke` where a rule fails. In a preview, of which nothing opens,
    waste may rest on details of an earlier night.
    """
    rules = tuple(rules)
    _refuse_unknown_settings(rules, settings)
    return _judgements(evidences, rules, settings, is_preview=is_preview)


def _judgements(
    evidences: Iterable[Evidence],
    rules: tuple[Rule, ...],
    settings: Mapping[str, Mapping[str, Any]],
    *,
    is_preview: bool,
) -> Iterator[Judgement]:
    of_kind: dict[type[Thing], list[tuple[Rule, Mapping[str, Any]]]] = defaultdict(list)
    for rule in rules:
        of_kind[rule.looks_at].append((rule, rule.given(settings.get(rule.id, {}))))
    for evidence in evidences:
        for rule, given in of_kind.get(type(evidence.thing), ()):
            verdict, looked = _answer(rule, evidence, given, is_preview=is_preview)
            yield Judgement(rule=rule, evidence=evidence, verdict=verdict, settings=given, traps=looked)


def looks_at_details(rule: Rule, evidence: Evidence, settings: Mapping[str, Any]) -> bool:
    """Whether rule and traps look at a detail of the resource before they come to their verdict. May raise RuleBroke.

    A rule is pure: where they do not, no detail can change what they say.
    """
    thing, noted = watched(evidence.thing)
    again = replace(evidence, thing=thing)
    _past_traps(rule, again, _judge(rule, again, rule.given(settings)))
    return bool(noted)


def _answer(
    rule: Rule, evidence: Evidence, settings: Mapping[str, Any], *, is_preview: bool
) -> tuple[Verdict, tuple[Looked, ...]]:
    """The verdict with the traps that were looked for. But in a preview none of waste rests on an earlier night."""
    verdict, looked = _past_traps(rule, evidence, _judge(rule, evidence, settings))
    read_at = None if is_preview else evidence.thing.details_read_at
    if isinstance(verdict, Waste) and read_at is not None and looks_at_details(rule, evidence, settings):
        return Unknown(f"what was asked of it alone on {read_at:%Y-%m-%d}, as it is now: the next audit asks again"), ()
    return verdict, looked


def _past_traps(rule: Rule, evidence: Evidence, verdict: Verdict) -> tuple[Verdict, tuple[Looked, ...]]:
    """The verdict after the traps: one that makes it Fine does so too where the rule could not tell."""
    if isinstance(verdict, Fine):
        return verdict, ()
    looked = look_for(TRAPS, evidence, stage=rule.stage)
    caught = next((one for one in looked if one.makes_fine), None)
    if caught is not None:
        return Fine(caught.found.because), ()
    return verdict, looked if isinstance(verdict, Waste) else ()


def _judge(rule: Rule, evidence: Evidence, settings: Mapping[str, Any]) -> Verdict:
    hidden = sorted(kind.spoken() for kind in rule.needs if kind.KIND in evidence.gapped_kinds)
    if hidden:
        thing = evidence.thing
        return Unknown(f"every {' and '.join(hidden)} of account {thing.account_id} in {thing.region}: a read failed")
    try:
        verdict = rule.ask(evidence.thing, usage=evidence.usage, settings=settings, bill=evidence.bill)
    except Exception as error:
        raise RuleBroke(rule.id, evidence.thing.resource_id, type(error).__name__) from error
    if not isinstance(verdict, Waste | Fine | Unknown):
        raise RuleBroke(rule.id, evidence.thing.resource_id, f"answered {type(verdict).__name__}")
    return verdict


def _refuse_unknown_settings(rules: tuple[Rule, ...], settings: Mapping[str, Mapping[str, Any]]) -> None:
    for rule in rules:
        unknown = set(settings.get(rule.id, {})) - set(rule.settings)
        if unknown:
            raise UnknownSetting(f"{rule.id} has no setting {', '.join(sorted(unknown))}.")
