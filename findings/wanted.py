"""Which usage is worth asking the provider for: the series of those rules that read usage to judge a resource. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from audits.evidence import Bill, Evidence, Usage
from connections.provider import usage_complete_until
from findings import registry
from findings.evaluate import RuleBroke, evaluate
from findings.rule import Fine

if TYPE_CHECKING:
    from connections.resources import Metric, Thing
    from findings.rule import Rule


class _Noting(Mapping[str, Any]):
    """No series at all, and whether any was looked for."""

    def __init__(self) -> None:
        self.was_read = False

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - there is none of any kind
        self.was_read = True
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        self.was_read = True
        return iter(())

    def __len__(self) -> int:
        self.was_read = True
        return 0


def series_of(
    thing: Thing, *, settings: Mapping[str, Mapping[str, int | float]], settled: Collection[str] = ()
) -> dict[Metric, int]:
    """The metrics that rules read of this resource under an organisation's `settings`, and for how many days.

    A rule is pure: where it comes to its verdict without looking at usage, no usage can change it, and none is paid
    for. Of a rule that looks, all metrics are wanted, since it may stop at the first that it does not find. `settled`
    are the ids of rules that what is stored settles already.
    """
    wanted: dict[Metric, int] = {}
    for rule in registry.usage_rules_of(type(thing)):
        if rule.id not in settled and reads_usage(rule, thing, settings=settings):
            days = rule.days(settings.get(rule.id, {}))
            wanted |= {metric: max(days, wanted.get(metric, 0)) for metric in rule.metrics}
    return wanted


def settled_by(usage: Usage, thing: Thing, *, settings: Mapping[str, Mapping[str, int | float]]) -> frozenset[str]:
    """The ids of the rules that call the resource Fine by stored usage, with the days that were not read yet missing.

    A rule takes a missing day for not known, so whatever those days hold it stays Fine: what was used on a day of the
    window is in use until that day leaves it. The night's judging sees the same series and comes to the same verdict.
    """
    found = set()
    for rule in registry.usage_rules_of(type(thing)):
        if not any(metric.key in usage.series for metric in rule.metrics):
            continue
        with suppress(RuleBroke):
            [judgement] = evaluate([Evidence(thing=thing, usage=usage, bill=Bill())], [rule], settings)
            if isinstance(judgement.verdict, Fine):
                found.add(rule.id)
    return frozenset(found)


def reads_usage(rule: Rule, thing: Thing, *, settings: Mapping[str, Mapping[str, int | float]]) -> bool:
    """Whether the rule looks at usage before it says anything of this resource."""
    noting = _Noting()
    usage = Usage(until=usage_complete_until(thing.observed_at), series=noting, hourly=noting)
    with suppress(RuleBroke):  # it will break again where it judges, and be told there
        list(evaluate([Evidence(thing=thing, usage=usage, bill=Bill())], [rule], settings))
    return noting.was_read
